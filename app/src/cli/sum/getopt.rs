//! Options the way `getopt_long` takes them: operands and options in any order, `--`, joined
//! short options, long names shortened as far as they stay clear. Not clap, whose parser knows
//! neither these rules nor these messages.

use std::ffi::{OsStr, OsString};

/// One option of a program.
pub(super) struct Flag<T> {
    /// The long name, without dashes.
    pub(super) long: &'static str,
    pub(super) short: Option<u8>,
    pub(super) value: bool,
    pub(super) id: T,
}

/// What stands on a command line, one piece after another.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<T> {
    Option(T, OsString),
    Operand(OsString),
}

/// Why a command line cannot be understood; the bytes are what the user wrote.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Mistake {
    #[error("unrecognized option")]
    Unknown(OsString),
    #[error("the option is ambiguous")]
    Ambiguous(OsString, Vec<&'static str>),
    #[error("option '--{0}' doesn't allow an argument")]
    NoValue(&'static str),
    #[error("option '--{0}' requires an argument")]
    LongValue(&'static str),
    #[error("invalid option")]
    UnknownShort(u8),
    #[error("option requires an argument")]
    ShortValue(u8),
}

impl Mistake {
    /// The message, byte for byte that of the GNU C library.
    pub(super) fn message(&self) -> Vec<u8> {
        let mut text = Vec::new();
        match self {
            Self::Unknown(given) => {
                text.extend_from_slice(b"unrecognized option '");
                text.extend_from_slice(given.as_encoded_bytes());
                text.push(b'\'');
            }
            Self::Ambiguous(given, candidates) => {
                text.extend_from_slice(b"option '");
                text.extend_from_slice(given.as_encoded_bytes());
                text.extend_from_slice(b"' is ambiguous; possibilities:");
                for candidate in candidates {
                    text.extend_from_slice(format!(" '--{candidate}'").as_bytes());
                }
            }
            Self::NoValue(_) | Self::LongValue(_) => text.extend(self.to_string().into_bytes()),
            Self::UnknownShort(letter) | Self::ShortValue(letter) => {
                text.extend(self.to_string().into_bytes());
                text.extend_from_slice(&[b' ', b'-', b'-', b' ', b'\'', *letter, b'\'']);
            }
        }
        text
    }
}

/// Takes a command line apart.
pub(super) struct Pieces<'a, T> {
    flags: &'a [Flag<T>],
    rest: std::vec::IntoIter<OsString>,
    /// What is left of an argument of several short options.
    joined: Vec<u8>,
    /// Everything from here on is an operand.
    operands_only: bool,
    /// The first operand ends the options: what `POSIXLY_CORRECT` asks for.
    strict_order: bool,
}

impl<'a, T: Copy> Pieces<'a, T> {
    pub(super) fn new(flags: &'a [Flag<T>], arguments: Vec<OsString>, strict_order: bool) -> Self {
        Self {
            flags,
            rest: arguments.into_iter(),
            joined: Vec::new(),
            operands_only: false,
            strict_order,
        }
    }

    fn short(&mut self) -> Result<Piece<T>, Mistake> {
        let letter = self.joined.remove(0);
        let flag = self
            .flags
            .iter()
            .find(|flag| flag.short == Some(letter))
            .ok_or(Mistake::UnknownShort(letter))?;
        if !flag.value {
            return Ok(Piece::Option(flag.id, OsString::new()));
        }
        let value = if self.joined.is_empty() {
            self.rest.next().ok_or(Mistake::ShortValue(letter))?
        } else {
            os_string(std::mem::take(&mut self.joined))
        };
        Ok(Piece::Option(flag.id, value))
    }

    fn long(&mut self, argument: &OsStr) -> Result<Piece<T>, Mistake> {
        let bytes = &argument.as_encoded_bytes()[2..];
        let (name, value) = match bytes.iter().position(|byte| *byte == b'=') {
            Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
            None => (bytes, None),
        };
        let exact = self.flags.iter().find(|f| f.long.as_bytes() == name);
        let mut like = self
            .flags
            .iter()
            .filter(|flag| flag.long.as_bytes().starts_with(name));
        let flag = match (exact, like.next(), like.next()) {
            (Some(flag), ..) | (None, Some(flag), None) => flag,
            (None, None, _) => return Err(Mistake::Unknown(argument.to_owned())),
            (None, Some(first), Some(second)) => {
                let all = [first, second].into_iter().chain(like);
                let names = all.map(|flag| flag.long).collect();
                return Err(Mistake::Ambiguous(argument.to_owned(), names));
            }
        };
        let value = match (flag.value, value) {
            (false, None) => OsString::new(),
            (false, Some(_)) => return Err(Mistake::NoValue(flag.long)),
            (true, Some(value)) => os_string(value.to_vec()),
            (true, None) => self.rest.next().ok_or(Mistake::LongValue(flag.long))?,
        };
        Ok(Piece::Option(flag.id, value))
    }
}

impl<T: Copy> Iterator for Pieces<'_, T> {
    type Item = Result<Piece<T>, Mistake>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.joined.is_empty() {
            return Some(self.short());
        }
        let argument = self.rest.next()?;
        let bytes = argument.as_encoded_bytes();
        if self.operands_only || bytes == b"-" || !bytes.starts_with(b"-") {
            self.operands_only |= self.strict_order;
            return Some(Ok(Piece::Operand(argument)));
        }
        if bytes == b"--" {
            self.operands_only = true;
            return self.next();
        }
        if bytes.starts_with(b"--") {
            return Some(self.long(&argument));
        }
        self.joined = bytes[1..].to_vec();
        Some(self.short())
    }
}

#[cfg(unix)]
pub(super) fn os_string(bytes: Vec<u8>) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes)
}

/// Names are UTF-16 here, and a checksum file is UTF-8: what is not becomes U+FFFD, which no file
/// is called, so that it is reported as not there and no other is taken for it.
#[cfg(not(unix))]
#[expect(
    clippy::needless_pass_by_value,
    reason = "one face for all systems; on Unix the bytes become the name"
)]
pub(super) fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::{Flag, Mistake, Piece, Pieces};
    use std::ffi::OsString;

    const FLAGS: &[Flag<char>] = &[
        Flag {
            long: "tag",
            short: None,
            value: false,
            id: 'T',
        },
        Flag {
            long: "text",
            short: Some(b't'),
            value: false,
            id: 't',
        },
        Flag {
            long: "length",
            short: Some(b'l'),
            value: true,
            id: 'l',
        },
        Flag {
            long: "check",
            short: Some(b'c'),
            value: false,
            id: 'c',
        },
    ];

    fn pieces(line: &str, strict: bool) -> Vec<Result<String, Mistake>> {
        let arguments = line.split_whitespace().map(OsString::from).collect();
        Pieces::new(FLAGS, arguments, strict)
            .map(|piece| {
                piece.map(|piece| match piece {
                    Piece::Option(id, value) => format!("{id}:{}", value.display()),
                    Piece::Operand(name) => name.display().to_string(),
                })
            })
            .collect()
    }

    fn good(line: &str) -> String {
        let all: Result<Vec<String>, Mistake> = pieces(line, false).into_iter().collect();
        all.unwrap().join(" ")
    }

    #[test]
    fn options_and_operands_come_in_any_order_until_two_dashes() {
        assert_eq!(good("a -c b --tag -- -c --"), "a c: b T: -c --");
        assert_eq!(good("- -c"), "- c:");
    }

    #[test]
    fn short_options_are_joined_with_each_other_and_with_their_value() {
        assert_eq!(good("-ctl8 -l 8 -cl=8"), "c: t: l:8 l:8 c: l:=8");
    }

    #[test]
    fn long_names_are_shortened_as_far_as_they_are_clear() {
        assert_eq!(good("--le=8 --l 8 --ta --tag"), "l:8 l:8 T: T:");
        let ambiguous = Mistake::Ambiguous("--t".into(), vec!["tag", "text"]);
        assert_eq!(pieces("--t", false)[0], Err(ambiguous));
    }

    #[test]
    fn a_first_operand_ends_the_options_where_that_was_asked_for() {
        let all: Result<Vec<String>, Mistake> = pieces("-c a -c", true).into_iter().collect();
        assert_eq!(all.unwrap().join(" "), "c: a -c");
    }
}
