//! Hexadecimal digits of either case.

/// Whether these are hexadecimal digits and nothing else.
#[must_use]
pub fn is_hex(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
}

/// Appends the bytes that the digits stand for. Gives `false`, and leaves `out` as it was, if
/// there is anything but pairs of hexadecimal digits.
pub fn decode_into(text: &[u8], out: &mut Vec<u8>) -> bool {
    let before = out.len();
    out.resize(before + text.len() / 2, 0);
    let good = decode(text, &mut out[before..]);
    if !good {
        out.truncate(before);
    }
    good
}

/// As [`decode_into`], into a place that must be half as long as the text.
pub(super) fn decode(text: &[u8], out: &mut [u8]) -> bool {
    let (pairs, rest) = text.as_chunks::<2>();
    // Looked at once at the end: a branch a digit is what decoding would spend its time on.
    let mut seen = 0;
    for ([high, low], byte) in pairs.iter().zip(&mut *out) {
        let (high, low) = (VALUE[usize::from(*high)], VALUE[usize::from(*low)]);
        seen |= high | low;
        *byte = high << 4 | low & 15;
    }
    rest.is_empty() && pairs.len() == out.len() && seen & BAD == 0
}

const BAD: u8 = 0x80;

const VALUE: [u8; 256] = {
    let mut table = [BAD; 256];
    let mut digit = 0;
    while digit < 16 {
        let byte = b"0123456789abcdef"[digit];
        table[byte as usize] = digit as u8;
        table[byte.to_ascii_uppercase() as usize] = digit as u8;
        digit += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::decode_into;

    #[test]
    fn digits_of_either_case_are_read_and_anything_else_leaves_no_trace() {
        let mut out = vec![7];
        assert!(decode_into(b"00fFAb", &mut out));
        assert_eq!(out, [7, 0, 0xff, 0xab]);
        for bad in [&b"0"[..], b"0g", b"00 ", b"zz", b"0\xff"] {
            assert!(!decode_into(bad, &mut out), "{bad:?}");
            assert_eq!(out, [7, 0, 0xff, 0xab]);
        }
    }
}
