//! SHA-256 of several messages with the processor's instructions for it.
//!
//! Within one message each of them waits for the one before; others fill the gaps.
#![expect(
    unsafe_code,
    reason = "instructions that only some processors have; the type here is made only there"
)]

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_loadu_si128, _mm_set_epi64x,
    _mm_setzero_si128, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32,
    _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_storeu_si128,
};

use super::{Instructions, Kernel, Rows, Run, refill};
use crate::function::sha2::SHA_256;
use crate::function::{Columns, Sha256};

/// The processor has the instructions.
#[derive(Clone, Copy)]
struct ShaInstructions<const LANES: usize>(());

/// Two messages, four, and eight. There are sixteen registers and each message takes six, so of three or more
/// a part is kept in memory: whether that is faster is up to the processor.
pub(super) fn kernels() -> Vec<Box<dyn Kernel<Sha256>>> {
    let here = is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("ssse3")
        && is_x86_feature_detected!("sse4.1");
    if !here {
        return Vec::new();
    }
    vec![
        Box::new(ShaInstructions::<2>(())),
        Box::new(ShaInstructions::<4>(())),
        Box::new(ShaInstructions::<8>(())),
    ]
}

impl<const LANES: usize> Kernel<Sha256> for ShaInstructions<LANES> {
    fn instructions(&self) -> Instructions {
        Instructions::Sha
    }
    fn lanes(&self) -> usize {
        LANES
    }
    fn run(&self, runs: &mut [Run<'_, u32>], least: usize) {
        refill::<u32, LANES>(runs, least, |columns, blocks| {
            // SAFETY: this value exists only where the processor has the instructions.
            unsafe { compress(columns, blocks) }
        });
    }
}

/// The halves of a state as the instructions want them: words A, B, E, F and C, D, G, H.
type Halves = (__m128i, __m128i);

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn compress<const LANES: usize>(columns: &mut Columns<u32, LANES>, blocks: Rows<'_, u32, LANES>) {
    let all_constants = constants();
    let mut states = [(_mm_setzero_si128(), _mm_setzero_si128()); LANES];
    for (lane, state) in states.iter_mut().enumerate() {
        *state = split(&columns.0.map(|column| column[lane]));
    }
    let rows = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    for row in 0..rows {
        let before = states;
        let mut words = [[_mm_setzero_si128(); 4]; LANES];
        for (words, blocks) in words.iter_mut().zip(blocks) {
            *words = load_words(&blocks[row]);
        }
        // Written out: with an index that the compiler does not know, all words would live in memory.
        macro_rules! group {
            ($($group:literal)*) => {$(
                let constants = load(&all_constants[$group]);
                for (state, words) in states.iter_mut().zip(&mut words) {
                    *state = four_rounds(*state, words[$group & 3], constants);
                    if $group < 12 {
                        words[$group & 3] = next_words(words, $group);
                    }
                }
            )*};
        }
        group!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for (state, before) in states.iter_mut().zip(before) {
            state.0 = _mm_add_epi32(state.0, before.0);
            state.1 = _mm_add_epi32(state.1, before.1);
        }
    }
    for (lane, state) in states.into_iter().enumerate() {
        let mut words = [0; 8];
        join(state, &mut words);
        for (column, word) in columns.0.iter_mut().zip(words) {
            column[lane] = word;
        }
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
