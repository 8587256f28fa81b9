// scale_add: y = sum + scale * x, or scale * x where there is no sum yet.
//
// Bindings
//   0 params  uniform
//   1 sum     f32 [count], unread unless has_sum is 1
//   2 x       f32 [count]
//   3 y       f32 [count]
//
// Dispatch: ceil(count / 256) workgroups of 256, folded; one number an invocation. No workgroup memory.
// Measured (lavapipe, docs/kernels.md): 75 x 192 takes 0.1 ms.

struct Params {
    count: u32,
    has_sum: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sum: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

#include grid.wgsl

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let at = unfold(workgroup, workgroups) * 256u + lane;
    if at >= params.count {
        return;
    }
    var value = params.scale * x[at];
    if params.has_sum != 0u {
        value = value + sum[at];
    }
    y[at] = value;
}
