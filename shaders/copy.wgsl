// copy: y[to ..][i] = x[from ..][i]. Rows out of a matrix, matrices on top of each other, and weights as
// matrices (SOURCE q8 turns them to f32 on the way).
//
// Bindings
//   0 params  uniform
//   1 x       SOURCE f32: f32 [from + count or more]; SOURCE q8: 4 signed bytes a word
//   2 y       f32 [to + count or more]
//   3 scales  f32, one for 32 numbers of x, SOURCE q8 only
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
#if SOURCE == q8
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
#else
@group(0) @binding(1) var<storage, read> x: array<f32>;
#endif
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

#include grid.wgsl
#if SOURCE == q8
#include q8.wgsl
#endif

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
    let source = params.start + at;
#if SOURCE == q8
    let weights = unpack_weights(x[source / 4u]);
    y[params.target_start + at] = weights[source % 4u] * scales[source / 32u];
#else
    y[params.target_start + at] = x[source];
#endif
}
