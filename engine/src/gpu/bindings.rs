//! Layouts of bindings, and the bind groups made with them. A bind group costs a round trip to the
//! browser's GPU process, so each combination of buffers is made once.

use std::collections::HashMap;

use super::arena::Block;

/// Bytes of a parameter block, and of the uniform binding.
pub(super) const PARAMETER_BYTES: u64 = 64;
/// Bind groups kept. A query of the bundled model makes about a hundred; the rest is room for lengths of
/// utterance that shuffle the arena. Beyond it all are dropped and made again as needed.
const MOST_GROUPS: usize = 2048;

/// The two layouts of a string of bindings (see [`super::kernels::Kernel::bindings`]).
pub(super) struct Layout {
    group: wgpu::BindGroupLayout,
    pub(super) pipeline: wgpu::PipelineLayout,
}

type Key = (&'static str, Vec<u64>);

/// See the module.
pub(super) struct Bindings {
    device: wgpu::Device,
    layouts: HashMap<&'static str, Layout>,
    groups: HashMap<Key, wgpu::BindGroup>,
}

impl Bindings {
    pub(super) fn new(device: wgpu::Device) -> Self {
        Self {
            device,
            layouts: HashMap::new(),
            groups: HashMap::new(),
        }
    }

    pub(super) fn layout(&mut self, bindings: &'static str) -> &Layout {
        let device = &self.device;
        self.layouts
            .entry(bindings)
            .or_insert_with(|| make_layout(device, bindings))
    }

    /// The bind group of `parameters` and `blocks`, the latter in the order of `bindings`.
    pub(super) fn group(
        &mut self,
        bindings: &'static str,
        parameters: &wgpu::Buffer,
        blocks: &[&Block],
    ) -> wgpu::BindGroup {
        let key = (bindings, blocks.iter().map(|block| block.id()).collect());
        if let Some(group) = self.groups.get(&key) {
            return group.clone();
        }
        if self.groups.len() >= MOST_GROUPS {
            self.groups.clear();
        }
        let parameters = wgpu::BindGroupEntry {
            binding: 0,
            resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer: parameters,
                offset: 0,
                size: wgpu::BufferSize::new(PARAMETER_BYTES),
            }),
        };
        let storage = blocks.iter().zip(1..).filter_map(|(block, binding)| {
            Some(wgpu::BindGroupEntry {
                binding,
                resource: block.buffer()?.as_entire_binding(),
            })
        });
        let entries: Vec<_> = std::iter::once(parameters).chain(storage).collect();
        self.layout(bindings);
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(bindings),
            layout: &self.layouts[bindings].group,
            entries: &entries,
        });
        self.groups.insert(key, group.clone());
        group
    }

    /// Forgets every group that holds one of these buffers.
    pub(super) fn evict(&mut self, gone: &[u64]) {
        if !gone.is_empty() {
            self.groups
                .retain(|(_, blocks), _| !blocks.iter().any(|id| gone.contains(id)));
        }
    }

    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }
}

fn make_layout(device: &wgpu::Device, bindings: &'static str) -> Layout {
    let entry = |binding, ty, has_dynamic_offset| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset,
            min_binding_size: None,
        },
        count: None,
    };
    let storage = bindings.chars().zip(1..).map(|(letter, binding)| {
        let read_only = letter == 'r';
        entry(
            binding,
            wgpu::BufferBindingType::Storage { read_only },
            false,
        )
    });
    let entries: Vec<_> = std::iter::once(entry(0, wgpu::BufferBindingType::Uniform, true))
        .chain(storage)
        .collect();
    let group = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(bindings),
        entries: &entries,
    });
    let pipeline = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(bindings),
        bind_group_layouts: &[Some(&group)],
        immediate_size: 0,
    });
    Layout { group, pipeline }
}
