// What all matrix products share: their parameters, and what happens to a sum before it is stored. Bindings 0, 3, 4
// and 5 (see linear.wgsl).
struct Params {
    rows: u32,
    inputs: u32,
    outputs: u32,
    pitch: u32,
    lead: u32,
    length: u32,
    activation: u32,
    flags: u32,
    // Outputs of a group of channels, all of them where there are no groups.
    group: u32,
    // Inputs that lie beside each other in x, and how far the next such lie from them.
    span: u32,
    step: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> residual: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

#include activation.wgsl

// `end` is the end of the group's outputs.
fn store(row: u32, output: u32, end: u32, sum: f32) {
    if row >= params.rows || output >= end {
        return;
    }
    var value = sum;
    if (params.flags & 1u) != 0u {
        value = value + bias[output];
    }
    value = activate(value, params.activation);
    let at = row * params.outputs + output;
    if (params.flags & 2u) != 0u {
        value = value + residual[at];
    }
    y[at] = value;
}
