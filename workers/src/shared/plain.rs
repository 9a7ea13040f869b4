//! The types that lie in shared memory as they are.

use std::fmt::Debug;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{
    AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicU8, AtomicU16, AtomicU32, AtomicU64,
};

use super::layout::Words;

/// A number that can be shared: `u8` to `u64`, `i8` to `i64`, `f32` and `f64`. Not `usize`, whose
/// size programs may differ in.
pub trait Plain: Element + Copy + Debug + PartialEq + Default + Send + Sync + 'static {}

/// What only this module needs to know of a number.
pub trait Element: Sized {
    /// Told apart by in headers.
    const CODE: u16;
    type Atomic: Words;
    fn load(atomic: &Self::Atomic) -> Self;
    fn store(atomic: &Self::Atomic, value: Self);
    fn swap(atomic: &Self::Atomic, value: Self) -> Self;
    /// Puts `f` of what is there in its place, and answers what was there.
    fn update(atomic: &Self::Atomic, f: impl FnMut(Self) -> Self) -> Self;
    /// Adds; integers wrap around.
    fn add(atomic: &Self::Atomic, value: Self) -> Self;
}

macro_rules! elements {
    (integers: $($integer:ident $code:literal $atomic:ident),*; floats: $($float:ident $float_code:literal $bits:ident),* $(,)?) => {
        /// The name of a type, for messages.
        pub(super) fn element_name(code: u16) -> Option<&'static str> {
            match code {
                $($code => Some(stringify!($integer)),)*
                $($float_code => Some(stringify!($float)),)*
                _ => None,
            }
        }

        $(
            impl Plain for $integer {}
            impl Element for $integer {
                const CODE: u16 = $code;
                type Atomic = $atomic;
                fn load(atomic: &$atomic) -> Self {
                    atomic.load(SeqCst)
                }
                fn store(atomic: &$atomic, value: Self) {
                    atomic.store(value, SeqCst);
                }
                fn swap(atomic: &$atomic, value: Self) -> Self {
                    atomic.swap(value, SeqCst)
                }
                fn update(atomic: &$atomic, mut f: impl FnMut(Self) -> Self) -> Self {
                    let mut seen = atomic.load(SeqCst);
                    loop {
                        match atomic.compare_exchange_weak(seen, f(seen), SeqCst, SeqCst) {
                            Ok(before) => return before,
                            Err(now) => seen = now,
                        }
                    }
                }
                fn add(atomic: &$atomic, value: Self) -> Self {
                    atomic.fetch_add(value, SeqCst)
                }
            }
        )*
        $(
            impl Plain for $float {}
            // Atomics of floats are those of their bits; there are no others.
            impl Element for $float {
                const CODE: u16 = $float_code;
                type Atomic = $bits;
                fn load(atomic: &$bits) -> Self {
                    Self::from_bits(atomic.load(SeqCst))
                }
                fn store(atomic: &$bits, value: Self) {
                    atomic.store(value.to_bits(), SeqCst);
                }
                fn swap(atomic: &$bits, value: Self) -> Self {
                    Self::from_bits(atomic.swap(value.to_bits(), SeqCst))
                }
                fn update(atomic: &$bits, mut f: impl FnMut(Self) -> Self) -> Self {
                    Self::from_bits(Element::update(atomic, |bits| {
                        f(Self::from_bits(bits)).to_bits()
                    }))
                }
                fn add(atomic: &$bits, value: Self) -> Self {
                    <Self as Element>::update(atomic, |now| now + value)
                }
            }
        )*
    };
}

elements! {
    integers: u8 1 AtomicU8, u16 2 AtomicU16, u32 3 AtomicU32, u64 4 AtomicU64,
        i8 5 AtomicI8, i16 6 AtomicI16, i32 7 AtomicI32, i64 8 AtomicI64;
    floats: f32 9 AtomicU32, f64 10 AtomicU64,
}
