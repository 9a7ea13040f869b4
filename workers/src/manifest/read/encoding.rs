//! What the first bytes of a file say about how its text is stored.

/// How a list's text is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes that are taken as they are: UTF-8, or whatever else names are made of.
    Bytes,
    /// UTF-16, low byte first, with its byte-order mark: SFV files of Windows programs, and
    /// whatever Windows PowerShell redirects into a file.
    Utf16Le,
    /// UTF-16, high byte first, with its byte-order mark.
    Utf16Be,
}

impl Encoding {
    /// The encoding, and how many bytes the mark takes.
    pub(super) fn of(start: &[u8]) -> (Self, usize) {
        match start {
            [0xef, 0xbb, 0xbf, ..] => (Self::Bytes, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            _ => (Self::Bytes, 0),
        }
    }
}

/// Makes UTF-8 of UTF-16 that comes in pieces. A lone surrogate becomes the three bytes that
/// UTF-8 would have for it if it had any: names on Windows may hold one, and it must not be lost.
#[derive(Debug, Default)]
pub(super) struct FromUtf16 {
    odd: Option<u8>,
    high: Option<u16>,
}

impl FromUtf16 {
    /// Appends what can be told from `bytes` and those before.
    pub(super) fn push(&mut self, big: bool, bytes: &[u8], out: &mut Vec<u8>) {
        for &byte in bytes {
            let Some(first) = self.odd.take() else {
                self.odd = Some(byte);
                continue;
            };
            let unit = if big {
                u16::from_be_bytes([first, byte])
            } else {
                u16::from_le_bytes([first, byte])
            };
            self.unit(unit, out);
        }
    }

    /// Appends what is left at the end. Half a unit is written as U+FFFD: the line it is in is
    /// broken anyway, and must not look whole.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if let Some(high) = self.high.take() {
            surrogate(high, out);
        }
        if self.odd.take().is_some() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }

    fn unit(&mut self, unit: u16, out: &mut Vec<u8>) {
        if let Some(high) = self.high.take() {
            if let Some(Ok(c)) = char::decode_utf16([high, unit]).next() {
                return character(c, out);
            }
            surrogate(high, out);
        }
        match char::from_u32(u32::from(unit)) {
            Some(c) => character(c, out),
            None if unit < 0xdc00 => self.high = Some(unit),
            None => surrogate(unit, out),
        }
    }
}

fn character(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn surrogate(unit: u16, out: &mut Vec<u8>) {
    let [high, low] = unit.to_be_bytes();
    out.extend_from_slice(&[
        0xed,
        0x80 | (high & 0x0f) << 2 | low >> 6,
        0x80 | low & 0x3f,
    ]);
}

#[cfg(test)]
mod tests {
    use super::FromUtf16;

    #[test]
    fn text_is_the_same_however_it_is_cut_and_a_lone_surrogate_is_kept() {
        let units: Vec<u16> = "a\u{e9}\u{20ac}\u{1f600}"
            .encode_utf16()
            .chain([0xd83d, u16::from(b'x'), 0xde00])
            .collect();
        let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let mut expected = "a\u{e9}\u{20ac}\u{1f600}".as_bytes().to_vec();
        expected.extend_from_slice(b"\xed\xa0\xbdx\xed\xb8\x80");
        for cut in 1..bytes.len() {
            let (mut from, mut out) = (FromUtf16::default(), Vec::new());
            for piece in bytes.chunks(cut) {
                from.push(false, piece, &mut out);
            }
            from.finish(&mut out);
            assert_eq!(out, expected, "in pieces of {cut}");
        }
    }
}
