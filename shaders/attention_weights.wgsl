// attention_weights: the softmax of an attention itself, for whoever wants to see what a CLS row looks at.
// w[head, i, j] = softmax_j(q_i . k_j * scale).
//
// Bindings
//   0 params  uniform
//   1 q       f32 [rows, q_pitch]: head h has columns q_start + h * size ..
//   2 k       f32 [keys or more, k_pitch]: from k_start on
//   3 w       f32 [heads * rows, keys]
//
// Dispatch: one workgroup of 64 for each head and query, folded. Scores are written, then read again twice.
// Workgroup memory: 256 bytes.
// Measured (lavapipe, docs/kernels.md): 10 rows of 4 heads of 48 to 75 keys take 0.7 ms.

struct Params {
    rows: u32,
    heads: u32,
    keys: u32,
    size: u32,
    q_pitch: u32,
    q_start: u32,
    k_pitch: u32,
    k_start: u32,
    causal: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> k: array<f32>;
@group(0) @binding(3) var<storage, read_write> w: array<f32>;

#include grid.wgsl
#include reduce.wgsl

@compute @workgroup_size({{LANES}})
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let row = unfold(workgroup, workgroups);
    if row >= params.rows * params.heads {
        return;
    }
    let head = row / params.rows;
    let query = row % params.rows;
    let q_start = query * params.q_pitch + params.q_start + head * params.size;
    let start = row * params.keys;
    let seen = select(params.keys, min(params.keys, query + 1u), params.causal != 0u);
    var highest = -1e30;
    for (var key = lane; key < seen; key = key + {{LANES}}u) {
        let k_start = key * params.k_pitch + params.k_start + head * params.size;
        var score = 0.0;
        for (var i = 0u; i < params.size; i = i + 1u) {
            score = score + q[q_start + i] * k[k_start + i];
        }
        score = score * params.scale;
        w[start + key] = score;
        highest = max(highest, score);
    }
    highest = maximum_of_lanes(highest, lane);
    // Each lane reads what it wrote itself: no barrier is needed.
    var total = 0.0;
    for (var key = lane; key < seen; key = key + {{LANES}}u) {
        let weight = exp(w[start + key] - highest);
        w[start + key] = weight;
        total = total + weight;
    }
    let inverse = 1.0 / sum_of_lanes(total, lane);
    for (var key = lane; key < params.keys; key = key + {{LANES}}u) {
        w[start + key] = select(0.0, w[start + key] * inverse, key < seen);
    }
}
