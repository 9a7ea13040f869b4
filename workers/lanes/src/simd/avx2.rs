//! AVX2: eight messages of 32-bit words or four of 64-bit words.
//!
//! There is no rotation: it is made of two shifts, which makes these functions half as fast as with
//! AVX-512's registers of the same width.
#![expect(
    unsafe_code,
    reason = "vector instructions; the type here is made only where the processor has them"
)]

use std::arch::x86_64::*;

use super::{ByteOrder, Simd};

/// The processor has AVX2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(crate) fn here() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

macro_rules! avx2 {
    (
        $word:ty, $lanes:literal, $int:ty, $words:ident, $set1:ident, $add:ident, $sll:ident, $srl:ident
    ) => {
        impl Simd<$word, $lanes> for Avx2 {
            type Vector = __m256i;

            #[inline(always)]
            fn splat(self, word: $word) -> __m256i {
                // SAFETY: this value exists only where the processor has AVX2; the same is why the
                // blocks below are sound.
                unsafe { $set1(word as $int) }
            }
            #[inline(always)]
            fn load(self, words: &[$word; $lanes]) -> __m256i {
                // SAFETY: as above; 32 bytes are there, and this load asks for no alignment.
                unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
            }
            #[inline(always)]
            fn store(self, vector: __m256i, words: &mut [$word; $lanes]) {
                // SAFETY: as above; there are 32 bytes, and this store asks for no alignment.
                unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), vector) }
            }
            #[inline(always)]
            fn add(self, a: __m256i, b: __m256i) -> __m256i {
                // SAFETY: as above.
                unsafe { $add(a, b) }
            }
            #[inline(always)]
            fn rotate<const RIGHT: i32, const LEFT: i32>(self, a: __m256i) -> __m256i {
                const { assert!(RIGHT + LEFT == <$word>::BITS as i32) };
                // SAFETY: as above.
                unsafe { _mm256_or_si256($srl::<RIGHT>(a), $sll::<LEFT>(a)) }
            }
            #[inline(always)]
            fn shift_right<const BITS: i32>(self, a: __m256i) -> __m256i {
                // SAFETY: as above.
                unsafe { $srl::<BITS>(a) }
            }
            #[inline(always)]
            fn xor3(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
                // SAFETY: as above.
                unsafe { _mm256_xor_si256(_mm256_xor_si256(a, b), c) }
            }
            #[inline(always)]
            fn choose(self, mask: __m256i, yes: __m256i, no: __m256i) -> __m256i {
                // SAFETY: as above.
                unsafe { _mm256_xor_si256(no, _mm256_and_si256(mask, _mm256_xor_si256(yes, no))) }
            }
            #[inline(always)]
            fn majority(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
                // SAFETY: as above.
                unsafe {
                    _mm256_or_si256(
                        _mm256_and_si256(a, b),
                        _mm256_and_si256(c, _mm256_or_si256(a, b)),
                    )
                }
            }
            #[inline(always)]
            fn xor_or_not(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
                // SAFETY: as above.
                unsafe {
                    let not_c = _mm256_xor_si256(c, _mm256_set1_epi32(-1));
                    _mm256_xor_si256(a, _mm256_or_si256(b, not_c))
                }
            }
            #[inline(always)]
            fn words(
                self,
                blocks: [&[u8; 2 * <$word>::BITS as usize]; $lanes],
                order: ByteOrder,
            ) -> [__m256i; 16] {
                // SAFETY: as above.
                unsafe { $words(blocks, order) }
            }
        }
    };
}

avx2!(
    u32,
    8,
    i32,
    words_u32,
    _mm256_set1_epi32,
    _mm256_add_epi32,
    _mm256_slli_epi32,
    _mm256_srli_epi32
);
avx2!(
    u64,
    4,
    i64,
    words_u64,
    _mm256_set1_epi64x,
    _mm256_add_epi64,
    _mm256_slli_epi64,
    _mm256_srli_epi64
);

/// The bytes of each word the other way round, in every 16.
pub(super) const SWAP_U32: [u8; 16] = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
pub(super) const SWAP_U64: [u8; 16] = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8];

/// 16 bytes of two messages side by side.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn halves<const BYTES: usize>(
    low: &[u8; BYTES],
    high: &[u8; BYTES],
    quarter: usize,
) -> __m256i {
    let low = &low.as_chunks::<16>().0[quarter];
    let high = &high.as_chunks::<16>().0[quarter];
    // SAFETY: as the caller says; 16 bytes are there, and these loads ask for no alignment.
    unsafe {
        let vector = _mm256_castsi128_si256(_mm_loadu_si128(low.as_ptr().cast()));
        _mm256_inserti128_si256::<1>(vector, _mm_loadu_si128(high.as_ptr().cast()))
    }
}

/// The words of eight blocks.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
pub(super) unsafe fn words_u32(blocks: [&[u8; 64]; 8], order: ByteOrder) -> [__m256i; 16] {
    // SAFETY: as the caller says; the pattern has 16 bytes.
    unsafe {
        let swap = _mm256_broadcastsi128_si256(_mm_loadu_si128(SWAP_U32.as_ptr().cast()));
        let mut words = [_mm256_setzero_si256(); 16];
        for (quarter, words) in words.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let mut rows = [_mm256_setzero_si256(); 4];
            for (lane, row) in rows.iter_mut().enumerate() {
                *row = halves(blocks[lane], blocks[lane + 4], quarter);
                if order == ByteOrder::Big {
                    *row = _mm256_shuffle_epi8(*row, swap);
                }
            }
            // Four by four within each half of the registers, so that no word has to cross them.
            let [a, b, c, d] = rows;
            let (ab_low, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
            let (cd_low, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
            *words = [
                _mm256_unpacklo_epi64(ab_low, cd_low),
                _mm256_unpackhi_epi64(ab_low, cd_low),
                _mm256_unpacklo_epi64(ab_high, cd_high),
                _mm256_unpackhi_epi64(ab_high, cd_high),
            ];
        }
        words
    }
}

/// The words of four blocks.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
pub(super) unsafe fn words_u64(blocks: [&[u8; 128]; 4], order: ByteOrder) -> [__m256i; 16] {
    // SAFETY: as the caller says; the pattern has 16 bytes.
    unsafe {
        let swap = _mm256_broadcastsi128_si256(_mm_loadu_si128(SWAP_U64.as_ptr().cast()));
        let mut words = [_mm256_setzero_si256(); 16];
        for (eighth, words) in words.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let mut rows = [_mm256_setzero_si256(); 2];
            for (lane, row) in rows.iter_mut().enumerate() {
                *row = halves(blocks[lane], blocks[lane + 2], eighth);
                if order == ByteOrder::Big {
                    *row = _mm256_shuffle_epi8(*row, swap);
                }
            }
            let [a, b] = rows;
            *words = [_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b)];
        }
        words
    }
}
