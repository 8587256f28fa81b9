//! Scenes drawn at random, as they could be.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use crate::concepts::{
    self, Condition, ConditionKind, Habit, Object, PLAIN, Place, PlaceKind, SizeClass,
};
use crate::scene::{Group, MAX_GROUPS, Relation, SceneSpec, Size, Split};

const RELATIONS: [Relation; 4] = [
    Relation::On,
    Relation::Under,
    Relation::NextTo,
    Relation::InFrontOf,
];

/// Most objects in all, so that none has to be drawn too small to be seen.
const MAX_OBJECTS: u8 = 6;

/// Draws a scene of this split. Places and objects are equally frequent, as far as they go together.
pub fn sample(rng: &mut impl Rng, split: Split) -> SceneSpec {
    loop {
        let scene = sample_any(rng);
        if scene.split() == split {
            return scene;
        }
    }
}

/// One thing alone on a coloured ground, as in the gallery of emoji; also what is never in a scene.
pub fn sample_alone(rng: &mut impl Rng) -> SceneSpec {
    let object = pick(rng, concepts::objects());
    let mut group = sample_group(rng, object, 1);
    group.count = 1;
    group.size = None;
    SceneSpec {
        place: PLAIN.to_owned(),
        time: None,
        weather: None,
        groups: vec![group],
        relation: None,
        seed: rng.random(),
    }
}

/// Whether an object may be in a place.
pub fn fits(object: &Object, place: &Place) -> bool {
    use PlaceKind::{Air, City, Indoors, Land, Plain, Space, Underwater, Water};
    let kind = place.kind;
    if kind == Plain {
        return true;
    }
    if object.outdoors && matches!(kind, Indoors | Underwater | Space | Air) {
        return false;
    }
    if object.water && !matches!(kind, Water | Underwater) {
        return false;
    }
    match object.habit {
        Habit::Swimmer => matches!(kind, Water | Underwater),
        Habit::Boat => kind == Water,
        Habit::Vehicle => matches!(kind, Land | City | Water),
        Habit::Aircraft => matches!(kind, Land | City | Water | Air | Space),
        Habit::Building => matches!(kind, Land | City | Water),
        Habit::Sky => matches!(kind, Land | City | Water | Air),
        Habit::Flyer => kind != Underwater,
        Habit::Plant => !matches!(kind, Underwater | Space | Air),
        Habit::Animal => !matches!(kind, Underwater | Air),
        Habit::Person | Habit::Food | Habit::Thing => true,
        Habit::Symbol => false,
    }
}

/// How two groups could stand to each other, from the likeliest to see on.
fn relations(first: &Object, second: &Object, place: &Place) -> Vec<Relation> {
    let mut possible = Vec::new();
    if place.kind.afloat() || first.aloft() {
        return possible;
    }
    let light =
        first.size != SizeClass::Large && !matches!(first.habit, Habit::Building | Habit::Plant);
    if second.holds && light && first.habit != Habit::Swimmer {
        possible.push(Relation::On);
    }
    if (second.shelters || second.habit == Habit::Sky) && light {
        possible.push(Relation::Under);
    }
    if !second.aloft() {
        possible.push(Relation::NextTo);
        if second.size == SizeClass::Large && light {
            possible.push(Relation::InFrontOf);
        }
    }
    possible
}

fn sample_any(rng: &mut impl Rng) -> SceneSpec {
    let places = concepts::places();
    let place = loop {
        let place = pick(rng, places);
        if place.id != PLAIN {
            break place;
        }
    };
    let wanted = match rng.random_range(0..100) {
        0..32 => 1,
        32..84 => 2,
        _ => MAX_GROUPS,
    };
    let mut chosen: Vec<&'static Object> = Vec::with_capacity(wanted);
    let mut attempts = 0;
    // Two in five second groups are chosen for how the first can stand to them.
    let wish = (wanted > 1 && rng.random_bool(0.4))
        .then(|| RELATIONS.choose(rng).copied())
        .flatten();
    while chosen.len() < wanted {
        let object = pick(rng, concepts::objects());
        let known = chosen.iter().any(|other| other.id == object.id);
        if known || !fits(object, place) {
            continue;
        }
        attempts += 1;
        if let ([first], Some(wish)) = (&chosen[..], wish)
            && attempts < 200
            && !relations(first, object, place).contains(&wish)
        {
            continue;
        }
        chosen.push(object);
    }
    let mut relation = None;
    if let [first, second, ..] = chosen[..] {
        let possible = relations(first, second, place);
        relation = wish.filter(|wish| possible.contains(wish));
        if relation.is_none() && rng.random_bool(0.3) {
            relation = possible.choose(rng).copied();
        }
    }
    let mut left = MAX_OBJECTS;
    let mut groups = Vec::with_capacity(wanted);
    for (index, object) in chosen.into_iter().enumerate() {
        let room = left - (wanted - index - 1) as u8;
        let mut group = sample_group(rng, object, room.min(6 - wanted as u8));
        match (relation, index) {
            (Some(Relation::On | Relation::Under | Relation::InFrontOf), 1) => {
                group.count = 1;
                // What carries or shelters something must not be tiny.
                group.size = group.size.filter(|size| *size == Size::Large);
            }
            (Some(Relation::On), 0) => {
                group.count = group.count.min(2);
                group.size = group.size.filter(|size| *size == Size::Small);
            }
            (Some(Relation::Under | Relation::InFrontOf), 0) => {
                group.count = group.count.min(3);
                group.size = group.size.filter(|size| *size == Size::Small);
            }
            _ => {}
        }
        left -= group.count;
        groups.push(group);
    }
    let (time, weather) = sample_conditions(rng, place);
    SceneSpec {
        place: place.id.to_owned(),
        time: time.map(|c| c.id.to_owned()),
        weather: weather.map(|c| c.id.to_owned()),
        groups,
        relation,
        seed: rng.random(),
    }
}

/// Every second scene outdoors has weather or a time of day, few have both.
fn sample_conditions(
    rng: &mut impl Rng,
    place: &Place,
) -> (Option<&'static Condition>, Option<&'static Condition>) {
    if !place.kind.outdoors() {
        return (None, None);
    }
    let (with_time, with_weather) = match rng.random_range(0..100) {
        0..50 => (false, false),
        50..72 => (true, false),
        72..96 => (false, true),
        _ => (true, true),
    };
    let mut draw = |kind: ConditionKind| {
        let fitting: Vec<&Condition> = concepts::conditions()
            .iter()
            .filter(|c| c.kind == kind)
            .filter(|c| !(with_time && matches!(c.id, "sunshine" | "cloudy" | "fog")))
            .filter(|c| place.id != "snow" || !matches!(c.id, "rain" | "storm"))
            .filter(|c| place.id != "desert" || !matches!(c.id, "snowfall" | "rain"))
            .filter(|_| place.kind != PlaceKind::Air || kind == ConditionKind::Time)
            .collect();
        fitting.choose(rng).copied()
    };
    (
        with_time.then(|| draw(ConditionKind::Time)).flatten(),
        with_weather.then(|| draw(ConditionKind::Weather)).flatten(),
    )
}

/// A group of up to `room` times `object`.
fn sample_group(rng: &mut impl Rng, object: &Object, room: u8) -> Group {
    let most = match object.size {
        SizeClass::Large => 3,
        _ => 5,
    };
    let count = if object.countable() {
        match rng.random_range(0..100) {
            0..58 => 1,
            58..79 => 2,
            79..92 => 3,
            92..97 => 4,
            _ => 5,
        }
    } else {
        1
    };
    let count = count.min(room).clamp(1, most);
    let size = match rng.random_range(0..100) {
        0..9 if count <= 2 => Some(Size::Large),
        9..18 => Some(Size::Small),
        _ => None,
    };
    Group {
        object: object.id.to_owned(),
        count,
        colour: object
            .colours()
            .choose(rng)
            .map(|colour| (*colour).to_owned()),
        size,
    }
}

fn pick<'a, T>(rng: &mut impl Rng, choices: &'a [T]) -> &'a T {
    &choices[rng.random_range(0..choices.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    #[test]
    fn sampled_scenes_resolve_and_everything_fits_its_place() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for _ in 0..3000 {
            let scene = sample(&mut rng, Split::Train);
            let resolved = scene.resolve().unwrap();
            let objects: u8 = scene.groups.iter().map(|g| g.count).sum();
            assert!(objects <= MAX_OBJECTS);
            for group in &resolved.groups {
                assert!(fits(group.object, resolved.place), "{scene:?}");
            }
            let conditions = scene.time.is_some() || scene.weather.is_some();
            assert!(!conditions || resolved.place.kind.outdoors());
        }
    }

    #[test]
    fn every_object_and_relation_occurs() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let mut objects = std::collections::BTreeSet::new();
        let mut relations = std::collections::HashMap::new();
        for _ in 0..20_000 {
            let scene = sample(&mut rng, Split::Train);
            objects.extend(scene.groups.iter().map(|g| g.object.clone()));
            *relations.entry(scene.relation).or_insert(0) += 1;
        }
        for object in concepts::objects() {
            let wanted = object.habit != Habit::Symbol;
            assert_eq!(objects.contains(object.id), wanted, "{}", object.id);
        }
        for relation in RELATIONS {
            assert!(relations[&Some(relation)] > 400, "{relations:?}");
        }
    }
}
