// softmax_rows: each row as probabilities, exp(x) divided by their sum; the row's largest number is taken off first.
//
// Bindings
//   0 params  uniform
//   1 x       f32 [rows, columns], columns at least 1
//   2 y       f32 [rows, columns]
//
// Dispatch: one workgroup of 64 a row, folded. Workgroup memory: 256 bytes.
// Measured (lavapipe, docs/kernels.md): 36 x 1000 takes 0.47 ms.

struct Params {
    rows: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

#include grid.wgsl
#include reduce.wgsl

@compute @workgroup_size({{LANES}})
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let row = unfold(workgroup, workgroups);
    if row >= params.rows {
        return;
    }
    let start = row * params.columns;
    var highest = x[start];
    for (var i = lane; i < params.columns; i = i + {{LANES}}u) {
        highest = max(highest, x[start + i]);
    }
    highest = maximum_of_lanes(highest, lane);
    var sum = 0.0;
    for (var i = lane; i < params.columns; i = i + {{LANES}}u) {
        sum = sum + exp(x[start + i] - highest);
    }
    let inverse = 1.0 / sum_of_lanes(sum, lane);
    for (var i = lane; i < params.columns; i = i + {{LANES}}u) {
        y[start + i] = exp(x[start + i] - highest) * inverse;
    }
}
