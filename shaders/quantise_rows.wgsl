// quantise_rows: activations as signed bytes, for linear_integer.wgsl: groups of 32 consecutive numbers share a scale.
// value = round(x / scale), scale = largest of the group / 127; a group of zeros has scale 0.
//
// Bindings
//   0 params  uniform
//   1 x       f32 [groups, 32]
//   2 values  [groups, 32]: four signed bytes a word, lowest first
//   3 scales  f32 [groups]
//
// Dispatch: one invocation a group, 64 a workgroup, folded.
// Workgroup memory: none.
// Measured with linear_integer.wgsl (docs/kernels.md).

struct Params {
    groups: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> values: array<u32>;
@group(0) @binding(3) var<storage, read_write> scales: array<f32>;

#include grid.wgsl

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let group = unfold(workgroup, workgroups) * 64u + lane;
    if group >= params.groups {
        return;
    }
    var largest = 0.0;
    for (var i = 0u; i < 8u; i = i + 1u) {
        let four = abs(x[group * 8u + i]);
        largest = max(largest, max(max(four.x, four.y), max(four.z, four.w)));
    }
    // Silence is zeros, which no division may meet.
    let inverse = select(0.0, 127.0 / largest, largest > 1e-30);
    scales[group] = select(0.0, largest / 127.0, largest > 1e-30);
    for (var i = 0u; i < 8u; i = i + 1u) {
        values[group * 8u + i] = pack4xI8(vec4<i32>(round(x[group * 8u + i] * inverse)));
    }
}
