//! A limit on single allocations. libFuzzer has one, but only together with a sanitizer; and memory that is
//! asked for and never touched does not show in the process's size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Most bytes asked for at once.
static MOST: AtomicUsize = AtomicUsize::new(usize::MAX);

/// The system's allocator, with a limit.
#[derive(Debug)]
pub struct Limited;

#[global_allocator]
static LIMITED: Limited = Limited;

/// From now on, asking for more than `most` bytes at once is a finding.
pub fn limit(most: usize) {
    MOST.store(most, Ordering::Relaxed);
}

fn check(bytes: usize) {
    let most = MOST.load(Ordering::Relaxed);
    if bytes > most {
        // So that telling it may allocate.
        MOST.store(usize::MAX, Ordering::Relaxed);
        let trace = std::backtrace::Backtrace::force_capture();
        eprintln!("{bytes} bytes were asked for at once, more than {most}\n{trace}");
        std::process::abort();
    }
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        check(layout.size());
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        check(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        check(size);
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }
}
