// scale_shift: y = x * scale (+ shift), where scale and shift have a row for each row of x, or one for all. The
// keywords' batch norm, and dot products to cosines.
//
// Bindings
//   0 params  uniform
//   1 x       f32 [count]
//   2 scale   f32 [columns] or [count]
//   3 shift   f32 [columns] or [count], unread unless has_shift is 1
//   4 y       f32 [count]
//
// Dispatch: ceil(count / 256) workgroups of 256, folded; one number an invocation. No workgroup memory.
// Measured (lavapipe, docs/kernels.md): 75 rows of 8112 columns take 5.3 ms.

struct Params {
    count: u32,
    scale_count: u32,
    shift_count: u32,
    has_shift: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> shift: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

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
    var value = x[at] * scale[at % params.scale_count];
    if params.has_shift != 0u {
        value = value + shift[at % params.shift_count];
    }
    y[at] = value;
}
