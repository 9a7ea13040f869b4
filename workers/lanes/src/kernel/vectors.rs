//! The kernels on vectors: each function with each kind of register.
#![allow(
    unsafe_code,
    reason = "calls functions that are compiled for some processors; without such there are none"
)]

use std::marker::PhantomData;

use super::{Instructions, Kernel, OneByOne, Rows, Run, refill};
use crate::function::{Columns, Function, Md5, Sha1, Sha256, Sha512};
use crate::simd::Simd;
use crate::simd::portable::Portable;

/// A function on registers of some kind.
struct Vectors<S, F, const LANES: usize> {
    simd: S,
    function: PhantomData<F>,
}

/// Functions are compiled once for each kind of register, by [`kernels`].
trait Compress<F: Function, const LANES: usize>: Copy {
    const INSTRUCTIONS: Instructions;

    fn compress(self, state: &mut Columns<F::Word, LANES>, blocks: Rows<'_, F::Word, LANES>);
}

impl<S, F, const LANES: usize> Kernel<F> for Vectors<S, F, LANES>
where
    S: Compress<F, LANES> + Send + Sync,
    F: Function,
{
    fn instructions(&self) -> Instructions {
        S::INSTRUCTIONS
    }
    fn lanes(&self) -> usize {
        LANES
    }
    fn run(&self, runs: &mut [Run<'_, F::Word>], least: usize) {
        refill(runs, least, |state, blocks| {
            self.simd.compress(state, blocks);
        });
    }
}

#[inline(always)]
fn blocks_of<F: Function, S: Simd<F::Word, LANES>, const LANES: usize>(
    simd: S,
    columns: &mut Columns<F::Word, LANES>,
    blocks: Rows<'_, F::Word, LANES>,
) {
    let [a, b, c, d, e, f, g, h] = &mut columns.0;
    let mut state = [
        simd.load(a),
        simd.load(b),
        simd.load(c),
        simd.load(d),
        simd.load(e),
        simd.load(f),
        simd.load(g),
        simd.load(h),
    ];
    let rows = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    for row in 0..rows {
        let words = simd.words(blocks.map(|blocks| &blocks[row]), F::ORDER);
        state = F::many(simd, state, words);
    }
    simd.store(state[0], a);
    simd.store(state[1], b);
    simd.store(state[2], c);
    simd.store(state[3], d);
    simd.store(state[4], e);
    simd.store(state[5], f);
    simd.store(state[6], g);
    simd.store(state[7], h);
}

/// Functions that have kernels, each written out for every kind of register.
pub(crate) trait Has<F: Function> {
    /// Those on vectors that this processor can run.
    fn add_to(kernels: &mut Vec<Box<dyn Kernel<F>>>);
}

/// Whatever this processor is.
pub(crate) struct Everywhere;

/// The kernels of a function that this processor can run, the reference first.
pub(crate) fn kernels<F: Function>() -> Vec<Box<dyn Kernel<F>>>
where
    Everywhere: Has<F>,
{
    let mut kernels: Vec<Box<dyn Kernel<F>>> = vec![Box::new(OneByOne)];
    Everywhere::add_to(&mut kernels);
    kernels
}

fn kernel<S, F, const LANES: usize>(simd: S) -> Box<dyn Kernel<F>>
where
    S: Compress<F, LANES> + Send + Sync + 'static,
    F: Function,
{
    Box::new(Vectors {
        simd,
        function: PhantomData,
    })
}

/// Compiles functions for the instructions that a value of the type proves.
#[allow(unused_macros, reason = "a processor without a file here has none")]
macro_rules! kernels {
    ($token:ty, $instructions:ident, $features:literal: $($function:ty, $lanes:literal;)*) => {$(
        impl Compress<$function, $lanes> for $token {
            const INSTRUCTIONS: Instructions = Instructions::$instructions;

            fn compress(
                self,
                state: &mut Columns<<$function as Function>::Word, $lanes>,
                blocks: Rows<'_, <$function as Function>::Word, $lanes>,
            ) {
                #[target_feature(enable = $features)]
                fn compiled(
                    simd: $token,
                    state: &mut Columns<<$function as Function>::Word, $lanes>,
                    blocks: Rows<'_, <$function as Function>::Word, $lanes>,
                ) {
                    blocks_of::<$function, _, $lanes>(simd, state, blocks);
                }
                // SAFETY: the token is there, so the processor has these.
                unsafe { compiled(self, state, blocks) }
            }
        }
    )*};
}

impl<F: Function> Compress<F, 4> for Portable
where
    Self: Simd<F::Word, 4>,
{
    const INSTRUCTIONS: Instructions = Instructions::Portable;

    fn compress(self, state: &mut Columns<F::Word, 4>, blocks: Rows<'_, F::Word, 4>) {
        blocks_of::<F, _, 4>(self, state, blocks);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::*;
    use crate::simd::avx2::Avx2;
    use crate::simd::avx512::{Avx512, Avx512Narrow};
    use crate::simd::twice::Twice;

    kernels! { Avx512, Avx512, "avx512f,avx512bw,avx512vl,avx2":
        Sha256, 16; Sha1, 16; Md5, 16; Sha512, 8;
    }
    kernels! { Avx512Narrow, Avx512Narrow, "avx512f,avx512bw,avx512vl,avx2":
        Sha256, 8; Sha1, 8; Md5, 8; Sha512, 4;
    }
    kernels! { Avx2, Avx2, "avx2":
        Sha256, 8; Sha1, 8; Md5, 8; Sha512, 4;
    }

    kernels! { Twice<Avx512>, Avx512, "avx512f,avx512bw,avx512vl,avx2":
        Sha256, 32; Sha1, 32; Md5, 32; Sha512, 16;
    }
    kernels! { Twice<Avx512Narrow>, Avx512Narrow, "avx512f,avx512bw,avx512vl,avx2":
        Sha256, 16; Sha1, 16; Md5, 16; Sha512, 8;
    }
    kernels! { Twice<Avx2>, Avx2, "avx2":
        Sha256, 16; Sha1, 16; Md5, 16; Sha512, 8;
    }

    macro_rules! has {
        ($($function:ty, $twice: literal, $wide:literal, $narrow:literal $(, $special:path)?;)*) => {$(
            impl Has<$function> for Everywhere {
                fn add_to(kernels: &mut Vec<Box<dyn Kernel<$function>>>) {
                    $(kernels.extend($special());)?
                    kernels.extend(Avx512::here().map(kernel::<_, $function, $wide>));
                    kernels.extend(Avx512Narrow::here().map(kernel::<_, $function, $narrow>));
                    kernels.extend(Avx2::here().map(kernel::<_, $function, $narrow>));
                    kernels.extend(Avx512::here().map(Twice).map(kernel::<_, $function, $twice>));
                    kernels.extend(Avx512Narrow::here().map(Twice).map(kernel::<_, $function, $wide>));
                    kernels.extend(Avx2::here().map(Twice).map(kernel::<_, $function, $wide>));
                    kernels.push(kernel::<_, $function, 4>(Portable));
                }
            }
        )*};
    }
    has! {
        Sha256, 32, 16, 8, crate::kernel::sha_instructions::kernels;
        Sha1, 32, 16, 8;
        Md5, 32, 16, 8;
        Sha512, 16, 8, 4;
    }
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use super::*;
    use crate::simd::neon::Neon;
    use crate::simd::twice::Twice;

    kernels! { Neon, Neon, "neon": Sha256, 4; Sha1, 4; Md5, 4; Sha512, 2; }
    kernels! { Twice<Neon>, Neon, "neon": Sha256, 8; Sha1, 8; Md5, 8; Sha512, 4; }

    macro_rules! has {
        ($($function:ty, $twice:literal, $lanes:literal $(, $special:path)?;)*) => {$(
            impl Has<$function> for Everywhere {
                fn add_to(kernels: &mut Vec<Box<dyn Kernel<$function>>>) {
                    $(kernels.extend($special());)?
                    kernels.extend(Neon::here().map(kernel::<_, $function, $lanes>));
                    kernels.extend(Neon::here().map(Twice).map(kernel::<_, $function, $twice>));
                    kernels.push(kernel::<_, $function, 4>(Portable));
                }
            }
        )*};
    }
    has! {
        Sha256, 8, 4, crate::kernel::arm_sha::kernels;
        Sha1, 8, 4;
        Md5, 8, 4;
        Sha512, 4, 2;
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
impl<F: Function> Has<F> for Everywhere
where
    Portable: Simd<F::Word, 4>,
{
    fn add_to(kernels: &mut Vec<Box<dyn Kernel<F>>>) {
        kernels.push(kernel::<_, F, 4>(Portable));
    }
}
