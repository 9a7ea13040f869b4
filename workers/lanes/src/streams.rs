//! Messages that come in parts, many of them at once.

use std::cmp::Reverse;

use crate::choice::{Choice, Rate};
use crate::digest::{Digest, Function};
use crate::function::{self, Md5, Sha1, Sha256, Sha512, State};
use crate::kernel::{Kernel, Run, kernels};
use crate::simd::{ByteOrder, Word};

/// Bytes that must be free behind the last part of a message: the longest padding is a bit, the rest of a
/// block of 128 bytes, and a length of 16.
pub const SLACK: usize = 1 + 127 + 16;

/// The next part of a message.
#[derive(Debug)]
pub struct Part<'a> {
    /// Of which message.
    pub stream: usize,
    /// The part, and behind a last one [`SLACK`] bytes or more, which are written to.
    pub buffer: &'a mut [u8],
    /// Bytes in the part. A multiple of 128, unless it is the last.
    pub length: usize,
    /// Whether the message ends with it.
    pub last: bool,
}

/// Running digests of many messages. A message is known by a small number of the caller's.
pub trait Streams: Send {
    /// A message begins.
    fn begin(&mut self, stream: usize);

    /// Takes the next part of some messages, at most one of each.
    ///
    /// # Panics
    /// Where a part is not as [`Part`] says, which would make its digest wrong.
    fn update(&mut self, parts: &mut [Part<'_>]);

    /// Appends the digest of a message whose last part was taken.
    fn digest_into(&mut self, stream: usize, out: &mut Vec<u8>);
}

pub(crate) fn new(digest: Digest, choice: &Choice) -> Box<dyn Streams> {
    match digest.function() {
        Function::Md5 => Box::new(Many::<Md5>::new(
            digest,
            digest.initial_32(),
            kernels(),
            choice,
        )),
        Function::Sha1 => Box::new(Many::<Sha1>::new(
            digest,
            digest.initial_32(),
            kernels(),
            choice,
        )),
        Function::Sha256 => Box::new(Many::<Sha256>::new(
            digest,
            digest.initial_32(),
            kernels(),
            choice,
        )),
        Function::Sha512 => Box::new(Many::<Sha512>::new(
            digest,
            digest.initial_64(),
            kernels(),
            choice,
        )),
    }
}

struct Many<F: function::Function> {
    digest: Digest,
    initial: State<F::Word>,
    kernels: Vec<Chosen<F>>,
    /// Which of those is the best for one message, for two and so on.
    best: Vec<usize>,
    streams: Vec<Stream<F::Word>>,
}

struct Chosen<F: function::Function> {
    kernel: Box<dyn Kernel<F>>,
    /// With fewer messages another is better.
    least: usize,
}

#[derive(Clone)]
struct Stream<W: Word> {
    state: State<W>,
    /// Bytes so far.
    length: u64,
}

impl<F: function::Function> Many<F> {
    fn new(
        digest: Digest,
        initial: State<F::Word>,
        kernels: Vec<Box<dyn Kernel<F>>>,
        choice: &Choice,
    ) -> Self {
        // A choice may come from elsewhere, but not an instruction that this processor lacks.
        let index_of = |wanted: &Rate| {
            kernels
                .iter()
                .position(|kernel| {
                    kernel.instructions() == wanted.instructions && kernel.lanes() == wanted.lanes
                })
                .unwrap_or(0)
        };
        let mut best: Vec<usize> = (1..=choice.longest())
            .filter_map(|messages| choice.best_for(messages))
            .map(index_of)
            .collect();
        if best.is_empty() {
            best.push(0);
        }
        let kernels = kernels.into_iter().enumerate();
        let kernels = kernels.map(|(index, kernel)| Chosen {
            least: best.iter().position(|&best| best == index).unwrap_or(0) + 1,
            kernel,
        });
        Self {
            digest,
            initial,
            kernels: kernels.collect(),
            best,
            streams: Vec::new(),
        }
    }

    /// The kernel for so many messages.
    fn chosen(&self, messages: usize) -> &Chosen<F> {
        let index = messages.min(self.best.len()).saturating_sub(1);
        &self.kernels[self.best[index]]
    }
}

impl<F: function::Function> Streams for Many<F> {
    fn begin(&mut self, stream: usize) {
        let fresh = Stream {
            state: self.initial,
            length: 0,
        };
        if stream >= self.streams.len() {
            self.streams.resize(stream + 1, fresh);
        } else {
            self.streams[stream] = fresh;
        }
    }

    fn update(&mut self, parts: &mut [Part<'_>]) {
        let mut runs = Vec::with_capacity(parts.len());
        for part in parts {
            let stream = &mut self.streams[part.stream];
            stream.length += part.length as u64;
            let end = if part.last {
                pad::<F>(part.buffer, part.length, stream.length)
            } else {
                part.length
            };
            let (blocks, rest) = F::Word::blocks(&part.buffer[..end]);
            assert!(
                rest.is_empty(),
                "a part that is not the last ends within a block"
            );
            runs.push(Run {
                stream: part.stream,
                state: stream.state,
                blocks,
            });
        }
        // The longest last would be alone.
        runs.sort_unstable_by_key(|run| Reverse(run.blocks.len()));
        let mut left = runs.len();
        while left > 0 {
            let Chosen { kernel, least } = self.chosen(left);
            kernel.run(&mut runs, *least);
            left = runs.iter().filter(|run| !run.blocks.is_empty()).count();
        }
        for run in runs {
            self.streams[run.stream].state = run.state;
        }
    }

    fn digest_into(&mut self, stream: usize, out: &mut Vec<u8>) {
        let end = out.len() + self.digest.length();
        for word in self.streams[stream].state {
            word.push_to(F::ORDER, out);
        }
        out.truncate(end);
    }
}

/// Writes the padding behind the message, and says where it ends.
fn pad<F: function::Function>(buffer: &mut [u8], length: usize, total: u64) -> usize {
    let block = F::Word::BLOCK;
    // Of SHA-512's 16 bytes of length no file needs the first eight.
    let end = (length + 1 + block / 8).next_multiple_of(block);
    let padding = &mut buffer[length..end];
    padding.fill(0);
    padding[0] = 0x80;
    let bits = total.wrapping_mul(8);
    let bits = match F::ORDER {
        ByteOrder::Big => bits.to_be_bytes(),
        ByteOrder::Little => bits.to_le_bytes(),
    };
    buffer[end - 8..end].copy_from_slice(&bits);
    end
}
