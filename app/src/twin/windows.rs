//! Windows: starting the windowed program from its console twin.
#![expect(
    unsafe_code,
    reason = "raw system calls; each block says why it is sound"
)]

use std::io;
use std::os::windows::io::{AsRawHandle as _, RawHandle};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};

pub(super) fn open_window() -> bool {
    let Some(windowed) = std::env::current_exe().ok().and_then(|own| windowed(&own)) else {
        return false;
    };
    keep(io::stdin().as_raw_handle());
    keep(io::stdout().as_raw_handle());
    keep(io::stderr().as_raw_handle());
    Command::new(windowed)
        .args(std::env::args_os().skip(1))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        // It is not there, if somebody took the twin alone along.
        .is_ok()
}

/// The program that this one is the twin of, if it is one.
fn windowed(own: &Path) -> Option<PathBuf> {
    own.extension()?
        .eq_ignore_ascii_case("com")
        .then(|| own.with_extension("exe"))
}

/// The window does not get hold of a standard stream: a child inherits every handle that is
/// marked so, and `thawsum | more` would end with the window only.
fn keep(stream: RawHandle) {
    // SAFETY: takes a handle and two numbers, and refuses what is no open handle. A failure costs
    // what the comment above says.
    unsafe { SetHandleInformation(stream, HANDLE_FLAG_INHERIT, 0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_com_has_a_windowed_program_beside_it() {
        let beside = |own: &str| windowed(Path::new(own));
        assert_eq!(
            beside(r"C:\a b\thawsum.COM"),
            Some(PathBuf::from(r"C:\a b\thawsum.exe"))
        );
        assert_eq!(beside(r"C:\a.com\thawsum.exe"), None);
        assert_eq!(beside(r"C:\a.com\thawsum"), None);
    }
}
