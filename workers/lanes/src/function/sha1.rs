//! SHA-1 (FIPS 180-4, section 6.1).

use super::{Function, State};
use crate::simd::{ByteOrder, Simd};

/// Words of 32 bits, 80 rounds.
pub(crate) struct Sha1;

impl Function for Sha1 {
    type Word = u32;
    const ORDER: ByteOrder = ByteOrder::Big;

    fn one(state: &mut State<u32>, blocks: &[[u8; 64]]) {
        if let Some(used) = state.first_chunk_mut() {
            ::sha1::block_api::compress(used, blocks);
        }
    }

    #[inline(always)]
    fn many<S: Simd<u32, LANES>, const LANES: usize>(
        simd: S,
        state: [S::Vector; 8],
        mut words: [S::Vector; 16],
    ) -> [S::Vector; 8] {
        let [mut a, mut b, mut c, mut d, mut e, ..] = state;
        // Who is called what goes round instead of the values, and nobody is moved.
        macro_rules! round {
            ($a:ident $b:ident $c:ident $d:ident $e:ident, $index:expr, $constant:ident, $mixed:expr) => {
                let sum = simd.add(simd.add($e, words[$index & 15]), $constant);
                let sum = simd.add(sum, $mixed);
                $e = simd.add(sum, simd.rotate::<27, 5>($a));
                $b = simd.rotate::<2, 30>($b);
            };
        }
        macro_rules! next_word {
            ($index:expr) => {
                let (before_3, before_8) = (words[($index + 13) & 15], words[($index + 8) & 15]);
                let (before_14, before_16) = (words[($index + 2) & 15], words[$index & 15]);
                let none = simd.splat(0);
                let mixed = simd.xor3(simd.xor3(before_3, before_8, before_14), before_16, none);
                words[$index & 15] = simd.rotate::<31, 1>(mixed);
            };
        }
        macro_rules! rounds {
            ($mix:ident, $constant:ident, from $from:literal: $($at:literal)*) => {$(
                five!($mix, $constant, $from + $at);
            )*};
        }
        macro_rules! five {
            ($mix:ident, $constant:ident, $at:expr) => {
                if $at >= 16 { next_word!($at); }
                round!(a b c d e, $at, $constant, $mix!(b c d));
                if $at + 1 >= 16 { next_word!($at + 1); }
                round!(e a b c d, $at + 1, $constant, $mix!(a b c));
                if $at + 2 >= 16 { next_word!($at + 2); }
                round!(d e a b c, $at + 2, $constant, $mix!(e a b));
                if $at + 3 >= 16 { next_word!($at + 3); }
                round!(c d e a b, $at + 3, $constant, $mix!(d e a));
                if $at + 4 >= 16 { next_word!($at + 4); }
                round!(b c d e a, $at + 4, $constant, $mix!(c d e));
            };
        }
        macro_rules! choose {
            ($x:ident $y:ident $z:ident) => {
                simd.choose($x, $y, $z)
            };
        }
        macro_rules! parity {
            ($x:ident $y:ident $z:ident) => {
                simd.xor3($x, $y, $z)
            };
        }
        macro_rules! majority {
            ($x:ident $y:ident $z:ident) => {
                simd.majority($x, $y, $z)
            };
        }
        let constant = simd.splat(0x5a82_7999);
        rounds!(choose, constant, from 0: 0 5 10 15);
        let constant = simd.splat(0x6ed9_eba1);
        rounds!(parity, constant, from 20: 0 5 10 15);
        let constant = simd.splat(0x8f1b_bcdc);
        rounds!(majority, constant, from 40: 0 5 10 15);
        let constant = simd.splat(0xca62_c1d6);
        rounds!(parity, constant, from 60: 0 5 10 15);
        let [a0, b0, c0, d0, e0, f, g, h] = state;
        let (a, b, c) = (simd.add(a0, a), simd.add(b0, b), simd.add(c0, c));
        [a, b, c, simd.add(d0, d), simd.add(e0, e), f, g, h]
    }
}
