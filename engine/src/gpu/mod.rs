//! [`crate::ops::Ops`] on WebGPU: one device, one arena, one readback a query.
//!
//! ```text
//! ops.rs         the operations; their longer parts in record.rs, attention.rs, norm.rs, text.rs, firing.rs,
//!                front_end.rs and checks.rs
//!   kernels.rs     the registry of shaders/*.wgsl in all variants     template.rs  their preprocessor
//!   needs.rs       which of them a network runs
//!   pipelines.rs   compiled kernels, warmed up without blocking       browser.rs   what only a page has
//!   bindings.rs    bind groups, made once for a combination of buffers
//!   recorder.rs    recorded dispatches and their parameters, submitted in few pieces
//!   arena.rs       buffers and their reuse                            ledger.rs    their bytes
//!   readback.rs    the way back
//!   device.rs      the adapter, the device, and whether it still lives
//! ```
//!
//! All of wgpu stays inside this module.

#![cfg_attr(
    target_arch = "wasm32",
    allow(
        clippy::arc_with_non_send_sync,
        reason = "natively these handles cross threads; a page has one thread"
    )
)]

mod arena;
mod attention;
mod bindings;
#[cfg(target_arch = "wasm32")]
mod browser;
mod checks;
mod device;
mod firing;
mod front_end;
pub mod kernels;
mod ledger;
mod needs;
mod norm;
mod ops;
mod pipelines;
mod readback;
mod record;
mod recorder;
mod template;
mod tensor;
mod text;

pub use device::{AdapterReport, GpuOptions};
pub use ledger::Ledger;
pub use tensor::{GpuTensor, GpuWeight};

use std::sync::Arc;

use arena::{Arena, Block};
use bindings::Bindings;
use device::Gpu;
use front_end::Tables;
use kernels::{Kernel, Style};
use ledger::Category;
use pipelines::Pipelines;
use readback::Readback;
use recorder::Recorder;
use tensor::Uploader;

use crate::error::EngineError;

/// The operations on a GPU.
pub struct GpuOps {
    gpu: Gpu,
    arena: Arena,
    uploader: Uploader,
    bindings: Bindings,
    pipelines: Pipelines,
    recorder: Recorder,
    readback: Readback,
    /// Bound where a kernel has an input that a call leaves out.
    nothing: Arc<Block>,
    tables: Option<Tables>,
    style: Style,
    kernels: Vec<Kernel>,
    /// Keeps the uniform buffer in the ledger for as long as the recorder writes it.
    _uniforms: Block,
}

impl GpuOps {
    /// Opens the device.
    ///
    /// # Errors
    /// [`EngineError::GpuUnavailable`] when there is no adapter or it gives no device.
    pub async fn open(options: GpuOptions) -> Result<Self, EngineError> {
        let gpu = Gpu::open(&options).await?;
        let limits = gpu.device.limits();
        let largest = limits
            .max_storage_buffer_binding_size
            .min(limits.max_buffer_size);
        let arena = Arena::new(gpu.device.clone(), largest);
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let uniforms = arena.create(
            "parameters",
            Category::Parameters,
            recorder::UNIFORM_BYTES,
            usage,
        )?;
        let uniform_buffer =
            uniforms
                .buffer()
                .cloned()
                .ok_or_else(|| EngineError::GpuUnavailable {
                    reason: "no uniform buffer".to_owned(),
                })?;
        let usage = wgpu::BufferUsages::STORAGE;
        let style = match gpu.report.software {
            true => Style::Direct,
            false => Style::Shared,
        };
        Ok(Self {
            uploader: Uploader::new(gpu.queue.clone()),
            bindings: Bindings::new(gpu.device.clone()),
            pipelines: Pipelines::new(gpu.device.clone()),
            recorder: Recorder::new(gpu.device.clone(), gpu.queue.clone(), uniform_buffer),
            readback: Readback::default(),
            nothing: Arc::new(arena.create("nothing", Category::Tables, 0, usage)?),
            tables: None,
            style,
            kernels: match &options.network {
                Some(manifest) => needs::kernels(manifest, style),
                None => kernels::all_variants(),
            },
            _uniforms: uniforms,
            arena,
            gpu,
        })
    }

    /// Compiles the kernels, in a browser side by side and without blocking. Without it each is compiled at
    /// its first use. `progress(n, m)`: n of m are done.
    ///
    /// # Errors
    /// [`EngineError::Kernel`] with the kernel and the compiler's message; [`EngineError::GpuLost`].
    pub async fn warm_up(
        &mut self,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<(), EngineError> {
        self.pipelines
            .warm_up(&self.kernels, &mut self.bindings, &mut progress)
            .await?;
        self.gpu.check()
    }

    /// What the operations run on.
    pub fn adapter(&self) -> &AdapterReport {
        &self.gpu.report
    }

    /// Bytes held on the GPU.
    pub fn ledger(&self) -> Ledger {
        self.arena.ledger()
    }

    /// Bind groups kept for reuse.
    pub fn bind_groups(&self) -> usize {
        self.bindings.groups()
    }

    /// Gives the device back now. Every later operation returns [`EngineError::GpuLost`].
    pub fn destroy(&self) {
        self.gpu.device.destroy();
    }

    /// Records one dispatch of `kernel`. `blocks` are its bindings from 1 on.
    fn dispatch(
        &mut self,
        kernel: Kernel,
        blocks: &[&Block],
        parameters: &[u32],
        grid: [u32; 3],
    ) -> Result<(), EngineError> {
        let pipeline = self.pipelines.get(kernel, &mut self.bindings)?;
        recorder::check_grid(kernel, grid)?;
        let group = self
            .bindings
            .group(kernel.bindings(), self.recorder.uniforms(), blocks);
        self.recorder.record(pipeline, group, parameters, grid);
        Ok(())
    }

    /// Destroys the buffers of dropped weights. Nothing recorded may be left unsubmitted.
    fn sweep(&mut self) {
        let gone = self.arena.destroy_retired();
        self.bindings.evict(&gone);
    }
}
