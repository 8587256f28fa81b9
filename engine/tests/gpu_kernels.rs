//! Every kernel in every variant: valid WGSL for naga, compiled by the driver.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gpu_support;

use saysee_engine::gpu::kernels;

#[test]
fn naga_accepts_every_variant() {
    for kernel in kernels::all_variants() {
        let text = kernel.wgsl().unwrap();
        let module = naga::front::wgsl::parse_str(&text)
            .unwrap_or_else(|error| panic!("{}: {}", kernel.label(), error.emit_to_string(&text)));
        naga::valid::Validator::new(
            naga::valid::ValidationFlags::all(),
            // `unpack2x16float`, which every WebGPU has.
            naga::valid::Capabilities::SHADER_FLOAT16_IN_FLOAT32
                | if kernel.needs_f16() {
                    naga::valid::Capabilities::SHADER_FLOAT16
                } else {
                    naga::valid::Capabilities::empty()
                },
        )
        .validate(&module)
        .unwrap_or_else(|error| panic!("{}: {}", kernel.label(), error.emit_to_string(&text)));
    }
}

#[test]
fn warming_up_compiles_everything_and_tells_how_far_it_is() {
    gpu_support::with_gpu(|gpu| {
        let mut steps = Vec::new();
        pollster::block_on(gpu.warm_up(|done, all| steps.push((done, all)))).unwrap();
        // Without those that the adapter has not, if any.
        let all = steps.len();
        let exact = kernels::all_variants()
            .iter()
            .filter(|kernel| !kernel.needs_f16())
            .count();
        assert!((exact..=kernels::all_variants().len()).contains(&all));
        assert_eq!(steps, (1..=all).map(|done| (done, all)).collect::<Vec<_>>());
    });
}
