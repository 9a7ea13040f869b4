//! Vectors of plain words, for processors that have no file here, and for tools that know no
//! vectors. Compilers make vector instructions of it where there are some.

use super::{ByteOrder, Simd};

/// Needs nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

macro_rules! portable {
    ($word:ty, $bytes:literal) => {
        impl<const LANES: usize> Simd<$word, LANES> for Portable {
            type Vector = [$word; LANES];

            #[inline(always)]
            fn splat(self, word: $word) -> Self::Vector {
                [word; LANES]
            }
            #[inline(always)]
            fn load(self, words: &[$word; LANES]) -> Self::Vector {
                *words
            }
            #[inline(always)]
            fn store(self, vector: Self::Vector, words: &mut [$word; LANES]) {
                *words = vector;
            }
            #[inline(always)]
            fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                std::array::from_fn(|lane| a[lane].wrapping_add(b[lane]))
            }
            #[inline(always)]
            fn rotate<const RIGHT: i32, const LEFT: i32>(self, a: Self::Vector) -> Self::Vector {
                a.map(|word| word.rotate_right(RIGHT as u32))
            }
            #[inline(always)]
            fn shift_right<const BITS: i32>(self, a: Self::Vector) -> Self::Vector {
                a.map(|word| word >> BITS)
            }
            #[inline(always)]
            fn xor3(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                std::array::from_fn(|lane| a[lane] ^ b[lane] ^ c[lane])
            }
            #[inline(always)]
            fn choose(
                self,
                mask: Self::Vector,
                yes: Self::Vector,
                no: Self::Vector,
            ) -> Self::Vector {
                std::array::from_fn(|lane| no[lane] ^ (mask[lane] & (yes[lane] ^ no[lane])))
            }
            #[inline(always)]
            fn majority(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                std::array::from_fn(|lane| (a[lane] & b[lane]) | (c[lane] & (a[lane] | b[lane])))
            }
            #[inline(always)]
            fn xor_or_not(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                std::array::from_fn(|lane| a[lane] ^ (b[lane] | !c[lane]))
            }
            #[inline(always)]
            fn words(
                self,
                blocks: [&[u8; 16 * $bytes]; LANES],
                order: ByteOrder,
            ) -> [Self::Vector; 16] {
                std::array::from_fn(|index| {
                    blocks.map(|block| {
                        let word = block.as_chunks::<$bytes>().0[index];
                        match order {
                            ByteOrder::Big => <$word>::from_be_bytes(word),
                            ByteOrder::Little => <$word>::from_le_bytes(word),
                        }
                    })
                })
            }
        }
    };
}

portable!(u32, 4);
portable!(u64, 8);
