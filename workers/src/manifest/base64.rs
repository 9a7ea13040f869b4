//! Base64 (RFC 4648, with padding), in which `cksum --base64` of coreutils 9.2 and newer writes.

/// How long the text of so many bytes is.
pub(crate) fn text_len(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Decodes the text of exactly as many bytes as `out` has room for. Gives `false` for anything
/// that no encoder writes.
pub(crate) fn decode(text: &[u8], out: &mut [u8]) -> bool {
    if text.len() != text_len(out.len()) {
        return false;
    }
    let (groups, _) = text.as_chunks::<4>();
    for (group, bytes) in groups.iter().zip(out.chunks_mut(3)) {
        let mut bits = 0u32;
        for (place, &letter) in group.iter().enumerate() {
            let value = match value(letter) {
                Some(value) => value,
                // Padding stands in place of letters that would hold no byte.
                None if letter == b'=' && place > bytes.len() => 0,
                None => return false,
            };
            if place > bytes.len() && letter != b'=' {
                return false;
            }
            bits = bits << 6 | value;
        }
        let [_, decoded @ ..] = bits.to_be_bytes();
        let (kept, rest) = decoded.split_at(bytes.len());
        bytes.copy_from_slice(kept);
        if rest.iter().any(|&byte| byte != 0) {
            return false;
        }
    }
    true
}

fn value(letter: u8) -> Option<u32> {
    Some(u32::from(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn the_examples_of_the_rfc_are_decoded_and_what_nobody_writes_is_not() {
        for (text, bytes) in [
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
        ] {
            let mut out = vec![0; bytes.len()];
            assert!(decode(text.as_bytes(), &mut out), "{text}");
            assert_eq!(out, bytes.as_bytes());
        }
        for bad in ["Zh==", "Zg=A", "Zg", "Z===", "Zm9v", "=g==", "Z-=="] {
            assert!(!decode(bad.as_bytes(), &mut [0]), "{bad}");
        }
    }
}
