//! How fast one core digests what is in memory already: the measure that hashing files is held
//! against. Prints bytes per second of SHA-256, one message at a time.

use std::time::Instant;

use workers::Algorithm;

fn main() {
    const PART: usize = 64 * 1024;
    const PARTS: usize = 16 * 1024;
    let part = vec![7u8; PART];
    let mut hasher = Algorithm::Sha256.hasher();
    let mut digest = Vec::new();
    // The best of three: other programs can only make it slower.
    let rate = (0..3)
        .map(|_| {
            let began = Instant::now();
            for _ in 0..PARTS {
                hasher.update(&part);
            }
            hasher.finish_into(&mut digest);
            (PART * PARTS) as f64 / began.elapsed().as_secs_f64()
        })
        .fold(0.0, f64::max);
    println!("{rate:.0}");
}
