//! Every utterance through the engine, on as many threads as there is use for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::ProgressBar;
use saysee_degrade::{Degradation, Preset};
use saysee_engine::Engine;
use saysee_engine::cpu::Pool;
use saysee_engine::pack::Pack;
use saysee_measures::recall;

use super::manifest::{self, Utterance};
use crate::failure::Failure;
use crate::reader::Reader;
use crate::session::{self, Backend};

/// What the engine made of an utterance.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Seconds of it.
    pub seconds: f64,
    /// Its embedding, of length 1.
    pub embedding: Vec<f32>,
    /// The embedding of what is said, of length 1; empty where nobody asked, or it cannot be read.
    pub text: Vec<f32>,
    /// Its keywords.
    pub keywords: Vec<HeardKeyword>,
    /// Of an utterance that is one word: how well the vocabulary's words fit.
    pub word: Option<HeardWord>,
}

/// A keyword.
#[derive(Clone, Debug)]
pub struct HeardKeyword {
    /// Its name and the next best, best first.
    pub names: Vec<String>,
    /// Seconds.
    pub start: f64,
    /// Seconds.
    pub end: f64,
}

/// The word that an utterance is, among others.
#[derive(Clone, Debug, Default)]
pub struct HeardWord {
    /// Its place in the whole vocabulary, from 0; `None` for a word that is not in it.
    pub place: Option<usize>,
    /// The best word of the vocabulary.
    pub best: Option<String>,
    /// Its place among the names asked about; `None` for one that is not in the vocabulary.
    pub place_among_names: Option<usize>,
    /// The best of the names.
    pub best_among_names: Option<String>,
}

/// What to hear, and how.
pub struct Listening<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// Where it runs.
    pub backend: Backend,
    /// Threads, each with an engine of its own.
    pub threads: usize,
    /// Seconds of quiet around each recording before that.
    pub around: f32,
    /// What happens to the sound; nothing for what is clean.
    pub degrade: Option<Preset>,
    /// Words that an utterance which is one word is told among, beside the whole vocabulary.
    pub names: &'a [String],
    /// Reads what is said, where that is asked for.
    pub reader: Option<&'a Reader>,
}

impl Listening<'_> {
    /// Hears all utterances, in order.
    ///
    /// # Errors
    /// The first recording that cannot be used; a backend that cannot run.
    pub fn hear(
        &self,
        utterances: &[Utterance],
        progress: &ProgressBar,
    ) -> Result<Vec<Heard>, Failure> {
        let next = AtomicUsize::new(0);
        let heard = Mutex::new(vec![Heard::default(); utterances.len()]);
        let failures = Mutex::new(Vec::new());
        let work = || {
            let mut engine = session::start(self.pack, self.backend, Pool::alone())?;
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(utterance) = utterances.get(index) else {
                    return Ok(());
                };
                let one = self.hear_one(&mut engine, utterance)?;
                if let Ok(mut heard) = heard.lock() {
                    heard[index] = one;
                }
                progress.inc(1);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.threads.clamp(1, utterances.len().max(1)) {
                scope.spawn(|| {
                    if let Err(failure) = work() {
                        // The others need not go on.
                        next.store(utterances.len(), Ordering::Relaxed);
                        if let Ok(mut failures) = failures.lock() {
                            failures.push(failure);
                        }
                    }
                });
            }
        });
        match failures.into_inner().unwrap_or_default().into_iter().next() {
            Some(failure) => Err(failure),
            None => Ok(heard.into_inner().unwrap_or_default()),
        }
    }

    fn hear_one(&self, engine: &mut Engine, utterance: &Utterance) -> Result<Heard, Failure> {
        let samples = manifest::samples(utterance, engine.max_seconds() - 2.0 * self.around)?;
        let named = std::path::Path::new(&utterance.id);
        let degradation = Degradation {
            padding: [self.around; 2],
            ..self.degrade.map_or_else(Degradation::default, |preset| {
                preset.degradation(&utterance.id)
            })
        };
        let samples = degradation
            .apply(&samples, &[])
            .map_err(|error| Failure::input(named, error))?;
        let refused = |error| Failure::utterance(named, error);
        let answer = pollster::block_on(engine.query(&samples, 0)).map_err(refused)?;
        let word = match &utterance.word {
            Some(word) => {
                let fits = pollster::block_on(engine.rank_words(&samples)).map_err(refused)?;
                Some(self.word(word, &fits))
            }
            None => None,
        };
        let tokens = self
            .reader
            .and_then(|reader| reader.read(&utterance.text).ok());
        let text = match tokens {
            Some(tokens) => pollster::block_on(engine.embed_text(&tokens)).map_err(refused)?,
            None => Vec::new(),
        };
        let keywords = answer.keywords.into_iter().map(|keyword| {
            let alternatives = keyword.alternatives.into_iter().map(|(name, _)| name);
            HeardKeyword {
                names: std::iter::once(keyword.token).chain(alternatives).collect(),
                start: f64::from(keyword.start - self.around),
                end: f64::from(keyword.end - self.around),
            }
        });
        Ok(Heard {
            seconds: f64::from(answer.seconds - 2.0 * self.around),
            embedding: answer.embedding,
            text,
            keywords: keywords.collect(),
            word,
        })
    }

    fn word(&self, said: &str, fits: &[f32]) -> HeardWord {
        let tokens = &self.pack.manifest().vocabulary.tokens;
        let number = |word: &str| tokens.iter().position(|token| token == word);
        let known: Vec<usize> = self.names.iter().filter_map(|name| number(name)).collect();
        let among: Vec<f32> = known
            .iter()
            .filter_map(|token| fits.get(*token))
            .copied()
            .collect();
        let best = |scores: &[f32]| {
            let better = |a: &usize, b: &usize| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a));
            (0..scores.len()).max_by(better)
        };
        let own = number(said);
        let own_among = own.and_then(|own| known.iter().position(|token| *token == own));
        HeardWord {
            place: own.map(|own| recall::place(fits, own)),
            best: best(fits).map(|token| tokens[token].clone()),
            place_among_names: own_among.map(|own| recall::place(&among, own)),
            best_among_names: best(&among).map(|index| tokens[known[index]].clone()),
        }
    }
}
