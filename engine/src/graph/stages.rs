//! The named intermediates of one run.

/// One intermediate.
#[derive(Clone, Debug)]
pub enum Stage<T> {
    /// It lies where the operations run.
    Device(T),
    /// The host made it.
    Host {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
        /// Row-major numbers.
        numbers: Vec<f32>,
    },
}

/// Keeps every intermediate that the network names, or none.
///
/// Names follow the published model's where it has the stage: `conv_0..`, `hidden_0..`,
/// `weighted_sum`, `branch_out`, `cif_alpha`, `cif_feats`, `kw_projected`, `cosine`, `parallel_raw`,
/// `parallel_audio_feat`.
#[derive(Debug)]
pub struct Stages<T> {
    list: Option<Vec<(String, Stage<T>)>>,
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
            list.push((name.into(), Stage::Device(tensor.clone())));
        }
    }

    /// Keeps numbers that the host made, if intermediates are wanted.
    pub fn note_numbers(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
        numbers: impl FnOnce() -> Vec<f32>,
    ) {
        if let Some(list) = &mut self.list {
            let stage = Stage::Host {
                rows,
                columns,
                numbers: numbers(),
            };
            list.push((name.to_owned(), stage));
        }
    }

    /// Whether intermediates are wanted.
    pub fn wanted(&self) -> bool {
        self.list.is_some()
    }

    /// What was kept, in the order it was computed.
    pub fn list(&self) -> &[(String, Stage<T>)] {
        self.list.as_deref().unwrap_or_default()
    }
}
