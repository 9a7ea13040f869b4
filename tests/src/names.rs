//! Names of files as a test writes them: with `/` between folders, on every system.

/// A path, or text with paths in it, as a test on Unix would have found it: on Windows with `/` for
/// each `\`.
///
/// That Windows's own separator is printed there, `paths_are_printed_as_find_prints_them` holds.
#[must_use]
pub fn slashed(text: &str) -> String {
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.to_owned()
    }
}

/// The names in a list as sha256sum writes it, in its order, escapes undone, and [`slashed`].
///
/// # Panics
///
/// Where it is no such list, or a name is no text.
#[must_use]
pub fn listed_names(list: &[u8]) -> Vec<String> {
    let list = str::from_utf8(list).expect("names that are text");
    list.lines()
        .map(|line| {
            let (escaped, line) = match line.strip_prefix('\\') {
                Some(line) => (true, line),
                None => (false, line),
            };
            let (_, name) = line.split_once("  ").expect("a digest and a name");
            if escaped {
                let mut name = name.replace("\\\\", "\0");
                name = name.replace("\\n", "\n").replace("\\r", "\r");
                slashed(&name.replace('\0', "\\"))
            } else {
                slashed(name)
            }
        })
        .collect()
}

/// A path as lists of GNU's and BSD's form write it, and the mark that stands before its line: one
/// backslash, where the path holds some.
#[must_use]
pub fn escaped(path: &str) -> (&'static str, String) {
    if path.contains('\\') {
        ("\\", path.replace('\\', "\\\\"))
    } else {
        ("", path.to_owned())
    }
}
