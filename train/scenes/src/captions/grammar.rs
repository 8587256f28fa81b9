//! Putting sentences together the way people describe pictures: their order, their synonyms, what they leave out.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use crate::concepts::{self, Background, Habit, Noun};
use crate::scene::Shown;

/// One caption in a random manner.
pub(super) fn describe(rng: &mut impl Rng, background: &Background, groups: &[Shown]) -> String {
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

pub(super) const OPENINGS: &[&str] = &[
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

pub(super) fn doing(rng: &mut impl Rng, habit: Habit) -> &'static str {
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

pub(super) fn name(group: &Shown, noun: &Noun, number: Option<&str>, with_colour: bool) -> String {
    let bare = bare_name(group, noun, with_colour);
    match number {
        _ if group.count == 1 => with_article(&bare, group.object.countable()),
        Some(number) => format!("{number} {bare}"),
        None => bare,
    }
}

pub(super) fn with_article(noun: &str, countable: bool) -> String {
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
