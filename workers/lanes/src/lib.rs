//! Digests of many messages at once on one core.
//!
//! A digest of one message waits for itself: every round needs the one before, and most of a processor's
//! vector units have nothing to do. Messages do not wait for one another, so each gets a lane of the vector
//! registers, and a lane whose message ends gets the next one. Each digest is what it would be alone.
//!
//! ```
//! use lanes::{Digest, Part, SLACK};
//!
//! let mut streams = lanes::streams(Digest::Sha256, &lanes::Choice::of(Digest::Sha256.function()));
//! let mut buffers: Vec<Vec<u8>> = ["one", "two", "three"].map(|text| text.into()).into();
//! let mut parts: Vec<Part<'_>> = Vec::new();
//! for (stream, buffer) in buffers.iter_mut().enumerate() {
//!     let length = buffer.len();
//!     buffer.resize(length + SLACK, 0);
//!     streams.begin(stream);
//!     parts.push(Part { stream, buffer, length, last: true });
//! }
//! streams.update(&mut parts);
//! let mut digest = Vec::new();
//! streams.digest_into(1, &mut digest);
//! assert_eq!(digest[..4], [0x3f, 0xc4, 0xcc, 0xfe]);
//! ```
//!
//! Which instructions are fastest depends on the processor, on the function and on how many messages there
//! are; [`Choice`] finds out by trying.

mod choice;
mod digest;
mod function;
mod kernel;
mod simd;
mod streams;

pub use choice::{Choice, Rate, available};
pub use digest::{Digest, Function};
pub use kernel::Instructions;
pub use streams::{Part, SLACK, Streams};

/// Running digests of any number of messages, for which the choice was made.
#[must_use]
pub fn streams(digest: Digest, choice: &Choice) -> Box<dyn Streams> {
    streams::new(digest, choice)
}
