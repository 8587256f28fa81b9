// row_after: one row of a matrix whose number is known on the device alone: y = x[count + offset], the last row at most.
//
// Bindings
//   0 params  uniform
//   1 x       f32 [rows, columns]
//   2 count   f32 [1]
//   3 y       f32 [columns]
//
// Dispatch: ceil(columns / 256) workgroups of 256; one number an invocation. No workgroup memory.
// Measured (lavapipe, docs/kernels.md): a row of 512 columns takes less than 0.1 ms.

struct Params {
    rows: u32,
    columns: u32,
    offset: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> count: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let column = workgroup.x * 256u + lane;
    if column >= params.columns {
        return;
    }
    let row = min(u32(max(count[0], 0.0)) + params.offset, params.rows - 1u);
    y[column] = x[row * params.columns + column];
}
