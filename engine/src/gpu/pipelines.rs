//! Compiled kernels.

use std::borrow::Cow;
use std::collections::HashMap;

use super::bindings::{Bindings, Layout};
use super::kernels::Kernel;
use crate::error::EngineError;

/// Kernels compiled so far.
pub(super) struct Pipelines {
    device: wgpu::Device,
    ready: HashMap<Kernel, wgpu::ComputePipeline>,
}

impl Pipelines {
    pub(super) fn new(device: wgpu::Device) -> Self {
        Self {
            device,
            ready: HashMap::new(),
        }
    }

    /// The pipeline of a kernel, compiled on the spot if it was not warmed up.
    pub(super) fn get(
        &mut self,
        kernel: Kernel,
        bindings: &mut Bindings,
    ) -> Result<wgpu::ComputePipeline, EngineError> {
        if let Some(pipeline) = self.ready.get(&kernel) {
            return Ok(pipeline.clone());
        }
        let pipeline = self.compile(
            &kernel.label(),
            kernel.wgsl()?,
            bindings.layout(kernel.bindings()),
        );
        self.ready.insert(kernel, pipeline.clone());
        Ok(pipeline)
    }

    /// Compiles `kernels`; `progress` is told how many of them are done, and of how many.
    pub(super) async fn warm_up(
        &mut self,
        kernels: &[Kernel],
        bindings: &mut Bindings,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(), EngineError> {
        // In a browser all compile side by side, off this thread; what comes out is held until wgpu has
        // made the same pipelines from the browser's cache.
        #[cfg(target_arch = "wasm32")]
        let _held = compile_in_browser(&self.device, kernels, progress).await?;
        for (index, kernel) in kernels.iter().enumerate() {
            if !self.ready.contains_key(kernel) {
                let pipeline = self
                    .checked(
                        &kernel.label(),
                        kernel.wgsl()?,
                        bindings.layout(kernel.bindings()),
                    )
                    .await?;
                self.ready.insert(*kernel, pipeline);
            }
            if cfg!(not(target_arch = "wasm32")) {
                progress(index + 1, kernels.len());
            }
        }
        Ok(())
    }

    /// A pipeline that has been seen to compile.
    async fn checked(
        &self,
        label: &str,
        text: String,
        layout: &Layout,
    ) -> Result<wgpu::ComputePipeline, EngineError> {
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let pipeline = self.compile(label, text, layout);
        match scope.pop().await {
            None => Ok(pipeline),
            Some(error) => Err(EngineError::Kernel {
                kernel: label.to_owned(),
                message: error.to_string(),
            }),
        }
    }

    /// A pipeline, whose mistakes go to whoever listens for the device's errors.
    fn compile(&self, label: &str, text: String, layout: &Layout) -> wgpu::ComputePipeline {
        let module = self
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(label),
                source: wgpu::ShaderSource::Wgsl(Cow::Owned(text)),
            });
        self.device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(label),
                layout: Some(&layout.pipeline),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    // Kernels write what they read of workgroup memory. Browsers zero it all the same.
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: None,
            })
    }
}

#[cfg(target_arch = "wasm32")]
async fn compile_in_browser(
    device: &wgpu::Device,
    kernels: &[Kernel],
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Vec<wasm_bindgen::JsValue>, EngineError> {
    let mut started = Vec::with_capacity(kernels.len());
    for kernel in kernels {
        started.extend(super::browser::Compilation::start(device, *kernel)?);
    }
    let mut done = Vec::with_capacity(started.len());
    for compilation in started {
        done.push(compilation.done().await?);
        progress(done.len(), kernels.len());
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use crate::gpu::{GpuOps, GpuOptions};

    #[test]
    fn a_kernel_that_does_not_compile_is_named() {
        let mut gpu = match pollster::block_on(GpuOps::open(GpuOptions::default())) {
            Ok(gpu) => gpu,
            Err(_) if std::env::var_os("SAYSEE_ALLOW_NO_GPU").is_some() => return,
            Err(error) => panic!("{error}; apt install mesa-vulkan-drivers libvulkan1"),
        };
        let layout = gpu.bindings.layout("rw");
        let text = "@compute @workgroup_size(64) fn main() { undefined(); }".to_owned();
        let error =
            pollster::block_on(gpu.pipelines.checked("broken (TILE 7)", text, layout)).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("broken (TILE 7)") && message.contains("undefined"),
            "{message}"
        );
        gpu.gpu.check().unwrap();
    }
}
