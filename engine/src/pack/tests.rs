//! Packs as they should not be: each is refused with the file and the field or tensor at fault.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::format::{Number, RawTensor, sha256_hex, write_tensors};
use crate::testing;

fn files(weights: WeightFormat) -> (Value, Vec<u8>) {
    let files = testing::pack_files(weights, 1).unwrap().files;
    assert_eq!(
        files.len(),
        2,
        "the tests below take the tiny pack to have one shard"
    );
    (
        serde_json::from_slice(&files[0].1).unwrap(),
        files[1].1.clone(),
    )
}

fn parse(json: &Value) -> Result<Manifest, PackError> {
    Manifest::parse(json.to_string().as_bytes())
}

/// The refusal after the manifest was changed by `spoil`.
fn refusal(spoil: impl Fn(&mut Value)) -> PackError {
    let (mut json, _) = files(WeightFormat::Q8);
    spoil(&mut json);
    parse(&json).unwrap_err()
}

/// The refusal after the tensors were changed by `spoil`, with size and hash made right again.
fn tensor_refusal(spoil: impl Fn(&mut BTreeMap<String, RawTensor<Vec<u8>>>)) -> PackError {
    let (mut json, bytes) = files(WeightFormat::Q8);
    let mut tensors: BTreeMap<String, RawTensor<Vec<u8>>> =
        crate::format::read_tensors("x", &bytes)
            .unwrap()
            .into_iter()
            .map(|(name, raw)| {
                let (number, shape, data) = (raw.number, raw.shape, raw.data.to_vec());
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
    let bytes = write_tensors("x", &tensors).unwrap();
    json["shards"][0]["bytes"] = json!(bytes.len());
    json["shards"][0]["sha256"] = json!(sha256_hex(&bytes));
    match parse(&json) {
        Ok(manifest) => Pack::load(manifest, vec![bytes]).unwrap_err(),
        Err(error) => error,
    }
}

fn assert_field(error: &PackError, expected: &str) {
    assert!(
        matches!(error, PackError::Field { file, field, .. } if file == "pack.json" && field == expected),
        "{error} should be about {expected}"
    );
}

fn assert_tensor(error: &PackError, expected: &str, words: &str) {
    assert!(
        matches!(error, PackError::Tensor { tensor, .. } if tensor == expected)
            && error.to_string().contains(words),
        "{error} should be about {expected}: {words}"
    );
}

#[test]
fn what_is_written_can_be_read_in_every_number_format() {
    let manifest = testing::manifest(WeightFormat::F32);
    let tensors = testing::tensors(&manifest, 1);
    for (weights, allowed) in [
        (WeightFormat::F32, 0.0),
        (WeightFormat::F16, 1e-3),
        (WeightFormat::Q8, 5e-3),
        (WeightFormat::Q4, 8e-2),
    ] {
        let pack = testing::pack(weights, 1).unwrap();
        for plan in plan(pack.manifest()) {
            let tensor = pack.tensor(&plan.name).unwrap();
            assert_eq!(tensor.shape(), plan.matrix());
            for (have, want) in tensor.to_f32().iter().zip(&tensors[&plan.name].data) {
                assert!(
                    (have - want).abs() <= allowed,
                    "{weights:?} {}: {have} {want}",
                    plan.name
                );
            }
        }
    }
    let pack = testing::pack(WeightFormat::Q8, 1).unwrap();
    assert!(matches!(
        pack.tensor("blocks.0.attention.qkv.weight"),
        Ok(WeightData::Q8 { .. })
    ));
    // 120 inputs are no multiple of 32.
    assert!(matches!(
        pack.tensor("subsampling.0.weight"),
        Ok(WeightData::F16 { .. })
    ));
    assert!(pack.tensor("no.such").is_err());
}

#[test]
fn big_packs_are_cut_into_shards_that_open() {
    let mut manifest = testing::manifest(WeightFormat::F32);
    if let Encoder::ConvolutionalTransformer(encoder) = &mut manifest.model.encoder {
        encoder.width = 512;
    }
    let tensors = testing::tensors(&manifest, 3);
    let files = write(manifest, &tensors).unwrap();
    assert!(files.manifest.shards.len() > 2);
    assert!(
        files.files[1..]
            .iter()
            .all(|(_, bytes)| bytes.len() as u64 <= MAX_SHARD_BYTES)
    );
}

#[test]
fn versions_and_formats_from_elsewhere_are_refused() {
    for (field, value) in [
        ("version", json!(4)),
        ("version", json!(1)),
        ("version", json!(0)),
        ("format", json!("onnx")),
    ] {
        let error = refusal(|json| json[field] = value.clone());
        assert!(
            matches!(&error, PackError::Version { field: found, .. } if found == field),
            "{error}"
        );
    }
}

#[test]
fn unknown_kinds_and_fields_are_refused() {
    assert!(
        refusal(|json| json["surprise"] = json!(1))
            .to_string()
            .contains("surprise")
    );
    assert!(
        refusal(|json| json["model"]["encoder"]["kind"] = json!("rnn"))
            .to_string()
            .contains("rnn")
    );
    assert_field(&refusal(|json| json["weights"] = json!("q3")), "weights");
    assert!(
        refusal(|json| json["model"]["head"]["extra"] = json!(1))
            .to_string()
            .contains("extra")
    );
}

#[test]
fn absurd_sizes_are_refused_before_anything_is_read() {
    let huge = json!(1_u64 << 40);
    for path in [
        "model.front_end.features.fft",
        "model.front_end.features.mels",
        "model.encoder.width",
        "model.encoder.layers",
        "model.encoder.heads",
        "model.encoder.feed_forward",
        "model.encoder.kernel",
        "model.head.block.heads",
        "model.head.embedding",
        "model.head.parallel.hidden",
        "model.head.keywords.slots.kernel",
        "model.head.keywords.slots.cap",
        "model.text_tower.layers",
        "model.text_tower.heads",
        "model.text_tower.width",
        "model.text_tower.feed_forward",
        "model.text_tower.positions",
        "limits.max_seconds",
        "vocabulary.frame.start",
    ] {
        for value in [&huge, &json!(0)] {
            if *value == json!(0) && path.starts_with("vocabulary") {
                continue;
            }
            let pointer = format!("/{}", path.replace('.', "/"));
            let error = refusal(|json| *json.pointer_mut(&pointer).unwrap() = value.clone());
            assert_field(&error, path);
        }
    }
    assert_field(
        &refusal(|json| json["model"]["front_end"]["subsampling"][1]["stride"] = json!(0)),
        "model.front_end.subsampling[1].stride",
    );
    assert_field(
        &refusal(|json| json["model"]["front_end"]["subsampling"] = json!([])),
        "model.front_end.subsampling",
    );
    assert_field(
        &refusal(|json| json["vocabulary"]["excluded"][1] = huge.clone()),
        "vocabulary.excluded",
    );
    assert_field(
        &refusal(|json| json["model"]["head"]["cascaded_share"] = json!(1.5)),
        "model.head.cascaded_share",
    );
    assert_field(
        &refusal(|json| {
            json["model"]["text_tower"]["words"] = json!(true);
            json["model"]["text_tower"]["tokens"] = json!(5);
        }),
        "model.text_tower.words",
    );
    assert_field(
        &refusal(|json| json["vocabulary"]["tokens"] = json!([])),
        "vocabulary.tokens",
    );
    assert_field(
        &refusal(|json| json["vocabulary"]["tokens"][3] = json!("a\nb")),
        "vocabulary.tokens[3]",
    );
    assert_field(
        &refusal(|json| json["model"]["encoder"]["heads"] = json!(5)),
        "model.encoder.heads",
    );
}

#[test]
fn shards_are_plain_files_of_the_right_size() {
    for name in [
        "../x",
        "/etc/passwd",
        "https://example.org/w",
        "a/b",
        "",
        "..",
        "a\u{0}b",
    ] {
        assert_field(
            &refusal(|json| json["shards"][0]["file"] = json!(name)),
            "shards[0].file",
        );
    }
    assert_field(
        &refusal(|json| json["shards"][0]["bytes"] = json!(u64::MAX)),
        "shards[0].bytes",
    );
    assert_field(
        &refusal(|json| json["shards"][0]["bytes"] = json!(1000)),
        "shards",
    );
    assert_field(
        &refusal(|json| json["shards"][0]["sha256"] = json!("XYZ")),
        "shards[0].sha256",
    );
    assert_field(&refusal(|json| json["shards"] = json!([])), "shards");
    let twice = refusal(|json| {
        let shard = json["shards"][0].clone();
        json["shards"] = json!([shard, shard]);
    });
    assert_field(&twice, "shards[1].file");
    // More bytes than the network has use for would be fetched for nothing.
    let padded = refusal(|json| {
        let mut shard = json["shards"][0].clone();
        shard["file"] = json!("more.safetensors");
        shard["bytes"] = json!(4 << 20);
        json["shards"] = json!([json["shards"][0], shard]);
    });
    assert_field(&padded, "shards");
}

#[test]
fn damaged_shards_are_named() {
    let (json, bytes) = files(WeightFormat::Q8);
    let manifest = parse(&json).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    let error = Pack::load(manifest.clone(), vec![flipped]).unwrap_err();
    assert!(
        matches!(&error, PackError::Checksum { file, .. } if file == "weights-1.safetensors"),
        "{error}"
    );
    let error = Pack::load(manifest.clone(), vec![bytes[..bytes.len() - 1].to_vec()]).unwrap_err();
    assert!(
        matches!(&error, PackError::Size { file, .. } if file == "weights-1.safetensors"),
        "{error}"
    );
    let error = Pack::load(manifest.clone(), Vec::new()).unwrap_err();
    assert!(
        matches!(&error, PackError::Source { file, .. } if file == "weights-1.safetensors"),
        "{error}"
    );
    let error = Pack::load(manifest, vec![bytes.clone(), bytes]).unwrap_err();
    assert_field(&error, "shards");
}

#[test]
fn tensors_are_exactly_those_of_the_network() {
    let matrix = "blocks.1.attention.qkv.weight";
    let scales = "blocks.1.attention.qkv.weight.scales";
    let error = tensor_refusal(|tensors| {
        let bias = tensors.remove("head.attention.norm.bias").unwrap();
        tensors.insert("extra".to_owned(), bias);
    });
    assert_tensor(&error, "extra", "no tensor of this name");
    let error = tensor_refusal(|tensors| {
        let tensor = tensors.get_mut("mix").unwrap();
        tensor.number = Number::F16;
        tensor.data.truncate(tensor.data.len() / 2);
    });
    assert_tensor(&error, "mix", "was expected");
    let error = tensor_refusal(|tensors| tensors.get_mut(matrix).unwrap().shape.reverse());
    assert_tensor(&error, matrix, "was expected");
    let error = tensor_refusal(|tensors| {
        let swapped = tensors.remove(scales).unwrap();
        tensors.insert("blocks.9.scales".to_owned(), swapped);
    });
    assert_tensor(&error, scales, "missing");
    let error = tensor_refusal(|tensors| {
        let tensor = tensors.get_mut("head.cls").unwrap();
        tensor.shape = vec![tensor.shape[1]];
    });
    assert_tensor(&error, "head.cls", "was expected");
}

#[test]
fn a_missing_tensor_is_named() {
    let (mut json, bytes) = files(WeightFormat::F32);
    let mut tensors = BTreeMap::new();
    for (name, raw) in crate::format::read_tensors("x", &bytes).unwrap() {
        if name != "head.attention.norm.bias" {
            let (number, shape, data) = (raw.number, raw.shape, raw.data.to_vec());
            tensors.insert(
                name,
                RawTensor {
                    number,
                    shape,
                    data,
                },
            );
        }
    }
    let bytes = write_tensors("x", &tensors).unwrap();
    // The header's own length makes up for the few bytes of the tensor that is gone.
    json["shards"][0]["bytes"] = json!(bytes.len());
    json["shards"][0]["sha256"] = json!(sha256_hex(&bytes));
    let error = Pack::load(parse(&json).unwrap(), vec![bytes]).unwrap_err();
    assert_tensor(&error, "head.attention.norm.bias", "missing");
}

#[test]
fn values_are_numbers_of_the_promised_kind() {
    let nan = f32::NAN.to_le_bytes();
    let error = tensor_refusal(|tensors| {
        tensors.get_mut("head.cls").unwrap().data[..4].copy_from_slice(&nan)
    });
    assert_tensor(&error, "head.cls", "finite");
    let matrix = "blocks.1.attention.qkv.weight";
    let scales = "blocks.1.attention.qkv.weight.scales";
    let error =
        tensor_refusal(|tensors| tensors.get_mut(scales).unwrap().data[..4].copy_from_slice(&nan));
    assert_tensor(&error, scales, "finite");
    let error = tensor_refusal(|tensors| tensors.get_mut(matrix).unwrap().data[0] = 0x80);
    assert_tensor(&error, matrix, "-128");
    let error = tensor_refusal(|tensors| tensors.get_mut("mix").unwrap().data.fill(0));
    assert_tensor(&error, "mix", "sum to 1");
}

#[test]
fn the_writer_refuses_what_the_reader_would() {
    let manifest = testing::manifest(WeightFormat::Q8);
    let tensors = testing::tensors(&manifest, 1);
    let mut spoilt = tensors.clone();
    spoilt.remove("mix");
    assert_tensor(
        &write(manifest.clone(), &spoilt).unwrap_err(),
        "mix",
        "not given",
    );
    let mut spoilt = tensors.clone();
    spoilt.insert("more".to_owned(), tensors["mix"].clone());
    assert_tensor(
        &write(manifest.clone(), &spoilt).unwrap_err(),
        "more",
        "no tensor",
    );
    let mut spoilt = tensors;
    spoilt.get_mut("head.cls").unwrap().shape.reverse();
    assert_tensor(
        &write(manifest, &spoilt).unwrap_err(),
        "head.cls",
        "was expected",
    );
}

#[test]
fn a_pack_is_opened_from_a_source() {
    struct Memory(Vec<(String, Vec<u8>)>);
    impl Source for Memory {
        async fn read(&self, file: &str, _: Option<u64>) -> Result<Vec<u8>, SourceError> {
            let found = self.0.iter().find(|(name, _)| name == file);
            found
                .map(|(_, bytes)| bytes.clone())
                .ok_or(SourceError::NotFound)
        }
    }
    let mut files = testing::pack_files(WeightFormat::F16, 2).unwrap().files;
    let pack = pollster::block_on(Pack::open(&Memory(files.clone()))).unwrap();
    assert_eq!(pack.manifest().name, "tiny");
    files.pop();
    let error = pollster::block_on(Pack::open(&Memory(files))).unwrap_err();
    assert_eq!(error.to_string(), "weights-1.safetensors: not found");
}
