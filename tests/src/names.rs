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

/// The names in a list as sha256sum writes it, in its order, escapes undone: with `/` between folders on
/// every system.
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
                name.replace('\0', "\\")
            } else {
                name.to_owned()
            }
        })
        .collect()
}
