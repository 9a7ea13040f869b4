//! What each kind of instructions makes of each function on one core: bytes a second of all lanes together,
//! from memory that the caches hold, and the same for one message.
//!
//!     cargo run --release -p lanes --example rates

use std::time::Instant;

use lanes::{Choice, Digest, Function, Instructions, Part, Rate, SLACK};

/// Bytes of each message, so that all of them are in the second-level cache of most processors.
const LENGTH: usize = 16 * 1024;
const TRIALS: usize = 60;

fn main() {
    println!("function     instructions lanes     GB/s  of one");
    for digest in [Digest::Md5, Digest::Sha1, Digest::Sha256, Digest::Sha512] {
        let mut one = None;
        let everything = Instructions::ALL.map(|one| Choice::among(digest.function(), &[one]));
        let of_each = everything.iter().flat_map(Choice::each);
        for choice in of_each.skip_while(|choice| choice.rates[0].instructions != Instructions::One)
        {
            let Rate {
                instructions,
                lanes,
                ..
            } = choice.rates[0];
            if one.is_some() && instructions == Instructions::One {
                continue;
            }
            let rate = measured(digest, &choice, lanes);
            let one = *one.get_or_insert(rate);
            println!(
                "{:<12} {:<12} {lanes:>5} {:>8.2} {:>7.2}",
                digest.function().label(),
                instructions.name(),
                rate / 1e9,
                rate / one
            );
        }
    }
    for function in Function::ALL {
        let began = Instant::now();
        let choice = Choice::of(function);
        let took = began.elapsed();
        let steps = choice.steps().into_iter().map(|(from, rate)| {
            format!(
                "from {from} on {} with {}",
                rate.instructions.name(),
                rate.lanes
            )
        });
        let steps: Vec<String> = steps.collect();
        println!(
            "{}, found out in {took:.1?}: {}",
            function.label(),
            steps.join(", ")
        );
    }
}

fn measured(digest: Digest, choice: &Choice, lanes: usize) -> f64 {
    let mut streams = lanes::streams(digest, choice);
    let mut buffers: Vec<Vec<u8>> = (0..lanes)
        .map(|lane| vec![lane as u8; LENGTH + SLACK])
        .collect();
    let fastest = (0..TRIALS)
        .map(|_| {
            (0..lanes).for_each(|stream| streams.begin(stream));
            let mut parts: Vec<Part<'_>> = buffers
                .iter_mut()
                .enumerate()
                .map(|(stream, buffer)| Part {
                    stream,
                    buffer,
                    length: LENGTH,
                    last: true,
                })
                .collect();
            let began = Instant::now();
            streams.update(&mut parts);
            began.elapsed()
        })
        .min()
        .unwrap_or_default();
    (lanes * LENGTH) as f64 / fastest.as_secs_f64()
}
