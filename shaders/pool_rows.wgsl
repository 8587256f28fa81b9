// pool_rows: one row of many, column by column.
//   POOLING mean      the mean
//   POOLING maximum   the largest
//   POOLING presence  the sigmoid of ln(mean(exp)): the probability of what some rows, or one, are sure of
//
// Bindings
//   0 params  uniform
//   1 x       f32 [rows, columns], rows at least 1
//   2 y       f32 [1, columns]
//
// Dispatch: ceil(columns / 64) workgroups of 64; one column an invocation, which walks down it. No workgroup memory.
// Measured (lavapipe, docs/kernels.md): 36 x 1000 takes 0.10 ms, presence 0.15 ms.

struct Params {
    rows: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

#include grid.wgsl

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let column = unfold(workgroup, workgroups) * 64u + lane;
    if column >= params.columns {
        return;
    }
#if POOLING == mean
    var sum = 0.0;
    for (var row = 0u; row < params.rows; row = row + 1u) {
        sum = sum + x[row * params.columns + column];
    }
    y[column] = sum / f32(params.rows);
#endif
#if POOLING == maximum
    var highest = x[column];
    for (var row = 1u; row < params.rows; row = row + 1u) {
        highest = max(highest, x[row * params.columns + column]);
    }
    y[column] = highest;
#endif
#if POOLING == presence
    var highest = x[column];
    for (var row = 1u; row < params.rows; row = row + 1u) {
        highest = max(highest, x[row * params.columns + column]);
    }
    var sum = 0.0;
    for (var row = 0u; row < params.rows; row = row + 1u) {
        sum = sum + exp(x[row * params.columns + column] - highest);
    }
    let logit = highest + log(sum / f32(params.rows));
    y[column] = 1.0 / (1.0 + exp(-logit));
#endif
}
