//! macOS, which has no `/proc/self/exe`, and where an application is a folder that people move and
//! replace while it runs.
//!
//! The file is held open from the beginning: its descriptor tells where it lies (`F_GETPATH`), in the
//! Trash too. `/.vol/DEVICE/INODE` would do as much, but is no path that a signature or a bundle is
//! looked for along.
//!
//! - **Gatekeeper's translocation** runs a downloaded application from a read-only mount of its own under
//!   a random path, which is there until the program ends: the path is the mount's, and holds.
//! - **A link** such as `/usr/local/bin/thawsum` is followed once: where it leads later is another build.
//! - **A file that is deleted** can't be started again by anybody, as macOS has no `fexecve`. Whatever
//!   lies at its path now would be refused by the handshake; this says why instead.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, fcntl};

use super::super::os;

pub(super) struct Pinned {
    file: File,
    path: PathBuf,
}

impl Pinned {
    pub(super) fn now() -> io::Result<Self> {
        Self::of(&os::this_executable()?)
    }

    fn of(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let file = File::open(&path)?;
        Ok(Self { file, path })
    }

    pub(super) fn path(&self) -> io::Result<PathBuf> {
        let own = identity(&self.file.metadata()?);
        let is_own = |path: &PathBuf| {
            std::fs::metadata(path).is_ok_and(|metadata| identity(&metadata) == own)
        };
        if is_own(&self.path) {
            return Ok(self.path.clone());
        }
        // `nix` takes what comes for UTF-8, which it is on the disks of macOS.
        let mut path = PathBuf::new();
        let found = fcntl(&self.file, FcntlArg::F_GETPATH(&mut path)).is_ok();
        if found && is_own(&path) {
            return Ok(path);
        }
        Err(io::Error::new(
            io::ErrorKind::NotFound,
            "the program was replaced or deleted while it ran; quit it and open it again",
        ))
    }
}

/// Tells a file from every other that is there at the same time: device and number.
fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;

    use super::Pinned;

    #[test]
    fn a_file_is_found_where_it_was_moved_to_and_not_what_took_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("its path");
        let (link, first, second) = (root.join("link"), root.join("a"), root.join("b"));
        fs::write(&first, "the program").expect("a file");
        std::os::unix::fs::symlink(&first, &link).expect("a link");
        let pinned = Pinned::of(&link).expect("pinned");
        assert_eq!(pinned.path().expect("there"), first);
        fs::rename(&first, &second).expect("moved");
        fs::write(&first, "a later version").expect("another");
        assert_eq!(pinned.path().expect("elsewhere"), second);
        fs::remove_file(&second).expect("deleted");
        assert_eq!(pinned.path().expect_err("gone").kind(), ErrorKind::NotFound);
    }
}
