//! Names in messages, quoted as GNU programs quote them: so that a shell would read the name
//! back, and no name can break the line that it stands in. Held against coreutils 9.1.

/// How the user's locale writes text. GNU programs ask the C library; the names of the locale
/// variables are enough to tell the two apart that exist today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Ascii,
    Utf8,
}

impl Charset {
    /// The user's, from the environment.
    pub(super) fn of_the_user() -> Self {
        let name = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(std::env::var_os)
            .find(|value| !value.is_empty());
        match name {
            Some(name) => {
                let name = name.to_string_lossy().to_ascii_lowercase();
                if name.contains("utf-8") || name.contains("utf8") {
                    Self::Utf8
                } else {
                    Self::Ascii
                }
            }
            None if cfg!(windows) => Self::Utf8,
            None => Self::Ascii,
        }
    }

    /// Cuts text into characters that can be printed and bytes that cannot.
    fn glyphs(self, text: &[u8]) -> Vec<Glyph<'_>> {
        match self {
            Self::Ascii => text
                .iter()
                .enumerate()
                .map(|(at, byte)| match byte {
                    b' '..=b'~' => Glyph::Printable(&text[at..=at]),
                    other => Glyph::Other(*other),
                })
                .collect(),
            Self::Utf8 => {
                let mut glyphs = Vec::new();
                for chunk in text.utf8_chunks() {
                    for (at, c) in chunk.valid().char_indices() {
                        let bytes = &chunk.valid().as_bytes()[at..at + c.len_utf8()];
                        if is_printable(c) {
                            glyphs.push(Glyph::Printable(bytes));
                        } else {
                            glyphs.extend(bytes.iter().copied().map(Glyph::Other));
                        }
                    }
                    glyphs.extend(chunk.invalid().iter().copied().map(Glyph::Other));
                }
                glyphs
            }
        }
    }
}

/// As the GNU C library has it, but for characters that are not assigned: to know those takes a
/// table of all of Unicode.
fn is_printable(c: char) -> bool {
    let code = u32::from(c);
    !(c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fdd0}'..='\u{fdef}')
        || code & 0xfffe == 0xfffe)
}

enum Glyph<'a> {
    Printable(&'a [u8]),
    Other(u8),
}

/// A word of the command line within quotes, as messages about arguments have it.
pub(super) fn quoted(text: &[u8], charset: Charset) -> Vec<u8> {
    let (open, close) = match charset {
        Charset::Ascii => ("'", "'"),
        Charset::Utf8 => ("\u{2018}", "\u{2019}"),
    };
    let mut out = open.as_bytes().to_vec();
    for glyph in charset.glyphs(text) {
        match glyph {
            Glyph::Printable(c) => {
                if c == b"\\" || c == close.as_bytes() {
                    out.push(b'\\');
                }
                out.extend_from_slice(c);
            }
            Glyph::Other(byte) => escape(byte, &mut out),
        }
    }
    out.extend_from_slice(close.as_bytes());
    out
}

/// A file's name: bare where a shell would take it as it is, else quoted for the shell.
pub(super) fn name(text: &[u8], charset: Charset) -> Vec<u8> {
    let glyphs = charset.glyphs(text);
    let alone = glyphs.len() == 1;
    let bare = glyphs.iter().enumerate().all(|(at, glyph)| match glyph {
        Glyph::Other(_) => false,
        Glyph::Printable(c) => match *c {
            [b'{' | b'}'] => !alone,
            [b'#' | b'~'] => at > 0,
            [one] => !b" !\"$&'()*:;<=>?[\\^`|".contains(one),
            _ => true,
        },
    });
    if bare && !glyphs.is_empty() {
        return text.to_vec();
    }
    let single = glyphs
        .iter()
        .any(|g| matches!(g, Glyph::Printable([b'\''])));
    let tame = glyphs.iter().enumerate().all(|(at, glyph)| match glyph {
        Glyph::Other(_) => false,
        Glyph::Printable(c) => match *c {
            [b'{' | b'}'] => alone,
            [b'#' | b'~'] => at == 0,
            [one] => !b"!\"$&()*;<=>?[\\^`|".contains(one),
            _ => true,
        },
    });
    if single && tame {
        return [b"\"", text, b"\""].concat();
    }
    let mut pending = false;
    let mut out = single_quoted(&glyphs, &mut pending);
    if single {
        // GNU's quoting goes over such a name twice and does not forget in between that the
        // first time ended within $'...'. Seen from outside: a name that ends in an escape and
        // has a quote in it begins with two quotes too many, or lacks the $'.
        out = single_quoted(&glyphs, &mut pending);
    }
    out
}

fn single_quoted(glyphs: &[Glyph<'_>], pending: &mut bool) -> Vec<u8> {
    let mut out = b"'".to_vec();
    for glyph in glyphs {
        match glyph {
            Glyph::Printable([b'\'']) => {
                out.extend_from_slice(b"'\\''");
                *pending = false;
            }
            Glyph::Printable(c) => {
                if std::mem::take(pending) {
                    out.extend_from_slice(b"''");
                }
                out.extend_from_slice(c);
            }
            Glyph::Other(byte) => {
                if !std::mem::replace(pending, true) {
                    out.extend_from_slice(b"'$'");
                }
                escape(*byte, &mut out);
            }
        }
    }
    out.push(b'\'');
    out
}

/// A byte as C writes it.
fn escape(byte: u8, out: &mut Vec<u8>) {
    let letter = match byte {
        7 => b'a',
        8 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        11 => b'v',
        12 => b'f',
        b'\r' => b'r',
        _ => {
            out.extend_from_slice(format!("\\{byte:03o}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

#[cfg(test)]
mod tests {
    use super::{Charset, name, quoted};

    fn ascii(text: &[u8]) -> String {
        String::from_utf8(name(text, Charset::Ascii)).unwrap()
    }

    #[test]
    fn names_that_a_shell_takes_as_they_are_stay_bare() {
        for bare in ["a", "a-b_c.d/e", "a#b", "a{b", "]", "%a", "@", "a,b", "x~"] {
            assert_eq!(ascii(bare.as_bytes()), bare);
        }
        for (given, shown) in [
            ("", "''"),
            ("a b", "'a b'"),
            ("a:b", "'a:b'"),
            ("#a", "'#a'"),
            ("{", "'{'"),
            ("x'y", "\"x'y\""),
            ("a'b\"c", "'a'\\''b\"c'"),
            ("x\ny", "'x'$'\\n''y'"),
            ("a'b\n", "'''a'\\''b'$'\\n'"),
        ] {
            assert_eq!(ascii(given.as_bytes()), shown);
        }
    }

    #[test]
    fn letters_of_any_script_are_printed_where_the_locale_has_them() {
        let word = "größe".as_bytes();
        assert_eq!(ascii(word), "'gr'$'\\303\\266\\303\\237''e'");
        assert_eq!(name(word, Charset::Utf8), word);
        assert_eq!(quoted(b"x'y\n", Charset::Ascii), b"'x\\'y\\n'");
        let curly = "\u{2018}x'y\\n\u{2019}".as_bytes();
        assert_eq!(quoted(b"x'y\n", Charset::Utf8), curly);
    }
}
