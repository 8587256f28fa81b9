// neighbours: the kernel x kernel neighbours of every stride-th place of a square, side by side, zero outside: what a
// convolution over a picture multiplies with its weight. Places are rows, row after row of the square.
//
// Bindings
//   0 params  uniform
//   1 x       f32 [side * side, columns]
//   2 y       f32 [outputs * outputs, kernel * kernel * columns], outputs = (side + 2 padding - kernel) / stride + 1
//
// Dispatch: ceil(numbers of y / 256) workgroups of 256, folded; one number an invocation. No workgroup memory.
// Measured (lavapipe, docs/kernels.md): 3 x 3 of 576 x 64 takes 4.5 ms.

struct Params {
    side: u32,
    columns: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
    outputs: u32,
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
    let taps = params.kernel * params.kernel;
    let width = taps * params.columns;
    let place = at / width;
    if place >= params.outputs * params.outputs {
        return;
    }
    let tap = at % width / params.columns;
    // What is left of or above the square wraps round to a very large number, which is outside as well.
    let row = place / params.outputs * params.stride + tap / params.kernel - params.padding;
    let column = place % params.outputs * params.stride + tap % params.kernel - params.padding;
    var value = 0.0;
    if row < params.side && column < params.side {
        value = x[(row * params.side + column) * params.columns + at % params.columns];
    }
    y[at] = value;
}
