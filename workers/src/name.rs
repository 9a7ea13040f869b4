//! How a path is shown to people. What is shown is not what is stored: the true bytes stay in
//! the path, and only lists and copies get them.

mod bytes;
mod form;

use std::fmt::Write as _;
use std::path::Path;

pub use bytes::path_from_bytes;
pub(crate) use bytes::{as_bytes, portable_bytes, slashed_bytes};
pub(crate) use form::composed;

/// The bytes that paths are sorted and listed by: the system's own on Unix, UTF-8 on Windows.
#[must_use]
pub fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// The path as text that cannot lie about itself: control characters, terminal escapes, line
/// breaks and direction overrides are written as escapes, bytes that are not text as `\xNN`.
///
/// ```
/// let path = std::path::Path::new("holiday\u{202e}gpj.exe");
/// assert_eq!(workers::shown(path), "holiday\\u{202e}gpj.exe");
/// ```
#[must_use]
pub fn shown(path: &Path) -> String {
    shown_bytes(path_bytes(path))
}

/// As [`shown`], for a piece of a file that is no path yet.
pub(crate) fn shown_bytes(bytes: &[u8]) -> String {
    escaped(bytes, |c| match c {
        '\n' => Some("\\n"),
        '\r' => Some("\\r"),
        '\t' => Some("\\t"),
        '\\' if cfg!(not(windows)) => Some("\\\\"),
        _ => None,
    })
}

/// A line that somebody printed, as text that cannot lie about itself. Backslashes stay: nobody
/// reads the bytes back.
pub(crate) fn harmless(line: &[u8]) -> String {
    escaped(line, |c| (c == '\t').then_some("\t"))
}

fn escaped(bytes: &[u8], special: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match special(c) {
                Some(written) => out.push_str(written),
                None if c.is_control() || misleads(c) => {
                    let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
                }
                None => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Characters that are invisible or turn the text around them about.
fn misleads(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::shown;
    use std::path::Path;

    #[test]
    fn a_name_cannot_break_the_line_or_turn_the_text_around() {
        assert_eq!(shown(Path::new("a\nb\u{1b}[31m")), "a\\nb\\u{1b}[31m");
        assert_eq!(shown(Path::new("gpj.\u{202e}exe")), "gpj.\\u{202e}exe");
        assert_eq!(shown(Path::new("größe 日本")), "größe 日本");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_text_are_shown_one_by_one() {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
        assert_eq!(shown(Path::new(name)), "caf\\xe9");
    }
}
