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
#if WEIGHT == q8
    // Lowest byte first; shifted up and down again for their sign.
    let word = weight[four];
    let bytes = vec4<u32>(word << 24u, word << 16u, word << 8u, word);
    return vec4<f32>(bitcast<vec4<i32>>(bytes) >> vec4<u32>(24u)) * scales[four / 8u];
#else
    // Lowest half byte first; 8 stands for zero.
    let word = weight[four / 2u] >> (16u * (four % 2u));
    let values = vec4<u32>(word, word >> 4u, word >> 8u, word >> 12u) & vec4<u32>(15u);
    return (vec4<f32>(values) - 8.0) * scales[four / 8u];
#endif
}
#endif
