// linear_row: y = activation(X W^T + bias) + residual, few rows (the CLS row, an utterance against a
// gallery). The same contract as linear.wgsl, which wastes most of its tile below a handful of rows.
//
// Bindings: as linear.wgsl.
//
// Dispatch: ceil(outputs / 8) workgroups, folded over (x, y); z is the row. 64 invocations: 8 outputs of
// 8 lanes each. A row of the weight is read once, 8 neighbouring numbers (f32, f16) or fours (q8, q4: the 32
// inputs that share a scale) at a time; lanes are added through workgroup memory, in a fixed order.
// Workgroup memory: 256 bytes.
// Measured (lavapipe, docs/kernels.md): 1 x 128 -> 240 takes 0.2 ms.

#include grid.wgsl
#include product.wgsl
#include weight.wgsl

@group(0) @binding(1) var<storage, read> x: array<f32>;

var<workgroup> shares: array<f32, 64>;

fn x_at(row: u32, input: u32) -> f32 {
    let at = i32(row * params.pitch + input) - i32(params.lead);
    if at >= 0 && at < i32(params.length) {
        return x[at];
    }
    return 0.0;
}

fn share_of(row: u32, output: u32, lane: u32) -> f32 {
    var sum = 0.0;
#if PACKED == yes
    let fours = params.inputs / 4u;
    for (var four = lane; four < fours; four = four + 8u) {
        let input = four * 4u;
        let v = vec4<f32>(x_at(row, input), x_at(row, input + 1u), x_at(row, input + 2u), x_at(row, input + 3u));
        sum = sum + dot(weights_at(output * fours + four), v);
    }
#else
    for (var input = lane; input < params.inputs; input = input + 8u) {
        sum = sum + weights_at(output * params.inputs + input) * x_at(row, input);
    }
#endif
    return sum;
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) invocation: u32,
) {
    let row = workgroup.z;
    let output = unfold(workgroup, workgroups) * 8u + invocation / 8u;
    let lane = invocation % 8u;
    shares[invocation] = 0.0;
    if output < params.outputs {
        shares[invocation] = share_of(row, output, lane);
    }
    workgroupBarrier();
    if lane != 0u || output >= params.outputs {
        return;
    }
    var value = 0.0;
    for (var i = 0u; i < 8u; i = i + 1u) {
        value = value + shares[invocation + i];
    }
    store(row, output, params.outputs, value);
}
