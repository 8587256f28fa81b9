//! What people say about a picture.
//!
//! Sentences are put together from the names in the table of concepts and a small grammar of function words and verbs. The
//! content words of a caption are exactly its words that are in [`crate::concepts::vocabulary`], in spoken order.

use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::concepts::{self, Background, COLOURS, Habit, Noun};
use crate::scene::{SceneError, SceneSpec, Shown};

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

/// One caption in a random manner.
fn describe(rng: &mut impl Rng, background: &Background, groups: &[Shown]) -> String {
    let mut told = groups.to_vec();
    // A part of the scene is told now and then; whoever leaves the place out names at least two things.
    let mut with_place = true;
    if told.len() > 1 {
        match rng.random_range(0..100) {
            0..15 => drop_one(rng, &mut told),
            15..28 => with_place = false,
            _ => {}
        }
    }
    told.shuffle(rng);
    let place = with_place.then(|| pick(rng, background.places));
    match (place, rng.random_range(0..100)) {
        (Some(_), 0..22) => {
            let things = list(rng, &told);
            format!("{} with {things}", pick(rng, background.heads))
        }
        (Some(place), 22..32) => {
            let (things, be) = (list(rng, &told), be(&told));
            format!("{place} there {be} {things}")
        }
        (Some(place), 32..36) => telegram(rng, &told, place),
        (place, 36..50) => {
            let opening = pick(rng, OPENINGS);
            join(&[opening, &list(rng, &told)], place)
        }
        (place, 50..62) => {
            let (things, be) = (list(rng, &told), be(&told));
            join(&["there", be, &things], place)
        }
        (place, 62..82) if told.iter().all(|g| g.object.habit == told[0].object.habit) => {
            let doing = doing(rng, told[0].object.habit);
            join(&[&list(rng, &told), doing], place)
        }
        (place, 62..82) => relation(rng, &told, place),
        (place, _) => join(&[&list(rng, &told)], place),
    }
}

const OPENINGS: &[&str] = &[
    "a picture of",
    "a photo of",
    "i can see",
    "i see",
    "show me",
    "find",
    "find me",
    "look at",
    "here we have",
    "this is",
    "we see",
];

fn doing(rng: &mut impl Rng, habit: Habit) -> &'static str {
    pick(
        rng,
        match habit {
            Habit::Animal => &[
                "sitting", "standing", "playing", "resting", "walking", "running",
            ],
            Habit::Swimmer => &["swimming", "resting", "hiding", "playing"],
            Habit::Flyer => &["flying", "floating", "hovering", "high up"],
            Habit::Person => &["standing", "waiting", "smiling", "walking", "having fun"],
            Habit::Vehicle => &["parked", "standing", "waiting", "moving"],
            Habit::Plant => &["growing", "standing"],
            Habit::Food => &["lying", "waiting", "served"],
            Habit::Thing => &["lying", "standing", "left", "lost"],
        },
    )
}

/// "a cat next to a guitar", with the rest of the scene behind.
fn relation(rng: &mut impl Rng, told: &[Shown], place: Option<&str>) -> String {
    let [first, rest @ ..] = told else {
        return place.unwrap_or_default().to_owned();
    };
    let between = match (first.object.habit, rest.first().map(|g| g.object.habit)) {
        (Habit::Flyer, Some(habit)) if habit != Habit::Flyer => {
            pick(rng, &["above", "over", "next to"])
        }
        (_, Some(Habit::Flyer)) => pick(rng, &["below", "under", "next to"]),
        _ => pick(
            rng,
            &[
                "next to",
                "beside",
                "near",
                "with",
                "close to",
                "by",
                "together with",
            ],
        ),
    };
    let first = list(rng, std::slice::from_ref(first));
    if rest.is_empty() {
        return join(&[&first], place);
    }
    let rest = list(rng, rest);
    match pick(rng, &["", "there is", "it is"]) {
        "there is" if told[0].count == 1 => join(&["there is", &first, between, &rest], place),
        _ => join(&[&first, between, &rest], place),
    }
}

/// What people type into a search box and sometimes say: "dogs beach".
fn telegram(rng: &mut impl Rng, told: &[Shown], place: &str) -> String {
    let mut words: Vec<&str> = told
        .iter()
        .map(|group| {
            let noun = pick_noun(rng, group);
            if group.count > 1 {
                noun.plural
            } else {
                noun.singular
            }
        })
        .collect();
    words.extend(place.split(' ').filter(|w| concepts::is_content(w)));
    words.join(" ")
}

/// "two dogs and a guitar"
fn list(rng: &mut impl Rng, groups: &[Shown]) -> String {
    let names: Vec<String> = groups.iter().map(|group| free_name(rng, group)).collect();
    match names.as_slice() {
        [first, middle @ .., last] if !middle.is_empty() && rng.random_bool(0.4) => {
            format!("{first} {} and {last}", middle.join(" "))
        }
        _ => names.join(" and "),
    }
}

/// A group's name the way somebody happens to say it: a synonym, the number left out, the colour left out.
fn free_name(rng: &mut impl Rng, group: &Shown) -> String {
    let noun = pick_noun(rng, group);
    let with_colour = rng.random_bool(0.85);
    let number = match concepts::number_word(group.count) {
        Some(_) if rng.random_bool(0.08) => Some("some"),
        Some(_) if rng.random_bool(0.15) => None,
        Some(number) if rng.random_bool(0.06) => {
            return format!("the {number} {}", name(group, noun, None, with_colour));
        }
        number => number,
    };
    if group.count == 1 && rng.random_bool(0.1) {
        return format!("the {}", bare_name(group, noun, with_colour));
    }
    name(group, noun, number, with_colour)
}

/// The main name two times in three.
fn pick_noun(rng: &mut impl Rng, group: &Shown) -> &'static Noun {
    match group.object.words {
        [main, synonyms @ ..] if synonyms.is_empty() || rng.random_bool(0.65) => main,
        [_, synonyms @ ..] => pick_ref(rng, synonyms),
        [] => unreachable!("every concept has a word"),
    }
}

fn bare_name(group: &Shown, noun: &Noun, with_colour: bool) -> String {
    let noun = if group.count > 1 {
        noun.plural
    } else {
        noun.singular
    };
    match group.colour {
        Some(colour) if with_colour => format!("{colour} {noun}"),
        _ => noun.to_owned(),
    }
}

fn name(group: &Shown, noun: &Noun, number: Option<&str>, with_colour: bool) -> String {
    let bare = bare_name(group, noun, with_colour);
    match number {
        _ if group.count == 1 => with_article(&bare, group.object.countable()),
        Some(number) => format!("{number} {bare}"),
        None => bare,
    }
}

fn with_article(noun: &str, countable: bool) -> String {
    // "unicorn" begins with the sound of "you".
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !noun.starts_with("uni");
    match (countable, vowel) {
        (false, _) => format!("some {noun}"),
        (true, false) => format!("a {noun}"),
        (true, true) => format!("an {noun}"),
    }
}

fn be(told: &[Shown]) -> &'static str {
    if told.first().is_some_and(|group| group.count > 1) {
        "are"
    } else {
        "is"
    }
}

fn drop_one(rng: &mut impl Rng, groups: &mut Vec<Shown>) {
    let index = rng.random_range(0..groups.len());
    groups.remove(index);
}

fn join(parts: &[&str], place: Option<&str>) -> String {
    let mut words = parts.to_vec();
    words.extend(place);
    words.join(" ")
}

fn pick<T: Copy>(rng: &mut impl Rng, choices: &[T]) -> T {
    *pick_ref(rng, choices)
}

fn pick_ref<'a, T>(rng: &mut impl Rng, choices: &'a [T]) -> &'a T {
    let index = rng.random_range(0..choices.len());
    &choices[index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Group, Split, scene_list};

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
