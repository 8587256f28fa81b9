// fire_slots: continuous integrate-and-fire, second half: every slot the weighted sum of its frames.
//
// Bindings
//   0 params  uniform
//   1 frames  f32 [frames, width]
//   2 shares  vec4<f32> [frames], from fire_scan.wgsl
//   3 spans   vec4<f32> [cap + 1], from fire_scan.wgsl
//   4 slots   f32 [cap, width]; slots without frames become zero
//
// Dispatch: ceil(cap * width / 64) workgroups of 64, folded; one slot and channel an invocation, which
// walks over the slot's own frames only, in order. No workgroup memory.
// Measured (lavapipe, docs/kernels.md): see fire_scan.wgsl.

struct Params {
    cap: u32,
    width: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> frames: array<f32>;
@group(0) @binding(2) var<storage, read> shares: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> spans: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> slots: array<f32>;

#include grid.wgsl

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let at = unfold(workgroup, workgroups) * 64u + lane;
    if at >= params.cap * params.width {
        return;
    }
    let slot = at / params.width;
    let channel = at % params.width;
    let span = spans[slot];
    var sum = 0.0;
    if span.x <= span.y {
        for (var t = u32(span.x); t <= u32(span.y); t = t + 1u) {
            let share = shares[t];
            let frame = frames[t * params.width + channel];
            if share.x == f32(slot) {
                sum = sum + share.z * frame;
            }
            if share.y == f32(slot) {
                sum = sum + share.w * frame;
            }
        }
    }
    slots[at] = sum * span.z;
}
