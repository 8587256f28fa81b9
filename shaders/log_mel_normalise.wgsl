// log_mel_normalise: nothing further than `depth` below the loudest energy; minus the mean of its filter
// over the utterance; divided by `scale`.
//
// Bindings
//   0 params   uniform
//   1 x        f32 [frames, mels], from log_mel.wgsl
//   2 highest  f32 [1], from maximum.wgsl
//   3 y        f32 [frames, mels]
//
// Dispatch: one workgroup of 64 a filter; two walks over its column. Workgroup memory: 256 bytes.
// Measured (lavapipe, docs/kernels.md): see log_mel.wgsl.

struct Params {
    frames: u32,
    mels: u32,
    depth: f32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> highest: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

#include reduce.wgsl

@compute @workgroup_size({{LANES}})
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let mel = workgroup.x;
    let floor_level = highest[0] - params.depth;
    var sum = 0.0;
    for (var t = lane; t < params.frames; t = t + {{LANES}}u) {
        sum = sum + max(x[t * params.mels + mel], floor_level);
    }
    let mean = sum_of_lanes(sum, lane) / f32(params.frames);
    for (var t = lane; t < params.frames; t = t + {{LANES}}u) {
        let at = t * params.mels + mel;
        y[at] = (max(x[at], floor_level) - mean) / params.scale;
    }
}
