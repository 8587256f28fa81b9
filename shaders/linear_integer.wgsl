// linear_integer: linear.wgsl for weights of 8 bits and activations of 8 bits (quantise_rows.wgsl): whole dot products of
// bytes, and one multiplication by both scales for 32 inputs. Linear layers only: convolutions over sound lose too much.
//
// Bindings
//   0 params    uniform, as linear.wgsl: span = pitch = inputs, a multiple of 32, lead = 0, group = outputs
//   1 x         [rows, inputs]: four signed bytes a word
//   2 weight    [outputs, inputs]: the same
//   3 bias      f32 [outputs], unread unless flags has 1
//   4 residual  f32 [rows, outputs], unread unless flags has 2
//   5 y         f32 [rows, outputs]
//   6 scales    f32 [outputs, inputs / 32]
//   7 x_scales  f32 [rows, inputs / 32]
//
// Dispatch: (ceil(outputs / 32), ceil(rows / 32), 1) workgroups of 8 x 8, each invocation 4 x 4 outputs.
// Workgroup memory: 2560 bytes.
// A group's 32 products of bytes stay below 2^24: exact in i32 and in f32. `dot4I8Packed` is an instruction on most GPUs and
// a handful of shifts elsewhere, so it is only used where a probe at start has found it faster.
// Measured (docs/kernels.md), 499 x 768 -> 768: lavapipe 7.8 GFLOP a second and core, twice linear.wgsl; SwiftShader 1.2.

#include product.wgsl

@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> weight: array<u32>;
@group(0) @binding(6) var<storage, read> scales: array<f32>;
@group(0) @binding(7) var<storage, read> x_scales: array<f32>;

const ROW: u32 = 9u;

var<workgroup> x_tile: array<vec4<u32>, 72>; // [8 words, ROW], 4 rows a vector
var<workgroup> w_tile: array<vec4<u32>, 72>; // [8 words, ROW], 4 outputs a vector
// Numbers, not vectors: invocations may not write parts of one vector.
var<workgroup> x_scale: array<f32, 32>;
var<workgroup> w_scale: array<f32, 32>;

// Four rows of bytes with one output's.
fn dots(rows: vec4<u32>, output: u32) -> vec4<i32> {
    return vec4<i32>(
        dot4I8Packed(rows.x, output), dot4I8Packed(rows.y, output),
        dot4I8Packed(rows.z, output), dot4I8Packed(rows.w, output));
}

@compute @workgroup_size(8, 8)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first_output = workgroup.x * 32u;
    let first_row = workgroup.y * 32u;
    let words = params.inputs / 4u;
    let groups = params.inputs / 32u;
    // Rows and outputs past the end are read as the last and not stored.
    let last_row = params.rows - 1u;
    let last_output = params.outputs - 1u;
    let four = lane / 8u;
    let scaled_row = min(first_row + lane % 32u, last_row) * groups;
    let scaled_output = min(first_output + lane % 32u, last_output) * groups;
    var sum_0 = vec4<f32>();
    var sum_1 = vec4<f32>();
    var sum_2 = vec4<f32>();
    var sum_3 = vec4<f32>();
    for (var group = 0u; group < groups; group = group + 1u) {
        let word = group * 8u + lane % 8u;
        var rows = vec4<u32>();
        var outputs = vec4<u32>();
#repeat I FOUR
        rows[{{I}}] = x[min(first_row + 4u * four + {{I}}u, last_row) * words + word];
        outputs[{{I}}] = weight[min(first_output + 4u * four + {{I}}u, last_output) * words + word];
#endrepeat
        x_tile[lane % 8u * ROW + four] = rows;
        w_tile[lane % 8u * ROW + four] = outputs;
        if lane < 32u {
            x_scale[lane] = x_scales[scaled_row + group];
        } else {
            w_scale[lane - 32u] = scales[scaled_output + group];
        }
        workgroupBarrier();
        var dots_0 = vec4<i32>();
        var dots_1 = vec4<i32>();
        var dots_2 = vec4<i32>();
        var dots_3 = vec4<i32>();
        for (var i = 0u; i < 8u; i = i + 1u) {
            let row = x_tile[i * ROW + local.y];
            let output = w_tile[i * ROW + local.x];
            dots_0 = dots_0 + dots(row, output.x);
            dots_1 = dots_1 + dots(row, output.y);
            dots_2 = dots_2 + dots(row, output.z);
            dots_3 = dots_3 + dots(row, output.w);
        }
        let r = 4u * local.y;
        let o = 4u * local.x;
        let row_scales = vec4<f32>(x_scale[r], x_scale[r + 1u], x_scale[r + 2u], x_scale[r + 3u]);
        let output_scales = vec4<f32>(w_scale[o], w_scale[o + 1u], w_scale[o + 2u], w_scale[o + 3u]);
        sum_0 = sum_0 + vec4<f32>(dots_0) * (row_scales * output_scales.x);
        sum_1 = sum_1 + vec4<f32>(dots_1) * (row_scales * output_scales.y);
        sum_2 = sum_2 + vec4<f32>(dots_2) * (row_scales * output_scales.z);
        sum_3 = sum_3 + vec4<f32>(dots_3) * (row_scales * output_scales.w);
        workgroupBarrier();
    }
    let row = first_row + 4u * local.y;
    let output = first_output + 4u * local.x;
    for (var i = 0u; i < 4u; i = i + 1u) {
        store(row + i, output, params.outputs, sum_0[i]);
        store(row + i, output + 1u, params.outputs, sum_1[i]);
        store(row + i, output + 2u, params.outputs, sum_2[i]);
        store(row + i, output + 3u, params.outputs, sum_3[i]);
    }
}
