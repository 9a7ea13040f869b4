//! The digests, and which function each is made with.

use serde::{Deserialize, Serialize};

/// A digest that can be calculated in lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// MD5, 16 bytes.
    Md5,
    /// SHA-1, 20 bytes.
    Sha1,
    /// SHA-224, 28 bytes.
    Sha224,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
    /// SHA-512/224, 28 bytes.
    Sha512_224,
    /// SHA-512/256, 32 bytes.
    Sha512_256,
}

/// What is calculated for every block; digests that differ in their beginning and their length share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Function {
    /// Of MD5.
    Md5,
    /// Of SHA-1.
    Sha1,
    /// Of SHA-224 and SHA-256.
    Sha256,
    /// Of SHA-384, SHA-512 and those with a slash.
    Sha512,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha512];

    /// The name that people read, such as `SHA-256`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha512 => "SHA-512",
        }
    }
}

impl Digest {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha512_224,
        Self::Sha512_256,
    ];

    /// What it is made with.
    #[must_use]
    pub fn function(self) -> Function {
        match self {
            Self::Md5 => Function::Md5,
            Self::Sha1 => Function::Sha1,
            Self::Sha224 | Self::Sha256 => Function::Sha256,
            Self::Sha384 | Self::Sha512 | Self::Sha512_224 | Self::Sha512_256 => Function::Sha512,
        }
    }

    /// Bytes.
    pub(crate) fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha512_224 => 28,
            Self::Sha256 | Self::Sha512_256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The state before the first block, of the digests with words of 32 bits (RFC 1321, section 3.3;
    /// FIPS 180-4, section 5.3).
    pub(crate) fn initial_32(self) -> [u32; 8] {
        match self {
            Self::Sha224 => [
                0xc105_9ed8,
                0x367c_d507,
                0x3070_dd17,
                0xf70e_5939,
                0xffc0_0b31,
                0x6858_1511,
                0x64f9_8fa7,
                0xbefa_4fa4,
            ],
            Self::Sha256 => [
                0x6a09_e667,
                0xbb67_ae85,
                0x3c6e_f372,
                0xa54f_f53a,
                0x510e_527f,
                0x9b05_688c,
                0x1f83_d9ab,
                0x5be0_cd19,
            ],
            _ => [
                0x6745_2301,
                0xefcd_ab89,
                0x98ba_dcfe,
                0x1032_5476,
                0xc3d2_e1f0,
                0,
                0,
                0,
            ],
        }
    }

    /// As [`initial_32`](Self::initial_32), with words of 64 bits.
    pub(crate) fn initial_64(self) -> [u64; 8] {
        match self {
            Self::Sha384 => [
                0xcbbb_9d5d_c105_9ed8,
                0x629a_292a_367c_d507,
                0x9159_015a_3070_dd17,
                0x152f_ecd8_f70e_5939,
                0x6733_2667_ffc0_0b31,
                0x8eb4_4a87_6858_1511,
                0xdb0c_2e0d_64f9_8fa7,
                0x47b5_481d_befa_4fa4,
            ],
            Self::Sha512_224 => [
                0x8c3d_37c8_1954_4da2,
                0x73e1_9966_89dc_d4d6,
                0x1dfa_b7ae_32ff_9c82,
                0x679d_d514_582f_9fcf,
                0x0f6d_2b69_7bd4_4da8,
                0x77e3_6f73_04c4_8942,
                0x3f9d_85a8_6a1d_36c8,
                0x1112_e6ad_91d6_92a1,
            ],
            Self::Sha512_256 => [
                0x2231_2194_fc2b_f72c,
                0x9f55_5fa3_c84c_64c2,
                0x2393_b86b_6f53_b151,
                0x9638_7719_5940_eabd,
                0x9628_3ee2_a88e_ffe3,
                0xbe5e_1e25_5386_3992,
                0x2b01_99fc_2c85_b8aa,
                0x0eb7_2ddc_81c5_2ca2,
            ],
            _ => [
                0x6a09_e667_f3bc_c908,
                0xbb67_ae85_84ca_a73b,
                0x3c6e_f372_fe94_f82b,
                0xa54f_f53a_5f1d_36f1,
                0x510e_527f_ade6_82d1,
                0x9b05_688c_2b3e_6c1f,
                0x1f83_d9ab_fb41_bd6b,
                0x5be0_cd19_137e_2179,
            ],
        }
    }
}
