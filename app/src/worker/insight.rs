//! What is done after an answer, one small job at a time, as long as nothing more urgent waits: why the pictures are
//! where they are, rankings without some words, how exactly a link has to be written, what the samples would find.

use std::collections::VecDeque;
use std::rc::Rc;

use saysee_engine::audio::occlude;
use saysee_engine::graph::StageTime;
use saysee_engine::{Engine, EngineError, Match};

use crate::browser::memory;
use crate::logic::history::MOST;
use crate::logic::numbers::families;
use crate::logic::share::Precision;
use crate::logic::{groups, pull};
use crate::protocol::{self, Clock, Numbers, Ranking, Report};
use crate::worker::outbox;

/// Pictures of a ranking: as many as a visitor may page through.
const RANKED: usize = 120;

/// An answered utterance.
struct Heard {
    utterance: u32,
    /// What the engine heard, 16 kHz.
    samples: Vec<f32>,
    /// Seconds of the recording before that.
    offset: f32,
    /// Scores of all pictures.
    scores: Vec<f32>,
}

/// Something to do.
#[derive(Clone)]
enum Job {
    /// Find out how exactly a link has to be written.
    Travel {
        utterance: u32,
        embedding: Vec<f32>,
        order: Vec<usize>,
    },
    /// Find out what a stretch does for pictures.
    Pull {
        utterance: u32,
        number: usize,
        span: (f32, f32),
        pictures: Rc<[usize]>,
    },
    /// Rank without some stretches.
    Strike {
        utterance: u32,
        spans: Vec<(f32, f32)>,
    },
    /// Embed a bundled utterance.
    Learn { sample: String, samples: Vec<f32> },
    /// Tell where the time goes.
    Count { utterance: u32 },
}

/// The pictures, the utterances that were answered, and what is to be found out about them.
#[derive(Default)]
pub struct Insight {
    pictures: Vec<f32>,
    heard: VecDeque<Heard>,
    jobs: VecDeque<Job>,
}

impl Insight {
    /// Takes the embeddings of the gallery: a new one's, or the same again after the engine was made anew.
    pub fn set_pictures(&mut self, pictures: Vec<f32>) {
        self.pictures = pictures;
    }

    /// The embedding of a picture.
    pub fn picture(&self, index: usize, dimension: usize) -> Option<&[f32]> {
        let start = index.checked_mul(dimension)?;
        self.pictures.get(start..start.checked_add(dimension)?)
    }

    /// What the page is told of all pictures, best first, and every picture's score.
    pub fn ranking(&self, results: &[Match], embedding: Vec<f32>) -> (Ranking, Vec<f32>) {
        let mut scores = vec![0.0; results.len()];
        for found in results {
            if let Some(score) = scores.get_mut(found.index) {
                *score = found.score;
            }
        }
        let best = &results[..results.len().min(RANKED)];
        let order: Vec<usize> = best.iter().map(|found| found.index).collect();
        let leaders = groups::leaders(&order, &self.pictures, embedding.len());
        let matches = best.iter().zip(leaders).map(|(found, repeats)| {
            let (index, score) = (found.index, found.score);
            protocol::Match {
                index,
                score,
                repeats,
            }
        });
        let ranking = Ranking {
            matches: matches.collect(),
            median: results
                .get(results.len() / 2)
                .map_or(0.0, |middle| middle.score),
            embedding,
        };
        (ranking, scores)
    }

    /// Keeps an utterance that was answered, so that it can be asked about.
    pub fn remember(&mut self, utterance: u32, samples: Vec<f32>, offset: f32, scores: Vec<f32>) {
        self.heard.truncate(MOST - 1);
        self.heard.push_front(Heard {
            utterance,
            samples,
            offset,
            scores,
        });
    }

    /// Something more urgent has begun: what was asked about earlier utterances is given up.
    pub fn give_up(&mut self) {
        self.jobs.retain(|job| matches!(job, Job::Learn { .. }));
    }

    /// Whether there is something to do.
    pub fn is_busy(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// Finds out how exactly a link to this ranking has to be written.
    pub fn travel(&mut self, utterance: u32, ranking: &Ranking) {
        if ranking.matches.is_empty() {
            return;
        }
        let order = ranking.matches.iter().map(|found| found.index).collect();
        let embedding = ranking.embedding.clone();
        self.jobs.push_back(Job::Travel {
            utterance,
            embedding,
            order,
        });
    }

    /// Finds out what stretches do for pictures.
    pub fn explain(&mut self, utterance: u32, spans: Vec<(f32, f32)>, pictures: Vec<usize>) {
        let pictures: Rc<[usize]> = pictures.into();
        for (number, span) in spans.into_iter().enumerate() {
            self.jobs.push_back(Job::Pull {
                utterance,
                number,
                span,
                pictures: pictures.clone(),
            });
        }
    }

    /// Ranks without stretches: somebody waits for it, and only the latest wish counts.
    pub fn strike(&mut self, utterance: u32, spans: Vec<(f32, f32)>) {
        self.jobs.retain(|job| !matches!(job, Job::Strike { .. }));
        self.jobs.push_front(Job::Strike { utterance, spans });
    }

    /// Embeds a bundled utterance.
    pub fn learn(&mut self, sample: String, samples: Vec<f32>) {
        self.jobs.push_back(Job::Learn { sample, samples });
    }

    /// Tells where the time of an utterance goes.
    pub fn count(&mut self, utterance: u32) {
        self.jobs.push_back(Job::Count { utterance });
    }

    /// Leaves the next job out.
    pub fn skip(&mut self) {
        self.jobs.pop_front();
    }

    /// Does the next job and tells the page.
    ///
    /// # Errors
    /// What the engine reports; the job stays the next one.
    pub async fn work(&mut self, engine: &mut Engine) -> Result<(), EngineError> {
        let Some(job) = self.jobs.front().cloned() else {
            return Ok(());
        };
        self.attempt(job, engine).await?;
        self.skip();
        Ok(())
    }

    async fn attempt(&mut self, job: Job, engine: &mut Engine) -> Result<(), EngineError> {
        match job {
            Job::Travel {
                utterance,
                embedding,
                order,
            } => {
                let precision = precision(engine, &embedding, &order).await?;
                outbox::send(&Report::Travels {
                    utterance,
                    precision,
                });
            }
            Job::Pull {
                utterance,
                number,
                span,
                pictures,
            } => {
                let Some(heard) = self.find(utterance) else {
                    return Ok(());
                };
                let answer = engine.query(&heard.without(&[span]), usize::MAX).await?;
                let (_, after) = self.ranking(&answer.results, answer.embedding);
                let before = self.find(utterance).map_or(&[][..], |heard| &heard.scores);
                outbox::send(&Report::Pulls {
                    utterance,
                    span: number,
                    pulls: pull::lost(before, &after, &pictures),
                });
            }
            Job::Strike { utterance, spans } => {
                let Some(heard) = self.find(utterance) else {
                    return Ok(());
                };
                let answer = engine.query(&heard.without(&spans), usize::MAX).await?;
                let (ranking, _) = self.ranking(&answer.results, answer.embedding);
                self.travel(utterance, &ranking);
                outbox::send(&Report::Struck {
                    utterance,
                    spans,
                    ranking,
                });
            }
            Job::Learn { sample, samples } => {
                let embedding = engine.query(&samples, 0).await?.embedding;
                outbox::send(&Report::Learnt { sample, embedding });
            }
            Job::Count { utterance } => {
                let samples = match self.find(utterance) {
                    Some(heard) => heard.samples.clone(),
                    None => Vec::new(),
                };
                outbox::send(&Report::Numbers(numbers(engine, &samples).await?));
            }
        }
        Ok(())
    }

    /// An utterance that is still known; tells the page when it is not.
    fn find(&self, utterance: u32) -> Option<&Heard> {
        let found = self.heard.iter().find(|heard| heard.utterance == utterance);
        if found.is_none() {
            outbox::send(&Report::Forgotten { utterance });
        }
        found
    }
}

impl Heard {
    /// What would have been heard without these stretches of the recording.
    fn without(&self, spans: &[(f32, f32)]) -> Vec<f32> {
        let shift = |(start, end): &(f32, f32)| (start - self.offset, end - self.offset);
        let spans: Vec<(f32, f32)> = spans.iter().map(shift).collect();
        occlude(&self.samples, &spans)
    }
}

/// The shortest way to write `embedding` that keeps the pictures in `order`.
async fn precision(
    engine: &mut Engine,
    embedding: &[f32],
    order: &[usize],
) -> Result<Precision, EngineError> {
    for precision in [Precision::Eight, Precision::Sixteen] {
        let rounded = precision.rounded(embedding);
        let found = engine.search(&rounded, order.len()).await?;
        if found
            .iter()
            .map(|found| found.index)
            .eq(order.iter().copied())
        {
            return Ok(precision);
        }
    }
    Ok(Precision::Full)
}

/// What is held, and where the time of `samples` goes.
async fn numbers(engine: &mut Engine, samples: &[f32]) -> Result<Numbers, EngineError> {
    let (clock, stages) = match samples {
        [] => (Clock::default(), Vec::new()),
        samples => stages(engine, samples).await?,
    };
    let gpu_bytes = engine.gpu_ledger().map_or_else(Vec::new, |ledger| {
        [
            ("weights", ledger.weights),
            ("activations", ledger.activations),
            ("tables", ledger.tables),
            ("parameters", ledger.parameters),
            ("readback", ledger.readback),
        ]
        .map(|(name, bytes)| (name.to_owned(), bytes))
        .to_vec()
    });
    Ok(Numbers {
        heap_bytes: memory::bytes(),
        gpu_bytes,
        seconds: samples.len() as f32 / 16_000.0,
        clock,
        stages,
    })
}

/// Milliseconds of each stage on the CPU; on a GPU, which does them all in one go, of each kernel by its own clock.
async fn stages(
    engine: &mut Engine,
    samples: &[f32],
) -> Result<(Clock, Vec<(String, f64)>), EngineError> {
    if let Some(times) = engine.stage_times(samples).await? {
        let pair = |stage: StageTime| (stage.name, stage.milliseconds);
        return Ok((Clock::Cpu, times.into_iter().map(pair).collect()));
    }
    engine.set_profile(true);
    let heard = engine.query(samples, 0).await;
    let kernels = engine.profile().await;
    engine.set_profile(false);
    heard?;
    let kernels = kernels?;
    let timed = kernels
        .iter()
        .filter_map(|kernel| Some((kernel.kernel.as_str(), kernel.nanoseconds?)));
    let families = families(timed);
    let clock = match families.is_empty() {
        true => Clock::None,
        false => Clock::Gpu,
    };
    Ok((clock, families))
}
