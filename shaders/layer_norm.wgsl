// layer_norm: each row minus its mean, over its standard deviation (population, eps 1e-5), times weight
// plus bias where there are such, then an activation.
//
// Bindings
//   0 params  uniform
//   1 x       f32 [rows, columns]
//   2 weight  f32 [columns], unread unless affine is 1
//   3 bias    f32 [columns], unread unless affine is 1
//   4 y       f32 [rows, columns]
//
// Variants: LANES 64: a workgroup a row; 1: an invocation a row, for adapters that are programs on a CPU.
//
// Dispatch: one workgroup of 64 a row, or one of 32 for 32 rows, folded. Three passes over the row (mean, spread, output), the last
// two from cache: the variance of small differences of large numbers is not trusted to one pass.
// Workgroup memory: 256 bytes, or none.
// Measured (lavapipe, docs/kernels.md): 75 x 192 takes 0.7 ms.

struct Params {
    rows: u32,
    columns: u32,
    affine: u32,
    activation: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

#include grid.wgsl
#include reduce.wgsl
#include activation.wgsl

// Columns that are added up on their own before they join the rest, so that fewer sums are rounded on the way.
const RUN: u32 = 32u * {{LANES}}u;

@compute @workgroup_size({{THREADS}})
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) invocation: u32,
) {
#if LANES == 1
    let lane = 0u;
    let row = unfold(workgroup, workgroups) * {{THREADS}}u + invocation;
#else
    let lane = invocation;
    let row = unfold(workgroup, workgroups);
#endif
    if row >= params.rows {
        return;
    }
    let start = row * params.columns;
    var sum = 0.0;
    for (var first = lane; first < params.columns; first = first + RUN) {
        var part = 0.0;
        for (var i = first; i < min(first + RUN, params.columns); i = i + {{LANES}}u) {
            part = part + x[start + i];
        }
        sum = sum + part;
    }
    let mean = sum_of_lanes(sum, lane) / f32(params.columns);
    var spread = 0.0;
    for (var first = lane; first < params.columns; first = first + RUN) {
        var part = 0.0;
        for (var i = first; i < min(first + RUN, params.columns); i = i + {{LANES}}u) {
            let difference = x[start + i] - mean;
            part = part + difference * difference;
        }
        spread = spread + part;
    }
    let variance = sum_of_lanes(spread, lane) / f32(params.columns);
    let inverse = 1.0 / sqrt(variance + 1e-5);
    for (var i = lane; i < params.columns; i = i + {{LANES}}u) {
        var value = (x[start + i] - mean) * inverse;
        if params.affine != 0u {
            value = value * weight[i] + bias[i];
        }
        y[start + i] = activate(value, params.activation);
    }
}
