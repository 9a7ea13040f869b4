//! Folders full of files, friendly and not.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A temporary folder with a tree in it.
pub struct Tree(tempfile::TempDir);

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// Files of many sizes, about the bounds where code changes its mind, with names that other
    /// programs stumble over.
    #[must_use]
    pub fn hostile() -> Self {
        let tree = Self::new();
        for (index, size) in [
            0, 1, 55, 56, 63, 64, 65, 127, 128, 4095, 4096, 131_071, 131_072, 131_073, 1_000_000,
            5_000_000,
        ]
        .into_iter()
        .enumerate()
        {
            tree.file(format!("sizes/{size}"), &bytes(index as u64, size));
        }
        let names: [&[u8]; 11] = [
            b"with space",
            b" leading and trailing ",
            b"new\nline",
            b"carriage\rreturn",
            b"back\\slash",
            b"not utf-8 \xff\xfe",
            b"\x1b[31mred",
            b"*star",
            b"-dash",
            "größe 日本 \u{202e}".as_bytes(),
            b"quote\"'`$(x)",
        ];
        for (index, name) in names.into_iter().enumerate() {
            let path = Path::new("names").join(OsStr::from_bytes(name));
            tree.file(path, &bytes(100 + index as u64, 300 + index));
        }
        for index in 0..400 {
            let path = format!("many/{:02}/{index}", index % 20);
            tree.file(path, &bytes(1000 + index, (index as usize * 37) % 3000));
        }
        tree
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file below it and gives its path.
    pub fn file(&self, name: impl AsRef<Path>, content: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a name below the tree")).expect("folders");
        fs::write(&path, content).expect("a file");
        path
    }

    /// A file of `size` bytes that takes no room on the disk.
    pub fn sparse(&self, name: &str, size: u64) -> PathBuf {
        let path = self.file(name, b"");
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(size))
            .expect("a sparse file");
        path
    }
}

/// The same bytes every time, different for every seed.
fn bytes(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..size)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}

/// What coreutils' `program` says of every file below `folder`, sorted by path byte by byte.
#[must_use]
pub fn reference(program: &str, folder: &Path) -> Vec<u8> {
    let script = format!("find \"$0\" -type f -print0 | LC_ALL=C sort -z | xargs -0 {program}");
    let output = Command::new("sh")
        .args(["-c", &script])
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()
        .expect("sh runs");
    assert!(
        output.status.success(),
        "{program} (coreutils) failed or is missing"
    );
    output.stdout
}
