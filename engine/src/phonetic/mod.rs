//! Words by their sound: which words of a lexicon a stretch of frames may hold, from what a classifier says of each
//! frame's phone. Plain numbers in, plain numbers out, the same on every backend.
//!
//! ```text
//! trie.rs       the pronunciations of all words, what they begin with in common
//! strays.rs     the best explanation by phones that belong to no word
//! lexicon.rs    the best alignment of every word between such phones
//! ```
//!
//! A classifier trained by connectionist temporal classification leaves, for each frame, the log-probability of every
//! phone and of the blank. A stretch is explained by a path: one symbol a frame, where repeats of a symbol and blanks
//! between them stand for one phone. Phones that belong to no word are *strays* and cost the same each, whatever they
//! are: the price of not being a word. What a word is worth is how much better it explains the stretch than strays
//! alone, in units of that cost: about as many as it has phones when it was said, less for each that was not.

mod lexicon;
mod strays;
mod trie;

pub use lexicon::{Lexicon, Sounding};
pub use strays::Strays;

/// Log-probabilities of the symbols of each frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhoneFrames {
    symbols: usize,
    log_probabilities: Vec<f32>,
}

impl PhoneFrames {
    /// From what a classifier leaves before its softmax, `[frames, symbols]`. What is no number counts as impossible.
    pub fn from_logits(mut logits: Vec<f32>, symbols: usize) -> Self {
        let symbols = symbols.max(1);
        logits.truncate(logits.len() / symbols * symbols);
        for row in logits.chunks_exact_mut(symbols) {
            let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            if !largest.is_finite() {
                row.fill(-(symbols as f32).ln());
                continue;
            }
            let sum: f32 = row
                .iter()
                .map(|x| (x - largest).exp())
                .filter(|x| !x.is_nan())
                .sum();
            let subtracted = largest + sum.ln();
            for x in row {
                // Nothing is impossible enough to make sums infinite.
                *x = if x.is_nan() {
                    LEAST
                } else {
                    (*x - subtracted).max(LEAST)
                };
            }
        }
        Self {
            symbols,
            log_probabilities: logits,
        }
    }

    /// How many frames there are.
    pub fn len(&self) -> usize {
        self.log_probabilities.len() / self.symbols.max(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.log_probabilities.is_empty()
    }

    /// The frames of a stretch, as far as they are there.
    pub fn stretch(&self, frames: std::ops::Range<usize>) -> Self {
        let end = frames.end.min(self.len());
        let start = frames.start.min(end);
        let numbers = &self.log_probabilities[start * self.symbols..end * self.symbols];
        Self {
            symbols: self.symbols,
            log_probabilities: numbers.to_vec(),
        }
    }

    fn rows(&self) -> impl DoubleEndedIterator<Item = &[f32]> {
        self.log_probabilities.chunks_exact(self.symbols.max(1))
    }
}

/// The log-probability of what is as good as impossible.
const LEAST: f32 = -50.0;

#[cfg(test)]
mod tests;
