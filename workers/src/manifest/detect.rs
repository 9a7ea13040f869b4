//! Is this file a checksum file that somebody would want to verify? Asked of what is dropped on a
//! window or chosen in it. A name alone would take any `sums.json` for one, content alone any note
//! that happens to hold a digest: both must speak for it.

use std::path::Path;

use super::Format;
use super::read::recognise::algorithm_in;
use super::read::{Expected, Item, ListReader};
use crate::name::path_bytes;

/// So many records may be in a list before the first that can be used.
const TRIED: usize = 100;

/// Words that people call lists by which name no algorithm.
const WORDS: [&str; 3] = ["checksum", "digests", "hashes"];

/// Whether the file's name is one that checksum files have, such as `SHA256SUMS`, `x.iso.md5`,
/// `photos.sfv` or `checksums.txt`. Asks no disk.
#[must_use]
pub fn is_called_like_a_list(path: &Path) -> bool {
    let Some(name) = path.file_name() else {
        return false;
    };
    let name = String::from_utf8_lossy(path_bytes(Path::new(name))).to_ascii_lowercase();
    algorithm_in(&name).is_some()
        || WORDS.iter().any(|word| name.contains(word))
        || Format::ALL.iter().any(|format| format.0.is_called(&name))
}

/// Whether it is a file that is called like a list and begins like one. Reads its start, so it
/// takes as long as the disk does.
#[must_use]
pub fn is_list(path: &Path) -> bool {
    // To open a named pipe would wait for somebody to write to it.
    is_called_like_a_list(path)
        && std::fs::metadata(path).is_ok_and(|there| there.is_file())
        && ListReader::open(path, &Expected::default()).is_ok_and(|items| {
            items
                .take(TRIED)
                .any(|item| matches!(item, Ok(Item::Listed(_))))
        })
}

#[cfg(test)]
mod tests {
    use super::{is_called_like_a_list, is_list};
    use std::path::Path;

    const LINE: &str = "d41d8cd98f00b204e9800998ecf8427e  empty.bin\n";

    #[test]
    fn usual_names_are_known_and_others_are_not() {
        for name in [
            "SHA256SUMS",
            "debian.iso.sha512",
            "MD5SUMS.txt",
            "sha256sum.txt",
            "photos.sfv",
            "list.hashdeep",
            "Checksums.TXT",
            "manifest-sha3-256.txt",
        ] {
            assert!(is_called_like_a_list(Path::new(name)), "{name}");
        }
        for name in ["notes.txt", "photo.jpg", "sha256er.c", "Pictures", ".."] {
            assert!(!is_called_like_a_list(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn it_takes_both_the_name_and_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        assert!(is_list(&file("MD5SUMS", LINE)));
        assert!(is_list(&file(
            "files.md5",
            &format!("; made by hand\r\nwhat?\r\n{LINE}")
        )));
        assert!(!is_list(&file("notes.txt", LINE)));
        assert!(!is_list(&file("photo.sha256", "\x7fELF\0\0")));
        assert!(!is_list(&file("package.json", "{\"name\": \"sums\"}")));
        assert!(!is_list(&file("data.csv", "a,b\n1,2\n")));
        assert!(!is_list(&file("empty.md5", "")));
        assert!(!is_list(&folder.path().join("gone.md5")));
        std::fs::create_dir(folder.path().join("folder.md5")).unwrap();
        assert!(!is_list(&folder.path().join("folder.md5")));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_is_called_so_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.sha256");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(!is_list(&pipe));
    }
}
