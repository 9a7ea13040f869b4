//! Which file system a path is on says `/proc/self/mountinfo`, and which disks that is on says `/sys/dev/block`.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nix::sys::stat::{major, minor};

use super::Medium;

/// Types of file systems that are on another machine, as the kernel and FUSE's programs call them.
const NETWORKS: [&str; 18] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "ncpfs",
    "afs",
    "ceph",
    "lustre",
    "gpfs",
    "beegfs",
    "orangefs",
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.davfs2",
    "fuse.gvfsd-fuse",
];

/// Disks of virtual machines say that they rotate, whatever they are kept on.
const VIRTUAL: [&str; 2] = ["vd", "xvd"];

pub(crate) fn medium_of(path: &Path) -> Medium {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    match fs::metadata(path) {
        Ok(meta) => medium(meta.dev(), &mounts, Path::new("/sys/dev/block")),
        Err(_) => Medium::Any,
    }
}

fn medium(device: u64, mounts: &str, disks: &Path) -> Medium {
    let mount = mounts.lines().find_map(|line| mounted(line, device));
    if mount.is_some_and(|(kind, _)| NETWORKS.contains(&kind)) {
        return Medium::Network;
    }
    // File systems of several disks have a number that is no disk's, and are mounted by the name of one.
    let disk = match mount {
        Some((_, source)) if major(device) == 0 => {
            fs::metadata(source).map_or(0, |meta| meta.rdev())
        }
        _ => device,
    };
    let number = format!("{}:{}", major(disk), minor(disk));
    if rotates(&disks.join(number)) {
        Medium::Rotating
    } else {
        Medium::Any
    }
}

/// The type and the source of what a line of mountinfo (`man 5 proc`) says is mounted, if it is this device.
fn mounted(line: &str, device: u64) -> Option<(&str, &str)> {
    let (before, after) = line.split_once(" - ")?;
    let (left, right) = before.split(' ').nth(2)?.split_once(':')?;
    if (left.parse(), right.parse()) != (Ok(major(device)), Ok(minor(device))) {
        return None;
    }
    let mut words = after.split(' ');
    Some((words.next()?, words.next()?))
}

/// Whether a disk does, or a partition's, or one of those that it is made of.
fn rotates(disk: &Path) -> bool {
    let Ok(real) = fs::canonicalize(disk) else {
        return false;
    };
    let whole = if real.join("partition").exists() {
        real.parent().unwrap_or(&real)
    } else {
        &real
    };
    let name = whole.file_name().unwrap_or_default().to_string_lossy();
    if VIRTUAL.iter().any(|virtual_| name.starts_with(virtual_)) {
        return false;
    }
    let below = fs::read_dir(whole.join("slaves"));
    let mut below = below.into_iter().flatten().flatten().peekable();
    if below.peek().is_some() {
        return below.any(|disk| rotates(&disk.path()));
    }
    fs::read_to_string(whole.join("queue/rotational")).is_ok_and(|says| says.trim() == "1")
}

#[cfg(test)]
mod tests {
    use nix::sys::stat::makedev;

    use super::*;

    /// A machine with the disks `sda`, which rotates and has a partition, `nvme0n1`, which does not, `vda`,
    /// which only says so, and `dm-0` and `dm-1`, made of the first and of the last.
    fn disks() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        for (number, name, says) in [
            ("8:0", "sda", "1\n"),
            ("259:0", "nvme0n1", "0\n"),
            ("254:0", "vda", "1\n"),
            ("253:0", "dm-0", "1\n"),
            ("253:1", "dm-1", "1\n"),
        ] {
            fs::create_dir_all(at(&format!("{name}/queue"))).expect("a folder");
            fs::create_dir_all(at(&format!("{name}/slaves"))).expect("a folder");
            fs::write(at(&format!("{name}/queue/rotational")), says).expect("a file");
            std::os::unix::fs::symlink(name, at(number)).expect("a link");
        }
        fs::create_dir(at("sda/sda1")).expect("a folder");
        fs::write(at("sda/sda1/partition"), "1\n").expect("a file");
        for (link, to) in [
            ("8:1", "sda/sda1"),
            ("dm-0/slaves/sda1", "../../sda/sda1"),
            ("dm-1/slaves/vda", "../../vda"),
        ] {
            std::os::unix::fs::symlink(to, at(link)).expect("a link");
        }
        folder
    }

    #[test]
    fn a_disk_that_rotates_is_told_through_partitions_and_what_is_made_of_them() {
        let disks = disks();
        let medium_of = |major, minor| medium(makedev(major, minor), "", disks.path());
        assert_eq!(medium_of(8, 0), Medium::Rotating);
        assert_eq!(medium_of(8, 1), Medium::Rotating);
        assert_eq!(medium_of(253, 0), Medium::Rotating);
        assert_eq!(medium_of(259, 0), Medium::Any);
        assert_eq!(medium_of(77, 7), Medium::Any);
    }

    #[test]
    fn of_a_virtual_disk_nobody_knows_whether_it_rotates() {
        let disks = disks();
        for (major, minor) in [(254, 0), (253, 1)] {
            assert_eq!(medium(makedev(major, minor), "", disks.path()), Medium::Any);
        }
    }

    #[test]
    fn a_folder_of_another_machine_is_told_by_its_file_system() {
        let mounts = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
                      40 22 0:45 / /mnt/nas rw shared:9 - nfs4 nas:/photos rw,vers=4.2\n\
                      41 22 0:46 / /mnt/ssh rw - fuse.sshfs me@there: rw\n\
                      42 22 0:47 / /run rw - tmpfs tmpfs rw\n";
        let disks = disks();
        let medium_of = |major, minor| medium(makedev(major, minor), mounts, disks.path());
        assert_eq!(medium_of(0, 45), Medium::Network);
        assert_eq!(medium_of(0, 46), Medium::Network);
        assert_eq!(medium_of(0, 47), Medium::Any);
        assert_eq!(medium_of(8, 1), Medium::Rotating);
    }

    #[test]
    fn memory_and_what_is_not_there_may_be_read_by_all_at_once() {
        assert_eq!(medium_of(Path::new("/proc/self")), Medium::Any);
        assert_eq!(medium_of(Path::new("/no such folder")), Medium::Any);
    }
}
