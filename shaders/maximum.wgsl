// maximum: the largest of all numbers.
//
// Bindings
//   0 params  uniform
//   1 x       f32 [count], count at least 1
//   2 y       f32 [1]
//
// Dispatch: one workgroup of 256. A 15 s utterance has 120 000 log-mel energies, 470 an invocation: not
// worth a second pass. Workgroup memory: 1024 bytes.
// Measured (lavapipe, docs/kernels.md): see log_mel.wgsl.

struct Params {
    count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

#include reduce.wgsl

@compute @workgroup_size({{LANES}})
fn main(@builtin(local_invocation_index) lane: u32) {
    var highest = x[0];
    for (var i = lane; i < params.count; i = i + {{LANES}}u) {
        highest = max(highest, x[i]);
    }
    highest = maximum_of_lanes(highest, lane);
    if lane == 0u {
        y[0] = highest;
    }
}
