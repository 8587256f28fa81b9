// segment_scan: boundaries where neighbouring frames are less alike than those around them (the detector of segmental
// SpeechCLIP), and which frames each segment has, as fire_slots.wgsl reads it.
//
// Bindings
//   0 params   uniform
//   1 cosines  f32 [frames], from neighbour_cosines.wgsl; the last one is not used
//   2 shares   vec4<f32> [frames]: segment, the same again, 1, 0
//   3 spans    vec4<f32> [cap + 1]: first frame, last frame, one over their number, -. First > last: no such segment
//   4 peaks    vec2<f32> [frames]: dissimilarity, height of the peak; the last one is 0
//   5 count    f32 [1]: segments
//
// Dispatch: one workgroup of one invocation: the boundaries follow from one another, and 15 s are 750 frames.
// No workgroup memory.
// Measured (lavapipe, docs/kernels.md): with neighbour_cosines, 150 frames of 768 columns take 2.7 ms.

struct Params {
    frames: u32,
    cap: u32,
    threshold: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cosines: array<f32>;
@group(0) @binding(2) var<storage, read_write> shares: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> spans: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> peaks: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> count: array<f32>;

// How far pair t stands out from those at a distance, 0 where one of them is not there.
fn above(t: u32, distance: u32) -> f32 {
    if t < distance || t + distance + 1u >= params.frames {
        return 0.0;
    }
    let own = peaks[t].x;
    let after = max(own - peaks[t + distance].x, 0.0);
    return min(after, max(own - peaks[t - distance].x, 0.0));
}

@compute @workgroup_size(1)
fn main() {
    for (var slot = 0u; slot <= params.cap; slot = slot + 1u) {
        spans[slot] = vec4<f32>(1.0, 0.0, 1.0, 0.0);
    }
    count[0] = 0.0;
    if params.frames == 0u {
        return;
    }
    var lowest = 1e30;
    var highest = -1e30;
    for (var t = 0u; t + 1u < params.frames; t = t + 1u) {
        lowest = min(lowest, cosines[t]);
        highest = max(highest, cosines[t]);
    }
    let range = max(highest - lowest, 1e-12);
    for (var t = 0u; t + 1u < params.frames; t = t + 1u) {
        peaks[t] = vec2<f32>(1.0 - (cosines[t] - lowest) / range, 0.0);
    }
    peaks[params.frames - 1u] = vec2<f32>();
    var segment = 0u;
    var first = 0u;
    for (var t = 0u; t < params.frames; t = t + 1u) {
        shares[t] = vec4<f32>(f32(segment), f32(segment), 1.0, 0.0);
        let near = above(t, 1u);
        let height = min(max(max(near, above(t, 2u)) - params.threshold, 0.0), near);
        peaks[t].y = height;
        let last = t + 1u == params.frames;
        if height > 0.0 || last {
            if segment < params.cap {
                spans[segment] = vec4<f32>(f32(first), f32(t), 1.0 / f32(t + 1u - first), 0.0);
            }
            segment = segment + 1u;
            first = t + 1u;
        }
    }
    count[0] = f32(min(segment, params.cap));
}
