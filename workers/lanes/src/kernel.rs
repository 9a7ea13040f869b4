//! What hashes several messages side by side: a function on the instructions of a processor.

#[cfg(target_arch = "aarch64")]
mod arm_sha;
#[cfg(target_arch = "x86_64")]
mod sha_instructions;
mod vectors;

pub(crate) use vectors::kernels;

use serde::{Deserialize, Serialize};

use crate::function::{Columns, Function, State};
use crate::simd::Word;
use crate::simd::near::bring_near;

/// A message, or the next part of one, that waits for its lane.
pub(crate) struct Run<'a, W: Word> {
    /// Which it is, for who gave it.
    pub(crate) stream: usize,
    pub(crate) state: State<W>,
    /// What is to be done, in whole blocks.
    pub(crate) blocks: &'a [W::Block],
}

/// The instructions that a kernel is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Instructions {
    /// One message after the other, by the reference's own choice of instructions.
    One,
    /// Two messages whose instructions for the function alternate, so that each fills the gaps of
    /// the other.
    Sha,
    /// Registers of 512 bits.
    Avx512,
    /// AVX-512's instructions on registers of 256 bits.
    Avx512Narrow,
    /// Registers of 256 bits.
    Avx2,
    /// Registers of 128 bits on ARM.
    Neon,
    /// What the compiler makes of plain words.
    Portable,
}

impl Instructions {
    /// All, of any processor.
    pub const ALL: [Self; 7] = [
        Self::One,
        Self::Sha,
        Self::Avx512,
        Self::Avx512Narrow,
        Self::Avx2,
        Self::Neon,
        Self::Portable,
    ];

    /// As people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Sha => "sha",
            Self::Avx512 => "avx512",
            Self::Avx512Narrow => "avx512-256",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Portable => "portable",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::One => "one by one",
            Self::Sha => "SHA instructions",
            Self::Avx512 => "AVX-512",
            Self::Avx512Narrow => "AVX-512, 256 bits wide",
            Self::Avx2 => "AVX2",
            Self::Neon => "NEON",
            Self::Portable => "plain words",
        }
    }
}

pub(crate) trait Kernel<F: Function>: Send + Sync {
    fn instructions(&self) -> Instructions;

    /// How many messages it takes at once.
    fn lanes(&self) -> usize;

    /// Does the runs, of which the first come first, and refills a lane as soon as its run is done.
    /// Returns when all are done, or when none waits and fewer than `least` are left; those keep what
    /// has not been done of them.
    fn run(&self, runs: &mut [Run<'_, F::Word>], least: usize);
}

/// Blocks that are brought near while as many are done. What another core has read is in that one's cache:
/// a large file that is read ahead takes 5 % less time with it.
const NEAR: usize = 32;

/// The reference.
struct OneByOne;

impl<F: Function> Kernel<F> for OneByOne {
    fn instructions(&self) -> Instructions {
        Instructions::One
    }
    fn lanes(&self) -> usize {
        1
    }
    fn run(&self, runs: &mut [Run<'_, F::Word>], _least: usize) {
        for run in runs {
            while !run.blocks.is_empty() {
                let (next, rest) = run.blocks.split_at(NEAR.min(run.blocks.len()));
                rest.iter().take(NEAR).for_each(bring_near);
                F::one(&mut run.state, next);
                run.blocks = rest;
            }
        }
    }
}

/// Blocks of each lane, as many as the shortest has.
pub(crate) type Rows<'a, W, const LANES: usize> = [&'a [<W as Word>::Block]; LANES];

/// Fills the lanes, refills them, and empties them again. `compress` takes some blocks of each lane.
fn refill<W: Word, const LANES: usize>(
    runs: &mut [Run<'_, W>],
    least: usize,
    compress: impl Fn(&mut Columns<W, LANES>, Rows<'_, W, LANES>),
) {
    let mut columns = Columns([[W::default(); LANES]; 8]);
    // Which run is in which lane. One without work repeats another's blocks, and nobody asks what came
    // of it.
    let mut lanes = [None; LANES];
    let mut waiting = 0..runs.len();
    loop {
        for (lane, run) in lanes.iter_mut().enumerate() {
            if run.is_none() {
                *run = waiting.by_ref().find(|&run| !runs[run].blocks.is_empty());
                if let Some(run) = *run {
                    put(&mut columns, lane, &runs[run].state);
                }
            }
        }
        let busy = || lanes.iter().flatten();
        let Some(rows) = busy().map(|&run| runs[run].blocks.len()).min() else {
            return;
        };
        let any = busy().next().copied();
        if waiting.is_empty() && busy().count() < least {
            for (lane, run) in lanes.iter().enumerate() {
                if let Some(run) = *run {
                    runs[run].state = take(&columns, lane);
                }
            }
            return;
        }
        let blocks = lanes.map(|run| match run.or(any) {
            Some(run) => &runs[run].blocks[..rows],
            None => &[],
        });
        compress(&mut columns, blocks);
        for (lane, slot) in lanes.iter_mut().enumerate() {
            if let Some(run) = *slot {
                let run = &mut runs[run];
                run.blocks = &run.blocks[rows..];
                if run.blocks.is_empty() {
                    run.state = take(&columns, lane);
                    *slot = None;
                }
            }
        }
    }
}

fn put<W: Word, const LANES: usize>(
    columns: &mut Columns<W, LANES>,
    lane: usize,
    state: &State<W>,
) {
    for (column, word) in columns.0.iter_mut().zip(state) {
        column[lane] = *word;
    }
}

fn take<W: Word, const LANES: usize>(columns: &Columns<W, LANES>, lane: usize) -> State<W> {
    columns.0.map(|column| column[lane])
}
