// linear: y = activation(X W^T + bias) + residual, many rows. Linear layers, and convolutions over time
// as an implicit matrix product.
//
// The inputs of a row are stretches of `span` consecutive numbers of `x`, `step` apart; the first stretch of row m begins
// at m * pitch - lead. A stretch that lies outside `x` counts as zeros; none lies half outside. A linear layer has one stretch, pitch = inputs and lead = 0.
// A convolution over frames [t, c] reads kernel * c consecutive numbers a row, with pitch = stride * c and lead =
// padding * c: the weight being tap-major, nothing has to be rearranged. With padding each tap is a stretch of its own. A convolution in groups of channels has a
// product of its own for each group of `group` channels: a stretch is a tap's channels of the group.
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
// Variants
//   WEIGHT  as above
//   FOURS   yes: span, step, pitch, lead and length are multiples of 4, and everything is read four numbers at a time;
//           no: any, one by one (f32 and f16)
//   NUMBER  f32, or f16: the tiles in workgroup memory are half floats, which halves what is moved there; products and sums
//           are f32 all the same. Only where the adapter has the optional feature shader-f16 and the weights are no
//           more exact themselves.
//
// Dispatch: (ceil(group / 32), ceil(rows / 32), outputs / group) workgroups of 8 x 8; without groups, group = outputs.
// A workgroup makes a 32 x 32 tile of y, each invocation 4 x 4 of it, over steps of 32 inputs: one scale a row and step
// with q8 and q4, which are turned to f32 on their way into workgroup memory.
// Workgroup memory: 9216 bytes, or half of it. The tiles are stored input-major in rows of 9 vectors, not 8, so that
// neighbouring invocations write to different banks.
// Measured (docs/kernels.md), 499 x 768 -> 768: lavapipe 3.6 GFLOP a second and core, SwiftShader 1.5; linear_direct.wgsl
// is three times as fast on both, which are programs on a CPU.

#if NUMBER == f16
enable f16;
#endif
#include product.wgsl
#include weight.wgsl
#include inputs.wgsl

const STEP: u32 = 32u;
const ROW: u32 = 9u;

var<workgroup> x_tile: array<vec4<{{NUMBER}}>, 288>; // [STEP, ROW], 4 rows of X a vector
var<workgroup> w_tile: array<vec4<{{NUMBER}}>, 288>; // [STEP, ROW], 4 outputs a vector

// As the tiles hold them. Beyond the largest half float would lie infinity.
fn narrow(numbers: vec4<f32>) -> vec4<{{NUMBER}}> {
#if NUMBER == f16
    return vec4<f16>(clamp(numbers, vec4<f32>(-65504.0), vec4<f32>(65504.0)));
#else
    return numbers;
#endif
}

#if FOURS == yes
// Inputs (in fours) past the last count as zero here, so that whatever is read of x does not matter.
fn weight_at(output: u32, column: u32, end: u32) -> vec4<f32> {
    let columns = params.inputs / 4u;
    let four = weights_at(min(output, end - 1u) * columns + min(column, columns - 1u));
    return select(vec4<f32>(), four, column < columns);
}
#else
fn weight_at(output: u32, column: u32, end: u32) -> f32 {
    let number = weights_at(min(output, end - 1u) * params.inputs + min(column, params.inputs - 1u));
    return select(0.0, number, column < params.inputs);
}
#endif

@compute @workgroup_size(8, 8)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first_output = workgroup.z * params.group + workgroup.x * 32u;
    let end = (workgroup.z + 1u) * params.group;
    let first_row = workgroup.y * 32u;
    let span = params.span / WIDTH;
    let step = params.step / WIDTH;
    let pitch = params.pitch / WIDTH;
    let length = params.length / WIDTH;
    let first = first_row * pitch + workgroup.z * span - params.lead / WIDTH;
    var sum_0 = vec4<f32>();
    var sum_1 = vec4<f32>();
    var sum_2 = vec4<f32>();
    var sum_3 = vec4<f32>();
    for (var start = 0u; start < params.inputs; start = start + STEP) {
#if FOURS == yes
        // Four inputs of each of four rows: a 4 x 4 block, transposed on the way.
        let four = lane / 8u;
        let column = start / 4u + lane % 8u;
        let place = first + 4u * four * pitch + column / span * step + column % span;
        let output = first_output + 4u * four;
#repeat I FOUR
        let x_{{I}} = inputs_at(place + {{I}}u * pitch, length);
        let w_{{I}} = weight_at(output + {{I}}u, column, end);
#endrepeat
        let at = 4u * (lane % 8u) * ROW + four;
#repeat I FOUR
        x_tile[at + {{I}}u * ROW] = narrow(vec4<f32>(x_0[{{I}}], x_1[{{I}}], x_2[{{I}}], x_3[{{I}}]));
        w_tile[at + {{I}}u * ROW] = narrow(vec4<f32>(w_0[{{I}}], w_1[{{I}}], w_2[{{I}}], w_3[{{I}}]));
#endrepeat
#else
        for (var i = lane; i < 256u; i = i + 64u) {
            let four = i / STEP;
            let column = start + i % STEP;
            let place = first + 4u * four * pitch + column / span * step + column % span;
            let output = first_output + 4u * four;
            x_tile[i % STEP * ROW + four] = narrow(vec4<f32>(
                inputs_at(place, length), inputs_at(place + pitch, length),
                inputs_at(place + 2u * pitch, length), inputs_at(place + 3u * pitch, length)));
            w_tile[i % STEP * ROW + four] = narrow(vec4<f32>(
                weight_at(output, column, end), weight_at(output + 1u, column, end),
                weight_at(output + 2u, column, end), weight_at(output + 3u, column, end)));
        }
#endif
        workgroupBarrier();
        for (var input = 0u; input < STEP; input = input + 1u) {
            let rows = vec4<f32>(x_tile[input * ROW + local.y]);
            let outputs = vec4<f32>(w_tile[input * ROW + local.x]);
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
