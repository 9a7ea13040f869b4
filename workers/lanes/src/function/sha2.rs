//! SHA-256 and SHA-512 (FIPS 180-4, section 6), and by other beginnings and shorter ends their
//! sisters.

use super::{Function, State};
use crate::simd::{ByteOrder, Simd};

macro_rules! sha2 {
    (
        $(#[$doc:meta])* $name:ident, $word:ty, $one:path, $constants:ident,
        $big_a:tt, $big_e:tt, $small_15:tt, $small_2:tt
    ) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl Function for $name {
            type Word = $word;
            const ORDER: ByteOrder = ByteOrder::Big;

            fn one(state: &mut State<$word>, blocks: &[[u8; 2 * <$word>::BITS as usize]]) {
                $one(state, blocks);
            }

            #[inline(always)]
            fn many<S: Simd<$word, LANES>, const LANES: usize>(
                simd: S,
                state: [S::Vector; 8],
                mut words: [S::Vector; 16],
            ) -> [S::Vector; 8] {
                let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
                // Who is called what goes round instead of the values, and nobody is moved.
                macro_rules! round {
                    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $index:literal, $sixteen:ident) => {
                        let constant = simd.splat($sixteen[$index]);
                        let word = simd.add(words[$index], constant);
                        let sum = simd.add(simd.add($h, word), simd.choose($e, $f, $g));
                        let sum = simd.add(sum, rotated!(simd, $e, $big_e));
                        $d = simd.add($d, sum);
                        let rest = simd.add(rotated!(simd, $a, $big_a), simd.majority($a, $b, $c));
                        $h = simd.add(sum, rest);
                    };
                }
                macro_rules! later_round {
                    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $index:literal, $sixteen:ident) => {
                        let before_2 = words[($index + 14) & 15];
                        let before_15 = words[($index + 1) & 15];
                        let sum = simd.add(words[$index], words[($index + 9) & 15]);
                        let sum = simd.add(sum, rotated!(simd, before_2, $small_2));
                        words[$index] = simd.add(sum, rotated!(simd, before_15, $small_15));
                        round!($a $b $c $d $e $f $g $h, $index, $sixteen);
                    };
                }
                macro_rules! sixteen {
                    ($round:ident, $of:ident) => {
                        $round!(a b c d e f g h, 0, $of);
                        $round!(h a b c d e f g, 1, $of);
                        $round!(g h a b c d e f, 2, $of);
                        $round!(f g h a b c d e, 3, $of);
                        $round!(e f g h a b c d, 4, $of);
                        $round!(d e f g h a b c, 5, $of);
                        $round!(c d e f g h a b, 6, $of);
                        $round!(b c d e f g h a, 7, $of);
                        $round!(a b c d e f g h, 8, $of);
                        $round!(h a b c d e f g, 9, $of);
                        $round!(g h a b c d e f, 10, $of);
                        $round!(f g h a b c d e, 11, $of);
                        $round!(e f g h a b c d, 12, $of);
                        $round!(d e f g h a b c, 13, $of);
                        $round!(c d e f g h a b, 14, $of);
                        $round!(b c d e f g h a, 15, $of);
                    };
                }
                let (first, rest) = $constants.split_at(1);
                let first = &first[0];
                sixteen!(round, first);
                for constants in rest {
                    sixteen!(later_round, constants);
                }
                let [a0, b0, c0, d0, e0, f0, g0, h0] = state;
                [
                    simd.add(a0, a), simd.add(b0, b), simd.add(c0, c), simd.add(d0, d),
                    simd.add(e0, e), simd.add(f0, f), simd.add(g0, g), simd.add(h0, h),
                ]
            }
        }
    };
}

/// The functions Σ and σ: three rotations, or two and a shift.
macro_rules! rotated {
    ($simd:ident, $of:ident, [$r1:literal $l1:literal, $r2:literal $l2:literal, $r3:literal $l3:literal]) => {
        $simd.xor3(
            $simd.rotate::<$r1, $l1>($of),
            $simd.rotate::<$r2, $l2>($of),
            $simd.rotate::<$r3, $l3>($of),
        )
    };
    ($simd:ident, $of:ident, [$r1:literal $l1:literal, $r2:literal $l2:literal, shift $s:literal]) => {
        $simd.xor3(
            $simd.rotate::<$r1, $l1>($of),
            $simd.rotate::<$r2, $l2>($of),
            $simd.shift_right::<$s>($of),
        )
    };
}

sha2!(
    /// Words of 32 bits, 64 rounds.
    Sha256, u32, ::sha2::block_api::compress256, SHA_256,
    [2 30, 13 19, 22 10],
    [6 26, 11 21, 25 7],
    [7 25, 18 14, shift 3],
    [17 15, 19 13, shift 10]
);

sha2!(
    /// Words of 64 bits, 80 rounds.
    Sha512, u64, ::sha2::block_api::compress512, SHA_512,
    [28 36, 34 30, 39 25],
    [14 50, 18 46, 41 23],
    [1 63, 8 56, shift 7],
    [19 45, 61 3, shift 6]
);

/// FIPS 180-4, section 4.2.3; those of SHA-256 are the first halves of the first 64.
#[rustfmt::skip]
static SHA_512: [[u64; 16]; 5] = [
    [
        0x428a_2f98_d728_ae22, 0x7137_4491_23ef_65cd, 0xb5c0_fbcf_ec4d_3b2f, 0xe9b5_dba5_8189_dbbc,
        0x3956_c25b_f348_b538, 0x59f1_11f1_b605_d019, 0x923f_82a4_af19_4f9b, 0xab1c_5ed5_da6d_8118,
        0xd807_aa98_a303_0242, 0x1283_5b01_4570_6fbe, 0x2431_85be_4ee4_b28c, 0x550c_7dc3_d5ff_b4e2,
        0x72be_5d74_f27b_896f, 0x80de_b1fe_3b16_96b1, 0x9bdc_06a7_25c7_1235, 0xc19b_f174_cf69_2694,
    ],
    [
        0xe49b_69c1_9ef1_4ad2, 0xefbe_4786_384f_25e3, 0x0fc1_9dc6_8b8c_d5b5, 0x240c_a1cc_77ac_9c65,
        0x2de9_2c6f_592b_0275, 0x4a74_84aa_6ea6_e483, 0x5cb0_a9dc_bd41_fbd4, 0x76f9_88da_8311_53b5,
        0x983e_5152_ee66_dfab, 0xa831_c66d_2db4_3210, 0xb003_27c8_98fb_213f, 0xbf59_7fc7_beef_0ee4,
        0xc6e0_0bf3_3da8_8fc2, 0xd5a7_9147_930a_a725, 0x06ca_6351_e003_826f, 0x1429_2967_0a0e_6e70,
    ],
    [
        0x27b7_0a85_46d2_2ffc, 0x2e1b_2138_5c26_c926, 0x4d2c_6dfc_5ac4_2aed, 0x5338_0d13_9d95_b3df,
        0x650a_7354_8baf_63de, 0x766a_0abb_3c77_b2a8, 0x81c2_c92e_47ed_aee6, 0x9272_2c85_1482_353b,
        0xa2bf_e8a1_4cf1_0364, 0xa81a_664b_bc42_3001, 0xc24b_8b70_d0f8_9791, 0xc76c_51a3_0654_be30,
        0xd192_e819_d6ef_5218, 0xd699_0624_5565_a910, 0xf40e_3585_5771_202a, 0x106a_a070_32bb_d1b8,
    ],
    [
        0x19a4_c116_b8d2_d0c8, 0x1e37_6c08_5141_ab53, 0x2748_774c_df8e_eb99, 0x34b0_bcb5_e19b_48a8,
        0x391c_0cb3_c5c9_5a63, 0x4ed8_aa4a_e341_8acb, 0x5b9c_ca4f_7763_e373, 0x682e_6ff3_d6b2_b8a3,
        0x748f_82ee_5def_b2fc, 0x78a5_636f_4317_2f60, 0x84c8_7814_a1f0_ab72, 0x8cc7_0208_1a64_39ec,
        0x90be_fffa_2363_1e28, 0xa450_6ceb_de82_bde9, 0xbef9_a3f7_b2c6_7915, 0xc671_78f2_e372_532b,
    ],
    [
        0xca27_3ece_ea26_619c, 0xd186_b8c7_21c0_c207, 0xeada_7dd6_cde0_eb1e, 0xf57d_4f7f_ee6e_d178,
        0x06f0_67aa_7217_6fba, 0x0a63_7dc5_a2c8_98a6, 0x113f_9804_bef9_0dae, 0x1b71_0b35_131c_471b,
        0x28db_77f5_2304_7d84, 0x32ca_ab7b_40c7_2493, 0x3c9e_be0a_15c9_bebc, 0x431d_67c4_9c10_0d4c,
        0x4cc5_d4be_cb3e_42b6, 0x597f_299c_fc65_7e2a, 0x5fcb_6fab_3ad6_faec, 0x6c44_198c_4a47_5817,
    ],
];

/// As they are used by SHA-256.
pub(crate) static SHA_256: [[u32; 16]; 4] = {
    let mut words = [[0; 16]; 4];
    let mut index = 0;
    while index < 64 {
        words[index / 16][index % 16] = (SHA_512[index / 16][index % 16] >> 32) as u32;
        index += 1;
    }
    words
};
