// copy: y[to ..][i] = x[from ..][i]. Rows out of a matrix, matrices on top of each other, weights as matrices.
//
// Bindings
//   0 params  uniform
//   1 x       f32 [from + count or more]
//   2 y       f32 [to + count or more]
//
// Dispatch: ceil(count / 256) workgroups of 256, folded; one number an invocation. No workgroup memory.
// A kernel and not a buffer copy, because a copy would end the compute pass.
// Measured (lavapipe, docs/kernels.md): 75 x 192 takes 0.1 ms.

struct Params {
    count: u32,
    start: u32,
    target_start: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

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
    y[params.target_start + at] = x[params.start + at];
}
