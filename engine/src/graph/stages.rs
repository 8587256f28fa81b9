//! The named intermediates of one run.

/// Keeps every intermediate that the network names, or none.
///
/// Names follow the published model's where it has the stage: `conv_0..`, `hidden_0..`,
/// `weighted_sum`, `branch_out`, `cif_alpha`, `cif_feats`, `kw_projected`, `cosine`, `parallel_raw`,
/// `parallel_audio_feat`.
#[derive(Debug)]
pub struct Stages<T> {
    list: Option<Vec<(String, T)>>,
}

impl<T: Clone> Stages<T> {
    /// Keeps none.
    pub fn off() -> Self {
        Self { list: None }
    }

    /// Keeps all.
    pub fn on() -> Self {
        Self {
            list: Some(Vec::new()),
        }
    }

    /// Keeps `tensor` under `name` if intermediates are wanted.
    pub fn note(&mut self, name: impl Into<String>, tensor: &T) {
        if let Some(list) = &mut self.list {
            list.push((name.into(), tensor.clone()));
        }
    }

    /// What was kept, in the order it was computed.
    pub fn list(&self) -> &[(String, T)] {
        self.list.as_deref().unwrap_or_default()
    }
}
