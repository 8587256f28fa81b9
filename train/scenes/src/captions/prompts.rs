//! Single words and the shortest phrases, for teaching words one at a time.

use std::collections::BTreeSet;

use super::{Caption, CaptionKind};
use crate::concepts::english::article;
use crate::concepts::phrase::{Phrase, Word, name};
use crate::concepts::{self, Kind};

/// "dog", "a dog", "two dogs", "a red car", "on the beach", "raining", "wombat": every content word, in a few settings.
pub fn word_prompts() -> Vec<Caption> {
    let mut prompts = Prompts::default();
    for concept in concepts::all() {
        for phrase in &concept.phrases {
            prompts.add(phrase.clone());
            for word in phrase.iter().filter(|word| word.concept.is_some()) {
                prompts.add(vec![*word]);
            }
        }
    }
    for concept in concepts::all().iter().filter(|c| c.kind == Kind::Heard) {
        for phrase in &concept.phrases {
            prompts.with_article(phrase.clone());
        }
    }
    for object in concepts::objects() {
        for noun in &object.names {
            if !noun.singular.is_empty() && !noun.plural.is_empty() {
                prompts.with_article(name(object.id, noun.singular));
                for number in ["two", "three"] {
                    let mut phrase = name(number, number);
                    phrase.extend(name(object.id, noun.plural));
                    prompts.add(phrase);
                }
            }
        }
        for colour in object
            .colours()
            .into_iter()
            .chain(object.natural.iter().copied())
        {
            let mut phrase = name(colour, colour);
            phrase.extend(name(object.id, object.names[0].main()));
            prompts.add(phrase);
        }
    }
    prompts.list
}

#[derive(Default)]
struct Prompts {
    known: BTreeSet<String>,
    list: Vec<Caption>,
}

impl Prompts {
    fn add(&mut self, phrase: Phrase) {
        let caption = Caption::new(&phrase, CaptionKind::Short);
        if self.known.insert(caption.text.clone()) {
            self.list.push(caption);
        }
    }

    fn with_article(&mut self, mut phrase: Phrase) {
        let next = phrase.first().map_or("", |word| word.text);
        let word = Word {
            text: article(next),
            concept: None,
        };
        phrase.insert(0, word);
        self.add(phrase);
    }
}
