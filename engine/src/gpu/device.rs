//! Opening the one device, and knowing how it fares.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::choice::{KernelChoice, Precision};
use crate::error::EngineError;
use crate::pack::Manifest;

/// Which adapter to open.
#[derive(Clone, Debug, Default)]
pub struct GpuOptions {
    /// Only take an adapter whose name contains this (no case; native only: browsers tell no names).
    pub adapter: Option<String>,
    /// The pack whose network is going to run: [`super::GpuOps::warm_up`] then compiles only the kernels it needs.
    pub network: Option<Manifest>,
    /// What [`super::GpuOps::choice`] said at an earlier start: nothing is timed where it still fits.
    pub choice: Option<KernelChoice>,
    /// Whether results may be less exact where weights are.
    pub precision: Precision,
}

/// What runs the kernels, for people and for the choice of a backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdapterReport {
    /// The adapter's name; in a browser vendor and architecture, as far as it tells them.
    pub name: String,
    /// `vulkan`, `metal`, `dx12`, `webgpu`.
    pub backend: String,
    /// `DiscreteGpu`, `IntegratedGpu`, `VirtualGpu`, `Cpu`, `Other`.
    pub kind: String,
    /// Whether the "GPU" is known to be a program on the CPU (lavapipe, SwiftShader, WARP).
    pub software: bool,
}

/// The device, its queue, and what has been heard from it.
pub(super) struct Gpu {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) report: AdapterReport,
    /// Whether kernels may use half floats.
    pub(super) has_f16: bool,
    health: Arc<Health>,
}

#[derive(Default)]
struct Health {
    /// Why the device was lost.
    lost: Mutex<Option<String>>,
    /// The first error that no scope caught.
    fault: Mutex<Option<String>>,
}

impl Gpu {
    pub(super) async fn open(options: &GpuOptions) -> Result<Self, EngineError> {
        let unavailable = |reason: String| EngineError::GpuUnavailable { reason };
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        // Natively, be as strict as a browser: what runs here runs there.
        descriptor.flags |= wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE;
        let instance = wgpu::Instance::new(descriptor);
        let adapter = match &options.adapter {
            Some(name) => named_adapter(&instance, name).await?,
            None => instance
                .request_adapter(&wgpu::RequestAdapterOptions {
                    power_preference: wgpu::PowerPreference::HighPerformance,
                    ..Default::default()
                })
                .await
                .map_err(|error| unavailable(error.to_string()))?,
        };
        // WebGPU's default limits are enough for every kernel; a lesser adapter gives what it has.
        let limits = wgpu::Limits::default().or_worse_values_from(&adapter.limits());
        let wanted = wgpu::Features::SHADER_F16 | wgpu::Features::TIMESTAMP_QUERY;
        let features = adapter.features() & wanted;
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some("saysee"),
                required_limits: limits,
                required_features: features,
                ..Default::default()
            })
            .await
            .map_err(|error| unavailable(error.to_string()))?;
        let health = Arc::new(Health::default());
        let listener = health.clone();
        device.set_device_lost_callback(move |reason, message| {
            set_once(&listener.lost, format!("{reason:?}: {message}"));
        });
        let listener = health.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            set_once(&listener.fault, error.to_string());
        }));
        let report = describe(&adapter.get_info(), &device);
        Ok(Self {
            device,
            queue,
            report,
            has_f16: features.contains(wgpu::Features::SHADER_F16),
            health,
        })
    }

    /// Nothing when all is well.
    ///
    /// # Errors
    /// [`EngineError::GpuLost`], or [`EngineError::Kernel`] with the first error the device reported.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        if let Some(reason) = get(&self.health.lost) {
            return Err(EngineError::GpuLost { reason });
        }
        match get(&self.health.fault) {
            Some(message) => Err(EngineError::Kernel {
                kernel: "in the last submission".to_owned(),
                message,
            }),
            None => Ok(()),
        }
    }
}

async fn named_adapter(
    instance: &wgpu::Instance,
    name: &str,
) -> Result<wgpu::Adapter, EngineError> {
    let wanted = name.to_lowercase();
    let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
    let names: Vec<String> = adapters
        .iter()
        .map(|adapter| adapter.get_info().name)
        .collect();
    adapters
        .into_iter()
        .find(|adapter| adapter.get_info().name.to_lowercase().contains(&wanted))
        .ok_or_else(|| EngineError::GpuUnavailable {
            reason: format!("no adapter is called {name:?}; there are {names:?}"),
        })
}

#[cfg(not(target_arch = "wasm32"))]
fn describe(info: &wgpu::AdapterInfo, _device: &wgpu::Device) -> AdapterReport {
    AdapterReport {
        name: info.name.clone(),
        backend: info.backend.to_str().to_owned(),
        kind: format!("{:?}", info.device_type),
        software: info.device_type == wgpu::DeviceType::Cpu,
    }
}

/// wgpu's own description is empty in a browser; the device knows a little.
#[cfg(target_arch = "wasm32")]
fn describe(_info: &wgpu::AdapterInfo, device: &wgpu::Device) -> AdapterReport {
    let described = super::browser::describe(device);
    AdapterReport {
        software: described.fallback || described.name.to_lowercase().contains("swiftshader"),
        name: described.name,
        backend: "webgpu".to_owned(),
        kind: "Other".to_owned(),
    }
}

fn set_once(slot: &Mutex<Option<String>>, message: String) {
    slot.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert(message);
}

fn get(slot: &Mutex<Option<String>>) -> Option<String> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
