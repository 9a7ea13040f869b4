//! Writing a file whole or not at all: into a temporary file beside it, flushed to the disk,
//! then renamed. A full disk or a crash leaves what was there before.

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

/// Saves what `write` writes as `path`, replacing what is there.
///
/// # Errors
/// Those of the system or of `write`; the file then is as it was.
pub fn whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), SaveError> {
    try_whole(path, write).map_err(|source| SaveError {
        path: path.to_owned(),
        source,
    })
}

fn try_whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".thawsum-").suffix(".part");
    // Such as the user's umask makes them, not for the owner's eyes only.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    {
        let mut buffered = io::BufWriter::with_capacity(1 << 16, file.as_file_mut());
        write(&mut buffered)?;
        buffered.flush()?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::whole;
    use std::io;

    #[test]
    fn a_failed_save_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        std::fs::write(&path, "old").unwrap();
        let result = whole(&path, |out| {
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
}
