//! The Flickr 8k Audio Caption Corpus: five recordings a picture.
//!
//! ```text
//! flickr_audio/wavs/NAME_0.wav ... NAME_4.wav
//! flickr_audio/wav2capt.txt        NAME_0.wav NAME.jpg #0
//! flickr_audio/wav2spk.txt         NAME_0.wav 17               not needed
//! Flickr8k.token.txt               NAME.jpg#0<tab>what it shows
//! Flickr_8k.testImages.txt         NAME.jpg                    and trainImages, devImages
//! ```

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::{Line, find, read_text, stem};
use crate::failure::Failure;

/// The spoken captions of `split` (train, dev or test), in the order of `wav2capt.txt`.
///
/// # Errors
/// [`Failure::Input`] with the file that is missing or not of this form.
pub fn read(folder: &Path, split: &str) -> Result<Vec<Line>, Failure> {
    let pairs = find(folder, "wav2capt.txt")?;
    let wavs = pairs.with_file_name("wavs");
    let pictures = read_text(&find(folder, &format!("Flickr_8k.{split}Images.txt"))?)?;
    let pictures: HashSet<&str> = pictures.lines().map(str::trim).collect();
    let said = find(folder, "Flickr8k.token.txt")?;
    let captions = read_text(&said)?;
    let captions: HashMap<&str, &str> = captions
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let voices = match find(folder, "wav2spk.txt") {
        Ok(file) => read_text(&file)?,
        Err(_) => String::new(),
    };
    let voices: HashMap<&str, &str> = voices
        .lines()
        .filter_map(|line| line.trim().split_once(' '))
        .collect();
    let mut lines = Vec::new();
    for (number, line) in read_text(&pairs)?.lines().enumerate() {
        let refuse = |problem: String| {
            let problem = format!("line {}: {problem}", number + 1);
            Failure::input(&pairs, problem)
        };
        let words: Vec<&str> = line.split_whitespace().collect();
        let [wav, picture, caption] = words[..] else {
            if words.is_empty() {
                continue;
            }
            let form = "expected a recording, a picture and the number of a caption";
            return Err(refuse(form.to_owned()));
        };
        if !pictures.contains(picture) {
            continue;
        }
        let caption = format!("{picture}{caption}");
        let text = captions
            .get(caption.as_str())
            .ok_or_else(|| refuse(format!("{} has no {caption}", said.display())))?;
        lines.push(Line {
            id: stem(wav),
            audio: wavs.join(wav),
            image: stem(picture),
            text: text.trim().to_owned(),
            voice: voices.get(wav).copied().unwrap_or_default().to_owned(),
            split: split.to_owned(),
        });
    }
    Ok(lines)
}
