//! A gallery: its manifest and, behind a zero, its embeddings, whose length and hash are made right.

#![no_main]

use libfuzzer_sys::fuzz_target;
use saysee_engine::format::sha256_hex;
use saysee_engine::gallery::{self, EmbeddingFormat, Gallery, GalleryManifest};
use saysee_engine::testing;
use saysee_fuzz::{allocation, message, parts, seed};
use serde_json::Value;

fn seeds() -> Vec<Vec<u8>> {
    [
        EmbeddingFormat::F32,
        EmbeddingFormat::F16,
        EmbeddingFormat::I8,
    ]
    .into_iter()
    .map(|format| {
        let gallery = testing::gallery(2, 1).expect("a gallery that is right");
        let (manifest, embeddings) = (gallery.manifest().clone(), gallery.embeddings());
        let files = gallery::write(manifest, &embeddings, format).expect("one that is right");
        let files: Vec<_> = files.files.into_iter().map(|(_, bytes)| bytes).collect();
        files.join(&0)
    })
    .collect()
}

/// The manifest with embeddings of this length and hash.
fn announced(json: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mut manifest: Value = serde_json::from_slice(json).ok()?;
    let embeddings = manifest.get_mut("embeddings")?.as_object_mut()?;
    embeddings.insert("bytes".to_owned(), data.len().into());
    embeddings.insert("sha256".to_owned(), sha256_hex(data).into());
    Some(manifest.to_string().into_bytes())
}

fuzz_target!(
    init: {
        seed::write(seeds);
        allocation::limit(256 << 20);
    },
    |input: &[u8]| {
        let [json, data] = parts(input);
        if let Err(error) = GalleryManifest::parse(json) {
            message::check(&error, "");
        }
        let Some(json) = announced(json, data) else {
            return;
        };
        match Gallery::load(&json, data) {
            Ok(gallery) => {
                let manifest = gallery.manifest();
                assert_eq!(gallery.embeddings().len(), manifest.count * manifest.dimension);
                assert_eq!(manifest.items.len(), manifest.count);
            }
            Err(error) => message::check(&error, ""),
        }
    }
);
