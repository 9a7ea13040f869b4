//! Digests in Base64, as web pages (`integrity="sha384-…"`), package managers, HTTP's `Repr-Digest`
//! (RFC 9530) and OpenSSH write them: with padding or without, in either alphabet of RFC 4648.

use super::NoDigest;
use crate::algorithm::Algorithm;
use crate::manifest::base64::{decode, text_len};

/// Reads a digest in Base64. `None`: it does not look like one, and may be something else.
pub(super) fn read(text: &str, of: Option<Algorithm>) -> Option<Result<Vec<u8>, NoDigest>> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    // RFC 9530 has a colon on either side.
    let text = text.strip_suffix(':').unwrap_or(&text);
    let letters = text.trim_end_matches('=');
    let padding = text.len() - letters.len();
    let in_alphabet = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    if letters.is_empty() || !letters.chars().all(in_alphabet) {
        return None;
    }
    // Two letters of three are no hexadecimal digits. A text with few of those is one in
    // hexadecimal with a mistake, and its length may be that of another digest in Base64.
    let others = letters.chars().filter(|c| !c.is_ascii_hexdigit()).count();
    if padding == 0 && (others * 4 <= letters.len() || letters.len() < 8) {
        return None;
    }
    let characters = text.len();
    let length = letters.len() * 3 / 4;
    let padded = text_len(length);
    let fits = match of {
        Some(algorithm) => algorithm.digest_len() == length,
        None => algorithms().any(|one| one.digest_len() == length),
    };
    if !fits || letters.len() % 4 == 1 {
        return Some(Err(match of {
            Some(algorithm) => NoDigest::NotOfBase64 {
                algorithm,
                characters,
            },
            None => NoDigest::Base64Length { characters },
        }));
    }
    let mut bytes = vec![0; length];
    let whole = format!("{letters:=<padded$}");
    let well = (padding == 0 || characters == padded) && decode(whole.as_bytes(), &mut bytes);
    Some(well.then_some(bytes).ok_or(NoDigest::BadBase64))
}

/// Whether a word beside a name is a digest. Words of as many letters as one has without padding
/// are many, and only where an algorithm is named is one taken for it.
pub(super) fn is_digest(word: &str, of: Option<Algorithm>) -> bool {
    (of.is_some() || word.ends_with('=')) && matches!(read(word, of), Some(Ok(_)))
}

/// How many characters a digest of this algorithm has in Base64.
pub(super) fn characters(algorithm: Algorithm) -> usize {
    text_len(algorithm.digest_len())
}

/// How many characters digests have in Base64.
pub(super) fn lengths() -> Vec<usize> {
    algorithms().map(characters).collect()
}

/// A CRC-32 is nowhere written in Base64, and many words are as long.
fn algorithms() -> impl Iterator<Item = Algorithm> {
    let all = Algorithm::ALL.iter().copied();
    all.filter(|&algorithm| algorithm != Algorithm::Crc32)
}
