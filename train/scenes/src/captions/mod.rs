//! What people say about a picture.
//!
//! Captions are put together from the names in the lists and a small grammar of function words. They are built word by word,
//! so which words are content words, and which concept each of them means, is known and never guessed from the text.

mod grammar;
mod names;
mod prompts;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::concepts::phrase::{Phrase, Word};
use crate::concepts::{self, PLAIN};
use crate::scene::{Resolved, SceneError, SceneSpec};
pub use prompts::word_prompts;

/// How many captions [`captions`] writes for a scene.
pub const CAPTIONS_PER_SCENE: usize = 5;
/// Most words of a caption.
pub const MAX_WORDS: usize = 25;

/// Words between the content words of names.
const BETWEEN: [&str; 8] = ["a", "and", "in", "of", "on", "over", "the", "with"];

/// How much of a picture a caption tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaptionKind {
    /// Everything: it should find its picture among a thousand.
    Complete,
    /// A part, at least two concepts: it should find its picture among a few.
    Partial,
    /// One thing in one to five words: many pictures may show it.
    Short,
}

/// One thing somebody could say.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Caption {
    /// Lower-case letters and single spaces.
    pub text: String,
    /// The content words in spoken order, each a member of [`crate::concepts::vocabulary`].
    pub content: Vec<String>,
    /// The concept that each content word means, as many as `content`.
    pub concepts: Vec<String>,
    /// How much it tells.
    pub kind: CaptionKind,
}

impl Caption {
    fn new(phrase: &[Word], kind: CaptionKind) -> Self {
        let text: Vec<&str> = phrase.iter().map(|word| word.text).collect();
        let content = phrase.iter().filter(|word| word.concept.is_some());
        Self {
            text: text.join(" "),
            content: content.clone().map(|word| word.text.to_owned()).collect(),
            concepts: content
                .filter_map(|word| word.concept)
                .map(str::to_owned)
                .collect(),
            kind,
        }
    }

    /// A name as Unicode gives it to an emoji, "grinning face with big eyes"; none where one of its words is neither a content
    /// word nor a word between such.
    pub(crate) fn of_label(label: &str) -> Option<Self> {
        let meanings = concepts::meanings();
        let letters = |word: &&str| !word.is_empty();
        let words: Vec<&str> = label.split([' ', '-', ':']).filter(letters).collect();
        let mut phrase = Vec::with_capacity(words.len());
        for word in &words {
            phrase.push(match meanings.get_key_value(*word) {
                Some((&text, concepts)) => Word {
                    text,
                    concept: concepts.first().copied(),
                },
                None => Word {
                    text: BETWEEN.into_iter().find(|between| between == word)?,
                    concept: None,
                },
            });
        }
        let caption = Self::new(&phrase, CaptionKind::Short);
        (!caption.content.is_empty()).then_some(caption)
    }

    /// Whether everything this caption says is true of a picture that shows these concepts.
    pub fn fits(&self, shown: &[&str]) -> bool {
        self.concepts
            .iter()
            .all(|concept| shown.contains(&concept.as_str()))
    }
}

/// The plain, complete description of a scene: "two dogs and a guitar on the beach". Used as alt text.
///
/// # Errors
///
/// Where the scene names something that is not in the lists.
pub fn main_caption(scene: &SceneSpec) -> Result<Caption, SceneError> {
    Ok(Caption::new(
        &grammar::main(&scene.resolve()?),
        complete(scene),
    ))
}

/// [`CAPTIONS_PER_SCENE`] different captions of a scene: first the plain complete one, then two complete ones in other words,
/// a partial one, and a partial or short one. A picture of one thing alone has short ones only.
///
/// # Errors
///
/// Where the scene names something that is not in the lists.
pub fn captions(scene: &SceneSpec, seed: u64) -> Result<Vec<Caption>, SceneError> {
    let resolved = scene.resolve()?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ scene.seed.rotate_left(17));
    let mut list = vec![main_caption(scene)?];
    let mut attempts = 0;
    while list.len() < CAPTIONS_PER_SCENE {
        attempts += 1;
        let kind = match list.len() {
            _ if scene.place == PLAIN => CaptionKind::Short,
            1 | 2 => CaptionKind::Complete,
            3 => CaptionKind::Partial,
            _ if rng.random_bool(0.6) => CaptionKind::Short,
            _ => CaptionKind::Partial,
        };
        let caption = Caption::new(&tell(&mut rng, &resolved, kind), kind);
        let words = caption.text.split(' ').count();
        let new = list.iter().all(|earlier| earlier.text != caption.text);
        // A few things have too few names for five different short captions.
        if (new && words <= MAX_WORDS) || attempts > 200 {
            list.push(caption);
        }
    }
    Ok(list)
}

fn complete(scene: &SceneSpec) -> CaptionKind {
    if scene.place == PLAIN {
        CaptionKind::Short
    } else {
        CaptionKind::Complete
    }
}

fn tell(rng: &mut ChaCha8Rng, scene: &Resolved, kind: CaptionKind) -> Phrase {
    match kind {
        CaptionKind::Complete => grammar::everything(rng, scene),
        CaptionKind::Partial => grammar::a_part(rng, scene),
        CaptionKind::Short => grammar::one_thing(rng, scene),
    }
}

#[cfg(test)]
mod tests;
