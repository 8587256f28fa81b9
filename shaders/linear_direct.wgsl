// linear_direct: y = activation(X W^T + bias) + residual without workgroup memory or barriers, every invocation on its
// own with a tile of sums in registers. For adapters that are programs on a CPU, where workgroup memory costs as much as
// any other and a barrier much more. The contract of linear.wgsl otherwise, grouped convolutions included: inputs are
// `inputs / span` stretches of `span` numbers, `step` apart in x; a row begins where it does there.
//
// Bindings: as linear.wgsl, but x, and the weight where it is floats, are read four numbers at a time.
//
// Variants
//   WEIGHT  as in linear.wgsl
//   FOURS   yes: span, step, pitch, lead and length are multiples of 4; no: any, one number at a time (f32 and f16)
//
// Dispatch: ceil(tiles / 32) workgroups of 32, folded, one invocation a tile of {{ROWS}} x {{OUTPUTS}} outputs, tiles beside each
// other first: ceil(group / {{OUTPUTS}}) times ceil(rows / {{ROWS}}) of them; z is the group.
// Workgroup memory: none.
// A stretch lies inside x with all its numbers or with none, then it counts as zeros; this is found out once a stretch,
// since the innermost loop is where the time goes. Rows past the end are computed from what is there and not stored. The loops over rows and outputs are written out by the preprocessor, since indexed sums live in memory.
// A load is the expensive part where four invocations share a vector (it is gathered lane by lane), so the tile is as
// large as compiling it allows: a load pays for {{ROWS}} or {{OUTPUTS}} multiplications.
// Measured (GFLOP a second and core, 49 x 768 -> 768, f32): SwiftShader 4.1 at 10 x 8, 3.5 at 8 x 8, 2.3 at 4 x 4,
// 2.7 at 16 x 16 (and four times the time to compile), 1.2 for linear.wgsl; lavapipe 11.3 at 10 x 8, 6.1 at 4 x 4,
// 2.8 for linear.wgsl.

#include product.wgsl
#include weight.wgsl

#include inputs.wgsl

#if FOURS == yes
fn times(inputs: vec4<f32>, weights: vec4<f32>) -> f32 {
    return dot(inputs, weights);
}
#else
fn times(inputs: f32, weights: f32) -> f32 {
    return inputs * weights;
}
#endif

@compute @workgroup_size(32)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let tile = (workgroup.y * workgroups.x + workgroup.x) * 32u + lane;
    let across = (params.group + {{OUTPUTS}}u - 1u) / {{OUTPUTS}}u;
    let row = tile / across * {{ROWS}}u;
    let output = workgroup.z * params.group + tile % across * {{OUTPUTS}}u;
    let end = (workgroup.z + 1u) * params.group;
    if row >= params.rows {
        return;
    }
    let span = params.span / WIDTH;
    let length = params.length / WIDTH;
    let first = row * (params.pitch / WIDTH) + workgroup.z * span - params.lead / WIDTH;
    // A weight's row past the end of the group is read as its last one.
#repeat N OUTPUTS
    var weight_{{N}} = min(output + {{N}}u, end - 1u) * (params.inputs / WIDTH);
#endrepeat
#repeat M ROWS
#repeat N OUTPUTS
    var sum_{{M}}_{{N}} = 0.0;
#endrepeat
#endrepeat
    var stretch = first;
    for (var input = 0u; input < params.inputs; input = input + params.span) {
        // All of a stretch is there, or nothing of it.
#repeat M ROWS
        let place_{{M}} = stretch + {{M}}u * (params.pitch / WIDTH);
        let is_there_{{M}} = place_{{M}} < length && place_{{M}} + span <= length;
        let at_{{M}} = select(0u, place_{{M}}, is_there_{{M}});
        let factor_{{M}} = select(0.0, 1.0, is_there_{{M}});
#endrepeat
        for (var i = 0u; i < span; i = i + 1u) {
#repeat N OUTPUTS
            let w_{{N}} = weights_at(weight_{{N}} + i);
#endrepeat
#repeat M ROWS
            let x_{{M}} = x[at_{{M}} + i] * factor_{{M}};
#repeat N OUTPUTS
            sum_{{M}}_{{N}} += times(x_{{M}}, w_{{N}});
#endrepeat
#endrepeat
        }
        stretch = stretch + params.step / WIDTH;
#repeat N OUTPUTS
        weight_{{N}} = weight_{{N}} + span;
#endrepeat
    }
    // Once through memory, so that the activations are compiled once.
    var sums: array<f32, {{SUMS}}>;
#repeat M ROWS
#repeat N OUTPUTS
    sums[{{M}} * {{OUTPUTS}} + {{N}}] = sum_{{M}}_{{N}};
#endrepeat
#endrepeat
    for (var m = 0u; m < {{ROWS}}u; m = m + 1u) {
        for (var n = 0u; n < {{OUTPUTS}}u; n = n + 1u) {
            store(row + m, output + n, end, sums[m * {{OUTPUTS}}u + n]);
        }
    }
}
