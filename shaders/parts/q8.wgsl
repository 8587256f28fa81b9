// Four consecutive 8-bit weights of one word, lowest byte first, as floats (not yet scaled).
fn unpack_weights(word: u32) -> vec4<f32> {
    let bytes = vec4<u32>(word << 24u, word << 16u, word << 8u, word);
    return vec4<f32>(bitcast<vec4<i32>>(bytes) >> vec4<u32>(24u));
}
