//! Sentences.

use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};

use super::names::{Manner, bare_noun, noun_phrase};
use crate::concepts::phrase::{Phrase, Word, marked, plain};
use crate::concepts::{Condition, Habit, Object};
use crate::scene::{Relation, Resolved, Shown};

/// "two dogs and a guitar on the beach at night"
pub fn main(scene: &Resolved) -> Phrase {
    // With plain names nothing is left to chance.
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut phrase = Phrase::new();
    for (index, group) in scene.groups.iter().enumerate() {
        if index > 0 {
            let between = match (index, scene.relation) {
                (1, Some(relation)) => main_words(relation),
                _ => "and",
            };
            phrase.extend(plain(between));
        }
        phrase.extend(noun_phrase(&mut rng, group, Manner::PLAIN));
    }
    phrase.extend(scene.place.wheres.first().cloned().unwrap_or_default());
    for condition in scene.time.into_iter().chain(scene.weather) {
        phrase.extend(condition.said.first().cloned().unwrap_or_default());
    }
    phrase
}

/// A complete description in a random manner.
pub fn everything(rng: &mut impl Rng, scene: &Resolved) -> Phrase {
    let told = order(rng, scene);
    Teller {
        told,
        relation: scene.relation,
        place: Some(scene),
        conditions: scene.time.into_iter().chain(scene.weather).collect(),
        manner: Manner::FREE,
    }
    .sentence(rng)
}

/// A description of a part of the scene, at least two concepts.
pub fn a_part(rng: &mut impl Rng, scene: &Resolved) -> Phrase {
    let mut told = order(rng, scene);
    let mut relation = scene.relation;
    let mut conditions: Vec<_> = scene.time.into_iter().chain(scene.weather).collect();
    let mut place = Some(scene);
    if told.len() > 1 && rng.random_bool(0.45) {
        let index = rng.random_range(0..told.len());
        told.remove(index);
        relation = relation.filter(|_| index > 1);
    }
    if told.len() > 1 && rng.random_bool(0.35) {
        place = None;
    }
    conditions.retain(|_| rng.random_bool(0.4));
    Teller {
        told,
        relation,
        place,
        conditions,
        manner: Manner::SKETCHY,
    }
    .sentence(rng)
}

/// One thing in a few words.
pub fn one_thing(rng: &mut impl Rng, scene: &Resolved) -> Phrase {
    let group = pick(rng, &scene.groups);
    match rng.random_range(0..100) {
        0..18 if !scene.place.heads.is_empty() => pick(rng, &scene.place.heads).clone(),
        0..45 => bare_noun(rng, group, Manner::FREE),
        45..50 if !group.object.doing.is_empty() && group.count == 1 => someone(rng, group.object),
        45..85 => noun_phrase(rng, group, Manner::FREE),
        _ => {
            let opening = pick(rng, &["find", "show me", "i see", "look", "where is"]);
            let mut phrase = plain(opening);
            phrase.extend(noun_phrase(rng, group, Manner::FREE));
            phrase
        }
    }
}

/// The groups as somebody would tell them. The first two keep their order where they have a relation.
fn order(rng: &mut impl Rng, scene: &Resolved) -> Vec<Shown> {
    let mut told = scene.groups.clone();
    if scene.relation.is_none() {
        told.shuffle(rng);
    }
    told
}

const OPENINGS: &[&str] = &[
    "a picture of",
    "a photo of",
    "an image of",
    "i can see",
    "i see",
    "show me",
    "find me",
    "find",
    "look at",
    "here we have",
    "this is",
    "we see",
    "you can see",
    "there we have",
    "i want to see",
];

/// What is to be told, and how.
struct Teller<'a> {
    told: Vec<Shown>,
    relation: Option<Relation>,
    place: Option<&'a Resolved>,
    conditions: Vec<&'static Condition>,
    manner: Manner,
}

impl Teller<'_> {
    fn sentence(&self, rng: &mut impl Rng) -> Phrase {
        let clause = |c: &&&Condition| !c.clauses.is_empty();
        match rng.random_range(0..100) {
            // "a rainy street with two red cars"
            0..20 if self.place.is_some() => self.head_first(rng),
            // "on the beach there are two dogs"
            20..32 if self.place.is_some() => self.place_first(rng),
            // "it is raining and a fox is sitting in the forest"
            32..48 if self.conditions.iter().any(|c| clause(&c)) => self.weather_first(rng),
            32..46 => {
                let opening = plain(pick(rng, OPENINGS));
                concat([
                    opening,
                    self.things(rng),
                    self.place(rng),
                    self.conditions(rng),
                ])
            }
            46..60 => concat([
                plain(self.there_be()),
                self.things(rng),
                self.place(rng),
                self.conditions(rng),
            ]),
            // "a dog is sitting on the beach next to a guitar"
            60..78 => self.doing(rng),
            _ => concat([self.things(rng), self.place(rng), self.conditions(rng)]),
        }
    }

    fn head_first(&self, rng: &mut impl Rng) -> Phrase {
        let Some(scene) = self.place else {
            return self.things(rng);
        };
        let mut head = pick(rng, &scene.place.heads).clone();
        let mut conditions = self.conditions.clone();
        let described = conditions.iter().position(|c| !c.adjectives.is_empty());
        if let Some(at) = described
            && head
                .first()
                .is_some_and(|word| matches!(word.text, "a" | "an" | "the"))
            && rng.random_bool(0.6)
        {
            let adjective = pick(rng, &conditions.remove(at).adjectives).clone();
            let article = head.remove(0).text;
            let next = adjective.first().map_or("", |word| word.text);
            let article = match article {
                "the" => "the",
                _ => crate::concepts::english::article(next),
            };
            head = concat([plain(article), adjective, head]);
        }
        let rest = said(rng, &conditions);
        if rng.random_bool(0.5) {
            concat([head, rest, plain("with"), self.things(rng)])
        } else {
            concat([head, plain("with"), self.things(rng), rest])
        }
    }

    fn place_first(&self, rng: &mut impl Rng) -> Phrase {
        let conditions = self.conditions(rng);
        let verb = match rng.random_range(0..4) {
            0 => "i can see",
            1 => "you see",
            _ => self.there_be(),
        };
        concat([self.place(rng), conditions, plain(verb), self.things(rng)])
    }

    fn weather_first(&self, rng: &mut impl Rng) -> Phrase {
        let mut conditions = self.conditions.clone();
        let Some(at) = conditions.iter().position(|c| !c.clauses.is_empty()) else {
            return self.doing(rng);
        };
        let clause = pick(rng, &conditions.remove(at).clauses).clone();
        let verb = if rng.random_bool(0.5) {
            self.there_be()
        } else {
            "i see"
        };
        let rest = said(rng, &conditions);
        concat([
            clause,
            plain("and"),
            plain(verb),
            self.things(rng),
            self.place(rng),
            rest,
        ])
    }

    fn doing(&self, rng: &mut impl Rng) -> Phrase {
        let [first, others @ ..] = self.told.as_slice() else {
            return self.place(rng);
        };
        let seen_doing = !first.object.doing.is_empty() && first.count == 1 && first.size.is_none();
        let subject = if !seen_doing || rng.random_bool(0.4) {
            let be = if self.plural() { "are" } else { "is" };
            let be = if rng.random_bool(0.5) { be } else { "" };
            let verb = verb(rng, first, self.place);
            concat([noun_phrase(rng, first, self.manner), plain(be), plain(verb)])
        } else {
            someone(rng, first.object)
        };
        if others.is_empty() {
            return concat([subject, self.place(rng), self.conditions(rng)]);
        }
        let between = match self.relation {
            Some(relation) => words(rng, relation),
            None => pick(
                rng,
                &["with", "near", "close to", "together with", "not far from"],
            ),
        };
        let rest = list(rng, others, self.manner);
        if rng.random_bool(0.6) {
            let related = concat([plain(between), rest]);
            concat([subject, related, self.place(rng), self.conditions(rng)])
        } else if self.relation.is_some() {
            let it = if self.plural() { "they are" } else { "it is" };
            let where_it_is = concat([self.place(rng), self.conditions(rng)]);
            concat([
                subject,
                where_it_is,
                plain("and"),
                plain(it),
                plain(between),
                rest,
            ])
        } else {
            let also = pick(rng, &["and there is also", "and i also see", "and"]);
            concat([
                subject,
                self.place(rng),
                self.conditions(rng),
                plain(also),
                rest,
            ])
        }
    }

    /// Everything that is there: "a cat on a car", "a cat and a car", "a car with a cat on it".
    fn things(&self, rng: &mut impl Rng) -> Phrase {
        let (Some(relation), [first, second, others @ ..]) = (self.relation, self.told.as_slice())
        else {
            return list(rng, &self.told, self.manner);
        };
        let one = noun_phrase(rng, first, self.manner);
        let two = noun_phrase(rng, second, self.manner);
        let pair = match (relation, rng.random_range(0..10)) {
            (Relation::On, 0..2) => concat([two, plain("with"), one, plain("on it")]),
            (Relation::Under, 0..2) => concat([two, plain("above"), one]),
            (Relation::InFrontOf, 0..2) => concat([two, plain("behind"), one]),
            (Relation::NextTo, 0..2) => concat([two, plain("next to"), one]),
            (_, 2..4) => concat([one, plain("and"), two]),
            _ => {
                let between = plain(words(rng, relation));
                concat([one, between, two])
            }
        };
        if others.is_empty() {
            return pair;
        }
        let joint = plain(pick(rng, &["and", "and", "with", "and also"]));
        concat([pair, joint, list(rng, others, self.manner)])
    }

    fn place(&self, rng: &mut impl Rng) -> Phrase {
        match self.place {
            Some(scene) if !scene.place.wheres.is_empty() => pick(rng, &scene.place.wheres).clone(),
            _ => Phrase::new(),
        }
    }

    fn conditions(&self, rng: &mut impl Rng) -> Phrase {
        said(rng, &self.conditions)
    }

    fn plural(&self) -> bool {
        self.told
            .first()
            .is_some_and(|group| group.count > 1 || group.object.names[0].singular.is_empty())
    }

    fn there_be(&self) -> &'static str {
        if self.plural() {
            "there are"
        } else {
            "there is"
        }
    }
}

fn said(rng: &mut impl Rng, conditions: &[&'static Condition]) -> Phrase {
    let phrases = conditions.iter().map(|c| pick(rng, &c.said).clone());
    phrases.flatten().collect()
}

/// "two dogs and a guitar", "a cat a dog and a bird"
fn list(rng: &mut impl Rng, groups: &[Shown], manner: Manner) -> Phrase {
    let pauses = groups.len() > 2 && rng.random_bool(0.4);
    let mut phrase = Phrase::new();
    for (index, group) in groups.iter().enumerate() {
        if index > 0 && !(pauses && index + 1 < groups.len()) {
            phrase.extend(plain("and"));
        }
        phrase.extend(noun_phrase(rng, group, manner));
    }
    phrase
}

/// "somebody playing golf"
fn someone(rng: &mut impl Rng, object: &Object) -> Phrase {
    let who = pick(
        rng,
        &[
            "somebody",
            "someone",
            "a person",
            "somebody is",
            "a person who is",
        ],
    );
    concat([plain(who), marked(object.id, pick(rng, &object.doing))])
}

fn main_words(relation: Relation) -> &'static str {
    match relation {
        Relation::On => "on",
        Relation::Under => "under",
        Relation::NextTo => "next to",
        Relation::InFrontOf => "in front of",
    }
}

fn words(rng: &mut impl Rng, relation: Relation) -> &'static str {
    pick(
        rng,
        match relation {
            Relation::On => &["on", "on", "upon"],
            Relation::Under => &["under", "below", "underneath", "beneath"],
            Relation::NextTo => &["next to", "beside", "by", "near", "close to", "alongside"],
            Relation::InFrontOf => &["in front of", "in front of", "in front of"],
        },
    )
}

/// What it can be seen doing, in words that name nothing.
fn verb(rng: &mut impl Rng, group: &Shown, scene: Option<&Resolved>) -> &'static str {
    let afloat = scene.is_some_and(|scene| scene.place.kind.afloat());
    pick(
        rng,
        match group.object.habit {
            _ if afloat => &["floating", "drifting", "hovering"],
            Habit::Animal => &[
                "sitting",
                "standing",
                "resting",
                "waiting",
                "looking around",
            ],
            Habit::Swimmer => &["resting", "waiting", "lying"],
            Habit::Flyer | Habit::Aircraft => &["flying", "hovering", "gliding"],
            Habit::Person => &["standing", "waiting", "posing"],
            Habit::Vehicle => &["parked", "standing", "waiting"],
            Habit::Boat => &["lying", "waiting", "drifting"],
            Habit::Plant => &["growing", "standing"],
            Habit::Food => &["lying", "served", "waiting"],
            Habit::Thing => &["lying", "standing", "lost"],
            Habit::Building => &["standing", "built"],
            Habit::Sky | Habit::Symbol => &["overhead", "far above"],
        },
    )
}

fn concat<const N: usize>(parts: [Phrase; N]) -> Phrase {
    parts.into_iter().flatten().collect::<Vec<Word>>()
}

fn pick<'a, T>(rng: &mut impl Rng, choices: &'a [T]) -> &'a T {
    &choices[rng.random_range(0..choices.len())]
}
