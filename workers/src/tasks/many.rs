//! Digests of many messages at once, whatever the algorithm: in lanes where it has some, one message after
//! the other where it has none.

use std::collections::HashMap;

use lanes::{Choice, Part, Streams};

use crate::algorithm::{Algorithm, Hasher};
use crate::instructions::used_for;

/// A part of as many bytes is of a file that has a worker for itself: of many files at once it is smaller.
const FOR_ALL_CORES: usize = 256 * 1024;

/// Messages of one algorithm. Each is known by a number of the caller's.
pub(crate) enum Many {
    Lanes(Box<dyn Streams>),
    OneByOne {
        algorithm: Algorithm,
        /// For messages that come in one part.
        whole: Box<dyn Hasher>,
        /// Of those that have come in part.
        begun: HashMap<usize, Box<dyn Hasher>>,
    },
}

impl Many {
    pub(crate) fn new(algorithm: Algorithm, choices: &[Choice]) -> Self {
        if let Some(digest) = algorithm.in_lanes()
            && let Some(choice) = used_for(algorithm, choices)
        {
            return Self::Lanes(lanes::streams(digest, choice));
        }
        Self::OneByOne {
            algorithm,
            whole: algorithm.hasher(),
            begun: HashMap::new(),
        }
    }

    /// A message begins. Whatever had this number is forgotten.
    pub(crate) fn begin(&mut self, message: usize) {
        match self {
            Self::Lanes(streams) => streams.begin(message),
            Self::OneByOne { begun, .. } => {
                begun.remove(&message);
            }
        }
    }

    /// Takes the next parts, but may leave the last part of a message to [`end`](Self::end).
    pub(crate) fn update(&mut self, parts: &mut [Part<'_>]) {
        match self {
            Self::Lanes(streams) => streams.update(parts),
            Self::OneByOne {
                algorithm, begun, ..
            } => {
                for part in parts.iter().filter(|part| !part.last) {
                    let hasher = begun.entry(part.stream);
                    let hasher = hasher.or_insert_with(|| algorithm.hasher());
                    let bytes = &part.buffer[..part.length];
                    if part.length >= FOR_ALL_CORES {
                        hasher.update_on_all_cores(bytes);
                    } else {
                        hasher.update(bytes);
                    }
                }
            }
        }
    }

    /// Appends the digest of a message whose last part this was.
    pub(crate) fn end(&mut self, part: &Part<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Lanes(streams) => streams.digest_into(part.stream, out),
            Self::OneByOne { whole, begun, .. } => {
                let mut own = begun.remove(&part.stream);
                let hasher = own.as_mut().unwrap_or(whole);
                hasher.update(&part.buffer[..part.length]);
                hasher.finish_into(out);
            }
        }
    }
}

/// How many messages at once leave nothing to gain, with these algorithms.
pub(crate) fn widest(algorithms: &[Algorithm], choices: &[Choice]) -> usize {
    algorithms
        .iter()
        .filter_map(|&algorithm| used_for(algorithm, choices))
        .map(Choice::widest)
        .max()
        .unwrap_or(1)
}
