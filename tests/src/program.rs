//! The program under test: the real binary, built from this tree.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The binary, built now if need be: `cargo test -p end-to-end` alone would not build it, and a
/// test of yesterday's binary proves nothing.
///
/// Under wine no cargo can be started. There `packaging/windows/suites` builds it first and names it
/// in `THAWSUM_BIN`, which on other systems means nothing to the tests.
///
/// # Panics
///
/// Where it cannot be built, or is not where `THAWSUM_BIN` says.
#[must_use]
pub fn program() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            let binary = given().unwrap_or_else(build);
            assert!(binary.exists(), "{} was not built", binary.display());
            binary
        })
        .clone()
}

fn given() -> Option<PathBuf> {
    cfg!(windows)
        .then(|| std::env::var_os("THAWSUM_BIN"))
        .flatten()
        .map(PathBuf::from)
}

fn build() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    // target/<profile>/deps/<test>
    let folder = test
        .ancestors()
        .nth(2)
        .expect("tests lie in target/<profile>/deps");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--package", "thawsum"]);
    if folder.ends_with("release") {
        build.arg("--release");
    }
    let status = build.status().expect("cargo runs");
    assert!(status.success(), "the program did not build");
    folder.join(format!("thawsum{}", std::env::consts::EXE_SUFFIX))
}

/// Runs `thawsum` with arguments to its end.
pub fn run<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Output {
    Command::new(program())
        .args(arguments)
        .output()
        .expect("thawsum starts")
}

/// What it said on standard error, as text.
#[must_use]
pub fn stderr_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
