//! Captions are natural, true and various.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::concepts;
use crate::lists::scene_list;
use crate::scene::{Group, Relation, Split};

fn sample(count: usize) -> Vec<(SceneSpec, Vec<Caption>)> {
    scene_list(Split::Train, count, 5)
        .into_iter()
        .map(|scene| {
            let said = captions(&scene, 1).unwrap();
            (scene, said)
        })
        .collect()
}

#[test]
fn captions_are_plain_words_of_reasonable_number() {
    let (mut all, mut usual) = (0, 0);
    for (_, captions) in sample(2000) {
        assert_eq!(captions.len(), CAPTIONS_PER_SCENE);
        for caption in captions {
            let plain = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase());
            assert!(caption.text.split(' ').all(plain), "{:?}", caption.text);
            let words = caption.text.split(' ').count();
            let least = match caption.kind {
                CaptionKind::Complete => 3,
                CaptionKind::Partial => 2,
                CaptionKind::Short => 1,
            };
            assert!((least..=MAX_WORDS).contains(&words), "{:?}", caption.text);
            if caption.kind != CaptionKind::Short {
                all += 1;
                usual += usize::from((6..=16).contains(&words));
            }
        }
    }
    assert!(usual * 10 > all * 7, "{usual} of {all} are of usual length");
}

#[test]
fn what_captions_say_is_true() {
    for (scene, captions) in sample(2000) {
        let shown = scene.resolve().unwrap().concepts();
        for caption in captions {
            assert!(caption.fits(&shown), "{caption:?} of {shown:?}");
            let least = if caption.kind == CaptionKind::Short {
                1
            } else {
                2
            };
            assert!(caption.content.len() >= least, "{caption:?}");
            assert_eq!(caption.content.len(), caption.concepts.len());
        }
    }
}

#[test]
fn complete_captions_name_every_object_place_and_condition() {
    for (scene, captions) in sample(1000) {
        for caption in captions.iter().filter(|c| c.kind == CaptionKind::Complete) {
            let said: BTreeSet<&str> = caption.concepts.iter().map(String::as_str).collect();
            let wanted = scene.groups.iter().flat_map(|group| {
                let size = group.size.map(|size| size.id());
                [Some(group.object.as_str()), group.colour.as_deref(), size]
            });
            let wanted = wanted.chain([
                Some(scene.place.as_str()),
                scene.time.as_deref(),
                scene.weather.as_deref(),
            ]);
            for concept in wanted.flatten() {
                assert!(
                    said.contains(concept),
                    "{concept} is missing in {caption:?}"
                );
            }
        }
    }
}

#[test]
fn function_words_are_no_content_words() {
    let mut function = BTreeMap::new();
    for (_, captions) in sample(4000) {
        for caption in captions {
            let mut content = caption.content.iter().peekable();
            for word in caption.text.split(' ') {
                if content.next_if(|next| *next == word).is_none() {
                    function.insert(word.to_owned(), caption.text.clone());
                }
            }
        }
    }
    function.retain(|word, _| concepts::is_content(word));
    assert!(function.is_empty(), "{function:?}");
}

#[test]
fn captions_are_rich_in_words() {
    let mut words = BTreeSet::new();
    for (_, captions) in sample(8000) {
        words.extend(captions.into_iter().flat_map(|caption| caption.content));
    }
    assert!(words.len() >= 1500, "{} content words", words.len());
}

#[test]
fn the_main_caption_says_everything() {
    let group = |object: &str, count, colour: Option<&str>| Group {
        object: object.into(),
        count,
        colour: colour.map(Into::into),
        size: None,
    };
    let mut scene = SceneSpec {
        place: "beach".into(),
        time: Some("night".into()),
        weather: None,
        groups: vec![group("dog", 2, None), group("book", 1, Some("red"))],
        relation: Some(Relation::NextTo),
        seed: 1,
    };
    let caption = main_caption(&scene).unwrap();
    assert_eq!(
        caption.text,
        "two dogs next to a red book on the beach at night"
    );
    assert_eq!(
        caption.content,
        ["two", "dogs", "red", "book", "beach", "night"]
    );
    assert_eq!(
        caption.concepts,
        ["two", "dog", "red", "book", "beach", "night"]
    );
    scene.groups = vec![
        group("unicorn", 1, None),
        group("cheese", 1, None),
        group("owl", 1, None),
    ];
    (scene.relation, scene.time) = (None, None);
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
    let prompts = word_prompts();
    let prompted: BTreeSet<String> = prompts.into_iter().flat_map(|p| p.content).collect();
    assert_eq!(
        prompted.into_iter().collect::<Vec<_>>(),
        concepts::vocabulary()
    );
}

#[test]
fn labels_are_captions_where_every_word_is_understood() {
    let caption = Caption::of_label("dog on a guitar").unwrap();
    assert_eq!(caption.text, "dog on a guitar");
    assert_eq!(caption.content, ["dog", "guitar"]);
    assert_eq!(caption.concepts.len(), 2);
    assert_eq!(Caption::of_label("dog quasar"), None);
    assert_eq!(Caption::of_label("of the"), None);
}
