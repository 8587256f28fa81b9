// attention_direct: attention.wgsl without workgroup memory or barriers: each invocation answers {{QUERIES}} queries of one
// head on its own, with queries and results in registers. For adapters that are programs on a CPU (see linear_direct.wgsl).
//
// Bindings: as attention.wgsl, all read and written four numbers at a time: pitches, starts and the size of a head are
// multiples of 4.
//
// Variants
//   VECTORS  columns of a head that an invocation answers with, in fours
//   WHOLE    yes: these are all columns of a head, and the queries are kept; no: heads are a multiple of as many columns,
//            and every invocation makes all scores of its queries anew. One small kernel for the heads that few queries ask.
//
// Dispatch: ceil(heads * parts * ceil(rows / {{QUERIES}}) / 32) workgroups of 32, folded; parts = size / (4 VECTORS).
// Workgroup memory: none.
// Keys and values are read once for {{QUERIES}} queries. Queries and results go through arrays in loops: written out, each of these
// loads and stores would have to be compiled, which took longer than running them.
// Measured (docs/kernels.md), 49 rows, 12 heads of 64: lavapipe 0.9 ms (attention.wgsl: 5.2), SwiftShader 4.9 ms (15).

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
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> k: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> v: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>;

#include grid.wgsl

// Stands in for minus infinity, which WGSL does not promise.
const LOWEST: f32 = -1e30;

@compute @workgroup_size(32)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let task = unfold(workgroup, workgroups) * 32u + lane;
    let tasks = (params.rows + {{QUERIES}}u - 1u) / {{QUERIES}}u; // of a part of a head
    let part = task / tasks;
    let row = task % tasks * {{QUERIES}}u;
    let vectors = params.size / 4u; // of a head
    let parts = vectors / {{VECTORS}}u;
    let head = part / parts;
    if head >= params.width / params.size {
        return;
    }
    let column = head * vectors;
    let answered = column + part % parts * {{VECTORS}}u;
#repeat Q QUERIES
    let query_{{Q}} = (min(row + {{Q}}u, params.rows - 1u) * params.q_pitch + params.q_start) / 4u + column;
#if WHOLE == yes
    var queries_{{Q}}: array<vec4<f32>, {{VECTORS}}>;
    for (var i = 0u; i < {{VECTORS}}u; i = i + 1u) {
        queries_{{Q}}[i] = q[query_{{Q}} + i] * params.scale;
    }
#endif
#repeat I VECTORS
    var out_{{Q}}_{{I}} = vec4<f32>();
#endrepeat
    var highest_{{Q}} = LOWEST;
    var total_{{Q}} = 0.0;
#endrepeat
    // Causal: no key after the last of these queries is seen.
    let keys = select(params.keys, min(params.keys, row + {{QUERIES}}u), params.causal != 0u);
    for (var key = 0u; key < keys; key = key + 1u) {
        let key_at = (key * params.k_pitch + params.k_start) / 4u + column;
        let value_at = (key * params.v_pitch + params.v_start) / 4u + answered;
#repeat Q QUERIES
        var score_{{Q}} = 0.0;
#endrepeat
#if WHOLE == yes
#repeat I VECTORS
        let key_{{I}} = k[key_at + {{I}}u];
#repeat Q QUERIES
        score_{{Q}} += dot(queries_{{Q}}[{{I}}], key_{{I}});
#endrepeat
#endrepeat
#else
        for (var i = 0u; i < vectors; i = i + 1u) {
            let four = k[key_at + i] * params.scale;
#repeat Q QUERIES
            score_{{Q}} += dot(q[query_{{Q}} + i], four);
#endrepeat
        }
#endif
#repeat Q QUERIES
        score_{{Q}} = select(score_{{Q}}, LOWEST, params.causal != 0u && key > row + {{Q}}u);
        let new_{{Q}} = max(highest_{{Q}}, score_{{Q}});
        let shrink_{{Q}} = exp(highest_{{Q}} - new_{{Q}});
        let weight_{{Q}} = exp(score_{{Q}} - new_{{Q}});
        total_{{Q}} = total_{{Q}} * shrink_{{Q}} + weight_{{Q}};
        highest_{{Q}} = new_{{Q}};
#endrepeat
#repeat I VECTORS
        let value_{{I}} = v[value_at + {{I}}u];
#repeat Q QUERIES
        out_{{Q}}_{{I}} = out_{{Q}}_{{I}} * shrink_{{Q}} + value_{{I}} * weight_{{Q}};
#endrepeat
#endrepeat
    }
#repeat Q QUERIES
    var results_{{Q}}: array<vec4<f32>, {{VECTORS}}>;
#repeat I VECTORS
    results_{{Q}}[{{I}}] = out_{{Q}}_{{I}};
#endrepeat
    if row + {{Q}}u < params.rows {
        let at = (row + {{Q}}u) * (params.width / 4u) + answered;
        for (var i = 0u; i < {{VECTORS}}u; i = i + 1u) {
            y[at + i] = results_{{Q}}[i] / total_{{Q}};
        }
    }
#endrepeat
}
