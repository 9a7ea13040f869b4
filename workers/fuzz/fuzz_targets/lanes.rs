//! Messages of any lengths, in parts of any lengths, on every kind of instructions: each has the digest that it
//! has alone.
#![no_main]

use lanes::{Choice, Digest, Instructions, Part, SLACK};
use workers::Algorithm;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // The first bytes say how the rest is cut: the kind, the digest, blocks in a part, then the messages.
    let [kind, digest, blocks, bytes @ ..] = bytes else {
        return;
    };
    let instructions = Instructions::ALL[usize::from(*kind) % Instructions::ALL.len()];
    let digest = Digest::ALL[usize::from(*digest) % Digest::ALL.len()];
    let step = 128 * (1 + usize::from(*blocks % 8));
    let mut messages: Vec<&[u8]> = Vec::new();
    let mut rest = bytes;
    while let [length, after @ ..] = rest {
        let length = after.len().min(usize::from(*length) * 5);
        messages.push(&after[..length]);
        rest = &after[length..];
    }
    let kernels = Choice::among(digest.function(), &[instructions]);
    let which = usize::from(*blocks / 8) % kernels.rates.len();
    let choice = kernels.each().nth(which).unwrap_or_else(|| kernels.clone());
    let mut streams = lanes::streams(digest, &choice);
    (0..messages.len()).for_each(|stream| streams.begin(stream));
    let mut left = messages.clone();
    let mut open: Vec<usize> = (0..messages.len()).collect();
    while !open.is_empty() {
        let mut buffers: Vec<(usize, Vec<u8>, usize, bool)> = Vec::new();
        for &stream in &open {
            let (part, after) = left[stream].split_at(step.min(left[stream].len()));
            let mut buffer = vec![0xa5; part.len() + SLACK];
            buffer[..part.len()].copy_from_slice(part);
            buffers.push((stream, buffer, part.len(), after.is_empty()));
            left[stream] = after;
        }
        let mut parts: Vec<Part<'_>> = buffers
            .iter_mut()
            .map(|(stream, buffer, length, last)| Part {
                stream: *stream,
                buffer,
                length: *length,
                last: *last,
            })
            .collect();
        streams.update(&mut parts);
        open = parts.iter().filter(|part| !part.last).map(|part| part.stream).collect();
    }
    let algorithm = match digest {
        Digest::Md5 => Algorithm::Md5,
        Digest::Sha1 => Algorithm::Sha1,
        Digest::Sha224 => Algorithm::Sha224,
        Digest::Sha256 => Algorithm::Sha256,
        Digest::Sha384 => Algorithm::Sha384,
        Digest::Sha512 => Algorithm::Sha512,
        Digest::Sha512_224 => Algorithm::Sha512_224,
        Digest::Sha512_256 => Algorithm::Sha512_256,
    };
    let mut reference = algorithm.hasher();
    for (stream, message) in messages.iter().enumerate() {
        let (mut got, mut expected) = (Vec::new(), Vec::new());
        streams.digest_into(stream, &mut got);
        reference.update(message);
        reference.finish_into(&mut expected);
        assert_eq!(got, expected, "{digest:?} of message {stream}");
    }
});
