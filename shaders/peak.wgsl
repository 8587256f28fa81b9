// peak: as many multiplications and additions as the adapter can do at once, for the ceiling that a profile is measured
// against. Eight chains of four numbers that do not wait for each other.
//
// Bindings
//   0 params  uniform
//   1 y       f32 [invocations]: kept, so that no compiler drops the work
//
// Not `fma`, which programs on a CPU emulate; a GPU makes one instruction of both.
//
// Dispatch: any number of workgroups of 64, each 64 floats of y. 64 operations of two an invocation and round.
// Workgroup memory: none.
// Measured: itself.

struct Params {
    rounds: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let start = f32(id.x % 7u) * 0.125;
    // A factor below one keeps the numbers finite for ever.
    let factor = vec4<f32>(0.5 + 0.125 * start);
#repeat I EIGHT
    var sum_{{I}} = vec4<f32>(start + {{I}}.0);
#endrepeat
    for (var round = 0u; round < params.rounds; round = round + 1u) {
#repeat I EIGHT
        sum_{{I}} = sum_{{I}} * factor + factor;
#endrepeat
    }
    var sum = vec4<f32>();
#repeat I EIGHT
    sum = sum + sum_{{I}};
#endrepeat
    y[id.x] = dot(sum, vec4<f32>(1.0));
}
