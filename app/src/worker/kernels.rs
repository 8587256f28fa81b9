//! Which kernels an adapter liked best at an earlier visit, so that they need not be timed at each. What is kept is
//! believed as little as any other input: it names kernels that there are and fits the adapter, or it is ignored.

use saysee_engine::Engine;
use saysee_engine::gpu::KernelChoice;

use crate::browser::kept;
use crate::worker::storage::Storage;

/// Most bytes of it.
const MOST: u64 = 4096;

/// What is kept of one pack's kernels.
pub struct Kernels {
    storage: Storage,
    key: String,
    choice: Option<KernelChoice>,
}

impl Kernels {
    /// What an earlier visit found out for the pack of this name.
    pub async fn of_pack(name: &str) -> Self {
        let storage = Storage::open(kept::PACKS).await;
        let key = format!("kernels/{name}");
        let bytes = storage.read(&key, 0, MOST, |_| ()).await;
        Self {
            choice: bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()),
            storage,
            key,
        }
    }

    /// To be handed to the engine.
    pub fn choice(&self) -> Option<KernelChoice> {
        self.choice.clone()
    }

    /// Keeps what the engine chose; true when it is what was kept already.
    pub async fn keep(mut self, engine: &Engine) -> bool {
        let chosen = engine.kernel_choice();
        let known = chosen.is_some() && chosen == self.choice.as_ref();
        if let Some(Ok(text)) = chosen.filter(|_| !known).map(serde_json::to_vec) {
            self.storage.keep(&self.key, &text).await;
        }
        known
    }
}
