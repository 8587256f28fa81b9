//! What there is to say: captions of scenes, and short prompts cut out of them.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// A sentence and the content words in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caption {
    /// Lower case, letters and spaces.
    pub text: String,
    /// The words that name what is seen, in spoken order.
    pub content: Vec<String>,
}

/// A scene and its captions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Scene {
    /// The scene's name.
    pub id: String,
    /// Never empty; the first tells the whole scene.
    pub captions: Vec<Caption>,
}

/// What is wrong with a file of captions.
#[derive(Debug, thiserror::Error)]
pub enum CaptionsError {
    /// The file cannot be read.
    #[error("{}: {source}; `saysee-scenes captions` writes such files", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not a scene with captions.
    #[error("{}, line {line}: {detail}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        detail: String,
    },
    /// The file has no captions.
    #[error("{} has no captions", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// Most words of a prompt.
const LONGEST_PROMPT: usize = 5;

/// Words that belong to the noun after them.
const DETERMINERS: [&str; 4] = ["a", "an", "the", "some"];

/// Captions to draw from.
#[derive(Debug)]
pub struct Captions {
    scenes: Vec<Scene>,
    /// Where each content word occurs, one word after another.
    occurrences: Vec<Vec<Place>>,
    /// Words beside the captions.
    listed: Vec<String>,
}

/// A word of a caption.
#[derive(Debug, Clone, Copy)]
struct Place {
    scene: usize,
    caption: usize,
    word: usize,
}

impl Captions {
    /// Reads a file with one JSON object a line: `{"id", "captions": [{"text", "content"}]}`.
    pub fn read(path: &Path) -> Result<Self, CaptionsError> {
        let failed = |source| CaptionsError::Read {
            path: path.into(),
            source,
        };
        let mut scenes = Vec::new();
        for (index, line) in BufReader::new(File::open(path).map_err(failed)?)
            .lines()
            .enumerate()
        {
            let bad = |detail: String| CaptionsError::Line {
                path: path.into(),
                line: index + 1,
                detail,
            };
            let line = line.map_err(failed)?;
            if line.trim().is_empty() {
                continue;
            }
            let scene: Scene =
                serde_json::from_str(&line).map_err(|error| bad(error.to_string()))?;
            if scene
                .captions
                .iter()
                .all(|caption| caption.content.is_empty())
            {
                return Err(bad("no caption has a content word".into()));
            }
            scenes.push(scene);
        }
        if scenes.is_empty() {
            return Err(CaptionsError::Empty { path: path.into() });
        }
        Ok(Self::new(scenes))
    }

    /// Captions of scenes in memory.
    pub fn new(scenes: Vec<Scene>) -> Self {
        let mut occurrences: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for (scene, Scene { captions, .. }) in scenes.iter().enumerate() {
            for (caption, said) in captions.iter().enumerate() {
                for (word, text) in content_positions(said) {
                    let places = occurrences.entry(text.clone()).or_default();
                    places.push(Place {
                        scene,
                        caption,
                        word,
                    });
                }
            }
        }
        Self {
            scenes,
            occurrences: occurrences.into_values().collect(),
            listed: Vec::new(),
        }
    }

    /// Reads a list of further words, one a line. Only plain lower-case words of 2 to 16 letters are kept:
    /// names, abbreviations and possessives are spelled one way and read another.
    pub fn read_words(&mut self, path: &Path) -> Result<(), CaptionsError> {
        let failed = |source| CaptionsError::Read {
            path: path.into(),
            source,
        };
        let text = std::fs::read_to_string(path).map_err(failed)?;
        self.listed = text
            .lines()
            .map(str::trim)
            .filter(|word| (2..=16).contains(&word.len()))
            .filter(|word| word.bytes().all(|letter| letter.is_ascii_lowercase()))
            .map(str::to_owned)
            .collect();
        if self.listed.is_empty() {
            return Err(CaptionsError::Empty { path: path.into() });
        }
        Ok(())
    }

    /// A word of the list, at times with an article or another word; `None` without a list. It has no
    /// content: what the words name is not known.
    pub fn draw_listed(&self, rng: &mut impl Rng) -> Option<Caption> {
        if self.listed.is_empty() {
            return None;
        }
        let mut word = || self.listed[rng.random_range(0..self.listed.len())].as_str();
        let (first, second) = (word(), word());
        let text = match rng.random_range(0..10) {
            0..5 => first.to_owned(),
            5..7 if first.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {first}"),
            5..7 => format!("a {first}"),
            7 => format!("the {first}"),
            _ => format!("{first} {second}"),
        };
        Some(Caption {
            text,
            content: Vec::new(),
        })
    }

    /// The scenes.
    pub fn scenes(&self) -> &[Scene] {
        &self.scenes
    }

    /// A caption of any scene.
    pub fn draw_caption(&self, rng: &mut impl Rng) -> (String, Caption) {
        let scene = &self.scenes[rng.random_range(0..self.scenes.len())];
        (
            scene.id.clone(),
            scene.captions[rng.random_range(0..scene.captions.len())].clone(),
        )
    }

    /// A word or a short phrase around it, every content word equally often.
    pub fn draw_prompt(&self, rng: &mut impl Rng) -> (String, Caption) {
        let places = &self.occurrences[rng.random_range(0..self.occurrences.len())];
        let Place {
            scene,
            caption,
            word,
        } = places[rng.random_range(0..places.len())];
        let scene = &self.scenes[scene];
        let caption = &scene.captions[caption];
        let words: Vec<&str> = caption.text.split_whitespace().collect();
        let (first, last) = match rng.random_range(0..100) {
            0..45 => (word, word),
            45..75 => (start_of_phrase(caption, &words, word), word),
            _ => (
                start_of_phrase(caption, &words, word),
                end_of_next_phrase(caption, &words, word),
            ),
        };
        (scene.id.clone(), excerpt(caption, &words, first, last))
    }
}

/// The content words and their positions among the words of the text.
fn content_positions(caption: &Caption) -> Vec<(usize, &String)> {
    let mut content = caption.content.iter().peekable();
    let mut positions = Vec::new();
    for (w, word) in caption.text.split_whitespace().enumerate() {
        if let Some(next) = content.next_if(|next| *next == word) {
            positions.push((w, next));
        }
    }
    positions
}

/// From the determiner or the content word right before `word`, or else from itself.
fn start_of_phrase(caption: &Caption, words: &[&str], word: usize) -> usize {
    let Some(before) = word.checked_sub(1) else {
        return word;
    };
    let content = content_positions(caption);
    if content.iter().any(|(w, _)| *w == before) {
        let further = before
            .checked_sub(1)
            .filter(|&w| DETERMINERS.contains(&words[w]));
        further.unwrap_or(before)
    } else if DETERMINERS.contains(&words[before]) {
        before
    } else {
        word
    }
}

/// To the next content word, if it is near.
fn end_of_next_phrase(caption: &Caption, words: &[&str], word: usize) -> usize {
    content_positions(caption)
        .into_iter()
        .map(|(w, _)| w)
        .find(|&w| w > word)
        .filter(|&w| w < word + LONGEST_PROMPT && w < words.len())
        .unwrap_or(word)
}

fn excerpt(caption: &Caption, words: &[&str], first: usize, last: usize) -> Caption {
    Caption {
        text: words[first..=last].join(" "),
        content: content_positions(caption)
            .into_iter()
            .filter(|(w, _)| (first..=last).contains(w))
            .map(|(_, word)| word.clone())
            .collect(),
    }
}
