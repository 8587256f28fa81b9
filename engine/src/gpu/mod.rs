//! [`crate::ops::Ops`] on WebGPU: one device, one arena, one readback a query.
//!
//! ```text
//! ops.rs         the operations; their longer parts in record.rs, attention.rs, norm.rs, text.rs, firing.rs,
//!                front_end.rs and checks.rs
//!   kernels.rs     the registry of shaders/*.wgsl in all variants     template.rs  their preprocessor
//!   variant.rs     in what variants differ                             bare.rs      shaders without comments
//!   needs.rs       which of them a network runs
//!   choice.rs      which family of matrix products the adapter gets   probe.rs     the timing that decides
//!   profile.rs     what each kernel takes
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
mod bare;
mod bindings;
#[cfg(target_arch = "wasm32")]
mod browser;
mod checks;
mod choice;
mod device;
mod firing;
mod front_end;
pub mod kernels;
mod ledger;
mod needs;
mod norm;
mod ops;
mod pictures;
mod pipelines;
mod probe;
mod profile;
mod readback;
mod record;
mod recorder;
mod template;
mod tensor;
mod text;
mod variant;

pub use choice::{KernelChoice, Precision, ProductTime};
pub use device::{AdapterReport, GpuOptions};
pub use kernels::Product;
pub use ledger::Ledger;
pub use probe::Ceiling;
pub use profile::KernelTime;
pub use tensor::{GpuTensor, GpuWeight};

use std::sync::Arc;

use arena::{Arena, Block};
use bindings::Bindings;
use device::Gpu;
use front_end::Tables;
use kernels::{Format, Kernel};
use ledger::Category;
use pipelines::Pipelines;
use readback::Readback;
use recorder::Recorder;
use tensor::Uploader;

use crate::engine::StartTimes;
use crate::error::EngineError;
use crate::pack::Manifest;

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
    /// The pack's network, if it is known.
    network: Option<Manifest>,
    choice: KernelChoice,
    /// Whether `choice` stands; else it is what is likeliest.
    chosen: bool,
    /// What the start took.
    pub(crate) start: StartTimes,
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
        let weights = options.network.as_ref().map(needs::main_format);
        let likeliest = KernelChoice::untimed(
            format!("{} ({})", gpu.report.name, gpu.report.backend),
            gpu.report.software,
            weights.unwrap_or(Format::F32),
            options.precision,
        );
        let earlier = options.choice.filter(|choice| choice.fits(&likeliest));
        Ok(Self {
            uploader: Uploader::new(gpu.queue.clone()),
            bindings: Bindings::new(gpu.device.clone()),
            pipelines: Pipelines::new(gpu.device.clone()),
            recorder: Recorder::new(gpu.device.clone(), gpu.queue.clone(), uniform_buffer),
            readback: Readback::default(),
            nothing: Arc::new(arena.create("nothing", Category::Tables, 0, usage)?),
            tables: None,
            // Nothing to find out about a program on the CPU, and compiling what it does not need takes it seconds.
            chosen: earlier.is_some() || gpu.report.software || options.network.is_none(),
            choice: earlier.unwrap_or(likeliest),
            network: options.network,
            start: StartTimes::default(),
            _uniforms: uniforms,
            arena,
            gpu,
        })
    }

    /// Chooses among the kernels where that takes a timing, and compiles them, in a browser side by side and without blocking. Without it each is compiled at
    /// its first use. `progress(n, m)`: n of m are done.
    ///
    /// # Errors
    /// [`EngineError::Kernel`] with the kernel and the compiler's message; [`EngineError::GpuLost`].
    pub async fn warm_up(
        &mut self,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<(), EngineError> {
        self.choose().await?;
        let kernels = match &self.network {
            Some(manifest) => needs::kernels(manifest, self.choice.product),
            None => kernels::all_variants()
                .into_iter()
                .filter(|kernel| self.gpu.has_f16 || !kernel.needs_f16())
                .collect(),
        };
        self.pipelines
            .warm_up(&kernels, &mut self.bindings, &mut progress)
            .await?;
        self.gpu.check()
    }

    /// What the operations run on.
    pub fn adapter(&self) -> &AdapterReport {
        &self.gpu.report
    }

    /// Which kernels this adapter gets; settled by [`GpuOps::warm_up`].
    pub fn choice(&self) -> &KernelChoice {
        &self.choice
    }

    /// Takes a family of matrix products without asking what is fastest: for tests and timings.
    ///
    /// # Errors
    /// [`EngineError::GpuUnavailable`] when the adapter lacks what it needs.
    pub fn force(&mut self, product: Product) -> Result<(), EngineError> {
        if product == Product::Half && !self.gpu.has_f16 {
            return Err(EngineError::GpuUnavailable {
                reason: "the adapter has no half floats".to_owned(),
            });
        }
        self.choice.product = product;
        self.chosen = true;
        Ok(())
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
        let bytes = || blocks.iter().map(|block| block.bytes()).sum();
        self.recorder
            .record(kernel, bytes, pipeline, group, parameters, grid);
        Ok(())
    }

    /// Destroys the buffers of dropped weights. Nothing recorded may be left unsubmitted.
    fn sweep(&mut self) {
        let gone = self.arena.destroy_retired();
        self.bindings.evict(&gone);
    }
}
