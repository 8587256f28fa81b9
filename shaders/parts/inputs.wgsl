// X of a matrix product (binding 1), WIDTH numbers at a time: four (FOURS yes) or one.
#if FOURS == yes
const WIDTH: u32 = 4u;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;

// The inputs at a place of x, zero outside. A place before the beginning has wrapped around to a large number.
fn inputs_at(place: u32, length: u32) -> vec4<f32> {
    return select(vec4<f32>(), x[min(place, length - 1u)], place < length);
}
#else
const WIDTH: u32 = 1u;
@group(0) @binding(1) var<storage, read> x: array<f32>;

// As above, one input.
fn inputs_at(place: u32, length: u32) -> f32 {
    return select(0.0, x[min(place, length - 1u)], place < length);
}
#endif
