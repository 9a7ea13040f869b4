//! Two vectors as one, of twice as many lanes: where every operation waits for the one before, a second set of
//! messages is done in the gaps.

use super::{ByteOrder, Simd, Word};

/// Vectors of whoever it is made of, two by two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Twice<S>(pub(crate) S);

/// Fields and not an array, of which the compiler would keep every element in memory: that takes twice as long.
#[derive(Clone, Copy)]
pub(crate) struct Pair<V>(V, V);

impl<V: Copy> Pair<V> {
    #[inline(always)]
    fn each(self, operation: impl Fn(V) -> V) -> Self {
        Self(operation(self.0), operation(self.1))
    }
    #[inline(always)]
    fn both(self, b: Self, operation: impl Fn(V, V) -> V) -> Self {
        Self(operation(self.0, b.0), operation(self.1, b.1))
    }
    #[inline(always)]
    fn all(self, b: Self, c: Self, operation: impl Fn(V, V, V) -> V) -> Self {
        Self(operation(self.0, b.0, c.0), operation(self.1, b.1, c.1))
    }
}

macro_rules! twice {
    ($($half:literal $lanes:literal;)*) => {$(
        impl<W: Word, S: Simd<W, $half>> Simd<W, $lanes> for Twice<S> {
            type Vector = Pair<S::Vector>;

            #[inline(always)]
            fn splat(self, word: W) -> Self::Vector {
                Pair(self.0.splat(word), self.0.splat(word))
            }
            #[inline(always)]
            fn load(self, words: &[W; $lanes]) -> Self::Vector {
                let (halves, _) = words.as_chunks();
                Pair(self.0.load(&halves[0]), self.0.load(&halves[1]))
            }
            #[inline(always)]
            fn store(self, vector: Self::Vector, words: &mut [W; $lanes]) {
                let (halves, _) = words.as_chunks_mut();
                self.0.store(vector.0, &mut halves[0]);
                self.0.store(vector.1, &mut halves[1]);
            }
            #[inline(always)]
            fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
                a.both(b, |a, b| self.0.add(a, b))
            }
            #[inline(always)]
            fn rotate<const RIGHT: i32, const LEFT: i32>(self, a: Self::Vector) -> Self::Vector {
                a.each(|a| self.0.rotate::<RIGHT, LEFT>(a))
            }
            #[inline(always)]
            fn shift_right<const BITS: i32>(self, a: Self::Vector) -> Self::Vector {
                a.each(|a| self.0.shift_right::<BITS>(a))
            }
            #[inline(always)]
            fn xor3(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                a.all(b, c, |a, b, c| self.0.xor3(a, b, c))
            }
            #[inline(always)]
            fn choose(self, mask: Self::Vector, yes: Self::Vector, no: Self::Vector) -> Self::Vector {
                mask.all(yes, no, |mask, yes, no| self.0.choose(mask, yes, no))
            }
            #[inline(always)]
            fn majority(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                a.all(b, c, |a, b, c| self.0.majority(a, b, c))
            }
            #[inline(always)]
            fn xor_or_not(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
                a.all(b, c, |a, b, c| self.0.xor_or_not(a, b, c))
            }
            #[inline(always)]
            fn words(self, blocks: [&W::Block; $lanes], order: ByteOrder) -> [Self::Vector; 16] {
                let (halves, _) = blocks.as_chunks();
                let (a, b) = (self.0.words(halves[0], order), self.0.words(halves[1], order));
                std::array::from_fn(|index| Pair(a[index], b[index]))
            }
        }
    )*};
}

twice! { 2 4; 4 8; 8 16; 16 32; }
