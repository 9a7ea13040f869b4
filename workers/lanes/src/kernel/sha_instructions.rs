//! SHA-256 of two messages with the processor's instructions for it.
//!
//! Within one message each of them waits for the one before; two messages fill the gaps. There are sixteen
//! registers, and each message takes six, so three messages would have to be kept in memory.
#![expect(
    unsafe_code,
    reason = "instructions that only some processors have; the type here is made only there"
)]

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_loadu_si128, _mm_set_epi64x,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
    _mm_shuffle_epi32, _mm_storeu_si128,
};

use super::{Instructions, Kernel, Rows, Run, refill};
use crate::function::sha2::SHA_256;
use crate::function::{Columns, Sha256};

/// The processor has the instructions.
struct ShaInstructions(());

pub(super) fn kernel() -> Option<Box<dyn Kernel<Sha256>>> {
    let here = is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("ssse3")
        && is_x86_feature_detected!("sse4.1");
    here.then(|| Box::new(ShaInstructions(())) as _)
}

impl Kernel<Sha256> for ShaInstructions {
    fn instructions(&self) -> Instructions {
        Instructions::Sha
    }
    fn lanes(&self) -> usize {
        2
    }
    fn run(&self, runs: &mut [Run<'_, u32>], least: usize) {
        refill::<u32, 2>(runs, least, |columns, blocks| {
            // SAFETY: this value exists only where the processor has the instructions.
            unsafe { compress(columns, blocks) }
        });
    }
}

/// The halves of a state as the instructions want them: words A, B, E, F and C, D, G, H.
type Halves = (__m128i, __m128i);

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn compress(columns: &mut Columns<u32, 2>, [blocks_a, blocks_b]: Rows<'_, u32, 2>) {
    let mut state_a = columns.0.map(|[a, _]| a);
    let mut state_b = columns.0.map(|[_, b]| b);
    let all_constants = constants();
    let mut a = split(&state_a);
    let mut b = split(&state_b);
    for (block_a, block_b) in blocks_a.iter().zip(blocks_b) {
        let (before_a, before_b) = (a, b);
        let mut words_a = load_words(block_a);
        let mut words_b = load_words(block_b);
        // Written out: with an index that the compiler does not know, the words would live in memory.
        macro_rules! group {
            ($($group:literal)*) => {$(
                let constants = load(&all_constants[$group]);
                a = four_rounds(a, words_a[$group & 3], constants);
                b = four_rounds(b, words_b[$group & 3], constants);
                if $group < 12 {
                    words_a[$group & 3] = next_words(&words_a, $group);
                    words_b[$group & 3] = next_words(&words_b, $group);
                }
            )*};
        }
        group!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        a = (
            _mm_add_epi32(a.0, before_a.0),
            _mm_add_epi32(a.1, before_a.1),
        );
        b = (
            _mm_add_epi32(b.0, before_b.0),
            _mm_add_epi32(b.1, before_b.1),
        );
    }
    join(a, &mut state_a);
    join(b, &mut state_b);
    for ((column, a), b) in columns.0.iter_mut().zip(state_a).zip(state_b) {
        *column = [a, b];
    }
}

/// Those of the rounds, four by four.
fn constants() -> &'static [[u32; 4]] {
    SHA_256.as_flattened().as_chunks().0
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
fn four_rounds((abef, cdgh): Halves, words: __m128i, constants: __m128i) -> Halves {
    let sum = _mm_add_epi32(words, constants);
    let cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
    let abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
    (abef, cdgh)
}

/// The message schedule, four words on.
#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
fn next_words(words: &[__m128i; 4], group: usize) -> __m128i {
    let (w0, w1) = (words[group & 3], words[(group + 1) & 3]);
    let (w2, w3) = (words[(group + 2) & 3], words[(group + 3) & 3]);
    let sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    _mm_sha256msg2_epu32(sum, w3)
}

#[target_feature(enable = "sse2")]
#[inline]
fn load(words: &[u32; 4]) -> __m128i {
    // SAFETY: 16 bytes are there, and this load asks for no alignment.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

#[target_feature(enable = "ssse3")]
#[inline]
fn load_words(block: &[u8; 64]) -> [__m128i; 4] {
    let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let (quarters, _) = block.as_chunks::<16>();
    std::array::from_fn(|index| {
        // SAFETY: a quarter of a block is 16 bytes, and this load asks for no alignment.
        let words = unsafe { _mm_loadu_si128(quarters[index].as_ptr().cast()) };
        _mm_shuffle_epi8(words, swap)
    })
}

#[target_feature(enable = "ssse3,sse4.1")]
#[inline]
fn split(state: &[u32; 8]) -> Halves {
    let (quarters, _) = state.as_chunks::<4>();
    let cdab = _mm_shuffle_epi32(load(&quarters[0]), 0xb1);
    let efgh = _mm_shuffle_epi32(load(&quarters[1]), 0x1b);
    (
        _mm_alignr_epi8(cdab, efgh, 8),
        _mm_blend_epi16(efgh, cdab, 0xf0),
    )
}

#[target_feature(enable = "ssse3,sse4.1")]
#[inline]
fn join((abef, cdgh): Halves, state: &mut [u32; 8]) {
    let feba = _mm_shuffle_epi32(abef, 0x1b);
    let dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    let (quarters, _) = state.as_chunks_mut::<4>();
    for (quarter, words) in quarters.iter_mut().zip([
        _mm_blend_epi16(feba, dchg, 0xf0),
        _mm_alignr_epi8(dchg, feba, 8),
    ]) {
        // SAFETY: a quarter of a state is 16 bytes, and this store asks for no alignment.
        unsafe { _mm_storeu_si128(quarter.as_mut_ptr().cast(), words) };
    }
}
