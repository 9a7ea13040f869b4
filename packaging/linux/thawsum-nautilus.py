"""Offers "Checksum with Thawsum" in Files (Nautilus).

Read by nautilus-python, which passes a tuple of windows and files in its version 3 and the files
alone in its version 4; the files are last in both.
"""

from gi.repository import Gio, GObject, Nautilus


class ThawsumMenu(GObject.GObject, Nautilus.MenuProvider):
    """The entry for what is selected, and for the folder that is looked at."""

    def get_file_items(self, *arguments):
        return self._items("Selection", arguments[-1])

    def get_background_items(self, *arguments):
        return self._items("Folder", [arguments[-1]])

    def _items(self, place, files):
        locations = [file.get_location() for file in files]
        paths = [location.get_path() for location in locations]
        # What has no path, such as the trash or a phone, cannot be read by its name.
        if not paths or None in paths:
            return []
        item = Nautilus.MenuItem(
            name=f"Thawsum::Checksum{place}",
            label="Checksum with Thawsum",
            tip="Checksum files and folders, or verify a checksum file",
        )
        item.connect("activate", self._start, paths)
        return [item]

    def _start(self, _item, paths):
        # Gio reaps the process when it ends; Files runs for weeks.
        Gio.Subprocess.new(["thawsum", "--", *paths], Gio.SubprocessFlags.NONE)
