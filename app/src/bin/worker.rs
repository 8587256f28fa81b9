//! The worker's program; `trunk build` makes it, the page starts it.

#[cfg(target_arch = "wasm32")]
fn main() {
    saysee_app::worker::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program runs in a browser. Start it with ./serve.");
}
