//! A safetensors file with its configuration: header, configuration and data, separated by zeros. The
//! header's length is right, and the data is as long as the header asks for.

#![no_main]

use libfuzzer_sys::fuzz_target;
use saysee_checkpoint::Checkpoint;
use saysee_fuzz::{allocation, checkpoint, parts, scratch, seed};
use serde_json::Value;

/// Most bytes of data.
const MOST: u64 = 1 << 16;

fn seeds() -> Vec<Vec<u8>> {
    let header = concat!(
        r#"{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},"#,
        r#""a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"e":{"dtype":"F16","shape":[0,3],"data_offsets":[16,16]},"#,
        r#""f":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[16,19]},"g":{"dtype":"BF16","shape":[2],"data_offsets":[19,23]}}"#
    );
    let config = r#"{"clip":{"name":"ViT-B/32"},"numbers":[1,-2.5e3,null,true,"\u00e9"]}"#;
    vec![[header.as_bytes(), config.as_bytes(), &[63; 23]].join(&0)]
}

/// How much data the header speaks of.
fn length(header: &[u8]) -> Option<u64> {
    let header: Value = serde_json::from_slice(header).ok()?;
    let ends = header.as_object()?.values();
    ends.filter_map(|entry| entry.get("data_offsets")?.get(1)?.as_u64())
        .max()
        .filter(|length| *length <= MOST)
}

fuzz_target!(
    init: {
        seed::write(seeds);
        allocation::limit(256 << 20);
    },
    |input: &[u8]| {
        let [header, config, data] = parts(input);
        let mut data = data.to_vec();
        if let Some(length) = length(header) {
            data.resize(length as usize, 63);
        }
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header, &data].concat();
        scratch::file("config.json", config);
        let file = scratch::file("w.safetensors", &bytes);
        // What is wrong may be the configuration, which has a name of its own.
        if let Some(opened) = checkpoint::told(Checkpoint::open(file), "saysee-fuzz-") {
            checkpoint::read(&opened, "w.safetensors");
        }
    }
);
