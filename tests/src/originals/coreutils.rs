//! coreutils.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

/// Algorithms by the name that `thawsum` gives them, with the program whose list [`reference()`] has.
/// SHA-256 is not among them: every other test is of it.
pub const ORIGINALS: &[(&str, &str)] = &[
    ("md5", "md5sum"),
    ("sha1", "sha1sum"),
    ("sha224", "sha224sum"),
    ("sha384", "sha384sum"),
    ("sha512", "sha512sum"),
    ("blake2b", "b2sum"),
];

/// What coreutils' `program` says of every file below `folder`, sorted by path byte by byte.
///
/// # Panics
///
/// Where it is missing or fails.
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

/// A list of some files by coreutils' `program`, called in `folder`, with the file `stdin` there as
/// its standard input.
///
/// # Panics
///
/// Where the program is missing or fails.
#[must_use]
pub fn listed(program: &str, folder: &Path, names: &[&str], stdin: Option<&str>) -> Vec<u8> {
    let stdin = stdin.map_or(Stdio::null(), |name| {
        File::open(folder.join(name)).expect("a file").into()
    });
    let output = Command::new(program)
        .args(names)
        .current_dir(folder)
        .stdin(stdin)
        .output()
        .expect("coreutils");
    assert!(output.status.success(), "{output:?}");
    output.stdout
}
