//! Folders full of files, friendly and not.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

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
        for (index, name) in hostile_names().into_iter().enumerate() {
            let path = Path::new("names").join(name);
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
        // NTFS has to be told. wine's has none of this and needs none of it: below it is Linux.
        if cfg!(windows) {
            let _ = std::process::Command::new("fsutil")
                .args(["sparse", "setflag"])
                .arg(&path)
                .output();
        }
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(size))
            .expect("a sparse file");
        path
    }
}

/// Names that other programs stumble over, of those that the system allows.
#[cfg(unix)]
fn hostile_names() -> [OsString; 11] {
    use std::os::unix::ffi::OsStringExt as _;
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
    names.map(|name| OsString::from_vec(name.to_vec()))
}

/// Names that other programs stumble over, of those that Windows allows: it takes neither control
/// characters nor `"`, `*` and `\`, and a space at the end away.
#[cfg(windows)]
fn hostile_names() -> [OsString; 9] {
    [
        "with space",
        " leading",
        "-dash",
        "größe 日本 \u{202e}",
        "quote'`$(x)",
        "%TEMP%",
        "^caret & co",
        "[brackets];comment",
        "é and e\u{301}",
    ]
    .map(OsString::from)
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
