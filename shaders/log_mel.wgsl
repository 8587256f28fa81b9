// log_mel: samples to log-mel energies, one frame a workgroup: window, Fourier transform, power, filters,
// logarithm. Floor and mean over the utterance follow in log_mel_normalise.wgsl.
//
// Bindings
//   0 params    uniform
//   1 samples   f32 [samples], frame t begins at t * hop
//   2 window    f32 [window]
//   3 twiddles  vec2<f32> [fft / 2]: cos and -sin of 2 pi i / fft. WGSL's own sin and cos may be off by 2^-11
//   4 bands     vec2<u32> [mels]: first bin of a filter, bin after its last
//   5 filters   f32 [mels, fft / 2 + 1]
//   6 y         f32 [frames, mels]
//
// Dispatch: one workgroup of 64 a frame, folded. fft is a power of two from 4 to 1024. The real transform of
// fft samples is a complex one of half the length over pairs of samples (even + i odd), radix 2, in place on
// bit-reversed pairs, untangled at the end.
// Workgroup memory: 4100 bytes.
// Measured (lavapipe, docs/kernels.md): 3 s take 8.4 ms together with maximum.wgsl and log_mel_normalise.wgsl.

struct Params {
    frames: u32,
    window: u32,
    hop: u32,
    fft: u32,
    mels: u32,
    log_offset: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> samples: array<f32>;
@group(0) @binding(2) var<storage, read> window: array<f32>;
@group(0) @binding(3) var<storage, read> twiddles: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read> bands: array<vec2<u32>>;
@group(0) @binding(5) var<storage, read> filters: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

#include grid.wgsl

// 513 powers at most come out of 512 pairs: the last one has a place of its own.
var<workgroup> spectrum: array<vec2<f32>, 512>;
var<workgroup> last_power: f32;

fn sample(frame: u32, i: u32) -> f32 {
    if i < params.window {
        return samples[frame * params.hop + i] * window[i];
    }
    return 0.0;
}

fn times(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn power(bin: u32) -> f32 {
    if bin == params.fft / 2u {
        return last_power;
    }
    return spectrum[bin].x;
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let frame = unfold(workgroup, workgroups);
    if frame >= params.frames {
        return;
    }
    let pairs = params.fft / 2u;
    let unused_bits = countLeadingZeros(pairs) + 1u;
    for (var i = lane; i < pairs; i = i + 64u) {
        spectrum[reverseBits(i) >> unused_bits] = vec2<f32>(sample(frame, 2u * i), sample(frame, 2u * i + 1u));
    }
    workgroupBarrier();
    for (var half = 1u; half < pairs; half = half * 2u) {
        for (var i = lane; i < pairs / 2u; i = i + 64u) {
            let offset = i % half;
            let low = (i / half) * 2u * half + offset;
            let a = spectrum[low];
            let b = times(spectrum[low + half], twiddles[offset * (pairs / half)]);
            spectrum[low] = a + b;
            spectrum[low + half] = a - b;
        }
        workgroupBarrier();
    }
    // Bins i and pairs - i come from the same two numbers, so one invocation untangles both.
    for (var i = lane; i <= pairs / 2u; i = i + 64u) {
        let mirror = (pairs - i) % pairs;
        let a = spectrum[i];
        let b = vec2<f32>(spectrum[mirror].x, -spectrum[mirror].y);
        let even = 0.5 * (a + b);
        let difference = 0.5 * (a - b);
        let odd = times(vec2<f32>(difference.y, -difference.x), twiddles[i]);
        let forward = even + odd;
        let backward = even - odd;
        spectrum[i].x = dot(forward, forward);
        if i == 0u {
            last_power = dot(backward, backward);
        } else if mirror != i {
            spectrum[mirror].x = dot(backward, backward);
        }
    }
    workgroupBarrier();
    let bins = pairs + 1u;
    for (var mel = lane; mel < params.mels; mel = mel + 64u) {
        let band = bands[mel];
        var energy = 0.0;
        for (var i = band.x; i < band.y; i = i + 1u) {
            energy = energy + power(i) * filters[mel * bins + i];
        }
        y[frame * params.mels + mel] = log(energy + params.log_offset);
    }
}
