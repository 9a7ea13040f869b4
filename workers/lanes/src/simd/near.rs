//! Advice to the processor about what will be needed.
#![cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "an instruction, though one that does nothing but advise"
    )
)]

/// Has the lines of a value brought near, that it need not be waited for.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn bring_near<T>(value: &T) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    let start = std::ptr::from_ref(value).cast::<i8>();
    for offset in (0..size_of::<T>()).step_by(64) {
        // SAFETY: every processor of this kind has it; it reads nothing, and the address is within the value.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(offset)) };
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn bring_near<T>(_value: &T) {}
