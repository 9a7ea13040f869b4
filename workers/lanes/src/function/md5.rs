//! MD5 (RFC 1321).

use super::{Function, State};
use crate::simd::{ByteOrder, Simd};

/// Words of 32 bits, 64 rounds.
pub(crate) struct Md5;

impl Function for Md5 {
    type Word = u32;
    const ORDER: ByteOrder = ByteOrder::Little;

    fn one(state: &mut State<u32>, blocks: &[[u8; 64]]) {
        if let Some(used) = state.first_chunk_mut() {
            ::md5::block_api::compress(used, blocks);
        }
    }

    #[inline(always)]
    fn many<S: Simd<u32, LANES>, const LANES: usize>(
        simd: S,
        state: [S::Vector; 8],
        words: [S::Vector; 16],
    ) -> [S::Vector; 8] {
        let [mut a, mut b, mut c, mut d, ..] = state;
        // Each round waits for the one before, so what does not depend on that is added first.
        macro_rules! round {
            ($mix:ident, $a:ident $b:ident $c:ident $d:ident, $index:expr, $round:expr, $right:literal $left:literal) => {
                let known = simd.add(words[$index & 15], simd.splat(CONSTANTS[$round]));
                let sum = simd.add(simd.add($a, known), $mix!($b $c $d));
                $a = simd.add(simd.rotate::<$right, $left>(sum), $b);
            };
        }
        macro_rules! four {
            ($mix:ident, $first:expr, $step:literal, $at:expr, $r1:literal $l1:literal, $r2:literal $l2:literal, $r3:literal $l3:literal, $r4:literal $l4:literal) => {
                round!($mix, a b c d, $first + $step * $at, $at, $r1 $l1);
                round!($mix, d a b c, $first + $step * ($at + 1), $at + 1, $r2 $l2);
                round!($mix, c d a b, $first + $step * ($at + 2), $at + 2, $r3 $l3);
                round!($mix, b c d a, $first + $step * ($at + 3), $at + 3, $r4 $l4);
            };
        }
        macro_rules! choose {
            ($x:ident $y:ident $z:ident) => {
                simd.choose($x, $y, $z)
            };
        }
        macro_rules! choose_by_last {
            ($x:ident $y:ident $z:ident) => {
                simd.choose($z, $x, $y)
            };
        }
        macro_rules! parity {
            ($x:ident $y:ident $z:ident) => {
                simd.xor3($x, $y, $z)
            };
        }
        macro_rules! or_not {
            ($x:ident $y:ident $z:ident) => {
                simd.xor_or_not($y, $x, $z)
            };
        }
        macro_rules! sixteen {
            ($mix:ident, $first:expr, $step:literal, $from:literal, $($rotations:tt)*) => {
                four!($mix, $first, $step, $from, $($rotations)*);
                four!($mix, $first, $step, $from + 4, $($rotations)*);
                four!($mix, $first, $step, $from + 8, $($rotations)*);
                four!($mix, $first, $step, $from + 12, $($rotations)*);
            };
        }
        // The words of a group are every one, every fifth, every third, every seventh, from some word
        // on; as they are counted from the first round, which is 16, 32 or 48, it is a multiple of 16.
        sixteen!(choose, 0, 1, 0, 25 7, 20 12, 15 17, 10 22);
        sixteen!(choose_by_last, 1, 5, 16, 27 5, 23 9, 18 14, 12 20);
        sixteen!(parity, 5, 3, 32, 28 4, 21 11, 16 16, 9 23);
        sixteen!(or_not, 0, 7, 48, 26 6, 22 10, 17 15, 11 21);
        let [a0, b0, c0, d0, e, f, g, h] = state;
        let (a, b) = (simd.add(a0, a), simd.add(b0, b));
        [a, b, simd.add(c0, c), simd.add(d0, d), e, f, g, h]
    }
}

/// RFC 1321, section 3.4.
#[rustfmt::skip]
static CONSTANTS: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];
