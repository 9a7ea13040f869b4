//! What `fuzz/` feeds with bytes. Compiled for the fuzzer alone.

use crate::pool::message::{FromWorker, ToWorker};
use crate::wire::frame::Frames;

/// Reads all frames, as a worker and as a pool would. An error ends it, a panic is found by the
/// fuzzer, and so is memory that the bytes do not account for.
pub fn frames(bytes: &[u8]) {
    let mut frames = Frames::new(bytes);
    while let Ok(Some((_, _))) = frames.next::<ToWorker>() {}
    frames.assert_modest(bytes.len());
    let mut frames = Frames::new(bytes);
    while let Ok(Some((_, _))) = frames.next::<FromWorker>() {}
    frames.assert_modest(bytes.len());
}
