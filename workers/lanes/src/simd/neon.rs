//! NEON: four messages of 32-bit words or two of 64-bit words.
#![expect(
    unsafe_code,
    reason = "vector instructions; the type here is made only where the processor has them"
)]

use std::arch::aarch64::*;

use super::{ByteOrder, Simd};

/// The processor has NEON, as all of this kind have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neon(());

impl Neon {
    pub(crate) fn here() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
    }
}

macro_rules! neon {
    (
        $word:ty, $lanes:literal, $vector:ty, $words:ident, $dup:ident, $load:ident, $store:ident,
        $add:ident, $xor:ident, $orn:ident, $select:ident, $shr:ident, $shl:ident, $insert:ident
    ) => {
        impl Simd<$word, $lanes> for Neon {
            type Vector = $vector;

            #[inline(always)]
            fn splat(self, word: $word) -> $vector {
                // SAFETY: this value exists only where the processor has NEON; the same is why the
                // blocks below are sound.
                unsafe { $dup(word) }
            }
            #[inline(always)]
            fn load(self, words: &[$word; $lanes]) -> $vector {
                // SAFETY: as above; 16 bytes are there, and this load asks for no alignment.
                unsafe { $load(words.as_ptr()) }
            }
            #[inline(always)]
            fn store(self, vector: $vector, words: &mut [$word; $lanes]) {
                // SAFETY: as above; there are 16 bytes, and this store asks for no alignment.
                unsafe { $store(words.as_mut_ptr(), vector) }
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
                unsafe { $insert::<RIGHT>($shl::<LEFT>(a), a) }
            }
            #[inline(always)]
            fn shift_right<const BITS: i32>(self, a: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $shr::<BITS>(a) }
            }
            #[inline(always)]
            fn xor3(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $xor($xor(a, b), c) }
            }
            #[inline(always)]
            fn choose(self, mask: $vector, yes: $vector, no: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $select(mask, yes, no) }
            }
            #[inline(always)]
            fn majority(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // Where two agree it is as they have it, elsewhere as the third has.
                // SAFETY: as above.
                unsafe { $select($xor(a, b), c, b) }
            }
            #[inline(always)]
            fn xor_or_not(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: as above.
                unsafe { $xor(a, $orn(b, c)) }
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

neon!(
    u32,
    4,
    uint32x4_t,
    words_u32,
    vdupq_n_u32,
    vld1q_u32,
    vst1q_u32,
    vaddq_u32,
    veorq_u32,
    vornq_u32,
    vbslq_u32,
    vshrq_n_u32,
    vshlq_n_u32,
    vsriq_n_u32
);
neon!(
    u64,
    2,
    uint64x2_t,
    words_u64,
    vdupq_n_u64,
    vld1q_u64,
    vst1q_u64,
    vaddq_u64,
    veorq_u64,
    vornq_u64,
    vbslq_u64,
    vshrq_n_u64,
    vshlq_n_u64,
    vsriq_n_u64
);

#[inline]
#[target_feature(enable = "neon")]
fn part<const BYTES: usize>(block: &[u8; BYTES], quarter: usize) -> uint8x16_t {
    let parts = block.as_chunks::<16>().0;
    // SAFETY: 16 bytes are there, and this load asks for no alignment.
    unsafe { vld1q_u8(parts[quarter].as_ptr()) }
}

/// The words of four blocks.
#[inline]
#[target_feature(enable = "neon")]
fn words_u32(blocks: [&[u8; 64]; 4], order: ByteOrder) -> [uint32x4_t; 16] {
    let mut words = [vdupq_n_u32(0); 16];
    for (quarter, words) in words.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let part = |lane: usize| {
            let part = part(blocks[lane], quarter);
            vreinterpretq_u32_u8(match order {
                ByteOrder::Big => vrev32q_u8(part),
                ByteOrder::Little => part,
            })
        };
        let (a, b, c, d) = (part(0), part(1), part(2), part(3));
        let wide = |a, b| (vreinterpretq_u64_u32(a), vreinterpretq_u64_u32(b));
        let (ab_even, cd_even) = wide(vtrn1q_u32(a, b), vtrn1q_u32(c, d));
        let (ab_odd, cd_odd) = wide(vtrn2q_u32(a, b), vtrn2q_u32(c, d));
        *words = [
            vreinterpretq_u32_u64(vtrn1q_u64(ab_even, cd_even)),
            vreinterpretq_u32_u64(vtrn1q_u64(ab_odd, cd_odd)),
            vreinterpretq_u32_u64(vtrn2q_u64(ab_even, cd_even)),
            vreinterpretq_u32_u64(vtrn2q_u64(ab_odd, cd_odd)),
        ];
    }
    words
}

/// The words of two blocks.
#[inline]
#[target_feature(enable = "neon")]
fn words_u64(blocks: [&[u8; 128]; 2], order: ByteOrder) -> [uint64x2_t; 16] {
    let mut words = [vdupq_n_u64(0); 16];
    for (eighth, words) in words.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let part = |lane: usize| {
            let part = part(blocks[lane], eighth);
            vreinterpretq_u64_u8(match order {
                ByteOrder::Big => vrev64q_u8(part),
                ByteOrder::Little => part,
            })
        };
        let (a, b) = (part(0), part(1));
        *words = [vtrn1q_u64(a, b), vtrn2q_u64(a, b)];
    }
    words
}
