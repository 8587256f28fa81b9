// Reductions over the {{LANES}} lanes of a workgroup, a power of two. 4 * {{LANES}} bytes of workgroup
// memory. To be called by all lanes together (they hold barriers). The order of the additions is fixed.
// With LANES 1 every invocation is on its own and there is nothing to reduce: no workgroup memory, no barriers.
#if LANES == 1
fn sum_of_lanes(value: f32, lane: u32) -> f32 {
    return value;
}
#else
var<workgroup> shares: array<f32, {{LANES}}>;

fn sum_of_lanes(value: f32, lane: u32) -> f32 {
    workgroupBarrier(); // a slow lane may still be reading the previous result
    shares[lane] = value;
    workgroupBarrier();
    for (var half = {{LANES}}u / 2u; half > 0u; half = half / 2u) {
        if lane < half {
            shares[lane] = shares[lane] + shares[lane + half];
        }
        workgroupBarrier();
    }
    return shares[0];
}

fn maximum_of_lanes(value: f32, lane: u32) -> f32 {
    workgroupBarrier();
    shares[lane] = value;
    workgroupBarrier();
    for (var half = {{LANES}}u / 2u; half > 0u; half = half / 2u) {
        if lane < half {
            shares[lane] = max(shares[lane], shares[lane + half]);
        }
        workgroupBarrier();
    }
    return shares[0];
}
#endif
