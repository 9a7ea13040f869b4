//! Opening files for reading, many of one folder after another.

use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(not(unix))]
pub(crate) use plain::Opener;
#[cfg(unix)]
pub(crate) use relative::Opener;

/// Opens a file without waiting: should a named pipe have taken its place since the walk, a plain open
/// would hang until somebody writes to it.
#[cfg(unix)]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options()
        .read(true)
        .custom_flags(relative::FLAGS.bits())
        .open(path)
}

#[cfg(not(unix))]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
mod relative {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::{Path, PathBuf};

    use nix::fcntl::{OFlag, openat};
    use nix::sys::stat::Mode;

    pub(super) const FLAGS: OFlag = OFlag::O_NONBLOCK
        .union(OFlag::O_NOCTTY)
        .union(OFlag::O_CLOEXEC);

    /// A folder to be looked into: nothing is read of it, and on Linux it needs no permission.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const FOLDER: OFlag = OFlag::O_PATH
        .union(OFlag::O_DIRECTORY)
        .union(OFlag::O_CLOEXEC);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const FOLDER: OFlag = OFlag::O_DIRECTORY.union(OFlag::O_CLOEXEC);

    /// Looks names up in the folder that the file before was in, as far as it is the same: the system
    /// need not go the whole path again.
    #[derive(Default)]
    pub(crate) struct Opener {
        last: PathBuf,
        /// Opened when a second file of it is asked for.
        folder: Option<OwnedFd>,
    }

    impl Opener {
        pub(crate) fn open(&mut self, path: &Path) -> io::Result<File> {
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
                return super::open(path);
            };
            // Byte by byte: as components, every path would be taken apart.
            if folder.as_os_str() != self.last.as_os_str() {
                self.last.clear();
                self.last.push(folder);
                self.folder = None;
                return super::open(path);
            }
            if self.folder.is_none() && !folder.as_os_str().is_empty() {
                self.folder = nix::fcntl::open(folder, FOLDER, Mode::empty()).ok();
            }
            match &self.folder {
                Some(folder) => {
                    let flags = FLAGS | OFlag::O_RDONLY;
                    Ok(File::from(openat(folder, name, flags, Mode::empty())?))
                }
                None => super::open(path),
            }
        }

        /// Lets go of the folder, which may be on something that is to be unmounted.
        pub(crate) fn forget(&mut self) {
            *self = Self::default();
        }
    }
}

#[cfg(not(unix))]
mod plain {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    /// Has nothing to keep: std opens by path alone here.
    #[derive(Default)]
    pub(crate) struct Opener(());

    impl Opener {
        pub(crate) fn open(&mut self, path: &Path) -> io::Result<File> {
            super::open(path)
        }

        pub(crate) fn forget(&mut self) {}
    }
}
