// linear: y = activation(X W^T + bias) + residual, many rows. Linear layers, and convolutions over time
// as an implicit matrix product.
//
// Row m of X is `inputs` consecutive numbers of `x` from m * pitch - lead on; what lies outside `x` counts
// as zero. A linear layer has pitch = inputs and lead = 0. A convolution over frames [t, c] reads
// kernel * c consecutive numbers a row, with pitch = stride * c and lead = padding * c: the weight being
// tap-major, nothing has to be rearranged. A grouped convolution (GROUPED yes) has a product of its own for each
// group of `group` channels: input i is channel i % group of tap i / group, and rows of x are `pitch` apart.
//
// Bindings
//   0 params    uniform
//   1 x         f32 [length]
//   2 weight    [outputs, inputs]: WEIGHT f32: f32; f16: two a word; q8: 4 signed bytes a word; q4: 8 half
//               bytes a word
//   3 bias      f32 [outputs], unread unless flags has 1
//   4 residual  f32 [rows, outputs], unread unless flags has 2
//   5 y         f32 [rows, outputs]
//   6 scales    f32 [outputs, inputs / 32], WEIGHT q8 and q4 only; inputs is a multiple of 32 there
//
// Dispatch: (ceil(outputs / 32), ceil(rows / 32), 1) workgroups of 8 x 8, with GROUPED yes (ceil(group / 32),
// ceil(rows / 32), outputs / group). A workgroup makes a 32 x 32 tile
// of y, each invocation 4 x 4 of it, over steps of 32 inputs: one scale a row and step with q8 and q4,
// which are turned to f32 on their way into workgroup memory.
// Workgroup memory: 9216 bytes. The tiles are stored input-major in rows of 9 vectors, not 8, so that
// neighbouring invocations write to different banks.
// Measured (lavapipe, docs/kernels.md): 75 x 192 -> 576 takes 7.2 ms with f32 and 6.9 ms with q8
// (2.3 and 2.4 GFLOP a second and core).

struct Params {
    rows: u32,
    inputs: u32,
    outputs: u32,
    pitch: u32,
    lead: u32,
    length: u32,
    activation: u32,
    flags: u32,
    group: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> residual: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

#include activation.wgsl
#include weight.wgsl

const STEP: u32 = 32u;
const ROW: u32 = 9u;

var<workgroup> x_tile: array<vec4<f32>, 288>; // [STEP, ROW], 4 rows of X a vector
var<workgroup> w_tile: array<vec4<f32>, 288>; // [STEP, ROW], 4 outputs a vector

#if GROUPED == yes
fn x_at(row: u32, input: u32, first_output: u32) -> f32 {
    let place = i32(row + input / params.group) - i32(params.lead);
    let channel = first_output / params.group * params.group + input % params.group;
    if row < params.rows && input < params.inputs && place >= 0 && place < i32(params.rows) {
        return x[u32(place) * params.pitch + channel];
    }
    return 0.0;
}
#else
fn x_at(row: u32, input: u32, first_output: u32) -> f32 {
    let at = i32(row * params.pitch + input) - i32(params.lead);
    if row < params.rows && input < params.inputs && at >= 0 && at < i32(params.length) {
        return x[at];
    }
    return 0.0;
}
#endif

#if PACKED == yes
fn w_at(output: u32, four: u32, end: u32) -> vec4<f32> {
    if output < end {
        return weight_four(output * (params.inputs / 4u) + four);
    }
    return vec4<f32>();
}
#else
fn w_at(output: u32, input: u32, end: u32) -> f32 {
    if output < end && input < params.inputs {
        return weight_at(output * params.inputs + input);
    }
    return 0.0;
}
#endif

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

@compute @workgroup_size(8, 8)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
#if GROUPED == yes
    let first_output = workgroup.z * params.group + workgroup.x * 32u;
    let end = (workgroup.z + 1u) * params.group; // the outputs of this group
#else
    let first_output = workgroup.x * 32u;
    let end = params.outputs;
#endif
    let first_row = workgroup.y * 32u;
    var sum_0 = vec4<f32>();
    var sum_1 = vec4<f32>();
    var sum_2 = vec4<f32>();
    var sum_3 = vec4<f32>();
    for (var start = 0u; start < params.inputs; start = start + STEP) {
        for (var i = lane; i < 256u; i = i + 64u) {
            let input = i % STEP;
            let four = i / STEP;
            let row = first_row + 4u * four;
            let column = start + input;
            x_tile[input * ROW + four] = vec4<f32>(
                x_at(row, column, first_output), x_at(row + 1u, column, first_output),
                x_at(row + 2u, column, first_output), x_at(row + 3u, column, first_output));
#if PACKED == no
            let output = first_output + 4u * four;
            w_tile[input * ROW + four] = vec4<f32>(
                w_at(output, column, end), w_at(output + 1u, column, end),
                w_at(output + 2u, column, end), w_at(output + 3u, column, end));
#endif
        }
#if PACKED == yes
        // Four inputs of each of four rows: a 4 x 4 block, transposed on the way.
        let four = lane / 8u;
        let word = lane % 8u;
        let output = first_output + 4u * four;
        let column = start / 4u + word;
        let w_0 = w_at(output, column, end);
        let w_1 = w_at(output + 1u, column, end);
        let w_2 = w_at(output + 2u, column, end);
        let w_3 = w_at(output + 3u, column, end);
        let at = 4u * word * ROW + four;
        w_tile[at] = vec4<f32>(w_0.x, w_1.x, w_2.x, w_3.x);
        w_tile[at + ROW] = vec4<f32>(w_0.y, w_1.y, w_2.y, w_3.y);
        w_tile[at + 2u * ROW] = vec4<f32>(w_0.z, w_1.z, w_2.z, w_3.z);
        w_tile[at + 3u * ROW] = vec4<f32>(w_0.w, w_1.w, w_2.w, w_3.w);
#endif
        workgroupBarrier();
        for (var input = 0u; input < STEP; input = input + 1u) {
            let rows = x_tile[input * ROW + local.y];
            let outputs = w_tile[input * ROW + local.x];
            sum_0 = sum_0 + rows * outputs.x;
            sum_1 = sum_1 + rows * outputs.y;
            sum_2 = sum_2 + rows * outputs.z;
            sum_3 = sum_3 + rows * outputs.w;
        }
        workgroupBarrier();
    }
    let row = first_row + 4u * local.y;
    let output = first_output + 4u * local.x;
    for (var i = 0u; i < 4u; i = i + 1u) {
        store(row + i, output, end, sum_0[i]);
        store(row + i, output + 1u, end, sum_1[i]);
        store(row + i, output + 2u, end, sum_2[i]);
        store(row + i, output + 3u, end, sum_3[i]);
    }
}
