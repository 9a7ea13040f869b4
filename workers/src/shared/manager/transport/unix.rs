//! A Unix domain socket in a folder that only its user can enter. Not a name in Linux's abstract
//! space, which every user can connect to and other systems lack.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::socket::{MsgFlags, recv};
use nix::unistd::{Uid, geteuid};
use serde::{Deserialize, Serialize};

pub(in crate::shared::manager) use std::os::unix::net::UnixStream as Stream;

const PREFIX: &str = "thawsum-manager-";
const SOCKET: &str = "socket";
/// Bytes of the longest path of a socket that every Unix takes, with its end.
const LONGEST: usize = 104;

/// The bytes of the folder's path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::shared::manager) struct Place(Vec<u8>);

impl Place {
    /// A new folder.
    pub(in crate::shared::manager) fn make() -> io::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random)?;
        let name = format!("{PREFIX}{:016x}", u64::from_le_bytes(random));
        let folder = homes()
            .into_iter()
            .map(|home| home.join(&name))
            .find(|folder| folder.join(SOCKET).as_os_str().len() < LONGEST - ".new".len())
            .ok_or_else(|| io::Error::other("the path of the temporary folder is too long"))?;
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder.into_os_string().into_vec()))
    }

    /// Removes it again, with the socket.
    pub(in crate::shared::manager) fn clear(&self) {
        clear(&self.folder());
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from(std::ffi::OsString::from_vec(self.0.clone()))
    }

    /// Removes the folders of managers that were killed together with their makers: sockets of
    /// this user where nobody listens.
    pub(in crate::shared::manager) fn clear_leftovers() {
        let entries = homes()
            .into_iter()
            .filter_map(|home| fs::read_dir(home).ok());
        for entry in entries.flatten().flatten() {
            if !entry.file_name().as_bytes().starts_with(PREFIX.as_bytes()) {
                continue;
            }
            let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
            if Stream::connect(entry.path().join(SOCKET)).is_err_and(refused) {
                clear(&entry.path());
            }
        }
    }
}

/// Where folders may be, the preferred first: macOS gives each user a temporary folder with a
/// long name, and users choose longer ones.
fn homes() -> Vec<PathBuf> {
    let mut homes = vec![std::env::temp_dir(), PathBuf::from("/tmp")];
    homes.dedup();
    homes
}

fn clear(folder: &Path) {
    // Somebody may have cleaned up; then there is nothing to do.
    let _ = fs::remove_file(folder.join(SOCKET));
    let _ = fs::remove_dir(folder);
}

pub(in crate::shared::manager) struct Listener {
    listener: UnixListener,
    place: Place,
}

impl Listener {
    /// The socket has its name only when somebody listens: whoever finds one where nobody does
    /// may remove it.
    pub(in crate::shared::manager) fn bind(place: &Place) -> io::Result<Self> {
        let socket = place.folder().join(SOCKET);
        let new = place.folder().join(format!("{SOCKET}.new"));
        let listener = UnixListener::bind(&new)?;
        fs::rename(&new, &socket)?;
        Ok(Self {
            listener,
            place: place.clone(),
        })
    }

    pub(in crate::shared::manager) fn place(&self) -> Place {
        self.place.clone()
    }

    /// The folder keeps others out; the system is asked besides, for a folder on a file system
    /// that knows no users.
    pub(in crate::shared::manager) fn accept(&self) -> io::Result<Option<Stream>> {
        let (stream, _) = self.listener.accept()?;
        let known = user_of(&stream).is_ok_and(|user| user == geteuid());
        Ok(known.then_some(stream))
    }
}

/// Does not wait: the system lets in as many as may queue before they are accepted.
pub(in crate::shared::manager) fn connect(place: &Place, _: Duration) -> io::Result<Stream> {
    Stream::connect(place.folder().join(SOCKET))
}

/// Whether [`look`] can tell.
pub(in crate::shared::manager) const CAN_LOOK: bool = true;

/// Reads from a socket without waiting.
pub(in crate::shared::manager) fn look(
    socket: &impl AsRawFd,
    into: &mut [u8],
) -> io::Result<usize> {
    Ok(recv(socket.as_raw_fd(), into, MsgFlags::MSG_DONTWAIT)?)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn user_of(stream: &Stream) -> nix::Result<Uid> {
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};

    Ok(Uid::from_raw(getsockopt(stream, PeerCredentials)?.uid()))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn user_of(stream: &Stream) -> nix::Result<Uid> {
    Ok(nix::unistd::getpeereid(stream)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_where_nobody_listens_are_removed_and_no_others() {
        let (dead, alive, empty) = (
            Place::make().unwrap(),
            Place::make().unwrap(),
            Place::make().unwrap(),
        );
        drop(Listener::bind(&dead).unwrap());
        let listener = Listener::bind(&alive).unwrap();
        Place::clear_leftovers();
        assert!(!dead.folder().exists());
        // It may be of one that is just about to begin.
        assert!(empty.folder().exists());
        assert!(Stream::connect(alive.folder().join(SOCKET)).is_ok());
        let mode = {
            use std::os::unix::fs::PermissionsExt as _;
            fs::metadata(alive.folder()).unwrap().permissions().mode()
        };
        assert_eq!(mode & 0o777, 0o700);
        drop(listener);
        alive.clear();
        empty.clear();
        assert!(!alive.folder().exists() && !empty.folder().exists());
    }
}
