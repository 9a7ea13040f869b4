//! Which instructions are fastest for how many messages, found out by trying.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::digest::Function;
use crate::function::{self, Md5, Sha1, Sha256, Sha512};
use crate::kernel::{Instructions, Kernel, Run, kernels};
use crate::simd::Word;

/// Blocks of each lane in one trial: 2 or 4 KiB, as a small file has, which takes some ten microseconds.
const BLOCKS: usize = 32;
/// Trials of each kernel, of which the fastest counts: whatever else the machine does makes one slower.
const TRIALS: usize = 6;
/// They go on for so long: a core that has not used its wide registers for a while has them asleep, and
/// takes some ten microseconds to wake them.
const AT_LEAST: Duration = Duration::from_micros(100);

/// For one function: what each kind of instructions achieved, and which are to be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Of which function.
    pub function: Function,
    /// What was measured, the reference first. Only what this processor has, and may be used.
    pub rates: Vec<Rate>,
    /// The fastest for one message, for two, and so on; for more than that, the last.
    pub best: Vec<Instructions>,
}

/// What some instructions achieved, all lanes together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Which.
    pub instructions: Instructions,
    /// Messages at once.
    pub lanes: usize,
    /// Of all lanes together, on one core.
    pub bytes_per_second: f64,
}

impl Choice {
    /// Tries all that this processor has, which takes less than a millisecond.
    #[must_use]
    pub fn of(function: Function) -> Self {
        Self::among(function, &Instructions::ALL)
    }

    /// Tries those of the instructions that this processor has for the function; the reference, where it
    /// has none of them.
    #[must_use]
    pub fn among(function: Function, allowed: &[Instructions]) -> Self {
        let rates = match function {
            Function::Md5 => measure::<Md5>(&kernels(), allowed),
            Function::Sha1 => measure::<Sha1>(&kernels(), allowed),
            Function::Sha256 => measure::<Sha256>(&kernels(), allowed),
            Function::Sha512 => measure::<Sha512>(&kernels(), allowed),
        };
        let best = best(&rates);
        Self {
            function,
            rates,
            best,
        }
    }

    /// The fastest for so many messages at once.
    #[must_use]
    pub fn best_for(&self, messages: usize) -> Instructions {
        self.best
            .get(messages.saturating_sub(1))
            .or(self.best.last())
            .copied()
            .unwrap_or(Instructions::One)
    }

    /// What is used from how many messages on.
    #[must_use]
    pub fn steps(&self) -> Vec<(usize, Instructions)> {
        let mut steps: Vec<(usize, Instructions)> = (1..).zip(self.best.iter().copied()).collect();
        steps.dedup_by_key(|(_, instructions)| *instructions);
        steps
    }

    /// With so many messages at once nothing is left to gain.
    #[must_use]
    pub fn widest(&self) -> usize {
        let used = |rate: &&Rate| self.best.contains(&rate.instructions);
        self.rates
            .iter()
            .filter(used)
            .map(|rate| rate.lanes)
            .max()
            .unwrap_or(1)
    }
}

/// The instructions that this processor has, for whichever function.
#[must_use]
pub fn available() -> Vec<Instructions> {
    fn of<F: function::Function>(kernels: &[Box<dyn Kernel<F>>]) -> Vec<Instructions> {
        kernels.iter().map(|kernel| kernel.instructions()).collect()
    }
    let all = [
        of::<Md5>(&kernels()),
        of::<Sha1>(&kernels()),
        of::<Sha256>(&kernels()),
        of::<Sha512>(&kernels()),
    ]
    .concat();
    let is_there = |instructions: &Instructions| all.contains(instructions);
    Instructions::ALL.into_iter().filter(is_there).collect()
}

fn measure<F: function::Function>(
    kernels: &[Box<dyn Kernel<F>>],
    allowed: &[Instructions],
) -> Vec<Rate> {
    use Instructions::{One, Portable, Sha};
    let may_be = |one: Instructions| allowed.contains(&one);
    let some = kernels.iter().any(|kernel| may_be(kernel.instructions()));
    // What the compiler makes of plain words is the slowest trial, and has never won against these.
    let has_vectors = kernels.iter().any(|kernel| match kernel.instructions() {
        One | Sha | Portable => false,
        vectors => may_be(vectors),
    });
    let lanes = kernels
        .iter()
        .map(|kernel| kernel.lanes())
        .max()
        .unwrap_or(1);
    // Different bytes, and each lane its own, as with files.
    let bytes: Vec<u8> = (0..lanes * BLOCKS * F::Word::BLOCK)
        .map(|index| (index * 31 / 7) as u8)
        .collect();
    let (blocks, _) = F::Word::blocks(&bytes);
    kernels
        .iter()
        .filter(|kernel| match kernel.instructions() {
            One if !some => true,
            Portable if has_vectors => false,
            instructions => may_be(instructions),
        })
        .map(|kernel| {
            let began = Instant::now();
            let mut trials = 0;
            let mut took = Duration::MAX;
            while trials < TRIALS || began.elapsed() < AT_LEAST {
                trials += 1;
                took = took.min(trial(&**kernel, blocks));
            }
            let took = took.max(Duration::from_nanos(1));
            let bytes = kernel.lanes() * BLOCKS * F::Word::BLOCK;
            Rate {
                instructions: kernel.instructions(),
                lanes: kernel.lanes(),
                bytes_per_second: bytes as f64 / took.as_secs_f64(),
            }
        })
        .collect()
}

fn trial<F: function::Function>(
    kernel: &dyn Kernel<F>,
    blocks: &[<F::Word as Word>::Block],
) -> Duration {
    let mut runs: Vec<Run<'_, F::Word>> = blocks
        .chunks_exact(BLOCKS)
        .take(kernel.lanes())
        .map(|blocks| Run {
            stream: 0,
            state: Default::default(),
            blocks,
        })
        .collect();
    let began = Instant::now();
    kernel.run(&mut runs, 0);
    let took = began.elapsed();
    std::hint::black_box(&runs);
    took
}

/// For each number of messages those instructions with which all of them, of one length, take least time:
/// a full set of lanes, and what is left as is best for that.
fn best(rates: &[Rate]) -> Vec<Instructions> {
    let most = rates.iter().map(|rate| rate.lanes).max().unwrap_or(1);
    let mut best = Vec::with_capacity(most);
    let mut times = vec![0.0];
    for messages in 1..=most {
        let time = |rate: &Rate| {
            let once = rate.lanes as f64 / rate.bytes_per_second;
            once + times[messages - rate.lanes.min(messages)]
        };
        // A pair and then one takes as long as one and then a pair; the wider begins.
        let fastest = rates.iter().reduce(|best, other| {
            let wider = other.lanes > best.lanes;
            let limit = time(best) * if wider { 1.001 } else { 0.999 };
            if time(other) < limit { other } else { best }
        });
        if let Some(fastest) = fastest {
            times.push(time(fastest));
            best.push(fastest.instructions);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(instructions: Instructions, lanes: usize, rate: f64) -> Rate {
        Rate {
            instructions,
            lanes,
            bytes_per_second: rate,
        }
    }

    #[test]
    fn few_messages_are_not_worth_a_wide_register() {
        use Instructions::{Avx512, One, Sha};
        let best = best(&[rate(One, 1, 1.8), rate(Sha, 2, 2.3), rate(Avx512, 16, 4.2)]);
        assert_eq!(best[..3], [One, Sha, Sha]);
        // Nine take as long in pairs as sixteen do in the wide registers.
        assert_eq!(best[7], Sha);
        assert_eq!(best[9..], [Avx512; 7]);
    }

    #[test]
    fn whatever_is_allowed_and_missing_the_reference_is_there() {
        let choice = Choice::among(Function::Md5, &[Instructions::Sha]);
        assert_eq!(choice.best, [Instructions::One]);
        assert_eq!(choice.widest(), 1);
        for function in Function::ALL {
            let choice = Choice::of(function);
            assert_eq!(choice.rates[0].instructions, Instructions::One);
            assert!(choice.rates.iter().all(|rate| rate.bytes_per_second > 0.0));
            assert_eq!(choice.best_for(1000), choice.best[choice.best.len() - 1]);
        }
    }
}
