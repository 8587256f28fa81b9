// A dispatch of more than 65535 workgroups is folded into rows of the second dimension
// (gpu::dispatch::fold); this is the workgroup's number before folding. The last row of a fold may
// hold more workgroups than asked for, so every kernel checks the number against its own size.
fn unfold(workgroup: vec3<u32>, workgroups: vec3<u32>) -> u32 {
    return workgroup.y * workgroups.x + workgroup.x;
}
