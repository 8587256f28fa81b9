//! Prints every kernel in every variant as JSON, `[{"label", "source"}]`, for the test that compiles them
//! in a real browser: `cargo run -p saysee-engine --example print_shaders`.

use saysee_engine::EngineError;
use saysee_engine::gpu::kernels;

fn main() -> Result<(), EngineError> {
    let mut shaders = Vec::new();
    // No browser without a GPU has half floats to compile the others with.
    let everywhere = |kernel: &kernels::Kernel| !kernel.needs_f16();
    for kernel in kernels::all_variants().into_iter().filter(everywhere) {
        shaders.push(serde_json::json!({ "label": kernel.label(), "source": kernel.wgsl()? }));
    }
    println!("{}", serde_json::Value::from(shaders));
    Ok(())
}
