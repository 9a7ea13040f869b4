//! The one table of digest algorithms. Menus, command line, help, checksum formats and tests are
//! all driven by [`Algorithm::ALL`]; a new algorithm is one line in `table!`.

use std::fmt;
use std::str::FromStr;

use digest::{Digest as _, FixedOutputReset, Update};
use serde::{Deserialize, Serialize};

/// A running digest. One value serves any number of files, one after another.
pub trait Hasher: Send {
    /// Takes the next bytes of the message.
    fn update(&mut self, bytes: &[u8]);
    /// As [`update`](Self::update), and other cores may help: worth their while from some hundred kilobytes
    /// on, for a digest that is a tree.
    fn update_on_all_cores(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
    /// Appends the digest of everything since the last call to `out`, and starts afresh.
    fn finish_into(&mut self, out: &mut Vec<u8>);
}

macro_rules! table {
    ($($variant:ident, $name:literal, $label:literal, $tag:literal, $len:literal, $strength:ident, $new:expr;)*) => {
        /// A digest algorithm.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Algorithm { $(#[doc = $label] $variant,)* }

        impl Algorithm {
            /// Every algorithm, in the order in which menus list them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the command line and in settings, such as `sha256`.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name,)* } }

            /// The name that people read, such as `SHA-256`.
            #[must_use]
            pub const fn label(self) -> &'static str { match self { $(Self::$variant => $label,)* } }

            /// The tag in BSD-style checksum lines, such as `SHA256`.
            #[must_use]
            pub const fn bsd_tag(self) -> &'static str { match self { $(Self::$variant => $tag,)* } }

            /// Length of the digest in bytes.
            #[must_use]
            pub const fn digest_len(self) -> usize { match self { $(Self::$variant => $len,)* } }

            /// What the algorithm is good for today.
            #[must_use]
            pub const fn strength(self) -> Strength { match self { $(Self::$variant => Strength::$strength,)* } }

            /// A new running digest.
            #[must_use]
            pub fn hasher(self) -> Box<dyn Hasher> { match self { $(Self::$variant => Box::new($new),)* } }
        }
    };
}

table! {
    Sha256,     "sha256",      "SHA-256",     "SHA256",      32, Strong,   Rust(sha2::Sha256::new());
    Sha224,     "sha224",      "SHA-224",     "SHA224",      28, Strong,   Rust(sha2::Sha224::new());
    Sha384,     "sha384",      "SHA-384",     "SHA384",      48, Strong,   Rust(sha2::Sha384::new());
    Sha512,     "sha512",      "SHA-512",     "SHA512",      64, Strong,   Rust(sha2::Sha512::new());
    Sha512_224, "sha512-224",  "SHA-512/224", "SHA512-224",  28, Strong,   Rust(sha2::Sha512_224::new());
    Sha512_256, "sha512-256",  "SHA-512/256", "SHA512-256",  32, Strong,   Rust(sha2::Sha512_256::new());
    Sha3_224,   "sha3-224",    "SHA3-224",    "SHA3-224",    28, Strong,   Rust(sha3::Sha3_224::new());
    Sha3_256,   "sha3-256",    "SHA3-256",    "SHA3-256",    32, Strong,   Rust(sha3::Sha3_256::new());
    Sha3_384,   "sha3-384",    "SHA3-384",    "SHA3-384",    48, Strong,   Rust(sha3::Sha3_384::new());
    Sha3_512,   "sha3-512",    "SHA3-512",    "SHA3-512",    64, Strong,   Rust(sha3::Sha3_512::new());
    Blake2b,    "blake2b",     "BLAKE2b",     "BLAKE2b",     64, Strong,   Rust(blake2::Blake2b512::new());
    Blake2b256, "blake2b-256", "BLAKE2b-256", "BLAKE2b-256", 32, Strong,   Rust(blake2::Blake2b256::new());
    Blake3,     "blake3",      "BLAKE3",      "BLAKE3",      32, Strong,   blake3::Hasher::new();
    Sm3,        "sm3",         "SM3",         "SM3",         32, Strong,   Rust(sm3::Sm3::new());
    Sha1,       "sha1",        "SHA-1",       "SHA1",        20, Weak,     Rust(sha1::Sha1::new());
    Md5,        "md5",         "MD5",         "MD5",         16, Weak,     Rust(md5::Md5::new());
    Crc32,      "crc32",       "CRC-32",      "CRC32",        4, Accident, crc32fast::Hasher::new();
}

/// What an algorithm protects against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Nobody is known to be able to make two files with one digest.
    Strong,
    /// Finds accidents, but two different files with one digest can be made on purpose.
    Weak,
    /// Finds accidents only; a match can be made by hand.
    Accident,
}

impl Algorithm {
    /// As it is called by who calculates many at once, if it can be.
    pub(crate) fn in_lanes(self) -> Option<lanes::Digest> {
        Some(match self {
            Self::Md5 => lanes::Digest::Md5,
            Self::Sha1 => lanes::Digest::Sha1,
            Self::Sha224 => lanes::Digest::Sha224,
            Self::Sha256 => lanes::Digest::Sha256,
            Self::Sha384 => lanes::Digest::Sha384,
            Self::Sha512 => lanes::Digest::Sha512,
            Self::Sha512_224 => lanes::Digest::Sha512_224,
            Self::Sha512_256 => lanes::Digest::Sha512_256,
            _ => return None,
        })
    }
}

struct Rust<D>(D);

impl<D: Update + FixedOutputReset + Send> Hasher for Rust<D> {
    fn update(&mut self, bytes: &[u8]) {
        Update::update(&mut self.0, bytes);
    }
    fn finish_into(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.finalize_fixed_reset());
    }
}

impl Hasher for blake3::Hasher {
    fn update(&mut self, bytes: &[u8]) {
        blake3::Hasher::update(self, bytes);
    }
    fn update_on_all_cores(&mut self, bytes: &[u8]) {
        self.update_rayon(bytes);
    }
    fn finish_into(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.finalize().as_bytes());
        self.reset();
    }
}

impl Hasher for crc32fast::Hasher {
    fn update(&mut self, bytes: &[u8]) {
        crc32fast::Hasher::update(self, bytes);
    }
    fn finish_into(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.clone().finalize().to_be_bytes());
        self.reset();
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no algorithm bears.
#[derive(Debug, thiserror::Error)]
#[error("no algorithm is called '{0}'; there are {list}", list = names())]
pub struct UnknownAlgorithm(String);

fn names() -> String {
    Algorithm::ALL
        .iter()
        .map(|a| a.name())
        .collect::<Vec<_>>()
        .join(", ")
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    /// Takes `sha256`, `SHA-256`, `SHA256`: letter case and dashes after letters do not matter.
    fn from_str(s: &str) -> Result<Self, UnknownAlgorithm> {
        let fold = |name: &str| name.to_ascii_lowercase().replace(['-', '_', '/'], "");
        Self::ALL
            .iter()
            .copied()
            .find(|a| fold(a.name()) == fold(s))
            .ok_or_else(|| UnknownAlgorithm(s.to_owned()))
    }
}

impl TryFrom<String> for Algorithm {
    type Error = UnknownAlgorithm;
    fn try_from(s: String) -> Result<Self, UnknownAlgorithm> {
        s.parse()
    }
}

impl From<Algorithm> for String {
    fn from(a: Algorithm) -> Self {
        a.name().to_owned()
    }
}

/// The bytes of one digest, shown as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest<'a>(pub &'a [u8]);

impl fmt::Display for Digest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Through a stack buffer: one write a digest instead of one a byte.
        let mut hex = [0u8; 128];
        let mut len = 0;
        for (byte, pair) in self.0.iter().zip(hex.chunks_exact_mut(2)) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
            len += 2;
        }
        f.write_str(std::str::from_utf8(&hex[..len]).unwrap_or_default())
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

impl fmt::Debug for Digest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
