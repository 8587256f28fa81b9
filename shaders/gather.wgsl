// gather: rows of a table by number. y[i] = table[picks[i, 0]].
//
// Bindings
//   0 params  uniform
//   1 picks   f32 [rows, pitch]: row numbers, exact as floats, in the first column
//   2 weight  the table [table_rows, columns]: WEIGHT f32: f32; f16: two a word
//   3 y       f32 [rows, columns]
//
// Dispatch: ceil(rows * columns / 256) workgroups of 256, folded; one number an invocation. No workgroup memory.
// Measured (lavapipe, docs/kernels.md): 75 rows of 512 columns take 0.4 ms.

struct Params {
    rows: u32,
    columns: u32,
    pitch: u32,
    table_rows: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> picks: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

#include grid.wgsl
#include weight.wgsl

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let at = unfold(workgroup, workgroups) * 256u + lane;
    if at >= params.rows * params.columns {
        return;
    }
    let pick = picks[at / params.columns * params.pitch];
    let row = min(u32(max(pick, 0.0)), params.table_rows - 1u);
    y[at] = weights_at(row * params.columns + at % params.columns);
}
