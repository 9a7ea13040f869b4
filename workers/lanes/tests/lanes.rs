//! Every kernel that this machine has gives the digests that the reference gives, whatever the lengths,
//! however many messages there are, and whichever ends first.

use digest::Digest as _;
use lanes::{Choice, Digest, Instructions, Part, SLACK};

/// Around the ends of a block of 64 and of 128 bytes, and where the padding takes another.
const EDGES: [usize; 20] = [
    0, 1, 55, 56, 57, 63, 64, 65, 111, 112, 113, 119, 120, 121, 127, 128, 129, 191, 192, 256,
];

fn reference(digest: Digest, message: &[u8]) -> Vec<u8> {
    match digest {
        Digest::Md5 => md5::Md5::digest(message).to_vec(),
        Digest::Sha1 => sha1::Sha1::digest(message).to_vec(),
        Digest::Sha224 => sha2::Sha224::digest(message).to_vec(),
        Digest::Sha256 => sha2::Sha256::digest(message).to_vec(),
        Digest::Sha384 => sha2::Sha384::digest(message).to_vec(),
        Digest::Sha512 => sha2::Sha512::digest(message).to_vec(),
        Digest::Sha512_224 => sha2::Sha512_224::digest(message).to_vec(),
        Digest::Sha512_256 => sha2::Sha512_256::digest(message).to_vec(),
    }
}

/// Numbers that are the same every time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn message(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.below(256) as u8).collect()
    }
}

/// The digests of the messages, each given in parts of `step` bytes; all at once each time.
fn in_lanes(digest: Digest, choice: &Choice, messages: &[Vec<u8>], step: usize) -> Vec<Vec<u8>> {
    let mut streams = lanes::streams(digest, choice);
    let mut rest: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let mut open: Vec<bool> = vec![true; messages.len()];
    (0..messages.len()).for_each(|stream| streams.begin(stream));
    while open.contains(&true) {
        let mut buffers: Vec<(usize, Vec<u8>, usize, bool)> = Vec::new();
        for stream in (0..messages.len()).filter(|&stream| open[stream]) {
            let (part, after) = rest[stream].split_at(step.min(rest[stream].len()));
            // What is there before must not matter.
            let mut buffer = vec![0xa5; part.len() + SLACK];
            buffer[..part.len()].copy_from_slice(part);
            buffers.push((stream, buffer, part.len(), after.is_empty()));
            rest[stream] = after;
        }
        let mut parts: Vec<Part<'_>> = Vec::new();
        for (stream, buffer, length, last) in &mut buffers {
            parts.push(Part {
                stream: *stream,
                buffer,
                length: *length,
                last: *last,
            });
            open[*stream] = !*last;
        }
        streams.update(&mut parts);
    }
    let digests = (0..messages.len()).map(|stream| {
        let mut digest = Vec::new();
        streams.digest_into(stream, &mut digest);
        digest
    });
    digests.collect()
}

fn hold(digest: Digest, choice: &Choice, messages: &[Vec<u8>], step: usize) {
    let digests = in_lanes(digest, choice, messages, step);
    for (index, (message, got)) in messages.iter().zip(digests).enumerate() {
        assert_eq!(
            got,
            reference(digest, message),
            "{digest:?} with {:?}, message {index} of {}, {} bytes in parts of {step}",
            choice.rates,
            messages.len(),
            message.len()
        );
    }
}

/// Each kernel by itself, and all of them as they are chosen.
fn choices(digest: Digest) -> Vec<Choice> {
    let function = digest.function();
    let kinds = Instructions::ALL.map(|one| Choice::among(function, &[one]));
    let mut choices: Vec<Choice> = kinds.iter().flat_map(Choice::each).collect();
    // Kinds that the machine lacks are the reference, once.
    let is_same = |a: &Choice, b: &Choice| {
        (a.rates[0].instructions, a.rates[0].lanes) == (b.rates[0].instructions, b.rates[0].lanes)
    };
    choices.dedup_by(|a, b| is_same(a, b));
    choices.push(Choice::of(function));
    choices
}

fn every(mut test: impl FnMut(Digest, &Choice)) {
    for digest in Digest::ALL {
        for choice in choices(digest) {
            test(digest, &choice);
        }
    }
}

#[test]
fn every_length_around_a_block_is_padded_as_the_reference_does() {
    let mut numbers = Numbers(1);
    let messages: Vec<Vec<u8>> = EDGES.map(|length| numbers.message(length)).into();
    every(|digest, choice| {
        hold(digest, choice, &messages, 1 << 20);
        for message in &messages {
            hold(digest, choice, std::slice::from_ref(message), 1 << 20);
        }
    });
}

#[test]
fn around_every_part_a_message_may_end() {
    let mut numbers = Numbers(2);
    let lengths = [1, 2, 3].map(|parts| parts * 256);
    let messages: Vec<Vec<u8>> = lengths
        .iter()
        .flat_map(|end| {
            EDGES[..15]
                .iter()
                .flat_map(move |edge| [end - edge, end + edge])
        })
        .map(|length| numbers.message(length))
        .collect();
    every(|digest, choice| hold(digest, choice, &messages, 256));
}

#[test]
fn any_number_of_messages_is_hashed_and_any_of_them_may_end_first() {
    let mut numbers = Numbers(3);
    let most = if cfg!(miri) { 5 } else { 70 };
    every(|digest, choice| {
        for count in 1..=most {
            let mut messages: Vec<Vec<u8>> = (0..count)
                .map(|_| {
                    let length = numbers.below(3000);
                    numbers.message(length)
                })
                .collect();
            hold(digest, choice, &messages, 1 << 20);
            messages.sort_by_key(Vec::len);
            hold(digest, choice, &messages, 512);
            messages.reverse();
            hold(digest, choice, &messages, 1024);
        }
    });
}

#[test]
fn a_stream_begins_anew_as_if_nothing_had_been() {
    for digest in Digest::ALL {
        let choice = Choice::of(digest.function());
        let mut streams = lanes::streams(digest, &choice);
        for text in ["left behind", "abc"] {
            streams.begin(3);
            let mut buffer = text.as_bytes().to_vec();
            buffer.resize(text.len() + SLACK, 0);
            streams.update(&mut [Part {
                stream: 3,
                buffer: &mut buffer,
                length: text.len(),
                last: true,
            }]);
        }
        let mut out = b"before".to_vec();
        streams.digest_into(3, &mut out);
        assert_eq!(out[6..], reference(digest, b"abc"));
    }
}

#[test]
#[should_panic = "ends within a block"]
fn a_part_that_would_make_a_digest_wrong_is_refused() {
    let mut streams = lanes::streams(Digest::Md5, &Choice::of(Digest::Md5.function()));
    streams.begin(0);
    streams.update(&mut [Part {
        stream: 0,
        buffer: &mut [0; 100],
        length: 100,
        last: false,
    }]);
}
