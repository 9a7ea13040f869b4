//! Writing a file whole or not at all: into a temporary file beside it, flushed to the disk,
//! then renamed. A full disk or a crash leaves what was there before.
#![expect(
    clippy::disallowed_methods,
    reason = "called by the save and settings threads and by the command line, never by the window"
)]

mod device;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a file could not be saved. Whatever was there before is untouched.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} could not be saved: {source}; nothing was changed",
    workers::shown(path)
)]
pub struct SaveError {
    path: PathBuf,
    source: io::Error,
}

impl SaveError {
    /// Whether it failed only because there is such a file already.
    pub fn is_taken(&self) -> bool {
        self.source.kind() == io::ErrorKind::AlreadyExists
    }
}

/// What to do about a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Put the new one in its place.
    Replace,
    /// Leave it and fail. Decided by the system at the last moment, so that no file that
    /// appears meanwhile is lost.
    Keep,
}

/// Whether something of that name is there, a link that leads nowhere included.
pub fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// A file that is written and on the disk, but not yet under its name. Dropped, it leaves nothing.
#[derive(Debug)]
pub struct Prepared {
    path: PathBuf,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// It went where it was to go: there was nothing to rename.
    There,
    Beside {
        file: tempfile::NamedTempFile,
        target: PathBuf,
        existing: Existing,
    },
}

impl Prepared {
    /// Gives it its name.
    ///
    /// # Errors
    /// Those of the system; a file that was there is as it was.
    pub fn put_in_place(self) -> Result<(), SaveError> {
        let Place::Beside {
            file,
            target,
            existing,
        } = self.place
        else {
            return Ok(());
        };
        match existing {
            Existing::Replace => file.persist(target),
            Existing::Keep => file.persist_noclobber(target),
        }
        .map(drop)
        .map_err(|error| SaveError {
            path: self.path,
            source: error.error,
        })
    }
}

/// Saves what `write` writes as `path`.
///
/// # Errors
/// Those of the system or of `write`; the file then is as it was.
pub fn whole(
    path: &Path,
    existing: Existing,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), SaveError> {
    prepare(path, existing, write)?.put_in_place()
}

/// Writes everything that is to be saved as `path`, and leaves it to be put in its place: of
/// several files, the first appears when the last can.
///
/// # Errors
/// Those of the system or of `write`; the file then is as it was.
pub fn prepare(
    path: &Path,
    existing: Existing,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Prepared, SaveError> {
    match place(path, existing, write) {
        Ok(place) => Ok(Prepared {
            path: path.to_owned(),
            place,
        }),
        Err(source) => Err(SaveError {
            path: path.to_owned(),
            source,
        }),
    }
}

/// An empty file in `folder`, which goes when it is dropped.
///
/// # Errors
/// The system's. They do not name the temporary file, of which nobody has heard.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".thawsum-").suffix(".part");
    // Such as the user's umask makes them, not for the owner's eyes only.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|error| {
        let kind = error.kind();
        let words = error.to_string();
        let reason = match kind {
            io::ErrorKind::NotFound => format!("there is no folder {}", workers::shown(folder)),
            // What the crate adds to the system's words cannot be had without them.
            _ => words.split(" at path ").next().unwrap_or(&words).to_owned(),
        };
        io::Error::new(kind, reason)
    })
}

fn place(
    path: &Path,
    existing: Existing,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Place> {
    if existing == Existing::Replace
        && let Some(device) = device::open(path)
    {
        // To rename a file over one would destroy it.
        let mut out = io::BufWriter::new(device?);
        write(&mut out)?;
        out.flush()?;
        return Ok(Place::There);
    }
    // Where a link leads, not the link, is what is written to.
    let resolved = std::fs::canonicalize(path);
    let path = resolved.as_deref().unwrap_or(path);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = temporary(folder)?;
    {
        let mut buffered = io::BufWriter::with_capacity(1 << 16, file.as_file_mut());
        write(&mut buffered)?;
        buffered.flush()?;
    }
    file.as_file().sync_all()?;
    Ok(Place::Beside {
        file,
        target: path.to_owned(),
        existing,
    })
}

#[cfg(test)]
mod tests {
    use super::{Existing, is_there, prepare, whole};
    use std::io;

    #[test]
    fn a_failed_save_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        std::fs::write(&path, "old").unwrap();
        let result = whole(&path, Existing::Replace, |out| {
            out.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert!(
            result
                .unwrap_err()
                .to_string()
                .contains("list could not be saved")
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn why_nothing_could_be_saved_is_said_of_what_the_user_knows() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "no folder").unwrap();
        for (place, why) in [
            ("gone/list", "there is no folder"),
            ("file/list", "directory"),
        ] {
            let path = folder.path().join(place);
            let result = whole(&path, Existing::Replace, |_| Ok(()));
            let said = result.unwrap_err().to_string();
            assert!(!said.contains(".thawsum-"), "{said}");
            if cfg!(unix) {
                assert!(said.contains(why), "{said}");
            }
        }
    }

    #[test]
    fn what_is_prepared_is_seen_when_it_is_put_in_place_and_never_in_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let prepared = |name: &str| {
            let written = prepare(&path(name), Existing::Keep, |out| out.write_all(b"new"));
            written.unwrap()
        };
        let (first, second, third) = (prepared("1"), prepared("2"), prepared("3"));
        assert!(!is_there(&path("1")));
        first.put_in_place().unwrap();
        assert_eq!(std::fs::read(path("1")).unwrap(), b"new");
        // Somebody else was quicker.
        std::fs::write(path("2"), "old").unwrap();
        assert!(second.put_in_place().unwrap_err().is_taken());
        assert_eq!(std::fs::read(path("2")).unwrap(), b"old");
        drop(third);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_file_that_is_there_is_kept_unless_replacing_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        std::fs::write(&path, "old").unwrap();
        let result = whole(&path, Existing::Keep, |out| out.write_all(b"new"));
        assert!(result.unwrap_err().is_taken());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        whole(&path, Existing::Replace, |out| out.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }
}
