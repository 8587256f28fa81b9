//! Galleries as they should and should not be.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::format::{RawTensor, sha256_hex};
use crate::testing;

fn files() -> (Value, Vec<u8>) {
    let gallery = testing::gallery(5, 1).unwrap();
    let files = write(
        gallery.manifest().clone(),
        &gallery.embeddings(),
        EmbeddingFormat::F16,
    )
    .unwrap();
    (
        serde_json::from_slice(&files.files[0].1).unwrap(),
        files.files[1].1.clone(),
    )
}

fn refusal(spoil: impl Fn(&mut Value)) -> GalleryError {
    let (mut json, bytes) = files();
    spoil(&mut json);
    Gallery::load(json.to_string().as_bytes(), &bytes).unwrap_err()
}

fn assert_field(error: &GalleryError, expected: &str) {
    assert!(
        matches!(error, GalleryError::Field { file, field, .. } if file == "gallery.json" && field == expected),
        "{error} should be about {expected}"
    );
}

#[test]
fn what_is_written_can_be_read() {
    let gallery = testing::gallery(5, 1).unwrap();
    let (json, bytes) = files();
    let read = Gallery::load(json.to_string().as_bytes(), &bytes).unwrap();
    assert_eq!(read.manifest().items, gallery.manifest().items);
    for (have, want) in read.embeddings().iter().zip(gallery.embeddings().iter()) {
        assert!((have - want).abs() < 1e-3);
    }
}

#[test]
fn eight_bits_keep_directions_and_are_checked() {
    let gallery = testing::gallery(5, 1).unwrap();
    let manifest = gallery.manifest().clone();
    let files = write(manifest, &gallery.embeddings(), EmbeddingFormat::I8).unwrap();
    let (json, bytes) = (&files.files[0].1, &files.files[1].1);
    let read = Gallery::load(json, bytes).unwrap();
    for (have, want) in read.embeddings().iter().zip(gallery.embeddings().iter()) {
        assert!((have - want).abs() < 0.005, "{have} {want}");
    }
    assert_eq!(read.embedding(4).unwrap(), read.embeddings()[4 * 32..]);
    assert_eq!(read.embedding(5), None);

    // The same with other scales, values that no rounding makes, and without scales.
    type Tensors = BTreeMap<String, RawTensor<Vec<u8>>>;
    let spoilt = |spoil: &dyn Fn(&mut Tensors)| {
        let mut tensors = crate::format::read_tensors("x", bytes)
            .unwrap()
            .into_iter()
            .map(|(name, tensor)| {
                let data = tensor.data.to_vec();
                let (number, shape) = (tensor.number, tensor.shape);
                (
                    name,
                    RawTensor {
                        number,
                        shape,
                        data,
                    },
                )
            })
            .collect();
        spoil(&mut tensors);
        let bytes = crate::format::write_tensors("x", &tensors).unwrap();
        let mut json: Value = serde_json::from_slice(json).unwrap();
        json["embeddings"]["bytes"] = json!(bytes.len());
        json["embeddings"]["sha256"] = json!(sha256_hex(&bytes));
        Gallery::load(json.to_string().as_bytes(), &bytes).unwrap_err()
    };
    let about = |error: GalleryError, expected: &str| {
        let named = matches!(&error, GalleryError::Tensor { tensor, .. } if tensor == expected);
        assert!(named, "{error} should be about {expected}");
    };
    let scales = "embeddings.scales";
    about(spoilt(&|tensors| drop(tensors.remove(scales))), scales);
    about(
        spoilt(&|tensors| {
            let scales = &mut tensors.get_mut(scales).unwrap().data;
            scales[..4].copy_from_slice(&(-1.0_f32).to_le_bytes());
        }),
        scales,
    );
    about(
        spoilt(&|tensors| tensors.get_mut("embeddings").unwrap().data[3] = 0x80),
        "embeddings",
    );
    about(
        spoilt(&|tensors| tensors.get_mut("embeddings").unwrap().data.fill(0)),
        "embeddings",
    );
}

#[test]
fn fields_that_cannot_be_are_named() {
    assert!(matches!(
        refusal(|json| json["version"] = json!(9)),
        GalleryError::Version { .. }
    ));
    assert_field(
        &refusal(|json| json["dimension"] = json!(1 << 30)),
        "dimension",
    );
    assert_field(&refusal(|json| json["count"] = json!(0)), "count");
    assert_field(&refusal(|json| json["count"] = json!(6)), "items");
    assert_field(
        &refusal(|json| json["items"][2]["id"] = json!("p0")),
        "items[2].id",
    );
    assert_field(
        &refusal(|json| json["items"][1]["colour"] = json!("red")),
        "items[1].colour",
    );
    assert_field(
        &refusal(|json| json["items"][1]["caption"] = json!("")),
        "items[1].caption",
    );
    assert_field(
        &refusal(|json| json["items"][1]["width"] = json!(0)),
        "items[1].width",
    );
    for path in [
        "../x.webp",
        "/x.webp",
        "a//b",
        "https://example.org/x.webp",
        "javascript:alert(1)",
        "a\\..\\b",
    ] {
        assert_field(
            &refusal(|json| json["items"][3]["file"] = json!(path)),
            "items[3].file",
        );
    }
    assert_field(
        &refusal(|json| json["embeddings"]["file"] = json!("../e")),
        "embeddings.file",
    );
    assert_field(
        &refusal(|json| json["embeddings"]["bytes"] = json!(1_u64 << 40)),
        "embeddings.bytes",
    );
}

#[test]
fn a_picture_may_stand_for_one_visible_character() {
    for character in ["🐕", "👩‍🚒", "⚔️", "#️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"] {
        let (mut json, bytes) = files();
        json["items"][1]["character"] = json!(character);
        let read = Gallery::load(json.to_string().as_bytes(), &bytes).unwrap();
        let items = &read.manifest().items;
        assert_eq!(items[1].character.as_deref(), Some(character));
        assert_eq!(items[0].character, None);
    }
    let long = "🐕".repeat(17);
    for character in [
        "",
        " ",
        "a b",
        "🐕\n",
        "\u{202E}🐕",
        "\u{FE0F}",
        "\u{200D}",
        &long,
    ] {
        assert_field(
            &refusal(|json| json["items"][1]["character"] = json!(character)),
            "items[1].character",
        );
    }
}

#[test]
fn embeddings_are_checked() {
    let error = refusal(|json| json["dimension"] = json!(16));
    assert!(
        matches!(&error, GalleryError::Tensor { tensor, .. } if tensor == "embeddings"),
        "{error}"
    );
    let error = refusal(|json| json["embeddings"]["tensor"] = json!("other"));
    assert!(
        matches!(&error, GalleryError::Tensor { tensor, .. } if tensor == "other"),
        "{error}"
    );
    let (mut json, mut bytes) = files();
    let end = bytes.len();
    bytes[end - 2..].copy_from_slice(&half::f16::from_f32(9.0).to_le_bytes());
    let error = Gallery::load(json.to_string().as_bytes(), &bytes).unwrap_err();
    assert!(matches!(error, GalleryError::Checksum { .. }), "{error}");
    json["embeddings"]["sha256"] = json!(sha256_hex(&bytes));
    let error = Gallery::load(json.to_string().as_bytes(), &bytes).unwrap_err();
    assert!(error.to_string().contains("row 4 has length"), "{error}");
    bytes[end - 2..].copy_from_slice(&half::f16::NAN.to_le_bytes());
    json["embeddings"]["sha256"] = json!(sha256_hex(&bytes));
    let error = Gallery::load(json.to_string().as_bytes(), &bytes).unwrap_err();
    assert!(error.to_string().contains("finite"), "{error}");
}

#[test]
fn the_writer_counts() {
    let gallery = testing::gallery(3, 1).unwrap();
    let error = write(
        gallery.manifest().clone(),
        &gallery.embeddings()[1..],
        EmbeddingFormat::F32,
    )
    .unwrap_err();
    assert!(matches!(error, GalleryError::Tensor { .. }));
}
