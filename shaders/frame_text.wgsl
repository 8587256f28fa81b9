// frame_text: a text as the text tower reads it: start, the first `count` tokens, end, padding. How many tokens there
// are is known on the device alone, so every text has cap + 2 rows; attention is causal, what follows the end is
// never seen.
//
// Bindings
//   0 params  uniform
//   1 tokens  f32 [cap, columns]
//   2 count   f32 [1]
//   3 frame   f32 [3, columns]: start, end, padding
//   4 y       f32 [cap + 2, columns]
//
// Dispatch: ceil((cap + 2) * columns / 256) workgroups of 256, folded; one number an invocation. No workgroup memory.
// Measured (lavapipe, docs/kernels.md): 77 rows of 512 columns take 0.6 ms.

struct Params {
    cap: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tokens: array<f32>;
@group(0) @binding(2) var<storage, read> count: array<f32>;
@group(0) @binding(3) var<storage, read> frame: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

#include grid.wgsl

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let at = unfold(workgroup, workgroups) * 256u + lane;
    let columns = params.columns;
    if at >= (params.cap + 2u) * columns {
        return;
    }
    let row = at / columns;
    let column = at % columns;
    let said = min(u32(max(count[0], 0.0)), params.cap);
    if row == 0u {
        y[at] = frame[column];
    } else if row <= said {
        y[at] = tokens[(row - 1u) * columns + column];
    } else if row == said + 1u {
        y[at] = frame[columns + column];
    } else {
        y[at] = frame[2u * columns + column];
    }
}
