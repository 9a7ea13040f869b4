//! The digests of Windows itself (Cryptography Next Generation, bcrypt.dll), in coreutils' form: of
//! coreutils Windows has none.

#![expect(unsafe_code, reason = "BCryptHash is a function of Windows")]

use std::fs;
use std::path::{Path, PathBuf};

/// Algorithms by the name that `thawsum` gives them, with the program whose list [`reference()`] has.
/// SHA-256 is not among them: every other test is of it.
pub const ORIGINALS: &[(&str, &str)] = &[
    ("md5", "md5sum"),
    ("sha1", "sha1sum"),
    ("sha384", "sha384sum"),
    ("sha512", "sha512sum"),
];

/// What coreutils' `program` would say of every file below `folder`, sorted by path byte by byte.
///
/// # Panics
///
/// Where a file cannot be read, or Windows does not know the digest.
#[must_use]
pub fn reference(program: &str, folder: &Path) -> Vec<u8> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort_by(|a, b| encoded(a).cmp(encoded(b)));
    files
        .iter()
        .flat_map(|path| line(program, &read(path), encoded(path)))
        .collect()
}

/// A list of some files as coreutils' `program` would make it, called in `folder`, with the file
/// `stdin` there as its standard input.
///
/// # Panics
///
/// As [`reference()`].
#[must_use]
pub fn listed(program: &str, folder: &Path, names: &[&str], stdin: Option<&str>) -> Vec<u8> {
    // It can be read once.
    let mut stdin = stdin.map(|name| read(&folder.join(name)));
    names
        .iter()
        .flat_map(|name| {
            let content = match *name {
                "-" => stdin.take().unwrap_or_default(),
                name => read(&folder.join(name)),
            };
            line(program, &content, name.as_bytes())
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_dir() {
            collect(&entry.path(), files);
        } else {
            files.push(entry.path());
        }
    }
}

fn encoded(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A line as coreutils' program would write it of the path on Linux: with `/` between folders.
fn line(program: &str, content: &[u8], name: &[u8]) -> Vec<u8> {
    let digest = digest(program, content);
    let digest = digest.iter().map(|byte| format!("{byte:02x}"));
    let mut line = digest.collect::<String>().into_bytes();
    line.extend_from_slice(b"  ");
    line.extend(
        name.iter()
            .map(|&byte| if byte == b'\\' { b'/' } else { byte }),
    );
    line.push(b'\n');
    line
}

fn digest(program: &str, content: &[u8]) -> Vec<u8> {
    // The BCRYPT_..._ALG_HANDLEs of bcrypt.h, which need not be opened.
    let (algorithm, length) = match program {
        "md5sum" => (0x21, 16),
        "sha1sum" => (0x31, 20),
        "sha256sum" => (0x41, 32),
        "sha384sum" => (0x51, 48),
        "sha512sum" => (0x61, 64),
        other => panic!("Windows has no digest of {other}"),
    };
    let mut digest = vec![0; length];
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a small file");
    // SAFETY: both buffers live until it returns and are as long as is said; no secret is given.
    let status = unsafe {
        BCryptHash(
            algorithm as *mut std::ffi::c_void,
            std::ptr::null(),
            0,
            content.as_ptr(),
            size(content),
            digest.as_mut_ptr(),
            size(&digest),
        )
    };
    assert_eq!(status, 0, "BCryptHash, NTSTATUS {status:#x}");
    digest
}

// Declared here: with windows-sys's Win32_Security_Cryptography the program itself would be built
// with it too, for one function of the tests.
#[link(name = "bcrypt")]
unsafe extern "system" {
    fn BCryptHash(
        algorithm: *mut std::ffi::c_void,
        secret: *const u8,
        secret_length: u32,
        input: *const u8,
        input_length: u32,
        output: *mut u8,
        output_length: u32,
    ) -> i32;
}
