//! Which instructions are fastest for how many messages, found out by trying.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::digest::Function;
use crate::function::{self, Md5, Sha1, Sha256, Sha512};
use crate::kernel::{Instructions, Kernel, Run, kernels};
use crate::simd::Word;

/// Blocks of each lane in one trial: 2 or 4 KiB, as a small file has, which takes some ten microseconds.
const BLOCKS: usize = 32;
/// Blocks from the beginning of one lane's to that of the next. With a power of two, lines of all lanes would
/// belong into the same few places of the first-level cache, and push one another out.
const STRIDE: usize = BLOCKS + 1;
/// Trials of each kernel, of which the fastest counts: whatever else the machine does makes one slower.
const TRIALS: usize = 6;
/// They go on for so long: a core that has not used its wide registers for a while has them asleep, and
/// takes some ten microseconds to wake them.
const AT_LEAST: Duration = Duration::from_micros(100);

/// For one function: what each kernel achieved, and which are to be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Of which function.
    pub function: Function,
    /// What was measured, the reference first. Only what this processor has, and may be used.
    pub rates: Vec<Rate>,
    /// Which of those is the fastest for one message, for two, and so on; for more than that, the last.
    best: Vec<usize>,
}

/// What a kernel achieved, all lanes together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// With which instructions.
    pub instructions: Instructions,
    /// Messages at once.
    pub lanes: usize,
    /// Of all lanes together, on one core.
    pub bytes_per_second: f64,
}

impl Choice {
    /// Tries all that this processor has, which takes about a millisecond.
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
        Self::from_rates(function, rates)
    }

    fn from_rates(function: Function, rates: Vec<Rate>) -> Self {
        let best = best(&rates);
        Self {
            function,
            rates,
            best,
        }
    }

    /// The same with each kernel by itself, whatever it achieved: for tests and comparisons.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        let alone = |&rate: &Rate| Self::from_rates(self.function, vec![rate]);
        self.rates.iter().map(alone)
    }

    /// The fastest for so many messages at once. `None` where nothing was measured.
    #[must_use]
    pub fn best_for(&self, messages: usize) -> Option<&Rate> {
        let index = messages.min(self.best.len()).checked_sub(1)?;
        self.rates.get(self.best[index])
    }

    /// What is used from how many messages on.
    #[must_use]
    pub fn steps(&self) -> Vec<(usize, &Rate)> {
        let used =
            (1..=self.best.len()).filter_map(|messages| Some((messages, self.best_for(messages)?)));
        let mut steps: Vec<(usize, &Rate)> = used.collect();
        steps.dedup_by_key(|(_, rate)| (rate.instructions, rate.lanes));
        steps
    }

    /// With so many messages at once nothing is left to gain.
    #[must_use]
    pub fn widest(&self) -> usize {
        let used = self.steps().into_iter().map(|(_, rate)| rate.lanes);
        used.max().unwrap_or(1)
    }

    /// For more messages than this, the choice is as for so many.
    pub(crate) fn longest(&self) -> usize {
        self.best.len()
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
    use Instructions::{Avx2, Avx512Narrow, One, Portable, Sha};
    let may_be = |one: Instructions| allowed.contains(&one);
    let some = kernels.iter().any(|kernel| may_be(kernel.instructions()));
    // What the compiler makes of plain words is the slowest trial, and has never won against these.
    let has_vectors = kernels.iter().any(|kernel| match kernel.instructions() {
        One | Sha | Portable => false,
        vectors => may_be(vectors),
    });
    // On registers of the same width AVX-512's instructions do the same in fewer.
    let has_better = kernels
        .iter()
        .any(|kernel| kernel.instructions() == Avx512Narrow && may_be(Avx512Narrow));
    let lanes = kernels
        .iter()
        .map(|kernel| kernel.lanes())
        .max()
        .unwrap_or(1);
    // Different bytes, and each lane its own, as with files.
    let bytes: Vec<u8> = (0..lanes * STRIDE * F::Word::BLOCK)
        .map(|index| (index * 31 / 7) as u8)
        .collect();
    let (blocks, _) = F::Word::blocks(&bytes);
    kernels
        .iter()
        .filter(|kernel| match kernel.instructions() {
            One if !some => true,
            Portable if has_vectors => false,
            Avx2 if has_better => false,
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
        .chunks_exact(STRIDE)
        .take(kernel.lanes())
        .map(|blocks| Run {
            stream: 0,
            state: Default::default(),
            blocks: &blocks[..BLOCKS],
        })
        .collect();
    let began = Instant::now();
    kernel.run(&mut runs, 0);
    let took = began.elapsed();
    std::hint::black_box(&runs);
    took
}

/// For each number of messages the place of the kernel with which all of them, of one length, take least
/// time: a full set of lanes, and what is left as is best for that.
fn best(rates: &[Rate]) -> Vec<usize> {
    let most = rates.iter().map(|rate| rate.lanes).max().unwrap_or(0);
    let mut best = Vec::with_capacity(most);
    let mut times = vec![0.0];
    for messages in 1..=most {
        let time = |rate: &Rate| {
            let once = rate.lanes as f64 / rate.bytes_per_second;
            once + times[messages - rate.lanes.min(messages)]
        };
        // A pair and then one takes as long as one and then a pair; the wider begins.
        let fastest = rates.iter().enumerate().reduce(|best, other| {
            let wider = other.1.lanes > best.1.lanes;
            let limit = time(best.1) * if wider { 1.001 } else { 0.999 };
            if time(other.1) < limit { other } else { best }
        });
        if let Some((place, fastest)) = fastest {
            times.push(time(fastest));
            best.push(place);
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
        assert_eq!(best[..3], [0, 1, 1]);
        // Nine take as long in pairs as sixteen do in the wide registers.
        assert_eq!(best[7], 1);
        assert_eq!(best[9..], [2; 7]);
    }

    #[test]
    fn the_same_instructions_may_be_best_with_more_or_fewer_lanes() {
        use Instructions::{Avx512, One, Sha};
        let rates = [
            rate(One, 1, 2.1),
            rate(Sha, 2, 3.3),
            rate(Sha, 8, 4.4),
            rate(Avx512, 16, 6.4),
            rate(Avx512, 32, 8.1),
        ];
        let choice = Choice::from_rates(Function::Sha256, rates.into());
        let steps: Vec<(usize, usize)> = choice
            .steps()
            .iter()
            .map(|step| (step.0, step.1.lanes))
            .collect();
        // Six in pairs take as long as eight at once; sixteen and five take longer than 32.
        assert_eq!(steps, [(1, 1), (2, 2), (6, 8), (11, 16), (21, 32)]);
        assert_eq!(choice.widest(), 32);
    }

    #[test]
    fn whatever_is_allowed_and_missing_the_reference_is_there() {
        let choice = Choice::among(Function::Md5, &[Instructions::Sha]);
        let [(1, rate)] = choice.steps()[..] else {
            panic!("{choice:?}");
        };
        assert_eq!(rate.instructions, Instructions::One);
        assert_eq!(choice.widest(), 1);
        for function in Function::ALL {
            let choice = Choice::of(function);
            assert_eq!(choice.rates[0].instructions, Instructions::One);
            assert!(choice.rates.iter().all(|rate| rate.bytes_per_second > 0.0));
            assert_eq!(choice.best_for(1000), choice.best_for(choice.longest()));
        }
    }
}
