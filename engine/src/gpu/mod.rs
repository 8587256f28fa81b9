//! [`crate::ops::Ops`] on WebGPU: one device, one arena, one readback a query.
