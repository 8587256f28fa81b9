//! A published checkpoint to a pack: what its configuration and shapes say, and which of its tensors become which
//! of the pack's (spec: architecture sections 1 and 13).

mod check;
mod layers;
mod network;
mod recipe;
mod source;
mod towers;
mod vocabulary;

use saysee_checkpoint::{Checkpoint, CheckpointError};
use saysee_engine::EngineError;
use saysee_engine::pack::{
    FloatTensor, Limits, Manifest, PackError, Shard, TensorPlan, TextFrame, Vocabulary,
    WeightFormat, write_to,
};
use serde_json::{Value, json};

pub use check::{Agreement, Comparison};
use recipe::Recipe;
use source::Source;
pub use vocabulary::Tokens;

/// What is to be made of a checkpoint.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the pack.
    pub name: String,
    /// Number format of its weights.
    pub weights: WeightFormat,
    /// Whether typed text can be a query: the whole table of CLIP's tokens is kept.
    pub free_text: bool,
    /// Whether pictures can be embedded: CLIP's image tower is kept.
    pub pictures: bool,
    /// Facts that override the checkpoint's configuration, as a flat object of the names that `config.json` beside
    /// a flat file has (`heads`, `text_heads`, `vis_heads`, `cas_heads`, ...).
    pub overrides: Value,
}

/// Why a checkpoint could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The file is damaged, hostile or no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It is a checkpoint, but of something else.
    #[error("{0}. Only SpeechCLIP checkpoints can be converted")]
    Foreign(String),
    /// The result contradicts the pack format.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The engine cannot run the result.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A file of the pack cannot be written.
    #[error("{file}: cannot be written: {problem}")]
    Write {
        /// The file.
        file: String,
        /// What the system said.
        problem: String,
    },
}

impl ConvertError {
    fn foreign(problem: impl Into<String>) -> Self {
        Self::Foreign(problem.into())
    }
}

/// A checkpoint that was looked through and can be written as a pack.
pub struct Conversion<'a> {
    checkpoint: &'a Checkpoint,
    recipe: Recipe,
    manifest: Manifest,
}

impl<'a> Conversion<'a> {
    /// Finds out what the checkpoint holds. `tokens` names its vocabulary; the merges in `tokenizer` travel with the
    /// pack.
    ///
    /// # Errors
    /// [`ConvertError::Foreign`] when it is no SpeechCLIP, [`ConvertError::Checkpoint`] when it is damaged.
    pub fn new(
        checkpoint: &'a Checkpoint,
        options: &Options,
        tokens: &Tokens,
        tokenizer: Option<Shard>,
    ) -> Result<Self, ConvertError> {
        let recipe = Recipe::read(checkpoint, &options.overrides)?;
        let model = network::model(checkpoint, &recipe, options)?;
        let vocabulary = vocabulary::recover(checkpoint, tokens)?;
        let manifest = Manifest {
            format: String::new(),
            version: 0,
            name: options.name.clone(),
            embedding_space: recipe.space.clone(),
            weights: options.weights,
            model,
            limits: Limits {
                max_seconds: MAX_SECONDS,
            },
            vocabulary,
            phones: None,
            tokenizer,
            shards: Vec::new(),
            licence: "LicenseRef-checkpoint".to_owned(),
            attribution: vec![recipe.credit.clone()],
            provenance: json!({
                "made_by": "saysee convert",
                "variant": recipe.variant_name(),
                "config": checkpoint.config(),
            }),
            quality: json!({}),
        };
        Ok(Self {
            checkpoint,
            recipe,
            manifest,
        })
    }

    /// What the pack is going to say about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// A tensor of the pack, computed from the checkpoint's.
    ///
    /// # Errors
    /// When the checkpoint lacks what it is made of.
    pub fn tensor(&self, plan: &TensorPlan) -> Result<FloatTensor, ConvertError> {
        let source = Source {
            checkpoint: self.checkpoint,
            recipe: &self.recipe,
        };
        let data = source.tensor(&plan.name)?;
        let elements: usize = plan.shape.iter().product();
        if data.len() != elements {
            let (name, shape) = (&plan.name, &plan.shape);
            let problem = format!("{name} has {} numbers, not those of {shape:?}", data.len());
            return Err(ConvertError::foreign(problem));
        }
        Ok(FloatTensor {
            shape: plan.shape.clone(),
            data,
        })
    }

    /// Makes the pack a tensor at a time. `file` takes each of its files, `pack.json` last.
    ///
    /// # Errors
    /// What `file` returns, and what [`Conversion::tensor`] does.
    pub fn write(
        &self,
        mut progress: impl FnMut(&TensorPlan),
        file: impl FnMut(&str, Vec<u8>) -> Result<(), ConvertError>,
    ) -> Result<Manifest, ConvertError> {
        let tensor = |plan: &TensorPlan| {
            progress(plan);
            self.tensor(plan)
        };
        write_to(self.manifest.clone(), tensor, file)
    }
}

/// Longest utterance, in seconds: the published models heard sentences.
const MAX_SECONDS: f32 = 15.0;

/// Rows of the reduced vocabulary that frame a text (spec: architecture section 9).
const FRAME: TextFrame = TextFrame {
    start: 2,
    end: 3,
    padding: 0,
};

/// The vocabulary of a model without keywords: the rows that frame a text, which is all it is needed for.
fn bare_vocabulary() -> Vocabulary {
    Vocabulary {
        tokens: ["<pad>", "a", "<start>", "<end>"]
            .map(str::to_owned)
            .to_vec(),
        ids: Vec::new(),
        excluded: vec![0, 2, 3],
        frame: FRAME,
    }
}
