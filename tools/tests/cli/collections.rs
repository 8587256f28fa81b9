//! Lists of published collections of spoken captions, from small folders of the same structure.

use std::path::Path;

use saysee_engine::gallery::{self, EmbeddingFormat};
use saysee_engine::testing;
use serde_json::Value;

use crate::world::{World, text};

fn write(file: &Path, content: &str) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, content).unwrap();
}

/// Two pictures of the test split and one of another, two recordings each; one recording is missing.
fn flickr8k(world: &World) {
    std::fs::create_dir_all(world.path("flickr/flickr_audio/wavs")).unwrap();
    let (mut pairs, mut captions, mut voices) = (String::new(), String::new(), String::new());
    for picture in ["111_a", "222_b", "333_c"] {
        for caption in 0..2 {
            let wav = format!("{picture}_{caption}.wav");
            pairs += &format!("{wav} {picture}.jpg #{caption}\n");
            captions +=
                &format!("{picture}.jpg#{caption}\tA dog number {caption} of {picture} .\n");
            voices += &format!("{wav} {caption}\n");
            if wav != "222_b_1.wav" {
                world.record(&format!("flickr/flickr_audio/wavs/{wav}"), 16_000, 1.0, 5);
            }
        }
    }
    write(&world.path("flickr/flickr_audio/wav2capt.txt"), &pairs);
    write(&world.path("flickr/flickr_audio/wav2spk.txt"), &voices);
    write(
        &world.path("flickr/Flickr8k_text/Flickr8k.token.txt"),
        &captions,
    );
    let split = "111_a.jpg\n222_b.jpg\n";
    write(
        &world.path("flickr/Flickr8k_text/Flickr_8k.testImages.txt"),
        split,
    );
    write(
        &world.path("flickr/Flickr8k_text/Flickr_8k.devImages.txt"),
        "333_c.jpg\n",
    );
}

fn spoken_coco(world: &World) {
    std::fs::create_dir_all(world.path("coco/wavs/val/0")).unwrap();
    let pictures = ["COCO_val2014_000000000001", "COCO_val2014_000000000002"];
    let listed: Vec<Value> = pictures
        .iter()
        .map(|picture| {
            let wav = format!("wavs/val/0/m1-{picture}.wav");
            world.record(&format!("coco/{wav}"), 16_000, 1.0, 6);
            let captions = serde_json::json!([
                { "text": "A DOG ON A SHORE", "speaker": "m1", "uttid": "u", "wav": wav }
            ]);
            serde_json::json!({ "image": format!("val2014/{picture}.jpg"), "captions": captions })
        })
        .collect();
    let listing =
        serde_json::json!({ "image_base_path": "", "audio_base_path": "", "data": listed });
    write(
        &world.path("coco/SpokenCOCO_val.json"),
        &listing.to_string(),
    );
}

fn list(world: &World, line: &str) -> Vec<Value> {
    let output = world.run(line);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let list = std::fs::read_to_string(world.path("list.jsonl")).unwrap();
    list.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn with_room_for_a_list() -> World {
    let world = World::new();
    // Words of a command that name something in the folder become its path.
    write(&world.path("list.jsonl"), "");
    world
}

#[test]
fn flickr8k_becomes_a_list() {
    let world = with_room_for_a_list();
    flickr8k(&world);
    let lines = list(&world, "manifest flickr8k flickr --out list.jsonl");
    let ids: Vec<_> = lines
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["111_a_0", "111_a_1", "222_b_0"]);
    assert_eq!(lines[1]["image"], "111_a");
    assert_eq!(lines[1]["text"], "A dog number 1 of 111_a .");
    assert_eq!(lines[1]["voice"], "1");
    assert_eq!(lines[1]["split"], "test");
    assert_eq!(lines[1]["audio"], "flickr/flickr_audio/wavs/111_a_1.wav");
    let dev = list(
        &world,
        "manifest flickr8k flickr --split dev --out list.jsonl",
    );
    assert_eq!(dev.len(), 2);
    let refused = world.run("manifest flickr8k flickr --split train --out list.jsonl");
    assert!(text(&refused.stderr).contains("Flickr_8k.trainImages.txt"));
    assert_eq!(refused.status.code(), Some(3));
}

#[test]
fn spoken_coco_becomes_a_list_and_parts_of_it_too() {
    let world = with_room_for_a_list();
    spoken_coco(&world);
    let lines = list(&world, "manifest spokencoco coco --out list.jsonl");
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["text"], "a dog on a shore");
    assert_eq!(lines[0]["image"], "COCO_val2014_000000000001");
    write(&world.path("some.txt"), "COCO_val2014_000000000002.jpg\n");
    let line = "manifest spokencoco coco --pictures some.txt --out list.jsonl";
    let some = list(&world, line);
    assert_eq!(some.len(), 1);
    assert_eq!(some[0]["image"], "COCO_val2014_000000000002");
    let listing =
        r#"{"data":[{"image":"a.jpg","captions":[{"text":"a","wav":"../../etc/passwd"}]}]}"#;
    write(&world.path("coco/SpokenCOCO_val.json"), listing);
    let refused = world.run("manifest spokencoco coco --out list.jsonl");
    assert!(text(&refused.stderr).contains("outside the collection"));
}

/// The list and a gallery whose pictures have the names of the collection's: recall is measured.
#[test]
fn a_pack_is_scored_on_a_collection_with_two_commands() {
    let world = with_room_for_a_list();
    flickr8k(&world);
    let gallery = testing::gallery(2, 2).unwrap();
    let mut manifest = gallery.manifest().clone();
    for (item, name) in manifest.items.iter_mut().zip(["111_a", "222_b"]) {
        item.id = name.to_owned();
    }
    let files = gallery::write(manifest, &gallery.embeddings(), EmbeddingFormat::F32).unwrap();
    world.write("flickr-pictures", &files.files);
    list(&world, "manifest flickr8k flickr --out list.jsonl");
    let line =
        "evaluate --pack pack --gallery flickr-pictures --manifest list.jsonl --backend cpu --json";
    let output = world.run(line);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let figures = report["conditions"][0]["groups"][0]["figures"]
        .as_array()
        .unwrap();
    let recall = figures
        .iter()
        .find(|figure| figure["name"] == "speech -> image R@5")
        .unwrap();
    assert_eq!(
        (recall["value"].as_f64(), recall["count"].as_u64()),
        (Some(100.0), Some(3))
    );
}
