// channel_norm: each column minus its mean over all rows, over its standard deviation (population, eps 1e-5), times
// weight plus bias, then an activation. Base HuBERT's norm after its first convolution.
//
// Bindings
//   0 params  uniform
//   1 x       f32 [rows, columns]
//   2 weight  f32 [columns]
//   3 bias    f32 [columns]
//   4 y       f32 [rows, columns]
//
// Variants: LANES 16 for each column; 1: an invocation a column, for adapters that are programs on a CPU.
//
// Dispatch: ceil(columns / 16) workgroups of 16 columns, whose neighbouring numbers are read together, with their lanes.
// Three passes over the rows (mean, spread, output): there are tens of thousands, and the variance of
// small differences of large numbers is not trusted to one pass. Each of 16 lanes adds up a sixteenth, then lanes are added.
// Workgroup memory: 1024 bytes, or none.
// Measured (lavapipe, docs/kernels.md): 9600 rows of 512 columns (3 s of speech) take 108 ms.

struct Params {
    rows: u32,
    columns: u32,
    activation: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

#include activation.wgsl

#if LANES == 1
fn sum_of_column(value: f32, lane: u32) -> f32 {
    return value;
}
#else
var<workgroup> shares: array<f32, 256>;

// The sum over the 16 lanes of a column, in a fixed order. To be called by all lanes together.
fn sum_of_column(value: f32, lane: u32) -> f32 {
    workgroupBarrier();
    shares[lane] = value;
    workgroupBarrier();
    var sum = 0.0;
    for (var i = 0u; i < 16u; i = i + 1u) {
        sum = sum + shares[16u * i + lane % 16u];
    }
    return sum;
}
#endif

// Rows that are added up on their own before they join the rest: one sum over tens of thousands would round too often.
const RUN: u32 = 64u * {{LANES}}u;

@compute @workgroup_size({{THREADS}})
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let column = workgroup.x * 16u + lane % 16u;
    let inside = column < params.columns;
    let first = lane / 16u;
    var sum = 0.0;
    if inside {
        for (var start = first; start < params.rows; start = start + RUN) {
            var part = 0.0;
            for (var row = start; row < min(start + RUN, params.rows); row = row + {{LANES}}u) {
                part = part + x[row * params.columns + column];
            }
            sum = sum + part;
        }
    }
    let mean = sum_of_column(sum, lane) / f32(params.rows);
    var spread = 0.0;
    if inside {
        for (var start = first; start < params.rows; start = start + RUN) {
            var part = 0.0;
            for (var row = start; row < min(start + RUN, params.rows); row = row + {{LANES}}u) {
                let difference = x[row * params.columns + column] - mean;
                part = part + difference * difference;
            }
            spread = spread + part;
        }
    }
    let variance = sum_of_column(spread, lane) / f32(params.rows);
    if inside {
        let scale = weight[column] / sqrt(variance + 1e-5);
        let shift = bias[column];
        for (var row = first; row < params.rows; row = row + {{LANES}}u) {
            let at = row * params.columns + column;
            y[at] = activate((x[at] - mean) * scale + shift, params.activation);
        }
    }
}
