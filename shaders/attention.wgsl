// attention: multi-head attention with an online softmax; no score matrix is ever stored.
// y[i, head] = sum over j of softmax_j(q_i . k_j * scale) v_j, scale = 1 / sqrt(size), over the first `keys` keys,
// and with `causal` only those with j <= i.
//
// Bindings
//   0 params  uniform
//   1 q       f32 [rows, q_pitch]: head h has columns q_start + h * size ..
//   2 k       f32 [keys or more, k_pitch]: from k_start on
//   3 v       f32 [keys or more, v_pitch]: from v_start on
//   4 y       f32 [rows, width], width = heads * size
// q, k and v are mostly parts of the same matrix.
//
// Variants: BLOCKS = min(4, ceil(size / 32)): columns of values, in blocks of 32, that a workgroup answers with.
// Sizes between are padded with zeros in workgroup memory.
//
// Dispatch: (ceil(rows / 32), heads, ceil(size / (32 BLOCKS))) workgroups of 8 x 8. A workgroup answers 32 queries of
// one head and walks over the keys 32 at a time: scores (a 32 x 32 tile, 4 x 4 an invocation, as in linear.wgsl), the
// running maximum, the exponentials, then the product with the values (4 rows x 4 columns a block). Heads of more
// than 128 columns, of which only the published cascaded models have one, make their scores once for each 128.
// The eight invocations that share four queries each find the maximum and the sum of those rows for
// themselves: reading 32 vectors twice is cheaper than a further barrier.
// Workgroup memory: 9216 bytes: the scores take the place of the queries, the values that of the keys.
// Measured (lavapipe, docs/kernels.md): 75 rows, 4 heads of 48 take 4.2 ms.

struct Params {
    rows: u32,
    keys: u32,
    width: u32,
    size: u32,
    q_pitch: u32,
    q_start: u32,
    k_pitch: u32,
    k_start: u32,
    v_pitch: u32,
    v_start: u32,
    causal: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> k: array<f32>;
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

const BLOCKS: u32 = {{BLOCKS}}u;
const TILE: u32 = 32u;
const ROW: u32 = 9u;
// Stands in for minus infinity, which WGSL does not promise.
const LOWEST: f32 = -1e30;

// [32 columns, ROW], 4 queries a vector; then [32 keys, ROW], scores and exponentials of 4 queries a vector.
var<workgroup> q_tile: array<vec4<f32>, 288>;
// [32 columns, ROW], 4 keys a vector; then [32 keys, ROW], 4 value columns a vector.
var<workgroup> k_tile: array<vec4<f32>, 288>;

fn query_at(row: u32, head: u32, column: u32) -> f32 {
    if row < params.rows && column < params.size {
        return q[row * params.q_pitch + params.q_start + head * params.size + column];
    }
    return 0.0;
}

fn key_at(row: u32, head: u32, column: u32) -> f32 {
    if row < params.keys && column < params.size {
        return k[row * params.k_pitch + params.k_start + head * params.size + column];
    }
    return 0.0;
}

fn value_at(row: u32, head: u32, column: u32) -> f32 {
    if row < params.keys && column < params.size {
        return v[row * params.v_pitch + params.v_start + head * params.size + column];
    }
    return 0.0;
}

// Scores of four queries with one key, lowest where a query may not see it.
fn seen(scores: vec4<f32>, key: u32, first_query: u32) -> vec4<f32> {
    let queries = vec4<u32>(first_query) + vec4<u32>(0u, 1u, 2u, 3u);
    let visible = vec4<bool>(params.causal == 0u) | (vec4<u32>(key) <= queries);
    return select(vec4<f32>(LOWEST), scores * params.scale, visible & vec4<bool>(key < params.keys));
}

@compute @workgroup_size(8, 8)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first_row = workgroup.x * TILE;
    let head = workgroup.y;
    let first_column = workgroup.z * BLOCKS * TILE;
    let score_blocks = (params.size + TILE - 1u) / TILE;
    // Causal: no key after the last of these queries is seen.
    let keys = select(params.keys, min(params.keys, first_row + TILE), params.causal != 0u);
    var highest = vec4<f32>(LOWEST);
    var total = vec4<f32>();
    var out: array<vec4<f32>, {{VECTORS}}>; // [BLOCKS, 4 columns], 4 queries a vector
    for (var i = 0u; i < BLOCKS * 4u; i = i + 1u) {
        out[i] = vec4<f32>();
    }

    for (var first_key = 0u; first_key < keys; first_key = first_key + TILE) {
        // Scores of 4 queries (a vector) against 4 keys.
        var score_0 = vec4<f32>();
        var score_1 = vec4<f32>();
        var score_2 = vec4<f32>();
        var score_3 = vec4<f32>();
        for (var block = 0u; block < score_blocks; block = block + 1u) {
            for (var i = lane; i < 256u; i = i + 64u) {
                let slot = (i % TILE) * ROW + i / TILE;
                let column = block * TILE + i % TILE;
                let row = first_row + 4u * (i / TILE);
                let key = first_key + 4u * (i / TILE);
                q_tile[slot] = vec4<f32>(
                    query_at(row, head, column), query_at(row + 1u, head, column),
                    query_at(row + 2u, head, column), query_at(row + 3u, head, column));
                k_tile[slot] = vec4<f32>(
                    key_at(key, head, column), key_at(key + 1u, head, column),
                    key_at(key + 2u, head, column), key_at(key + 3u, head, column));
            }
            workgroupBarrier();
            for (var column = 0u; column < TILE; column = column + 1u) {
                let queries = q_tile[column * ROW + local.y];
                let keys = k_tile[column * ROW + local.x];
                score_0 = score_0 + queries * keys.x;
                score_1 = score_1 + queries * keys.y;
                score_2 = score_2 + queries * keys.z;
                score_3 = score_3 + queries * keys.w;
            }
            workgroupBarrier();
        }
        let key = first_key + 4u * local.x;
        let query = first_row + 4u * local.y;
        score_0 = seen(score_0, key, query);
        score_1 = seen(score_1, key + 1u, query);
        score_2 = seen(score_2, key + 2u, query);
        score_3 = seen(score_3, key + 3u, query);
        let slot = 4u * local.x * ROW + local.y;
        q_tile[slot] = score_0;
        q_tile[slot + ROW] = score_1;
        q_tile[slot + 2u * ROW] = score_2;
        q_tile[slot + 3u * ROW] = score_3;
        workgroupBarrier();

        // The new maximum of my four queries, and what it makes of everything summed so far.
        var new_highest = highest;
        for (var i = 0u; i < TILE; i = i + 1u) {
            new_highest = max(new_highest, q_tile[i * ROW + local.y]);
        }
        let shrink = exp(highest - new_highest);
        highest = new_highest;
        total = total * shrink;
        for (var i = 0u; i < BLOCKS * 4u; i = i + 1u) {
            out[i] = out[i] * shrink;
        }
        workgroupBarrier();
        q_tile[slot] = exp(score_0 - highest);
        q_tile[slot + ROW] = exp(score_1 - highest);
        q_tile[slot + 2u * ROW] = exp(score_2 - highest);
        q_tile[slot + 3u * ROW] = exp(score_3 - highest);

        for (var block = 0u; block < BLOCKS; block = block + 1u) {
            for (var i = lane; i < 256u; i = i + 64u) {
                let row = first_key + i / 8u;
                let column = first_column + block * TILE + 4u * (i % 8u);
                k_tile[(i / 8u) * ROW + i % 8u] = vec4<f32>(
                    value_at(row, head, column), value_at(row, head, column + 1u),
                    value_at(row, head, column + 2u), value_at(row, head, column + 3u));
            }
            workgroupBarrier();
            var out_0 = out[block * 4u];
            var out_1 = out[block * 4u + 1u];
            var out_2 = out[block * 4u + 2u];
            var out_3 = out[block * 4u + 3u];
            for (var i = 0u; i < TILE; i = i + 1u) {
                let p = q_tile[i * ROW + local.y];
                let values = k_tile[i * ROW + local.x];
                if block == 0u {
                    total = total + p;
                }
                out_0 = out_0 + p * values.x;
                out_1 = out_1 + p * values.y;
                out_2 = out_2 + p * values.z;
                out_3 = out_3 + p * values.w;
            }
            out[block * 4u] = out_0;
            out[block * 4u + 1u] = out_1;
            out[block * 4u + 2u] = out_2;
            out[block * 4u + 3u] = out_3;
            workgroupBarrier();
        }
    }

    let inverse = 1.0 / total;
    for (var i = 0u; i < BLOCKS * 4u; i = i + 1u) {
        let column = first_column + (i / 4u) * TILE + 4u * local.x + i % 4u;
        if column < params.size {
            let result = out[i] * inverse;
            for (var j = 0u; j < 4u; j = j + 1u) {
                let row = first_row + 4u * local.y + j;
                if row < params.rows {
                    y[row * params.width + head * params.size + column] = result[j];
                }
            }
        }
    }
}
