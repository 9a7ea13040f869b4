//! The few operations on vectors that the functions need, and who has them.
//!
//! A vector holds one word of each message. Whoever implements [`Simd`] is a value without content
//! that is made only where the processor has the instructions: it is the proof, so the operations
//! are safe to call, and the functions in [`function`](crate::function) have no unsafe code.

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
pub(crate) mod near;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;
pub(crate) mod portable;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) mod twice;

/// A word of a message: 32 or 64 bits.
pub(crate) trait Word: Copy + Default + Send + Sync + 'static {
    /// 16 of them, as bytes.
    type Block: Copy + Send + Sync + 'static;
    /// Bytes in a block.
    const BLOCK: usize;

    /// As many whole blocks as there are, and what is left.
    fn blocks(bytes: &[u8]) -> (&[Self::Block], &[u8]);

    /// Its bytes in this order.
    fn push_to(self, order: ByteOrder, out: &mut Vec<u8>);
}

impl Word for u32 {
    type Block = [u8; 64];
    const BLOCK: usize = 64;

    fn blocks(bytes: &[u8]) -> (&[[u8; 64]], &[u8]) {
        bytes.as_chunks()
    }
    fn push_to(self, order: ByteOrder, out: &mut Vec<u8>) {
        match order {
            ByteOrder::Big => out.extend(self.to_be_bytes()),
            ByteOrder::Little => out.extend(self.to_le_bytes()),
        }
    }
}

impl Word for u64 {
    type Block = [u8; 128];
    const BLOCK: usize = 128;

    fn blocks(bytes: &[u8]) -> (&[[u8; 128]], &[u8]) {
        bytes.as_chunks()
    }
    fn push_to(self, order: ByteOrder, out: &mut Vec<u8>) {
        match order {
            ByteOrder::Big => out.extend(self.to_be_bytes()),
            ByteOrder::Little => out.extend(self.to_le_bytes()),
        }
    }
}

/// Vectors of `LANES` words.
///
/// Every operation works on each lane by itself. They are to be inlined into a function that is
/// compiled for the instructions, which is why no implementation may leave out `inline(always)`.
pub(crate) trait Simd<W: Word, const LANES: usize>: Copy {
    type Vector: Copy;

    /// The word in every lane.
    fn splat(self, word: W) -> Self::Vector;
    fn load(self, words: &[W; LANES]) -> Self::Vector;
    fn store(self, vector: Self::Vector, words: &mut [W; LANES]);
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Rotated by `RIGHT` bits; `LEFT` is what is missing to the width of a word, as a constant
    /// cannot be calculated from another yet.
    fn rotate<const RIGHT: i32, const LEFT: i32>(self, a: Self::Vector) -> Self::Vector;
    fn shift_right<const BITS: i32>(self, a: Self::Vector) -> Self::Vector;
    /// `a ^ b ^ c`
    fn xor3(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// `yes` where the mask has ones, `no` where it has zeros.
    fn choose(self, mask: Self::Vector, yes: Self::Vector, no: Self::Vector) -> Self::Vector;
    /// Each bit as most of the three have it.
    fn majority(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// `a ^ (b | !c)`
    fn xor_or_not(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// The 16 words of the next block of each message, their bytes in this order.
    fn words(self, blocks: [&W::Block; LANES], order: ByteOrder) -> [Self::Vector; 16];
}

/// How a function reads its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Big,
    Little,
}
