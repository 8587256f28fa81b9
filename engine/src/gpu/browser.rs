//! What wgpu does not offer in a browser: compiling pipelines without blocking, and the adapter's name.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::kernels::Kernel;
use crate::error::EngineError;

#[wasm_bindgen(inline_js = r#"
export function compilePipeline(device, label, code, bindings) {
    const compute = GPUShaderStage.COMPUTE;
    const entries = [{ binding: 0, visibility: compute, buffer: { type: "uniform", hasDynamicOffset: true } }];
    [...bindings].forEach((letter, index) => {
        const type = letter === "r" ? "read-only-storage" : "storage";
        entries.push({ binding: index + 1, visibility: compute, buffer: { type, hasDynamicOffset: false } });
    });
    const group = device.createBindGroupLayout({ entries });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [group] });
    const module = device.createShaderModule({ label, code });
    return device.createComputePipelineAsync({ label, layout, compute: { module, entryPoint: "main" } });
}
export function adapterName(device) {
    const info = device.adapterInfo ?? {};
    return [info.vendor, info.architecture, info.description].filter(Boolean).join(" ");
}
export function isFallback(device) {
    return Boolean(device.adapterInfo?.isFallbackAdapter);
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = compilePipeline, catch)]
    fn compile_pipeline(
        device: &JsValue,
        label: &str,
        code: &str,
        bindings: &str,
    ) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(js_name = adapterName)]
    fn adapter_name(device: &JsValue) -> String;
    #[wasm_bindgen(js_name = isFallback)]
    fn is_fallback(device: &JsValue) -> bool;
}

/// What a browser tells of its adapter.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) fallback: bool,
}

pub(super) fn describe(device: &wgpu::Device) -> Described {
    device.as_webgpu().map_or(
        Described {
            name: String::new(),
            fallback: false,
        },
        |device| Described {
            name: adapter_name(device.as_ref()),
            fallback: is_fallback(device.as_ref()),
        },
    )
}

/// A compilation under way in the browser's GPU process.
pub(super) struct Compilation {
    kernel: Kernel,
    promise: js_sys::Promise,
}

impl Compilation {
    /// Starts compiling. The browser keeps what it compiles: as long as the pipeline that [`Self::done`]
    /// gives is held, making the same one through wgpu takes no time.
    pub(super) fn start(
        device: &wgpu::Device,
        kernel: Kernel,
    ) -> Result<Option<Self>, EngineError> {
        let Some(device) = device.as_webgpu() else {
            return Ok(None);
        };
        let promise = compile_pipeline(
            device.as_ref(),
            &kernel.label(),
            &kernel.wgsl()?,
            kernel.bindings(),
        )
        .map_err(|error| failure(kernel, &error))?;
        Ok(Some(Self { kernel, promise }))
    }

    /// Waits for the compiled pipeline.
    pub(super) async fn done(self) -> Result<JsValue, EngineError> {
        JsFuture::from(self.promise)
            .await
            .map_err(|error| failure(self.kernel, &error))
    }
}

fn failure(kernel: Kernel, error: &JsValue) -> EngineError {
    let message = js_sys::Reflect::get(error, &JsValue::from_str("message"))
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| format!("{error:?}"));
    EngineError::Kernel {
        kernel: kernel.label(),
        message,
    }
}
