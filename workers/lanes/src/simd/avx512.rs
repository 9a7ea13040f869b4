//! AVX-512: sixteen messages of 32-bit words or eight of 64-bit words in registers of 512 bits, half as
//! many in registers of 256.
//!
//! The narrow ones are no waste: of a core's three vector units the wide instructions use two, and
//! rotate in one of those. Eight lanes do three quarters of what sixteen do, so they are what is fastest
//! where sixteen files are not there.
#![expect(
    unsafe_code,
    reason = "vector instructions; each type here is made only where the processor has them"
)]

use std::arch::x86_64::*;

use super::avx2::{SWAP_U32, SWAP_U64, words_u32 as narrow_u32, words_u64 as narrow_u64};
use super::{ByteOrder, Simd};

/// The processor has AVX-512 F, BW and VL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512(());

/// As [`Avx512`], in registers of 256 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512Narrow(());

impl Avx512 {
    pub(crate) fn here() -> Option<Self> {
        (is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx2"))
        .then_some(Self(()))
    }
}

impl Avx512Narrow {
    pub(crate) fn here() -> Option<Self> {
        Avx512::here().map(|Avx512(())| Self(()))
    }
}

/// For `ternarylogic`, which has a bit of its table for each combination of bits of a, b and c.
const A: i32 = 0xf0;
const B: i32 = 0xcc;
const C: i32 = 0xaa;
const XOR3: i32 = A ^ B ^ C;
const CHOOSE: i32 = (A & B) | (!A & C & 0xff);
const MAJORITY: i32 = (A & B) | (A & C) | (B & C);
const XOR_OR_NOT: i32 = A ^ (B | (!C & 0xff));

macro_rules! avx512 {
    (
        $token:ty, $word:ty, $lanes:literal, $vector:ty, $int:ty, $words:ident,
        $set1:ident, $load:ident, $store:ident, $add:ident, $ror:ident, $srl:ident, $ternary:ident
    ) => {
        impl Simd<$word, $lanes> for $token {
            type Vector = $vector;

            #[inline(always)]
            fn splat(self, word: $word) -> $vector {
                // SAFETY: this value exists only where the processor has the instructions; the same is
                // why the blocks below are sound.
                unsafe { $set1(word as $int) }
            }
            #[inline(always)]
            fn load(self, words: &[$word; $lanes]) -> $vector {
                // SAFETY: as above; as many words are there as fit, and this load asks for no alignment.
                unsafe { $load(words.as_ptr().cast()) }
            }
            #[inline(always)]
            fn store(self, vector: $vector, words: &mut [$word; $lanes]) {
                // SAFETY: as above; as many words fit there, and this store asks for no alignment.
                unsafe { $store(words.as_mut_ptr().cast(), vector) }
            }
            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $add(a, b) }
            }
            #[inline(always)]
            fn rotate<const RIGHT: i32, const LEFT: i32>(self, a: $vector) -> $vector {
                const { assert!(RIGHT + LEFT == <$word>::BITS as i32) };
                // SAFETY: as above.
                unsafe { $ror::<RIGHT>(a) }
            }
            #[inline(always)]
            fn shift_right<const BITS: i32>(self, a: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $srl(a, BITS) }
            }
            #[inline(always)]
            fn xor3(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $ternary::<XOR3>(a, b, c) }
            }
            #[inline(always)]
            fn choose(self, mask: $vector, yes: $vector, no: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $ternary::<CHOOSE>(mask, yes, no) }
            }
            #[inline(always)]
            fn majority(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $ternary::<MAJORITY>(a, b, c) }
            }
            #[inline(always)]
            fn xor_or_not(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $ternary::<XOR_OR_NOT>(a, b, c) }
            }
            #[inline(always)]
            fn words(
                self,
                blocks: [&[u8; 2 * <$word>::BITS as usize]; $lanes],
                order: ByteOrder,
            ) -> [$vector; 16] {
                // SAFETY: as above.
                unsafe { $words(blocks, order) }
            }
        }
    };
}

avx512!(
    Avx512,
    u32,
    16,
    __m512i,
    i32,
    wide_u32,
    _mm512_set1_epi32,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    _mm512_add_epi32,
    _mm512_ror_epi32,
    shift_wide_u32,
    _mm512_ternarylogic_epi32
);
avx512!(
    Avx512,
    u64,
    8,
    __m512i,
    i64,
    wide_u64,
    _mm512_set1_epi64,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    _mm512_add_epi64,
    _mm512_ror_epi64,
    shift_wide_u64,
    _mm512_ternarylogic_epi64
);
avx512!(
    Avx512Narrow,
    u32,
    8,
    __m256i,
    i32,
    narrow_u32,
    _mm256_set1_epi32,
    _mm256_loadu_si256,
    _mm256_storeu_si256,
    _mm256_add_epi32,
    _mm256_ror_epi32,
    shift_narrow_u32,
    _mm256_ternarylogic_epi32
);
avx512!(
    Avx512Narrow,
    u64,
    4,
    __m256i,
    i64,
    narrow_u64,
    _mm256_set1_epi64x,
    _mm256_loadu_si256,
    _mm256_storeu_si256,
    _mm256_add_epi64,
    _mm256_ror_epi64,
    shift_narrow_u64,
    _mm256_ternarylogic_epi64
);

// The shifts by a constant take it as a `u32` here and as an `i32` there, and one constant parameter
// cannot be made into another. A shift by a register with a constant in it is compiled to the same.

#[inline]
#[target_feature(enable = "avx512f")]
fn shift_wide_u32(a: __m512i, bits: i32) -> __m512i {
    _mm512_srl_epi32(a, _mm_cvtsi32_si128(bits))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn shift_wide_u64(a: __m512i, bits: i32) -> __m512i {
    _mm512_srl_epi64(a, _mm_cvtsi32_si128(bits))
}

#[inline]
#[target_feature(enable = "avx2")]
fn shift_narrow_u32(a: __m256i, bits: i32) -> __m256i {
    _mm256_srl_epi32(a, _mm_cvtsi32_si128(bits))
}

#[inline]
#[target_feature(enable = "avx2")]
fn shift_narrow_u64(a: __m256i, bits: i32) -> __m256i {
    _mm256_srl_epi64(a, _mm_cvtsi32_si128(bits))
}

/// 16 bytes of each of four messages, the first of them `lane` and each `step` further on, side by side.
///
/// # Safety
/// The processor has AVX-512 F.
#[inline(always)]
unsafe fn quarters<const BYTES: usize>(
    blocks: &[&[u8; BYTES]],
    lane: usize,
    step: usize,
    quarter: usize,
) -> __m512i {
    let at = |index: usize| &blocks[lane + step * index].as_chunks::<16>().0[quarter];
    // SAFETY: as the caller says; 16 bytes are there, and these loads ask for no alignment.
    unsafe {
        let vector = _mm512_castsi128_si512(_mm_loadu_si128(at(0).as_ptr().cast()));
        let vector = _mm512_inserti32x4::<1>(vector, _mm_loadu_si128(at(1).as_ptr().cast()));
        let vector = _mm512_inserti32x4::<2>(vector, _mm_loadu_si128(at(2).as_ptr().cast()));
        _mm512_inserti32x4::<3>(vector, _mm_loadu_si128(at(3).as_ptr().cast()))
    }
}

/// The words of 16 blocks.
///
/// # Safety
/// The processor has AVX-512 F and BW.
#[inline(always)]
unsafe fn wide_u32(blocks: [&[u8; 64]; 16], order: ByteOrder) -> [__m512i; 16] {
    // SAFETY: as the caller says; the pattern has 16 bytes.
    unsafe {
        let swap = _mm512_broadcast_i32x4(_mm_loadu_si128(SWAP_U32.as_ptr().cast()));
        let mut words = [_mm512_setzero_si512(); 16];
        for (quarter, words) in words.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let mut rows = [_mm512_setzero_si512(); 4];
            for (lane, row) in rows.iter_mut().enumerate() {
                *row = quarters(&blocks, lane, 4, quarter);
                if order == ByteOrder::Big {
                    *row = _mm512_shuffle_epi8(*row, swap);
                }
            }
            // Four by four within each quarter of the registers, so that no word has to cross them.
            let [a, b, c, d] = rows;
            let (ab_low, ab_high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
            let (cd_low, cd_high) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
            *words = [
                _mm512_unpacklo_epi64(ab_low, cd_low),
                _mm512_unpackhi_epi64(ab_low, cd_low),
                _mm512_unpacklo_epi64(ab_high, cd_high),
                _mm512_unpackhi_epi64(ab_high, cd_high),
            ];
        }
        words
    }
}

/// The words of eight blocks.
///
/// # Safety
/// The processor has AVX-512 F and BW.
#[inline(always)]
unsafe fn wide_u64(blocks: [&[u8; 128]; 8], order: ByteOrder) -> [__m512i; 16] {
    // SAFETY: as the caller says; the pattern has 16 bytes.
    unsafe {
        let swap = _mm512_broadcast_i32x4(_mm_loadu_si128(SWAP_U64.as_ptr().cast()));
        let mut words = [_mm512_setzero_si512(); 16];
        for (eighth, words) in words.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let mut rows = [_mm512_setzero_si512(); 2];
            for (lane, row) in rows.iter_mut().enumerate() {
                *row = quarters(&blocks, lane, 2, eighth);
                if order == ByteOrder::Big {
                    *row = _mm512_shuffle_epi8(*row, swap);
                }
            }
            let [a, b] = rows;
            *words = [_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b)];
        }
        words
    }
}
