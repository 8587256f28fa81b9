//! What a checkpoint's configuration decides and its shapes cannot tell (spec: architecture section 1).

use saysee_checkpoint::Checkpoint;
use serde_json::Value;

use super::ConvertError;

/// The branch of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branch {
    Parallel,
    Cascaded,
    CascadedPlus,
    Hybrid,
    HybridPlus,
    Segmental,
}

/// What the configuration decides.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) branch: Branch,
    /// Whether the encoder is of HuBERT large's kind.
    pub(super) large: bool,
    pub(super) normalisations: u8,
    pub(super) normalise_hidden_states: bool,
    pub(super) encoder_heads: usize,
    pub(super) head_heads: usize,
    pub(super) text_heads: usize,
    pub(super) image_heads: usize,
    pub(super) position_groups: usize,
    pub(super) tail_threshold: f32,
    pub(super) segment_threshold: f32,
    /// Name of the embedding space: galleries made with the same CLIP fit.
    pub(super) space: String,
    pub(super) credit: String,
}

/// Columns of an attention head in every published HuBERT and CLIP.
const HEAD_SIZE: usize = 64;

impl Recipe {
    pub(super) fn read(checkpoint: &Checkpoint, overrides: &Value) -> Result<Self, ConvertError> {
        let facts = Facts {
            config: checkpoint.config(),
            overrides,
        };
        let has = |name: &str| checkpoint.tensors().contains_key(name);
        let branch = branch(&has).ok_or_else(|| {
            ConvertError::foreign("the checkpoint has none of the known branches")
        })?;
        let extractor = "audio_encoder.encoder.feature_extractor.conv_layers";
        let large = has(&format!("{extractor}.1.2.1.weight"));
        let width = |name: &str, axis: usize| {
            let tensor = checkpoint.tensors().get(name);
            tensor.and_then(|tensor| tensor.shape.get(axis)).copied()
        };
        let heads = |name: &str, axis: usize| (width(name, axis).unwrap_or(0) / HEAD_SIZE).max(1);
        let project = "audio_encoder.encoder.post_extract_proj.weight";
        let clip = facts.text("clip.name").unwrap_or("unknown CLIP");
        let data_set = facts.flag("data.dataset.normalize_waveform");
        let normalisations = match facts.own("wav_norm") {
            Some(value) => u8::from(value.as_bool().unwrap_or(false)),
            None => u8::from(data_set) + u8::from(large),
        };
        let branch_heads = match branch {
            Branch::Parallel => facts
                .count("par_heads")
                .or(facts.count("model_settings.parallel_branch.transformer_args.nhead"))
                .unwrap_or(8),
            _ => facts
                .count("cas_heads")
                .or(facts.count("model_settings.cascaded_branch.transformer_args.nhead"))
                .unwrap_or(1),
        };
        let cif = "model_settings.cascaded_branch.downsampling.cif";
        Ok(Self {
            branch,
            large,
            normalisations,
            normalise_hidden_states: match facts.own("hs_norm") {
                Some(value) => value.as_bool().unwrap_or(false),
                None => facts.flag("audio_encoder.normalize_hiddenstates"),
            },
            encoder_heads: facts.count("heads").unwrap_or(heads(project, 0)),
            head_heads: branch_heads,
            text_heads: facts
                .count("text_heads")
                .unwrap_or(heads("clip.model.positional_embedding", 1)),
            image_heads: facts
                .count("vis_heads")
                .unwrap_or(heads("clip.model.visual.conv1.weight", 0)),
            position_groups: position_groups(checkpoint),
            tail_threshold: facts
                .number(&format!("{cif}.tail_handling_firing_threshold"))
                .unwrap_or(0.5),
            segment_threshold: facts.number("seg_thres").unwrap_or(0.05),
            space: space(clip),
            credit: format!(
                "Converted from a SpeechCLIP checkpoint ({clip}, {})",
                facts.text("audio_encoder.name").unwrap_or("HuBERT")
            ),
        })
    }

    /// The papers' name.
    pub(super) fn variant_name(&self) -> &'static str {
        match self.branch {
            Branch::Parallel => "parallel",
            Branch::Cascaded => "cascaded",
            Branch::CascadedPlus => "cascaded+",
            Branch::Hybrid => "hybrid",
            Branch::HybridPlus => "hybrid+",
            Branch::Segmental => "segmental (a re-creation)",
        }
    }

    /// Where the branch's tensors are.
    pub(super) fn prefix(&self) -> &'static str {
        match self.branch {
            Branch::Parallel => "parallel_branch",
            Branch::Segmental => "segmental_branch",
            _ => "cascaded_branch",
        }
    }
}

/// Which branch has left its tensors; names decide, since configurations may say something else than was trained.
fn branch(has: &dyn Fn(&str) -> bool) -> Option<Branch> {
    let fires = has("cascaded_branch.downsampling.weight_proj.1.weight");
    let parallel = has("cascaded_branch.parallel_proj.weight")
        || has("cascaded_branch.parallel_proj.sequential.0.weight");
    if has("segmental_branch.frame_proj.weight") {
        Some(Branch::Segmental)
    } else if has("cascaded_branch.cascaded_cls") {
        Some(Branch::Hybrid)
    } else if fires && parallel {
        Some(Branch::HybridPlus)
    } else if fires {
        Some(Branch::CascadedPlus)
    } else if has("cascaded_branch.cls") {
        Some(Branch::Cascaded)
    } else if has("parallel_branch.cls") {
        Some(Branch::Parallel)
    } else {
        None
    }
}

/// The positional convolution sees `width / groups` channels.
fn position_groups(checkpoint: &Checkpoint) -> usize {
    let name = "audio_encoder.encoder.encoder.pos_conv.0.weight_v";
    match checkpoint
        .tensors()
        .get(name)
        .map(|tensor| &tensor.shape[..])
    {
        Some([width, channels, _]) if *channels > 0 => (width / channels).max(1),
        _ => 1,
    }
}

/// `ViT-B/32` -> `clip-vit-b-32`.
fn space(clip: &str) -> String {
    let plain = clip.chars().map(|c| match c {
        'a'..='z' | '0'..='9' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => '-',
    });
    format!("clip-{}", plain.collect::<String>())
}

/// The configuration, and facts that override it.
struct Facts<'a> {
    config: &'a Value,
    overrides: &'a Value,
}

impl<'a> Facts<'a> {
    /// A name of the flat form, in the overrides or in a flat configuration.
    fn own(&self, name: &str) -> Option<&'a Value> {
        self.overrides.get(name).or_else(|| self.config.get(name))
    }

    fn at(&self, path: &str) -> Option<&'a Value> {
        if let Some(value) = self.own(path) {
            return Some(value);
        }
        path.split('.')
            .try_fold(self.config, |value, name| value.get(name))
    }

    fn flag(&self, path: &str) -> bool {
        self.at(path).and_then(Value::as_bool).unwrap_or(false)
    }

    fn text(&self, path: &str) -> Option<&'a str> {
        self.at(path).and_then(Value::as_str)
    }

    fn count(&self, path: &str) -> Option<usize> {
        let count = self.at(path).and_then(Value::as_u64)?;
        usize::try_from(count).ok().filter(|count| *count > 0)
    }

    fn number(&self, path: &str) -> Option<f32> {
        self.at(path)
            .and_then(Value::as_f64)
            .map(|number| number as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_spaces_are_plain() {
        assert_eq!(space("ViT-B/32"), "clip-vit-b-32");
        assert_eq!(space("ViT-L/14"), "clip-vit-l-14");
    }

    #[test]
    fn a_branch_is_known_by_its_tensors() {
        let of = |names: &[&str]| branch(&|name| names.contains(&name));
        assert_eq!(of(&["parallel_branch.cls"]), Some(Branch::Parallel));
        let fires = "cascaded_branch.downsampling.weight_proj.1.weight";
        assert_eq!(of(&[fires]), Some(Branch::CascadedPlus));
        let both = [
            fires,
            "cascaded_branch.cls",
            "cascaded_branch.parallel_proj.weight",
        ];
        assert_eq!(of(&both), Some(Branch::HybridPlus));
        assert_eq!(of(&["model.weight"]), None);
    }
}
