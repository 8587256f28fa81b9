// fire_scan: continuous integrate-and-fire, first half: which slots every frame goes to, with what weight.
//
// Bindings
//   0 params  uniform
//   1 alpha   f32 [frames], in [0, 1]
//   2 shares  vec4<f32> [frames]: slot it completes, slot it begins, weight in the first, weight in the second
//   3 spans   vec4<f32> [cap + 1], one a slot: first frame, last frame, factor, -. First > last: nothing in it
//   4 count   f32 [1]: slots that hold something
//
// Dispatch: one workgroup of one invocation, on purpose. The running sum decides at which frame a slot
// fires, so it has to round as the CPU's does: the additions come in the same order, one after the other.
// 15 s are 375 additions. Slot numbers are floats, exact far beyond any cap. No workgroup memory.
// Measured (lavapipe, docs/kernels.md): 75 frames into 24 slots of 192 take 0.1 ms together with fire_slots.wgsl.

struct Params {
    frames: u32,
    cap: u32,
    tail_threshold: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> alpha: array<f32>;
@group(0) @binding(2) var<storage, read_write> shares: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> spans: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> count: array<f32>;

@compute @workgroup_size(1)
fn main() {
    var total = 0.0;
    for (var t = 0u; t < params.frames; t = t + 1u) {
        total = total + alpha[t];
    }
    let whole = clamp(floor(total), 1.0, f32(params.cap));
    for (var slot = 0u; slot <= params.cap; slot = slot + 1u) {
        spans[slot] = vec4<f32>(1.0, 0.0, 1.0, 0.0);
    }
    var sum = 0.0;
    var slot = 0.0;
    var since = 0.0; // first frame of the slot
    var tail = 0.0; // weight beyond the last whole slot
    for (var t = 0u; t < params.frames; t = t + 1u) {
        sum = sum + alpha[t];
        let next = clamp(floor(sum), 0.0, whole);
        var right = 0.0;
        if next > slot {
            right = sum - next;
            spans[u32(slot)] = vec4<f32>(since, f32(t), 1.0, 0.0);
            since = f32(t);
        }
        let left = alpha[t] - right;
        shares[t] = vec4<f32>(slot, next, left, right);
        if slot == whole {
            tail = tail + left;
        }
        if next == whole {
            tail = tail + right;
        }
        slot = next;
    }
    var kept = whole;
    var factor = 1.0;
    if tail >= params.tail_threshold {
        kept = min(whole + 1.0, f32(params.cap));
        factor = 1.0 / tail;
    }
    // The slot the last frame was in: a whole one that never quite fired, or the tail.
    if slot < kept && params.frames > 0u {
        let is_tail = slot == whole;
        spans[u32(slot)] = vec4<f32>(since, f32(params.frames - 1u), select(1.0, factor, is_tail), 0.0);
    }
    count[0] = select(0.0, kept, params.frames > 0u);
}
