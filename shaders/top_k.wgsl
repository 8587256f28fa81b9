// top_k: the k best columns of each row, best first; of equal ones the lower column comes first. Up to four columns
// are excluded (0xffffffff: none).
//
// Bindings
//   0 params  uniform
//   1 scores  f32 [rows, columns]
//   2 best    f32 [rows, 2 k]: k column numbers, then k scores
//
// Dispatch: one workgroup of 64 a row, folded. k passes over the row; each looks for the best column that
// comes after the one found before, so nothing has to be marked or sorted. k is small (5 alternatives, some
// dozen pictures) and a row a few thousand numbers.
// Workgroup memory: 512 bytes.
// Measured (lavapipe, docs/kernels.md): 5 best of 500 columns in 24 rows take 1.4 ms.

struct Params {
    rows: u32,
    columns: u32,
    k: u32,
    excluded_0: u32,
    excluded_1: u32,
    excluded_2: u32,
    excluded_3: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> scores: array<f32>;
@group(0) @binding(2) var<storage, read_write> best: array<f32>;

#include grid.wgsl

// Stands for "no column": after every real one.
const NONE: u32 = 0xffffffffu;
const LOWEST: f32 = -3e38;

var<workgroup> lane_score: array<f32, 64>;
var<workgroup> lane_column: array<u32, 64>;

fn excluded(column: u32) -> bool {
    return column == params.excluded_0 || column == params.excluded_1 || column == params.excluded_2
        || column == params.excluded_3;
}

// Whether (score, column) comes before (other, other_column) in the ranking.
fn before(score: f32, column: u32, other: f32, other_column: u32) -> bool {
    return score > other || (score == other && column < other_column);
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let row = unfold(workgroup, workgroups);
    if row >= params.rows {
        return;
    }
    let start = row * params.columns;
    var last_score = 3e38;
    var last_column = 0u;
    for (var rank = 0u; rank < params.k; rank = rank + 1u) {
        var score = LOWEST;
        var column = NONE;
        for (var i = lane; i < params.columns; i = i + 64u) {
            let candidate = scores[start + i];
            let fresh = rank == 0u || before(last_score, last_column, candidate, i);
            if fresh && before(candidate, i, score, column) && !excluded(i) {
                score = candidate;
                column = i;
            }
        }
        lane_score[lane] = score;
        lane_column[lane] = column;
        workgroupBarrier();
        for (var half = 32u; half > 0u; half = half / 2u) {
            if lane < half && before(lane_score[lane + half], lane_column[lane + half], lane_score[lane], lane_column[lane]) {
                lane_score[lane] = lane_score[lane + half];
                lane_column[lane] = lane_column[lane + half];
            }
            workgroupBarrier();
        }
        last_score = lane_score[0];
        last_column = lane_column[0];
        if lane == 0u {
            best[row * 2u * params.k + rank] = f32(last_column);
            best[row * 2u * params.k + params.k + rank] = last_score;
        }
        workgroupBarrier();
    }
}
