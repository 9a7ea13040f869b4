//! The lines that are printed: tagged, untagged, numbers, base64 and raw.

use super::algorithms::{Counted, Digest};

/// How a digest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Hex,
    Base64,
}

/// What a line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `SHA256 (name) = hex`
    Tagged(Encoding),
    /// `hex  name`; the mark is a space or an asterisk.
    Untagged { encoding: Encoding, mark: u8 },
    /// The digest's own bytes and nothing else.
    Raw,
}

/// What ends a line. NUL also means that names are not escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Newline,
    Nul,
}

impl End {
    fn byte(self) -> u8 {
        match self {
            Self::Newline => b'\n',
            Self::Nul => 0,
        }
    }
}

/// A line for a digest.
pub(super) fn digest(kind: Digest, digest: &[u8], name: &[u8], style: Style, end: End) -> Vec<u8> {
    let mut line = Vec::with_capacity(2 * digest.len() + name.len() + 20);
    if style == Style::Raw {
        line.extend_from_slice(digest);
        return line;
    }
    let escape = end == End::Newline && name.iter().any(|byte| b"\\\n\r".contains(byte));
    if escape {
        line.push(b'\\');
    }
    let put_name = |line: &mut Vec<u8>| {
        if escape {
            escape_into(name, line);
        } else {
            line.extend_from_slice(name);
        }
    };
    match style {
        Style::Raw => {}
        Style::Tagged(encoding) => {
            line.extend_from_slice(kind.tag().as_bytes());
            line.extend_from_slice(b" (");
            put_name(&mut line);
            line.extend_from_slice(b") = ");
            line.extend_from_slice(encoded(digest, encoding).as_bytes());
        }
        Style::Untagged { encoding, mark } => {
            line.extend_from_slice(encoded(digest, encoding).as_bytes());
            line.extend_from_slice(&[b' ', mark]);
            put_name(&mut line);
        }
    }
    line.push(end.byte());
    line
}

/// A line for a checksum that is a number. Names are never escaped in these; without a name
/// there was no operand.
pub(super) fn counted(
    kind: Counted,
    sum: &[u8],
    length: u64,
    name: Option<&[u8]>,
    style: Style,
    end: End,
) -> Vec<u8> {
    if style == Style::Raw {
        return sum.to_vec();
    }
    let number = sum.iter().fold(0, |n: u32, byte| n << 8 | u32::from(*byte));
    let mut line = match kind {
        Counted::Crc | Counted::Crc32b => format!("{number} {length}"),
        Counted::Sysv => format!("{number} {}", length.div_ceil(512)),
        Counted::Bsd => format!("{number:05} {:5}", length.div_ceil(1024)),
    }
    .into_bytes();
    if let Some(name) = name {
        line.push(b' ');
        line.extend_from_slice(name);
    }
    line.push(end.byte());
    line
}

/// A name with its backslashes and line breaks escaped.
pub(super) fn escape_into(name: &[u8], line: &mut Vec<u8>) {
    for byte in name {
        match byte {
            b'\\' => line.extend_from_slice(b"\\\\"),
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            other => line.push(*other),
        }
    }
}

fn encoded(digest: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Hex => workers::Digest(digest).to_string(),
        Encoding::Base64 => base64(digest),
    }
}

/// Base64 as in RFC 4648, section 4. Twelve lines rather than a dependency.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| {
            bits << 8 | u32::from(group.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            let six = (bits >> (18 - 6 * at)) & 63;
            text.push(if at > group.len() {
                '='
            } else {
                char::from(ALPHABET[six as usize])
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
