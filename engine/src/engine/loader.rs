//! Shards in, an engine out, without ever holding the whole pack.

use super::Engine;
use super::candidates::Candidates;
use super::options::EngineOptions;
use super::report::BackendChoice;
use crate::error::EngineError;
use crate::pack::{Loader, Manifest, Shard};

/// Makes an [`Engine`] from a pack's shards, one after the other: each tensor goes to where it is computed with as
/// soon as it is complete, so that host memory holds a shard and a tensor, no more (on the CPU: the weights too).
///
/// ```text
/// let mut loader = EngineLoader::open(manifest, choice, progress).await?;
/// while let Some(shard) = loader.next_shard() {
///     let bytes = fetch(&shard.file).await?;
///     loader.add(&bytes)?;
/// }
/// let engine = loader.finish().await?;
/// ```
pub struct EngineLoader {
    shards: Loader,
    candidates: Candidates,
}

impl EngineLoader {
    /// Opens the backends for the pack that `manifest` describes. `progress(n, m)` is called as n of m GPU kernels
    /// are compiled.
    ///
    /// # Errors
    /// What the forced backend refuses; with [`BackendChoice::Auto`] a GPU that cannot be used is no error.
    pub async fn open(
        manifest: Manifest,
        choice: BackendChoice,
        progress: impl FnMut(usize, usize),
    ) -> Result<Self, EngineError> {
        Self::with_options(manifest, choice, EngineOptions::default(), progress).await
    }

    /// As [`EngineLoader::open`], with a say in how a GPU is used (which adapter, the kernels chosen at an earlier start,
    /// [`Engine::kernel_choice`], how exact, whether to keep a profile), and threads for the CPU.
    /// [`GpuOptions::network`](crate::gpu::GpuOptions::network) is filled in.
    ///
    /// # Errors
    /// As [`EngineLoader::open`].
    pub async fn with_options(
        manifest: Manifest,
        choice: BackendChoice,
        options: impl Into<EngineOptions>,
        progress: impl FnMut(usize, usize),
    ) -> Result<Self, EngineError> {
        Ok(Self {
            candidates: Candidates::open(&manifest, choice, options.into(), progress).await?,
            shards: Loader::new(manifest),
        })
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        self.shards.manifest()
    }

    /// The shard to add next; `None` when all are here.
    pub fn next_shard(&self) -> Option<&Shard> {
        self.shards.next_shard()
    }

    /// Checks the next shard and hands on the tensors that are complete with it. A shard of the wrong length or hash
    /// changes nothing: another copy of it can be added instead.
    ///
    /// # Errors
    /// [`EngineError::Format`] that names the shard and the tensor; what a backend refuses.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        for (name, data) in self.shards.add(bytes)? {
            self.candidates.add(&name, &data)?;
        }
        Ok(())
    }

    /// The engine, when every shard was there.
    ///
    /// # Errors
    /// [`EngineError::Format`] for a missing shard or tensor; what a backend's trial brought to light.
    pub async fn finish(self) -> Result<Engine, EngineError> {
        let manifest = self.shards.finish()?;
        let chosen = self.candidates.choose(&manifest).await?;
        Ok(Engine::assemble(&manifest, chosen))
    }
}
