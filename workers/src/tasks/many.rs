//! Digests of many messages at once, whatever the algorithm: in lanes where it has some, one message after
//! the other where it has none.

use std::collections::HashMap;

use lanes::{Choice, Part, Streams};

use crate::algorithm::{Algorithm, Hasher};

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
        let choice = algorithm
            .in_lanes()
            .and_then(|digest| Some((digest, choice_for(digest, choices)?)));
        match choice {
            Some((digest, choice)) => Self::Lanes(lanes::streams(digest, choice)),
            None => Self::OneByOne {
                algorithm,
                whole: algorithm.hasher(),
                begun: HashMap::new(),
            },
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
                    begun
                        .entry(part.stream)
                        .or_insert_with(|| algorithm.hasher())
                        .update(&part.buffer[..part.length]);
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

fn choice_for(digest: lanes::Digest, choices: &[Choice]) -> Option<&Choice> {
    let of = |choice: &&Choice| choice.function == digest.function();
    choices.iter().find(of)
}

/// How many messages at once leave nothing to gain, with these algorithms.
pub(crate) fn widest(algorithms: &[Algorithm], choices: &[Choice]) -> usize {
    algorithms
        .iter()
        .filter_map(|algorithm| choice_for(algorithm.in_lanes()?, choices))
        .map(Choice::widest)
        .max()
        .unwrap_or(1)
}
