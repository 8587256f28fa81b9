//! A pack: its manifest and, behind a zero, its shards. Lengths and hashes of the shards are made right.

#![no_main]

use libfuzzer_sys::fuzz_target;
use saysee_engine::format::sha256_hex;
use saysee_engine::pack::{self, Loader, Manifest, Pack, PackError, WeightFormat};
use saysee_engine::testing;
use saysee_fuzz::{allocation, message, parts, seed};
use serde_json::Value;

fn seeds() -> Vec<Vec<u8>> {
    [WeightFormat::F16, WeightFormat::Q8, WeightFormat::Q4]
        .into_iter()
        .flat_map(|weights| {
            let mut manifest = testing::manifest(weights);
            small(&mut manifest);
            let tensors = testing::tensors(&manifest, 1);
            let files = pack::write(manifest, &tensors).expect("a pack that is right");
            let files: Vec<_> = files.files.into_iter().map(|(_, bytes)| bytes).collect();
            [
                files[0].clone(),
                [&files[0][..], &[0], &files[1..].concat()].concat(),
            ]
        })
        .collect()
}

/// As few numbers as a network can have, for inputs of a few kilobytes.
fn small(manifest: &mut Manifest) {
    let mut json = serde_json::to_value(&*manifest).expect("a manifest that is right");
    for (field, size) in [
        ("/model/front_end/features/mels", 8),
        ("/model/encoder/width", 32),
        ("/model/encoder/layers", 1),
        ("/model/encoder/heads", 1),
        ("/model/encoder/feed_forward", 32),
        ("/model/encoder/kernel", 3),
        ("/model/head/block/heads", 1),
        ("/model/head/parallel/hidden", 32),
        ("/model/text_tower/feed_forward", 32),
    ] {
        if let Some(value) = json.pointer_mut(field) {
            *value = size.into();
        }
    }
    *manifest = serde_json::from_value(json).expect("a manifest that is right");
}

/// The manifest with shards that are as it says, and these shards.
fn announced(json: &[u8], data: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let as_it_is = (json.to_vec(), vec![data.to_vec()]);
    let Ok(mut manifest) = serde_json::from_slice::<Value>(json) else {
        return as_it_is;
    };
    let Some(shards) = manifest.get_mut("shards").and_then(Value::as_array_mut) else {
        return as_it_is;
    };
    let (mut rest, count) = (data, shards.len());
    let mut files = Vec::new();
    for (index, shard) in shards.iter_mut().enumerate() {
        let Some(shard) = shard.as_object_mut() else {
            return as_it_is;
        };
        let length = shard.get("bytes").and_then(Value::as_u64).unwrap_or(0);
        let length = usize::try_from(length)
            .unwrap_or(usize::MAX)
            .min(rest.len());
        let is_last = index + 1 == count;
        let (file, after) = rest.split_at(if is_last { rest.len() } else { length });
        rest = after;
        shard.insert("bytes".to_owned(), file.len().into());
        shard.insert("sha256".to_owned(), sha256_hex(file).into());
        files.push(file.to_vec());
    }
    (manifest.to_string().into_bytes(), files)
}

fn told<T>(result: Result<T, PackError>) -> Option<T> {
    result.map_err(|error| message::check(&error, "")).ok()
}

fuzz_target!(
    init: {
        seed::write(seeds);
        allocation::limit(256 << 20);
    },
    |input: &[u8]| {
        let [json, data] = parts(input);
        told(Manifest::parse(json));
        let (json, shards) = announced(json, data);
        let Some(manifest) = told(Manifest::parse(&json)) else {
            return;
        };
        let mut loader = Loader::new(manifest.clone());
        for shard in &shards {
            for (_, weight) in told(loader.add(shard)).unwrap_or_default() {
                let [rows, columns] = weight.shape();
                assert_eq!(weight.to_f32().len(), rows * columns);
            }
        }
        if let Some(pack) = told(Pack::load(manifest, shards)) {
            for plan in pack::plan(pack.manifest()) {
                let weight = pack.tensor(&plan.name).expect("a whole pack has all tensors");
                assert_eq!(weight.shape(), plan.matrix());
            }
        }
    }
);
