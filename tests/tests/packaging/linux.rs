//! The desktop entry, the MIME types, the metainfo and the entries of file managers.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use end_to_end::{Display, Window, program, run, stderr_of};

use super::{approved, extensions_on_linux, file, read, tool};

const MIME: &str = "text/x-checksum-list";

/// Everything as a package would have it.
struct Staged {
    folder: tempfile::TempDir,
}

impl Staged {
    fn new() -> Self {
        Self::with(None)
    }

    /// As for a repository with this address.
    fn with(homepage: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut stage = Command::new(file("linux/stage"));
        stage
            .arg(program())
            .arg(folder.path())
            .env_remove("THAWSUM_HOMEPAGE");
        if let Some(homepage) = homepage {
            stage.env("THAWSUM_HOMEPAGE", homepage);
        }
        approved(&mut stage);
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("usr").join(name)
    }
}

/// The values of a key in a desktop entry.
fn values<'a>(entry: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    entry
        .lines()
        .filter_map(move |line| line.strip_prefix(key)?.strip_prefix('='))
}

#[test]
fn everything_a_package_needs_is_staged() {
    let staged = Staged::new();
    for name in [
        "bin/thawsum",
        "share/applications/org.thawsum.Thawsum.desktop",
        "share/bash-completion/completions/thawsum",
        "share/doc/thawsum/LICENSE-MIT",
        "share/doc/thawsum/fonts/LICENSE-Inter.txt",
        "share/fish/vendor_completions.d/thawsum.fish",
        "share/icons/hicolor/48x48/apps/org.thawsum.Thawsum.png",
        "share/icons/hicolor/scalable/apps/org.thawsum.Thawsum.svg",
        "share/icons/hicolor/symbolic/apps/org.thawsum.Thawsum-symbolic.svg",
        "share/kio/servicemenus/thawsum.desktop",
        "share/man/man1/thawsum-hash.1",
        "share/metainfo/org.thawsum.Thawsum.metainfo.xml",
        "share/mime/packages/org.thawsum.Thawsum.xml",
        "share/nautilus-python/extensions/thawsum.py",
        "share/nemo/actions/thawsum.nemo_action",
        "share/zsh/site-functions/_thawsum",
    ] {
        let size = fs::metadata(staged.path(name)).map(|data| data.len());
        assert!(
            size.as_ref().is_ok_and(|size| *size > 0),
            "{name}: {size:?}"
        );
    }
    let output = tool(Command::new(staged.path("bin/thawsum")).arg("--version"));
    assert!(output.status.success());
}

#[test]
fn the_desktop_entry_is_valid_and_has_its_icon() {
    let staged = Staged::new();
    let path = staged.path("share/applications/org.thawsum.Thawsum.desktop");
    let said = approved(Command::new("desktop-file-validate").arg(&path));
    assert_eq!(said, "");
    let entry = fs::read_to_string(path).expect("the entry");
    for icon in values(&entry, "Icon") {
        let file = format!("share/icons/hicolor/scalable/apps/{icon}.svg");
        assert!(staged.path(&file).exists(), "{icon}");
    }
    let types: Vec<&str> = values(&entry, "MimeType")
        .flat_map(|types| types.split_terminator(';'))
        .collect();
    assert_eq!(types, [MIME, "inode/directory"]);
    let actions: Vec<&str> = values(&entry, "Actions")
        .flat_map(|actions| actions.split_terminator(';'))
        .collect();
    for action in actions {
        assert!(
            entry.contains(&format!("[Desktop Action {action}]")),
            "{action}"
        );
    }
}

/// Dolphin's service menus are desktop entries of a type that the validator knows by name only.
#[test]
fn the_validator_finds_no_fault_with_the_service_menu_but_that_it_is_one() {
    let output = tool(Command::new("desktop-file-validate").arg(file("linux/thawsum-kio.desktop")));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let others: Vec<&str> = said
        .lines()
        .filter(|line| !line.contains("but the type is \"Service\""))
        .collect();
    assert_eq!(others, [""; 0]);
    let menu = read("linux/thawsum-kio.desktop");
    assert!(menu.contains("X-KDE-ServiceTypes=KonqPopupMenu/Plugin"));
    assert!(menu.contains("Actions=checksum;") && menu.contains("[Desktop Action checksum]"));
}

#[test]
fn every_command_that_an_entry_starts_is_one_that_the_program_takes() {
    let mut commands = 0;
    for name in [
        "linux/org.thawsum.Thawsum.desktop",
        "linux/thawsum-kio.desktop",
        "linux/thawsum.nemo_action",
    ] {
        let entry = read(name);
        for command in values(&entry, "Exec") {
            let mut words = command.split(' ');
            assert_eq!(words.next(), Some("thawsum"), "{name}: {command}");
            let words = words.map(|word| match word {
                "%F" => "/a/folder",
                word => word,
            });
            // Help comes before everything else, but not before a mistake.
            let output = run(words.chain(["--help"]));
            assert!(output.status.success(), "{command}: {}", stderr_of(&output));
            commands += 1;
        }
    }
    assert_eq!(commands, 4);
    assert_eq!(run(["--no-such-option", "--help"]).status.code(), Some(2));
}

#[test]
fn the_metainfo_is_valid_and_names_the_desktop_entry() {
    approved(
        Command::new("appstreamcli")
            .args(["validate", "--no-net"])
            .arg(file("linux/org.thawsum.Thawsum.metainfo.xml")),
    );
    // With its desktop entry and icons beside it, as they are once installed.
    let staged = Staged::new();
    approved(
        Command::new("appstreamcli")
            .args(["validate-tree", "--no-net"])
            .arg(staged.folder.path()),
    );
    let version = format!("<release version=\"{}\"", env!("CARGO_PKG_VERSION"));
    let name = "share/metainfo/org.thawsum.Thawsum.metainfo.xml";
    let metainfo = fs::read_to_string(staged.path(name)).expect("the metainfo");
    assert!(metainfo.contains(&version) && !metainfo.contains("<screenshots>"));
    assert!(metainfo.contains(">org.thawsum.Thawsum.desktop</launchable>"));
    assert!(metainfo.contains(&format!("<mediatype>{MIME}</mediatype>")));
}

#[test]
fn where_the_repository_has_an_address_the_metainfo_has_pictures() {
    let staged = Staged::with(Some("https://example.org/thawsum"));
    approved(
        Command::new("appstreamcli")
            .args(["validate-tree", "--no-net"])
            .arg(staged.folder.path()),
    );
    let name = "share/metainfo/org.thawsum.Thawsum.metainfo.xml";
    let metainfo = fs::read_to_string(staged.path(name)).expect("the metainfo");
    let addresses: Vec<&str> = metainfo
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("<image>")?
                .strip_suffix("</image>")
        })
        .collect();
    assert_eq!(addresses.len(), 3);
    for address in addresses {
        let (_, picture) = address
            .split_once(concat!("/raw/v", env!("CARGO_PKG_VERSION"), "/"))
            .expect("an address at the release");
        assert!(file("..").join(picture).exists(), "{picture}");
    }
}

/// What the tar.gz has for those without a package manager.
#[test]
fn the_installation_for_one_user_goes_without_a_trace() {
    let staged = Staged::new();
    let unpacked = staged.folder.path().join("usr");
    for script in ["install", "uninstall"] {
        fs::copy(file("linux/tarball").join(script), unpacked.join(script)).expect("the script");
    }
    let home = tempfile::tempdir().expect("a folder");
    let prefix = home.path().join(".local");
    let others = prefix.join("share/applications/other.desktop");
    fs::create_dir_all(others.parent().expect("a folder")).expect("a folder");
    fs::write(&others, "[Desktop Entry]\n").expect("a file");

    // The second time over the first.
    for _ in 0..2 {
        approved(
            Command::new(unpacked.join("install"))
                .arg(&prefix)
                .env("HOME", home.path()),
        );
    }
    let program = prefix.join("bin/thawsum");
    assert!(approved(Command::new(&program).arg("--version")).starts_with("thawsum "));
    let entry = prefix.join("share/applications/org.thawsum.Thawsum.desktop");
    approved(Command::new("desktop-file-validate").arg(&entry));
    let entry = fs::read_to_string(entry).expect("the entry");
    for command in values(&entry, "Exec").chain(values(&entry, "TryExec")) {
        assert!(
            command.starts_with(program.to_str().expect("text")),
            "{command}"
        );
    }

    approved(&mut Command::new(prefix.join("share/thawsum/uninstall")));
    let left = approved(
        Command::new("find")
            .current_dir(home.path())
            .args([".", "-type", "f"]),
    );
    // The last is made by desktops of the entries that are there.
    let left: Vec<&str> = left
        .lines()
        .filter(|path| !path.ends_with("/mimeinfo.cache"))
        .collect();
    assert_eq!(left, ["./.local/share/applications/other.desktop"]);
    assert!(!prefix.join("bin").exists() && !prefix.join("share/icons").exists());
}

#[test]
fn checksum_files_have_their_type_and_others_do_not() {
    let staged = Staged::new();
    let share = staged.path("share");
    approved(
        Command::new("xmllint")
            .arg("--noout")
            .arg(share.join("mime/packages/org.thawsum.Thawsum.xml")),
    );
    assert_eq!(
        approved(
            Command::new("update-mime-database")
                .arg(share.join("mime"))
                // Where it is not, the tool remarks on that.
                .env("XDG_DATA_HOME", &share)
        ),
        ""
    );
    let files = tempfile::tempdir().expect("a folder");
    let type_of = |name: &str, content: &str| {
        let path = files.path().join(name);
        fs::write(&path, content).expect("a file");
        let said = approved(
            Command::new("gio")
                .args(["info", "--attributes", "standard::content-type"])
                .arg(&path)
                .env("XDG_DATA_HOME", &share)
                .env("XDG_DATA_DIRS", "/usr/local/share:/usr/share"),
        );
        said.lines()
            .find_map(|line| line.trim().strip_prefix("standard::content-type: "))
            .expect("gio names a type")
            .to_owned()
    };
    let line = "d41d8cd98f00b204e9800998ecf8427e  a file\n";
    let mut names: Vec<String> = extensions_on_linux()
        .iter()
        .map(|extension| format!("My photos.{extension}"))
        .collect();
    assert!(names.len() > 20);
    names.extend(
        [
            "SHA256SUMS",
            "SHA512SUMS",
            "MD5SUMS",
            "B2SUMS",
            "sha256sums",
            "sha256sum.txt",
            "checksums.txt",
            "CHECKSUM",
            "Disk-41-CHECKSUM",
            "PHOTOS.MD5",
        ]
        .map(str::to_owned),
    );
    for name in names {
        assert_eq!(type_of(&name, line), MIME, "{name}");
    }
    assert_eq!(
        type_of("without a name that says so", "%%%% HASHDEEP-1.0\n"),
        MIME
    );
    for (name, kind) in [
        ("notes.txt", "text/plain"),
        ("list.csv", "text/csv"),
        ("sums of money", "text/plain"),
    ] {
        assert_eq!(type_of(name, line), kind, "{name}");
    }
}

/// The extension, run with stand-ins for what Files gives it.
#[test]
fn the_nautilus_extension_starts_the_program_on_what_is_selected() {
    let stand_ins = r#"
import importlib.util, sys, types

class Item:
    def __init__(self, name, label, tip):
        self.label = label
    def connect(self, signal, call, *more):
        assert signal == "activate"
        self.activate = lambda: call(self, *more)

class File:
    def __init__(self, path):
        self.path = path
    def get_location(self):
        return types.SimpleNamespace(get_path=lambda: self.path)

repository = types.ModuleType("gi.repository")
repository.GObject = types.SimpleNamespace(GObject=type("GObject", (), {}))
repository.Nautilus = types.SimpleNamespace(MenuItem=Item, MenuProvider=type("MenuProvider", (), {}))
sys.modules["gi"] = types.ModuleType("gi")
sys.modules["gi.repository"] = repository
started = []
repository.Gio = types.SimpleNamespace(
    Subprocess=types.SimpleNamespace(new=lambda command, flags: started.append(command)),
    SubprocessFlags=types.SimpleNamespace(NONE=0),
)

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("thawsum", sys.argv[1])
extension = importlib.util.module_from_spec(spec)
spec.loader.exec_module(extension)
menu = extension.ThawsumMenu()
files = [File("/photos"), File("/--strange name")]

[item] = menu.get_file_items(files)              # nautilus-python 4
assert item.label == "Checksum with Thawsum"
item.activate()
[item] = menu.get_file_items("window", files)    # nautilus-python 3
item.activate()
[item] = menu.get_background_items(File("/photos"))
item.activate()
assert menu.get_file_items([File(None)]) == []
assert menu.get_file_items([]) == []
for command in started:
    print("\t".join(command))
"#;
    let said = approved(
        Command::new("python3")
            .args(["-c", stand_ins])
            .arg(file("linux/thawsum-nautilus.py")),
    );
    let both = "thawsum\t--\t/photos\t/--strange name";
    assert_eq!(said, format!("{both}\n{both}\nthawsum\t--\t/photos\n"));
}

/// A desktop knows by this which entry, and so which icon, a window belongs to.
#[test]
fn the_window_has_the_class_that_the_desktop_entry_names() {
    let display = Display::start(1400, 900).expect("Xvfb starts (package xvfb)");
    let config = tempfile::tempdir().expect("a folder for settings");
    let mut process = display
        .command(program().to_str().expect("a path that is text"))
        .env("THAWSUM_CONFIG", config.path())
        .spawn()
        .expect("thawsum starts");
    let window = Window::wait_for(
        &display,
        "Thawsum",
        Some(process.id()),
        Duration::from_secs(30),
    )
    .expect("a window");
    let class = window.class().expect("the class can be read");
    window.close().expect("it closes");
    process.wait().expect("it ends");
    let entry = read("linux/org.thawsum.Thawsum.desktop");
    let wanted = values(&entry, "StartupWMClass").next().map(str::to_owned);
    assert_eq!(class, wanted);
}
