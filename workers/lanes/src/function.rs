//! The functions that are calculated in lanes: each is written once, over vectors of any width.

mod md5;
mod sha1;
pub(crate) mod sha2;

pub(crate) use md5::Md5;
pub(crate) use sha1::Sha1;
pub(crate) use sha2::{Sha256, Sha512};

use crate::simd::{ByteOrder, Simd, Word};

/// The state of a message: eight words, of which SHA-1 uses five and MD5 four.
pub(crate) type State<W> = [W; 8];

/// The states of as many messages as there are lanes: the first words, the second words, ...
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Columns<W, const LANES: usize>(pub(crate) [[W; LANES]; 8]);

/// A function that takes a message block by block.
pub(crate) trait Function: Send + Sync + 'static {
    type Word: Word;
    /// Of the words in a block, and of the length behind the padding.
    const ORDER: ByteOrder;

    /// One message, as the reference has it.
    fn one(state: &mut State<Self::Word>, blocks: &[<Self::Word as Word>::Block]);

    /// One block of each message.
    fn many<S: Simd<Self::Word, LANES>, const LANES: usize>(
        simd: S,
        state: [S::Vector; 8],
        words: [S::Vector; 16],
    ) -> [S::Vector; 8];
}
