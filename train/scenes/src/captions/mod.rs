//! What people say about a picture.
//!
//! Sentences are put together from the names in the table of concepts and a small grammar of function words and verbs. The
//! content words of a caption are exactly its words that are in [`crate::concepts::vocabulary`], in spoken order.

mod grammar;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::concepts::{self, COLOURS};
use crate::scene::{SceneError, SceneSpec};
use grammar::{describe, name, with_article};

/// How many captions [`captions`] writes for a scene.
pub const CAPTIONS_PER_SCENE: usize = 5;

/// One thing somebody could say.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Caption {
    /// Lower-case letters and single spaces.
    pub text: String,
    /// The content words in spoken order, each a member of [`crate::concepts::vocabulary`].
    pub content: Vec<String>,
}

impl Caption {
    /// A caption of this text; `content` follows from the vocabulary.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let content = text
            .split(' ')
            .filter(|word| concepts::is_content(word))
            .map(str::to_owned)
            .collect();
        Self { text, content }
    }
}

/// The plain, complete description of a scene: "two dogs and a guitar on the beach". Used as alt text.
///
/// # Errors
///
/// Where the scene names something that is not in the table.
pub fn main_caption(scene: &SceneSpec) -> Result<Caption, SceneError> {
    let (background, groups) = scene.resolve()?;
    let names: Vec<String> = groups
        .iter()
        .map(|group| {
            let noun = &group.object.words[0];
            name(group, noun, concepts::number_word(group.count), true)
        })
        .collect();
    Ok(Caption::new(format!(
        "{} {}",
        names.join(" and "),
        background.places[0]
    )))
}

/// [`CAPTIONS_PER_SCENE`] different captions of a scene: first the complete one, then what people would say, some of them
/// naming only a part of it, but always two facts or more so that the picture can be found.
///
/// # Errors
///
/// Where the scene names something that is not in the table.
pub fn captions(scene: &SceneSpec, seed: u64) -> Result<Vec<Caption>, SceneError> {
    let (background, groups) = scene.resolve()?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ scene.seed.rotate_left(17));
    let mut list = vec![main_caption(scene)?];
    while list.len() < CAPTIONS_PER_SCENE {
        let caption = Caption::new(describe(&mut rng, background, &groups));
        if list.iter().all(|earlier| earlier.text != caption.text) {
            list.push(caption);
        }
    }
    Ok(list)
}

/// Single words and the shortest phrases, for teaching words one at a time: "dog", "two dogs", "a red car", "on the beach".
pub fn word_prompts() -> Vec<Caption> {
    let mut texts = Vec::new();
    for object in concepts::objects() {
        for noun in object.words {
            texts.push(noun.singular.to_owned());
            texts.push(with_article(noun.singular, object.countable()));
            if object.countable() {
                texts.push(noun.plural.to_owned());
                for number in concepts::NUMBERS {
                    texts.push(format!("{} {}", number.id, noun.plural));
                }
            }
        }
        for (colour, _) in object.colours {
            let noun = &object.words[0];
            texts.push(format!("a {colour} {}", noun.singular));
            texts.push(format!("{colour} {}", noun.plural));
        }
    }
    for background in concepts::backgrounds() {
        texts.extend(
            background
                .concept
                .words
                .iter()
                .map(|n| n.singular.to_owned()),
        );
        texts.extend(
            background
                .places
                .iter()
                .chain(background.heads)
                .map(|p| (*p).to_owned()),
        );
    }
    texts.extend(
        concepts::NUMBERS
            .iter()
            .chain(COLOURS)
            .map(|c| c.id.to_owned()),
    );
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter().map(Caption::new).collect()
}

#[cfg(test)]
mod tests {
    use super::grammar::{OPENINGS, doing};
    use super::*;
    use crate::concepts::Habit;
    use crate::lists::scene_list;
    use crate::scene::{Group, Split};

    #[test]
    fn captions_are_plain_words_and_their_content_is_in_the_vocabulary() {
        for (i, scene) in scene_list(Split::Train, 400, 5).iter().enumerate() {
            for caption in captions(scene, i as u64).unwrap() {
                let plain = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase());
                assert!(caption.text.split(' ').all(plain), "{:?}", caption.text);
                assert!(caption.content.len() >= 2, "{:?}", caption.text);
                let mut spoken = caption.text.split(' ');
                for word in &caption.content {
                    assert!(concepts::is_content(word), "{word}");
                    assert!(spoken.any(|w| w == word), "{word} out of order");
                }
            }
        }
    }

    #[test]
    fn function_words_and_verbs_are_not_content() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for habit in [
            Habit::Animal,
            Habit::Swimmer,
            Habit::Flyer,
            Habit::Person,
            Habit::Vehicle,
            Habit::Plant,
            Habit::Food,
            Habit::Thing,
        ] {
            for _ in 0..40 {
                assert_eq!(Caption::new(doing(&mut rng, habit)).content, [""; 0]);
            }
        }
        for opening in OPENINGS {
            assert_eq!(Caption::new(*opening).content, [""; 0]);
        }
    }

    #[test]
    fn the_main_caption_says_everything() {
        let group = |object: &str, count, colour: Option<&str>| Group {
            object: object.into(),
            count,
            colour: colour.map(Into::into),
        };
        let mut scene = SceneSpec {
            background: "beach".into(),
            groups: vec![group("dog", 2, None), group("book", 1, Some("red"))],
            seed: 1,
        };
        let caption = main_caption(&scene).unwrap();
        assert_eq!(caption.text, "two dogs and a red book on the beach");
        assert_eq!(caption.content, ["two", "dogs", "red", "book", "beach"]);
        scene.groups = vec![
            group("unicorn", 1, None),
            group("cheese", 1, None),
            group("owl", 1, None),
        ];
        assert_eq!(
            main_caption(&scene).unwrap().text,
            "a unicorn and some cheese and an owl on the beach"
        );
    }

    #[test]
    fn captions_are_the_same_for_the_same_seed() {
        let scene = &scene_list(Split::Train, 1, 5)[0];
        assert_eq!(captions(scene, 3), captions(scene, 3));
        assert_ne!(captions(scene, 3), captions(scene, 4));
    }

    #[test]
    fn every_vocabulary_word_is_prompted() {
        let prompted: std::collections::BTreeSet<String> =
            word_prompts().into_iter().flat_map(|p| p.content).collect();
        assert_eq!(
            prompted.into_iter().collect::<Vec<_>>(),
            concepts::vocabulary()
        );
    }
}
