//! Which clip is said how: every choice follows from the corpus seed and the clip's number.

use std::str::FromStr;

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

use crate::{
    captions::{Caption, Captions},
    engines::Request,
    voice::{EngineKind, Voice},
};

/// Share of training clips that are a word of the captions or a short phrase instead of a caption: people
/// who look for a picture say one or two words more often than a sentence.
const PROMPT_SHARE: f64 = 0.45;
/// Share of training clips that are words of a list, where one is given: phones in company that captions
/// never put them into.
const LISTED_SHARE: f64 = 0.25;

/// What a corpus is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Captions and prompts at random, in training voices.
    Train,
    /// Captions scene by scene, in training voices.
    Dev,
    /// Captions scene by scene, in voices training never hears.
    Test,
}

impl Split {
    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }

    /// Whether `voice` may speak in this split.
    pub fn allows(self, voice: &Voice) -> bool {
        voice.held_out == (self == Self::Test)
    }
}

impl FromStr for Split {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Train, Self::Dev, Self::Test]
            .into_iter()
            .find(|split| split.name() == text)
            .ok_or_else(|| format!("'{text}' is not a split: train, dev or test"))
    }
}

/// One clip to make.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Number of the clip in the corpus.
    pub index: usize,
    /// The scene the text is about; empty for words of a list.
    pub scene: String,
    /// What is said.
    pub caption: Caption,
    /// Who says it.
    pub voice: Voice,
    /// The order to the engine.
    pub request: Request,
    /// Playing speed: above 1, the speaker sounds smaller. `request.rate` makes up for it.
    pub warp: f64,
    /// Silence kept before and after the words, in seconds.
    pub padding: [f32; 2],
}

/// Draws the clip of number `index`.
///
/// `voices` must hold at least one voice that `split` allows; others are passed over.
pub fn draw(
    captions: &Captions,
    voices: &[Voice],
    split: Split,
    seed: u64,
    index: usize,
) -> Option<Plan> {
    let rng = &mut clip_rng(seed, index);
    let (scene, caption) = match split {
        Split::Train => {
            let point = rng.random_range(0.0..1.0);
            let listed = if point < LISTED_SHARE {
                captions.draw_listed(rng)
            } else {
                None
            };
            match listed {
                Some(caption) => (String::new(), caption),
                None if point < LISTED_SHARE + PROMPT_SHARE => captions.draw_prompt(rng),
                None => captions.draw_caption(rng),
            }
        }
        Split::Dev | Split::Test => {
            let scenes = captions.scenes();
            let scene = &scenes[index % scenes.len()];
            (
                scene.id.clone(),
                scene.captions[index / scenes.len() % scene.captions.len()].clone(),
            )
        }
    };
    let voice = draw_voice(voices, split, rng)?.clone();
    let rate = rng.random_range(0.85..1.25_f32);
    let pitch = 2_f32.powf(rng.random_range(-0.22..0.22_f32));
    let warp = rng.random_range(0.95..1.05_f64);
    Some(Plan {
        index,
        scene,
        request: Request {
            voice: voice.name.clone(),
            text: caption.text.clone(),
            rate: rate / warp as f32,
            pitch,
        },
        caption,
        voice,
        warp,
        padding: [rng.random_range(0.05..0.3), rng.random_range(0.05..0.3)],
    })
}

fn clip_rng(seed: u64, index: usize) -> Pcg64Mcg {
    // Neighbouring numbers must give unrelated streams; seed_from_u64 mixes, the product spreads the seeds.
    Pcg64Mcg::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ index as u64)
}

/// An engine by its share among those that have a voice here, then any of its voices.
fn draw_voice<'v>(voices: &'v [Voice], split: Split, rng: &mut impl Rng) -> Option<&'v Voice> {
    let of = |kind: EngineKind| {
        voices
            .iter()
            .filter(move |voice| voice.engine == kind && split.allows(voice))
    };
    let present: Vec<EngineKind> = EngineKind::ALL
        .into_iter()
        .filter(|&kind| of(kind).next().is_some())
        .collect();
    let mut point =
        rng.random_range(0.0..1.0) * present.iter().map(|kind| kind.share()).sum::<f64>();
    let kind = present
        .iter()
        .find(|kind| {
            point -= kind.share();
            point < 0.0
        })
        .or(present.last())?;
    let count = of(*kind).count();
    of(*kind).nth(rng.random_range(0..count))
}
