//! A folder with everything `saysee` needs.

use std::path::PathBuf;
use std::process::{Command, Output};

use saysee_engine::gallery::{self, EmbeddingFormat};
use saysee_engine::pack::WeightFormat;
use saysee_engine::testing;
use serde_json::Value;

/// A folder with a pack, a gallery and recordings, removed at the end.
pub struct World {
    folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let pack = testing::pack_files(WeightFormat::Q8, 1).unwrap();
        world.write("pack", &pack.files);
        let gallery = testing::gallery(30, 2).unwrap();
        let manifest = gallery.manifest().clone();
        let files = gallery::write(manifest, &gallery.embeddings(), EmbeddingFormat::F32).unwrap();
        world.write("gallery", &files.files);
        world.record("a.wav", 44_100, 1.2, 3);
        world.record("b.wav", 16_000, 2.0, 4);
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, folder: &str, files: &[(String, Vec<u8>)]) {
        std::fs::create_dir(self.path(folder)).unwrap();
        for (name, bytes) in files {
            std::fs::write(self.path(folder).join(name), bytes).unwrap();
        }
    }

    /// Something like speech, as a 16-bit mono wav. The sound is made at 16 kHz whatever the rate says.
    pub fn record(&self, name: &str, rate: u32, seconds: f32, seed: u64) {
        let samples = testing::sound(seconds * rate as f32 / 16_000.0, seed);
        let data: Vec<u8> = samples
            .iter()
            .flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes())
            .collect();
        let mut wav = b"RIFF".to_vec();
        wav.extend((36 + data.len() as u32).to_le_bytes());
        wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
        wav.extend(rate.to_le_bytes());
        wav.extend((2 * rate).to_le_bytes());
        wav.extend(b"\x02\0\x10\0data");
        wav.extend((data.len() as u32).to_le_bytes());
        wav.extend(data);
        std::fs::write(self.path(name), wav).unwrap();
    }

    /// Runs `saysee`; words that name something in the folder, or a file to be, become its path.
    pub fn run(&self, line: &str) -> Output {
        let arguments = line.split_whitespace().map(|word| {
            let path = self.path(word);
            let is_file = [".wav", ".mp3", ".safetensors", ".ckpt"]
                .iter()
                .any(|end| word.ends_with(end));
            // What a command makes is a folder that is not there yet.
            let is_made = ["converted", "flat"].contains(&word) || word.starts_with("pack-");
            if is_file || is_made || path.exists() {
                path.into_os_string()
            } else {
                word.into()
            }
        });
        Command::new(env!("CARGO_BIN_EXE_saysee"))
            .args(arguments)
            .output()
            .unwrap()
    }

    pub fn query(&self, rest: &str) -> Output {
        self.run(&format!("query --pack pack --gallery gallery {rest}"))
    }

    /// Flips a bit in the middle of a file.
    pub fn damage(&self, file: &str) {
        let path = self.path(file);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub fn lines(output: &Output) -> Vec<Value> {
    text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
