//! SHA-256 of several messages with ARM's instructions for it.
//!
//! Within one message each of them waits for the one before; others fill the gaps. There are 32 registers, and each
//! message takes six.
#![expect(
    unsafe_code,
    reason = "instructions that only some processors have; the type here is made only there"
)]

use std::arch::aarch64::{
    uint32x4_t, vaddq_u32, vdupq_n_u32, vld1q_u8, vld1q_u32, vreinterpretq_u32_u8, vrev32q_u8,
    vsha256h2q_u32, vsha256hq_u32, vsha256su0q_u32, vsha256su1q_u32, vst1q_u32,
};

use super::{Instructions, Kernel, Rows, Run, refill};
use crate::function::sha2::SHA_256;
use crate::function::{Columns, Sha256};

/// The processor has the instructions.
#[derive(Clone, Copy)]
struct ShaInstructions<const LANES: usize>(());

/// Two messages, and four.
pub(super) fn kernels() -> Vec<Box<dyn Kernel<Sha256>>> {
    if !std::arch::is_aarch64_feature_detected!("sha2") {
        return Vec::new();
    }
    vec![
        Box::new(ShaInstructions::<2>(())),
        Box::new(ShaInstructions::<4>(())),
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

/// Words A to D and E to H of a state.
type Halves = (uint32x4_t, uint32x4_t);

#[target_feature(enable = "neon,sha2")]
fn compress<const LANES: usize>(columns: &mut Columns<u32, LANES>, blocks: Rows<'_, u32, LANES>) {
    let (all_constants, _) = SHA_256.as_flattened().as_chunks::<4>();
    let mut states = [(vdupq_n_u32(0), vdupq_n_u32(0)); LANES];
    for (lane, state) in states.iter_mut().enumerate() {
        let words = columns.0.map(|column| column[lane]);
        let (halves, _) = words.as_chunks();
        *state = (load(&halves[0]), load(&halves[1]));
    }
    let rows = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    for row in 0..rows {
        let before = states;
        let mut words = [[vdupq_n_u32(0); 4]; LANES];
        for (words, blocks) in words.iter_mut().zip(blocks) {
            *words = load_words(&blocks[row]);
        }
        // Written out: with an index that the compiler does not know, all words would live in memory.
        macro_rules! group {
            ($($group:literal)*) => {$(
                let constants = load(&all_constants[$group]);
                for (state, words) in states.iter_mut().zip(&mut words) {
                    *state = four_rounds(*state, vaddq_u32(words[$group & 3], constants));
                    if $group < 12 {
                        words[$group & 3] = next_words(words, $group);
                    }
                }
            )*};
        }
        group!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for (state, before) in states.iter_mut().zip(before) {
            state.0 = vaddq_u32(state.0, before.0);
            state.1 = vaddq_u32(state.1, before.1);
        }
    }
    for (lane, (abcd, efgh)) in states.into_iter().enumerate() {
        let mut words = [0; 8];
        let (halves, _) = words.as_chunks_mut();
        store(abcd, &mut halves[0]);
        store(efgh, &mut halves[1]);
        for (column, word) in columns.0.iter_mut().zip(words) {
            column[lane] = word;
        }
    }
}

#[target_feature(enable = "neon,sha2")]
#[inline]
fn four_rounds((abcd, efgh): Halves, sum: uint32x4_t) -> Halves {
    (
        vsha256hq_u32(abcd, efgh, sum),
        vsha256h2q_u32(efgh, abcd, sum),
    )
}

/// The message schedule, four words on.
#[target_feature(enable = "neon,sha2")]
#[inline]
fn next_words(words: &[uint32x4_t; 4], group: usize) -> uint32x4_t {
    let (w0, w1) = (words[group & 3], words[(group + 1) & 3]);
    let (w2, w3) = (words[(group + 2) & 3], words[(group + 3) & 3]);
    vsha256su1q_u32(vsha256su0q_u32(w0, w1), w2, w3)
}

#[target_feature(enable = "neon")]
#[inline]
fn load(words: &[u32; 4]) -> uint32x4_t {
    // SAFETY: 16 bytes are there, aligned for their words.
    unsafe { vld1q_u32(words.as_ptr()) }
}

#[target_feature(enable = "neon")]
#[inline]
fn store(words: uint32x4_t, to: &mut [u32; 4]) {
    // SAFETY: 16 bytes fit there, aligned for their words.
    unsafe { vst1q_u32(to.as_mut_ptr(), words) }
}

#[target_feature(enable = "neon")]
#[inline]
fn load_words(block: &[u8; 64]) -> [uint32x4_t; 4] {
    let (quarters, _) = block.as_chunks::<16>();
    std::array::from_fn(|index| {
        // SAFETY: a quarter of a block is 16 bytes, and bytes need no alignment.
        let bytes = unsafe { vld1q_u8(quarters[index].as_ptr()) };
        vreinterpretq_u32_u8(vrev32q_u8(bytes))
    })
}
