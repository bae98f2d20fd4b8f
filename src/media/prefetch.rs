//! Memory that will be touched soon.

/// Of every processor that we know of, or a multiple of it.
const CACHE_LINE: usize = 64;

/// Asks the processor to bring `value` into its cache. A hint: nothing is waited for. Without
/// effect on processors other than x86-64, for want of a stable way to say it there.
#[inline]
pub fn prefetch<T>(value: &T) {
    let first = std::ptr::from_ref(value).cast::<i8>();
    for offset in (0..size_of::<T>()).step_by(CACHE_LINE) {
        line(first.wrapping_add(offset));
    }
}

#[cfg(target_arch = "x86_64")]
fn line(at: *const i8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: the instruction reads nothing as far as the program can tell, and never faults.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(at) }
}

#[cfg(not(target_arch = "x86_64"))]
fn line(_at: *const i8) {}
