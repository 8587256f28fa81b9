//! The program's own memory.

/// Bytes of WebAssembly memory. It never shrinks: this is also the most there has been.
pub fn bytes() -> u64 {
    const PAGE: u64 = 1 << 16;
    core::arch::wasm32::memory_size::<0>() as u64 * PAGE
}
