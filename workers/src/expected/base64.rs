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

#[cfg(test)]
mod tests {
    use crate::{Algorithm, ExpectedDigest, NoDigest};

    const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";
    const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const SHA256_64: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    const SHA384: &str = "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da\
                          274edebfe76f65fbd51ad2f14898b95b";
    const SHA384_64: &str = "OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";
    const MD5_64: &str = "1B2M2Y8AsgTpgAmY7PhCfg==";

    fn read(text: &str) -> ExpectedDigest {
        text.parse()
            .unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    #[test]
    fn base64_is_understood_wherever_hexadecimal_is_and_in_the_forms_of_the_web() {
        let unpadded = SHA256_64.trim_end_matches('=');
        let url_safe = SHA256_64.replace('+', "-").replace('/', "_");
        for (text, algorithm, name, digits) in [
            (
                format!("sha256-{SHA256_64}"),
                Algorithm::Sha256,
                None,
                SHA256,
            ),
            (
                format!("sha384-{SHA384_64}?foo"),
                Algorithm::Sha384,
                None,
                SHA384,
            ),
            // Of several, the strongest.
            (
                format!("sha256-{SHA256_64}\n  sha384-{SHA384_64}"),
                Algorithm::Sha384,
                None,
                SHA384,
            ),
            (
                format!("sha3-256-{SHA256_64}"),
                Algorithm::Sha3_256,
                None,
                SHA256,
            ),
            (
                format!("sha512-256-{SHA256_64}"),
                Algorithm::Sha512_256,
                None,
                SHA256,
            ),
            (format!("sha256-{SHA256}"), Algorithm::Sha256, None, SHA256),
            (
                format!("SHA256:{unpadded}"),
                Algorithm::Sha256,
                None,
                SHA256,
            ),
            (
                format!("SHA-256={SHA256_64}"),
                Algorithm::Sha256,
                None,
                SHA256,
            ),
            (
                format!("sha-256=:{SHA256_64}:"),
                Algorithm::Sha256,
                None,
                SHA256,
            ),
            (format!("md5: {MD5_64}"), Algorithm::Md5, None, MD5),
            (SHA256_64.to_owned(), Algorithm::Sha256, None, SHA256),
            (unpadded.to_owned(), Algorithm::Sha256, None, SHA256),
            (url_safe, Algorithm::Sha256, None, SHA256),
            (
                format!(" {}\n{}\n", &SHA256_64[..20], &SHA256_64[20..]),
                Algorithm::Sha256,
                None,
                SHA256,
            ),
            // As long as a SHA-256 in hexadecimal, and without padding.
            (SHA384_64.to_owned(), Algorithm::Sha384, None, SHA384),
            (MD5_64.to_owned(), Algorithm::Md5, None, MD5),
            (
                format!("SHA256 (a (1).iso) = {SHA256_64}"),
                Algorithm::Sha256,
                Some("a (1).iso"),
                SHA256,
            ),
            (
                format!("{SHA256_64}  my photo.iso"),
                Algorithm::Sha256,
                Some("my photo.iso"),
                SHA256,
            ),
            (
                format!("x.iso: {MD5_64}"),
                Algorithm::Md5,
                Some("x.iso"),
                MD5,
            ),
        ] {
            let expected = read(&text);
            assert_eq!(expected.candidates()[0], algorithm, "{text:?}");
            assert_eq!(expected.name(), name, "{text:?}");
            assert_eq!(expected.digest().to_string(), digits, "{text:?}");
        }
        // The last line, of which there are two, is as long as an MD5.
        let sha512 = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwv\n\
                      Y7kxvUdBeoGlODJ6+SfaPg==";
        assert_eq!(read(sha512).digest().0.len(), 64);
        // As with hexadecimal, the length says what it can be of.
        assert_eq!(read(SHA256_64).candidates(), read(SHA256).candidates());
    }

    #[test]
    fn what_could_be_either_is_hexadecimal() {
        // Sixty-four digits, which are letters of Base64 as well.
        assert_eq!(read(SHA256).digest().to_string(), SHA256);
        // One mistake in them makes no other digest.
        let typo = SHA256.replacen('c', "g", 1);
        assert_eq!(typo.parse::<ExpectedDigest>(), Err(NoDigest::NotHex('g')));
        // A name that has as many letters as a digest has in Base64.
        let named = read("holidaypicturesummerAA 1a2b3c4d");
        assert_eq!(named.name(), Some("holidaypicturesummerAA"));
        assert_eq!(named.candidates(), [Algorithm::Crc32]);
    }

    #[test]
    fn base64_that_is_no_digest_is_said_in_words() {
        let bad = SHA256_64.replace("FU=", "FV=");
        for (text, words) in [
            (
                &SHA256_64[..12],
                "12 characters of Base64; a digest has 24, 28, 40, 44, 64 or 88",
            ),
            (
                "sha256-47DEQpj8HBSa",
                "12 characters of Base64; SHA-256 has 44",
            ),
            (
                "sha512-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                "44 characters of Base64; SHA-512 has 88",
            ),
            (
                &bad,
                "this Base64 has a mistake at its end: the last character, or the '=' behind it",
            ),
            (
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU==",
                "this Base64 has a mistake at its end: the last character, or the '=' behind it",
            ),
            // Eight characters could be a CRC-32, and are a word.
            (
                "AAAAAA==",
                "8 characters of Base64; a digest has 24, 28, 40, 44, 64 or 88",
            ),
        ] {
            let error = text.parse::<ExpectedDigest>().unwrap_err();
            assert_eq!(error.to_string(), words, "{text:?}");
        }
    }
}
