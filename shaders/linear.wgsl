// linear: y = activation(X W^T + bias) + residual, many rows. Linear layers, and convolutions over time
// as an implicit matrix product.
//
// Row m of X is `inputs` consecutive numbers of `x` from m * pitch - lead on; what lies outside `x` counts
// as zero. A linear layer has pitch = inputs and lead = 0. A convolution over frames [t, c] reads
// kernel * c consecutive numbers a row, with pitch = stride * c and lead = padding * c: the weight being
// tap-major, nothing has to be rearranged.
//
// Bindings
//   0 params    uniform
//   1 x         f32 [length]
//   2 weight    WEIGHT f32: f32 [outputs, inputs]; WEIGHT q8: 4 signed bytes a word, [outputs, inputs / 4]
//   3 bias      f32 [outputs], unread unless flags has 1
//   4 residual  f32 [rows, outputs], unread unless flags has 2
//   5 y         f32 [rows, outputs]
//   6 scales    f32 [outputs, inputs / 32], WEIGHT q8 only; inputs is a multiple of 32 there
//
// Dispatch: (ceil(outputs / 32), ceil(rows / 32), 1) workgroups of 8 x 8. A workgroup makes a 32 x 32 tile
// of y, each invocation 4 x 4 of it, over steps of 32 inputs: one scale a row and step with q8, which is
// turned to f32 on its way into workgroup memory.
// Workgroup memory: 9216 bytes. The tiles are stored input-major in rows of 9 vectors, not 8, so that
// neighbouring invocations write to different banks.
// Measured (lavapipe, docs/kernels.md): 75 x 192 -> 576 takes 11.9 ms with f32 and 9.8 ms with q8
// (1.4 and 1.7 GFLOP a second and core).

struct Params {
    rows: u32,
    inputs: u32,
    outputs: u32,
    pitch: u32,
    lead: u32,
    length: u32,
    activation: u32,
    flags: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
#if WEIGHT == q8
@group(0) @binding(2) var<storage, read> weight: array<u32>;
@group(0) @binding(6) var<storage, read> scales: array<f32>;
#else
@group(0) @binding(2) var<storage, read> weight: array<f32>;
#endif
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> residual: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

#include activation.wgsl
#if WEIGHT == q8
#include q8.wgsl
#endif

const STEP: u32 = 32u;
const ROW: u32 = 9u;

var<workgroup> x_tile: array<vec4<f32>, 288>; // [STEP, ROW], 4 rows of X a vector
var<workgroup> w_tile: array<vec4<f32>, 288>; // [STEP, ROW], 4 outputs a vector

fn x_at(row: u32, input: u32) -> f32 {
    let at = i32(row * params.pitch + input) - i32(params.lead);
    if row < params.rows && input < params.inputs && at >= 0 && at < i32(params.length) {
        return x[at];
    }
    return 0.0;
}

#if WEIGHT == q8
fn w_at(output: u32, word: u32) -> vec4<f32> {
    if output < params.outputs {
        let scale = scales[output * (params.inputs / 32u) + word / 8u];
        return unpack_weights(weight[output * (params.inputs / 4u) + word]) * scale;
    }
    return vec4<f32>();
}
#else
fn w_at(output: u32, input: u32) -> f32 {
    if output < params.outputs && input < params.inputs {
        return weight[output * params.inputs + input];
    }
    return 0.0;
}
#endif

fn store(row: u32, output: u32, sum: f32) {
    if row >= params.rows || output >= params.outputs {
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
    let first_output = workgroup.x * 32u;
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
                x_at(row, column), x_at(row + 1u, column), x_at(row + 2u, column), x_at(row + 3u, column));
#if WEIGHT == f32
            let output = first_output + 4u * four;
            w_tile[input * ROW + four] = vec4<f32>(
                w_at(output, column), w_at(output + 1u, column), w_at(output + 2u, column), w_at(output + 3u, column));
#endif
        }
#if WEIGHT == q8
        // One word of each of four rows: a 4 x 4 block, transposed on the way.
        let four = lane / 8u;
        let word = lane % 8u;
        let output = first_output + 4u * four;
        let column = start / 4u + word;
        let w_0 = w_at(output, column);
        let w_1 = w_at(output + 1u, column);
        let w_2 = w_at(output + 2u, column);
        let w_3 = w_at(output + 3u, column);
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
        store(row + i, output, sum_0[i]);
        store(row + i, output + 1u, sum_1[i]);
        store(row + i, output + 2u, sum_2[i]);
        store(row + i, output + 3u, sum_3[i]);
    }
}
