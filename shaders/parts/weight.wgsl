// A weight matrix as it is stored (WEIGHT): bindings 2 and, with scales, 6. `weights_at` reads one number (FOURS no)
// or the four that follow each other from 4 * index on (FOURS yes, and always with q8 and q4).
#if WEIGHT == f32
#if FOURS == yes
@group(0) @binding(2) var<storage, read> weight: array<vec4<f32>>;

fn weights_at(index: u32) -> vec4<f32> {
    return weight[index];
}
#else
@group(0) @binding(2) var<storage, read> weight: array<f32>;

fn weights_at(index: u32) -> f32 {
    return weight[index];
}
#endif
#endif
#if WEIGHT == f16
#if FOURS == yes
@group(0) @binding(2) var<storage, read> weight: array<vec2<u32>>;

fn weights_at(index: u32) -> vec4<f32> {
    let words = weight[index];
    return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}
#else
@group(0) @binding(2) var<storage, read> weight: array<u32>;

fn weights_at(index: u32) -> f32 {
    return unpack2x16float(weight[index / 2u])[index % 2u];
}
#endif
#endif
#if PACKED == yes
@group(0) @binding(2) var<storage, read> weight: array<u32>;
@group(0) @binding(6) var<storage, read> scales: array<f32>;

// Scaled; 32 numbers share a scale.
fn weights_at(four: u32) -> vec4<f32> {
    // Each number is brought to the top of a word and what is below it cut off; converted, it is a power of two too large.
    // Multiplications, since programs on a CPU have no instruction that shifts parts of a vector by different amounts.
#if WEIGHT == q8
    // Lowest byte first.
    let words = vec4<u32>(weight[four]) * vec4<u32>(16777216u, 65536u, 256u, 1u);
    return vec4<f32>(bitcast<vec4<i32>>(words & vec4<u32>(0xff000000u))) * (scales[four / 8u] / 16777216.0);
#else
    // Lowest half byte first; 8 stands for zero.
    let upper = vec4<bool>(four % 2u == 1u);
    let factors = select(
        vec4<u32>(268435456u, 16777216u, 1048576u, 65536u), vec4<u32>(4096u, 256u, 16u, 1u), upper);
    let words = vec4<u32>(weight[four / 2u]) * factors;
    return (vec4<f32>(words & vec4<u32>(0xf0000000u)) / 268435456.0 - 8.0) * scales[four / 8u];
#endif
}
#endif
