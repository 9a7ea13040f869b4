//! The lines of a list that is checked, read as coreutils 9.1 reads them, to the last oddity:
//! a script that relies on one must not find another answer here. Digests in base64 came with
//! 9.2 and are read too.
//!
//! The readers of `workers::manifest` take what one would want taken from a list; they refuse
//! names that are empty or hold a NUL, and know nothing of what differs between the programs. So
//! the lines are taken apart here once more, with their pieces where those are the same.

use std::borrow::Cow;

use workers::manifest::gnu::{self, Form};

use super::algorithms::{BLAKE2B_MAX, Digest, Family};
use super::print::base64;
use super::program::Program;

/// A file that a list names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: Vec<u8>,
    pub(super) digest: Digest,
    expected: Expected,
}

#[derive(Debug, PartialEq, Eq)]
enum Expected {
    /// In either case.
    Hex(Vec<u8>),
    Base64(Vec<u8>),
}

impl Listed {
    /// Whether this is the digest that the list has.
    pub(super) fn matches(&self, digest: &[u8]) -> bool {
        match &self.expected {
            Expected::Hex(hex) => workers::Digest(digest)
                .to_string()
                .as_bytes()
                .eq_ignore_ascii_case(hex),
            Expected::Base64(text) => base64(digest).as_bytes() == text,
        }
    }
}

/// Reads lines, one after another.
pub(super) struct Lines {
    program: Program,
    /// The only family that is taken; none: whichever the tag names.
    only: Option<Family>,
    /// The family of the latest tag.
    latest: Option<Family>,
    /// Decided by the first line of the first list that shows it, for all that follow.
    form: Form,
}

impl Lines {
    pub(super) fn new(program: Program, only: Option<Family>) -> Self {
        Self {
            program,
            only,
            latest: only,
            form: Form::Undecided,
        }
    }

    /// The name of the algorithm in complaints about lines.
    pub(super) fn label(&self) -> &'static str {
        self.latest.map_or("CRC", Family::tag)
    }

    /// Reads a line, without its line break. `None` if it is not properly formatted.
    pub(super) fn read(&mut self, line: &[u8]) -> Option<Listed> {
        let line = skip_blanks(line);
        let (escaped, line) = match line.strip_prefix(b"\\") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let end = line.iter().position(|byte| b" \t-(\0".contains(byte));
        let (word, rest) = line.split_at(end.unwrap_or(line.len()));
        let tag = Family::of_tag(word).filter(|family| self.takes(*family));
        match (tag, self.only) {
            (Some(family), _) => {
                if self.only.is_none() {
                    self.latest = Some(family);
                }
                self.tagged(family, rest, escaped)
            }
            (None, Some(family)) => self.untagged(family, line, escaped),
            (None, None) => None,
        }
    }

    fn takes(&self, family: Family) -> bool {
        match self.only {
            None => true,
            Some(Family::Sha2) => match family {
                Family::One(algorithm) => {
                    let bits = algorithm.digest_len() * 8;
                    Family::Sha2.of_length(bits) == Some(Digest::One(algorithm))
                }
                _ => false,
            },
            Some(only) => only == family,
        }
    }

    fn knows_lengths(&self) -> bool {
        matches!(self.program, Program::Cksum | Program::One(Family::Blake2b))
    }

    /// What follows the tag: `-256 (name) = HEX`, with or without the length.
    fn tagged(&self, family: Family, rest: &[u8], escaped: bool) -> Option<Listed> {
        // Programs of one length only know one blank at most after the tag. 9.1's `cksum` takes
        // a length after any tag, and then compares no more than so much of the digest: one byte
        // of a SHA-256 would do. Here that is a line that is not properly formatted.
        let (digest, rest) = match rest.split_first()? {
            (b'-', rest) if self.knows_lengths() => {
                let (bits, rest) = c_number(rest)?;
                (family.of_length(bits)?, rest)
            }
            (b' ' | b'\t' | 0, rest) if self.knows_lengths() => (family.usual()?, rest),
            _ => (family.usual()?, rest),
        };
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let rest = rest.strip_prefix(b"(")?;
        let close = rest.iter().rposition(|byte| *byte == b')')?;
        let (name, rest) = (&rest[..close], &rest[close + 1..]);
        let name = if escaped {
            unescape(name)?
        } else {
            until_nul(name).to_vec()
        };
        let rest = skip_blanks(skip_blanks(rest).strip_prefix(b"=")?);
        Some(Listed {
            name,
            digest,
            expected: self.expect(digest, until_nul(rest))?,
        })
    }

    /// `HEX  name`
    fn untagged(&mut self, family: Family, line: &[u8], escaped: bool) -> Option<Listed> {
        let (digest, expected, rest) = match family.usual() {
            Some(digest @ Digest::One(_)) => {
                let end = line.iter().position(|byte| is_blank(*byte))?;
                let (text, rest) = line.split_at(end);
                (digest, self.expect(digest, text)?, rest)
            }
            // The number of digits says which.
            _ => {
                let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
                let (hex, rest) = line.split_at(digits.count());
                if !hex.len().is_multiple_of(2) {
                    return None;
                }
                let digest = family.of_length(hex.len() * 4)?;
                (digest, Expected::Hex(hex.to_vec()), rest)
            }
        };
        let (blank, mut name) = rest.split_first()?;
        // Programs of one length want a mark and a letter, or two letters, where the others take
        // nothing at all for a name.
        let shortest = if self.knows_lengths() { 0 } else { 1 };
        if !is_blank(*blank) || name.len() < shortest {
            return None;
        }
        let marked = name.len() != 1 && matches!(name.first(), Some(b' ' | b'*'));
        match (marked, self.form) {
            (false, Form::Marked) => return None,
            (false, _) => self.form = Form::OneBlank,
            (true, Form::OneBlank) => {}
            (true, _) => {
                self.form = Form::Marked;
                name = &name[1..];
            }
        }
        Some(Listed {
            name: if escaped {
                unescape(name)?
            } else {
                until_nul(name).to_vec()
            },
            digest,
            expected,
        })
    }

    /// The digest as text, if it can be one of this length.
    fn expect(&self, digest: Digest, text: &[u8]) -> Option<Expected> {
        let bytes = digest.len();
        if text.len() == 2 * bytes && text.iter().all(u8::is_ascii_hexdigit) {
            return Some(Expected::Hex(text.to_vec()));
        }
        // Only `cksum` writes base64, and to `sha384sum` a SHA-256 in hexadecimal looks like it.
        if self.program != Program::Cksum || text.len() != bytes.div_ceil(3) * 4 {
            return None;
        }
        let (letters, padding) = text.split_at(text.len() - (3 - bytes % 3) % 3);
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
        let is_base64 = letters.iter().all(is_letter) && padding.iter().all(|byte| *byte == b'=');
        is_base64.then(|| Expected::Base64(text.to_vec()))
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn skip_blanks(line: &[u8]) -> &[u8] {
    let blanks = line.iter().take_while(|byte| is_blank(**byte)).count();
    &line[blanks..]
}

/// No file's name holds a NUL; the original sees the end of the line there, even where the name
/// goes on.
fn until_nul(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Undoes the escaping; a NUL in an escaped name is refused, unlike in others.
fn unescape(name: &[u8]) -> Option<Vec<u8>> {
    if name.contains(&0) {
        return None;
    }
    gnu::unescape(name).ok().map(Cow::into_owned)
}

/// A number as the C library reads one of unknown base (`0x` and `0` before it tell), up to the
/// greatest length there is, and what follows it.
fn c_number(text: &[u8]) -> Option<(usize, &[u8])> {
    let space = |byte: &&u8| matches!(**byte, b' ' | b'\t'..=b'\r');
    let text = &text[text.iter().take_while(space).count()..];
    let text = text.strip_prefix(b"+").unwrap_or(text);
    let (radix, digits) = match text {
        [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => {
            (16, rest)
        }
        [b'0', ..] => (8, text),
        _ => (10, text),
    };
    let value = |byte: u8| char::from(byte).to_digit(radix);
    let length = digits
        .iter()
        .take_while(|byte| value(**byte).is_some())
        .count();
    let (digits, rest) = digits.split_at(length);
    let number = digits.iter().try_fold(0usize, |number, digit| {
        number
            .checked_mul(radix as usize)?
            .checked_add(value(*digit)? as usize)
    })?;
    (number > 0 && number <= BLAKE2B_MAX * 8).then_some((number, rest))
}
