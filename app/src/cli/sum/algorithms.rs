//! The algorithms under the names that `cksum -a` has for them.

use blake2::Blake2bVarCore;
use blake2::digest::block_api::{Buffer, UpdateCore as _, VariableOutputCore as _};
use workers::{Algorithm, Hasher};

use super::legacy;

/// What `-a` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A checksum that is printed as a number, with the length of the file.
    Counted(Counted),
    /// A digest that is printed in hexadecimal.
    Digest(Family),
}

/// Checksums that are printed as numbers, and that no list can be checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Bsd,
    Sysv,
    Crc,
    Crc32b,
}

/// Digests, of which some come in several lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    One(Algorithm),
    Sha2,
    Sha3,
    Blake2b,
}

/// A digest of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    One(Algorithm),
    /// BLAKE2b, shortened to so many bytes, from 1 to 64.
    Blake2b(usize),
}

/// Names in the order in which coreutils 9.11 lists them. 9.1 lacks `crc32b`, `sha2`, `sha3`.
pub(super) const NAMES: &[(&str, Named)] = &[
    ("bsd", Named::Counted(Counted::Bsd)),
    ("sysv", Named::Counted(Counted::Sysv)),
    ("crc", Named::Counted(Counted::Crc)),
    ("crc32b", Named::Counted(Counted::Crc32b)),
    ("md5", Named::Digest(Family::One(Algorithm::Md5))),
    ("sha1", Named::Digest(Family::One(Algorithm::Sha1))),
    ("sha224", Named::Digest(Family::One(Algorithm::Sha224))),
    ("sha256", Named::Digest(Family::One(Algorithm::Sha256))),
    ("sha384", Named::Digest(Family::One(Algorithm::Sha384))),
    ("sha512", Named::Digest(Family::One(Algorithm::Sha512))),
    ("sha2", Named::Digest(Family::Sha2)),
    ("sha3", Named::Digest(Family::Sha3)),
    ("blake2b", Named::Digest(Family::Blake2b)),
    ("sm3", Named::Digest(Family::One(Algorithm::Sm3))),
];

const SHA2: [Algorithm; 4] = [
    Algorithm::Sha224,
    Algorithm::Sha256,
    Algorithm::Sha384,
    Algorithm::Sha512,
];

const SHA3: [Algorithm; 4] = [
    Algorithm::Sha3_224,
    Algorithm::Sha3_256,
    Algorithm::Sha3_384,
    Algorithm::Sha3_512,
];

/// The longest BLAKE2b, bytes.
pub(super) const BLAKE2B_MAX: usize = 64;

impl Family {
    /// The name that messages and lines have for it.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::One(algorithm) => algorithm.bsd_tag(),
            Self::Sha2 => "SHA2",
            Self::Sha3 => "SHA3",
            Self::Blake2b => "BLAKE2b",
        }
    }

    /// The family's digest of so many bits, if there is one.
    pub(super) fn of_length(self, bits: usize) -> Option<Digest> {
        let among = |all: [Algorithm; 4]| all.into_iter().find(|a| a.digest_len() * 8 == bits);
        match self {
            Self::One(algorithm) => (algorithm.digest_len() * 8 == bits).then_some(algorithm),
            Self::Sha2 => among(SHA2),
            Self::Sha3 => among(SHA3),
            Self::Blake2b => {
                let fits = bits > 0 && bits.is_multiple_of(8) && bits <= BLAKE2B_MAX * 8;
                return fits.then_some(Digest::Blake2b(bits / 8));
            }
        }
        .map(Digest::One)
    }

    /// The family's digest where no length was asked for; SHA-2 and SHA-3 have none.
    pub(super) fn usual(self) -> Option<Digest> {
        match self {
            Self::One(algorithm) => Some(Digest::One(algorithm)),
            Self::Blake2b => Some(Digest::Blake2b(BLAKE2B_MAX)),
            Self::Sha2 | Self::Sha3 => None,
        }
    }

    /// The family whose tagged lines begin with this word: `SHA256`, or `SHA3` as in `SHA3-256`.
    pub(super) fn of_tag(word: &[u8]) -> Option<Self> {
        NAMES
            .iter()
            .filter_map(|(_, named)| match named {
                Named::Digest(family) => Some(*family),
                Named::Counted(_) => None,
            })
            .filter(|family| *family != Self::Sha2)
            .find(|family| family.tag().as_bytes() == word)
    }
}

impl Digest {
    pub(super) fn hasher(self) -> Box<dyn Hasher> {
        match self {
            Self::One(algorithm) => algorithm.hasher(),
            Self::Blake2b(BLAKE2B_MAX) => Algorithm::Blake2b.hasher(),
            Self::Blake2b(bytes) => Box::new(ShortBlake2b::new(bytes)),
        }
    }

    /// Length in bytes.
    pub(super) fn len(self) -> usize {
        match self {
            Self::One(algorithm) => algorithm.digest_len(),
            Self::Blake2b(bytes) => bytes,
        }
    }

    /// The tag of its lines, such as `BLAKE2b-256`.
    pub(super) fn tag(self) -> String {
        match self {
            Self::One(algorithm) => algorithm.bsd_tag().to_owned(),
            Self::Blake2b(BLAKE2B_MAX) => Algorithm::Blake2b.bsd_tag().to_owned(),
            Self::Blake2b(bytes) => format!("{}-{}", Algorithm::Blake2b.bsd_tag(), bytes * 8),
        }
    }
}

impl Counted {
    pub(super) fn hasher(self) -> Box<dyn Hasher> {
        match self {
            Self::Bsd => Box::new(legacy::Bsd::default()),
            Self::Sysv => Box::new(legacy::Sysv::default()),
            Self::Crc => Box::new(legacy::PosixCrc::default()),
            Self::Crc32b => Algorithm::Crc32.hasher(),
        }
    }
}

/// BLAKE2b of a length that is known only now. The length goes into the digest: a short one is
/// not the beginning of a long one.
struct ShortBlake2b {
    core: Blake2bVarCore,
    buffer: Buffer<Blake2bVarCore>,
    bytes: usize,
}

impl ShortBlake2b {
    fn new(bytes: usize) -> Self {
        Self {
            core: Self::core(bytes),
            buffer: Buffer::<Blake2bVarCore>::default(),
            bytes,
        }
    }

    fn core(bytes: usize) -> Blake2bVarCore {
        match Blake2bVarCore::new(bytes) {
            Ok(core) => core,
            Err(_) => unreachable!("lengths are from 1 to {BLAKE2B_MAX}"),
        }
    }
}

impl Hasher for ShortBlake2b {
    fn update(&mut self, bytes: &[u8]) {
        let core = &mut self.core;
        self.buffer
            .digest_blocks(bytes, |blocks| core.update_blocks(blocks));
    }
    fn finish_into(&mut self, out: &mut Vec<u8>) {
        let mut full = Default::default();
        self.core
            .finalize_variable_core(&mut self.buffer, &mut full);
        out.extend_from_slice(&full[..self.bytes]);
        *self = Self::new(self.bytes);
    }
}
