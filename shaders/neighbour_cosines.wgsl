// neighbour_cosines: how alike each frame and the next are.
//
// Bindings
//   0 params   uniform
//   1 x        f32 [rows, columns]
//   2 cosines  f32 [rows]; the last one is 0
//
// Dispatch: one workgroup of 64 a row, folded. Workgroup memory: 256 bytes.
// Measured (lavapipe, docs/kernels.md): with segment_scan, 150 frames of 768 columns take 2.7 ms.

struct Params {
    rows: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> cosines: array<f32>;

#include grid.wgsl
#include reduce.wgsl

@compute @workgroup_size({{LANES}})
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let row = unfold(workgroup, workgroups);
    if row >= params.rows {
        return;
    }
    if row + 1u == params.rows {
        if lane == 0u {
            cosines[row] = 0.0;
        }
        return;
    }
    let start = row * params.columns;
    let next = start + params.columns;
    var dot = 0.0;
    var own = 0.0;
    var other = 0.0;
    for (var i = lane; i < params.columns; i = i + {{LANES}}u) {
        dot = dot + x[start + i] * x[next + i];
        own = own + x[start + i] * x[start + i];
        other = other + x[next + i] * x[next + i];
    }
    dot = sum_of_lanes(dot, lane);
    own = max(sqrt(sum_of_lanes(own, lane)), 1e-8);
    other = max(sqrt(sum_of_lanes(other, lane)), 1e-8);
    if lane == 0u {
        cosines[row] = dot / own / other;
    }
}
