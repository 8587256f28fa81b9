//! What somebody calls a group of objects: article or number, size, colour, name.

use rand::{Rng, RngExt};

use crate::concepts::english::article;
use crate::concepts::phrase::{Phrase, Word, name, plain};
use crate::concepts::{self, Noun};
use crate::scene::Shown;

/// How freely a group is named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// Synonyms instead of the main name, this often.
    pub synonyms: f64,
    /// Leaves out number, size or colour, each this often.
    pub omissions: f64,
    /// Mentions a colour that goes without saying, this often.
    pub obvious: f64,
}

impl Manner {
    /// The main name, with everything.
    pub const PLAIN: Self = Self {
        synonyms: 0.0,
        omissions: 0.0,
        obvious: 0.0,
    };
    /// Whatever comes to mind, but everything.
    pub const FREE: Self = Self {
        synonyms: 0.4,
        omissions: 0.0,
        obvious: 0.12,
    };
    /// Only some of it.
    pub const SKETCHY: Self = Self {
        synonyms: 0.4,
        omissions: 0.4,
        obvious: 0.08,
    };
}

fn function(text: &'static str) -> Word {
    Word {
        text,
        concept: None,
    }
}

/// A word of a quality: "red", "three", "huge".
fn quality(rng: &mut impl Rng, id: &'static str, manner: Manner) -> Phrase {
    let Some(quality) = concepts::quality(id) else {
        return Phrase::new();
    };
    // Synonyms of colours are rare in speech, those of size are not.
    let share = match quality.says {
        concepts::Says::Size => manner.synonyms * 1.6,
        _ => manner.synonyms * 0.3,
    };
    let word = match quality.words.as_slice() {
        [main, synonyms @ ..] if synonyms.is_empty() || !rng.random_bool(share) => main,
        words => &words[rng.random_range(1..words.len())],
    };
    name(quality.id, word)
}

/// The group's name with everything before it: "two small red balls".
pub fn noun_phrase(rng: &mut impl Rng, group: &Shown, manner: Manner) -> Phrase {
    let noun = pick_noun(rng, group, manner);
    let many = group.count > 1;
    let mut described = Phrase::new();
    if let Some(size) = group.size
        && !rng.random_bool(manner.omissions)
    {
        described.extend(quality(rng, size.id(), manner));
    }
    if let Some(colour) = group.colour {
        if !rng.random_bool(manner.omissions * 0.6) {
            described.extend(quality(rng, colour, manner));
        }
    } else if !group.object.natural.is_empty() && rng.random_bool(manner.obvious) {
        described.extend(quality(rng, group.object.natural[0], manner));
    }
    let form = if many { noun.plural } else { noun.main() };
    described.extend(name(group.object.id, form));
    let mut phrase = determiner(rng, group, noun, &described, manner);
    phrase.extend(described);
    phrase
}

/// The name without article, number or description: "dogs".
pub fn bare_noun(rng: &mut impl Rng, group: &Shown, manner: Manner) -> Phrase {
    let noun = pick_noun(rng, group, manner);
    let form = if group.count > 1 {
        noun.plural
    } else {
        noun.main()
    };
    name(group.object.id, form)
}

fn determiner(
    rng: &mut impl Rng,
    group: &Shown,
    noun: &Noun,
    described: &[Word],
    manner: Manner,
) -> Phrase {
    let next = described.first().map_or("", |word| word.text);
    if group.count == 1 {
        return match (noun.singular.is_empty(), noun.plural.is_empty()) {
            (true, _) if rng.random_bool(manner.synonyms * 0.8) => Phrase::new(),
            (true, _) | (_, true) => vec![function("some")],
            _ if rng.random_bool(manner.synonyms * 0.25) => vec![function("the")],
            _ if manner.synonyms > 0.0 && rng.random_bool(0.03) => name("one", "one"),
            _ => vec![function(article(next))],
        };
    }
    let Some(number) = concepts::number(group.count) else {
        return Phrase::new();
    };
    if group.count > 2 && rng.random_bool(manner.omissions * 0.7) {
        let word = match rng.random_range(0..10) {
            0..3 => "several",
            3..5 => "many",
            5..7 => match group.object.collective {
                Some(collective) => return of("a", collective),
                None => "several",
            },
            7 => return of("a", "group"),
            8 => return of("a", "bunch"),
            _ => return of("", "lots"),
        };
        return name("several", word);
    }
    if rng.random_bool(manner.omissions * 0.5) {
        return match rng.random_range(0..3) {
            0 => vec![function("some")],
            1 => vec![function("the")],
            _ => Phrase::new(),
        };
    }
    if group.count == 2 && rng.random_bool(manner.synonyms * 0.15) {
        let mut phrase = plain("a");
        phrase.extend(name("two", "pair"));
        phrase.push(function("of"));
        return phrase;
    }
    name(number, number)
}

/// "a herd of"
fn of(article: &'static str, collective: &'static str) -> Phrase {
    let mut phrase = plain(article);
    phrase.extend(name("several", collective));
    phrase.push(function("of"));
    phrase
}

/// The main name, or a synonym that has the form it takes.
fn pick_noun(rng: &mut impl Rng, group: &Shown, manner: Manner) -> &'static Noun {
    match group.object.names.as_slice() {
        [main, synonyms @ ..] if synonyms.is_empty() || !rng.random_bool(manner.synonyms) => main,
        names => &names[rng.random_range(1..names.len())],
    }
}
