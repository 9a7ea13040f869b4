//! Folders of other machines are told by a flag of their file system. Whether a disk rotates is kept in the
//! registry of devices, which takes IOKit; of the Macs that are sold none has had such a disk since 2021.

use std::path::Path;

use nix::mount::MntFlags;
use nix::sys::statfs::statfs;

use super::Medium;

pub(crate) fn medium_of(path: &Path) -> Medium {
    match statfs(path) {
        Ok(mounted) if !mounted.flags().contains(MntFlags::MNT_LOCAL) => Medium::Network,
        _ => Medium::Any,
    }
}
