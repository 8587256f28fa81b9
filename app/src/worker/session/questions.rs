//! Questions that need no sound: a typed text, a picture, a link; and what is found out about answers when there is time.

use saysee_engine::BackendKind;

use super::{Session, is_of_gpu};
use crate::browser::clock;
use crate::logic::problem::{Code, Problem};
use crate::protocol::{Found, Report};
use crate::worker::{outbox, problems};

impl Session {
    /// The embedding of a typed text.
    pub(super) async fn embed_text(&mut self, text: &str) -> Result<Vec<f32>, Problem> {
        let engine = self.engine.as_mut().map_err(|problem| problem.clone())?;
        let unable = || Problem::new(Code::TextRefused, "the pack reads no text");
        let (Some(reading), Some(context)) = (&mut self.reading, engine.longest_text()) else {
            return Err(unable());
        };
        let tokens = reading.tokens(text, context).await?;
        let embedded = engine.embed_text(&tokens).await;
        embedded.map_err(|error| problems::of_engine(&error))
    }

    /// The embedding of a picture of the gallery.
    pub(super) fn embedding_of(&self, picture: usize) -> Result<Vec<f32>, Problem> {
        let engine = self.engine.as_ref().map_err(Problem::clone)?;
        let row = self.insight.picture(picture, engine.dimension());
        row.map(<[f32]>::to_vec).ok_or_else(|| {
            let detail = format!("there is no picture number {picture}");
            Problem::new(Code::EngineFailed, detail)
        })
    }

    /// The embedding of a link, if it belongs to this model.
    pub(super) fn check(&self, space: &str, embedding: Vec<f32>) -> Result<Vec<f32>, Problem> {
        let engine = self.engine.as_ref().map_err(Problem::clone)?;
        let own = self.ready.as_ref().map_or("", |ready| &ready.space);
        if space == own && embedding.len() == engine.dimension() {
            return Ok(embedding);
        }
        let numbers = embedding.len();
        let detail = format!("{numbers} numbers of {space:?}, the model's space is {own:?}");
        Err(Problem::new(Code::LinkForeign, detail))
    }

    /// Answers a query that is an embedding already.
    pub(super) async fn rank(&mut self, utterance: u32, embedding: Result<Vec<f32>, Problem>) {
        self.insight.give_up();
        let found = match (embedding, &mut self.engine) {
            (Err(problem), _) => Err(problem),
            (_, Err(problem)) => Err(problem.clone()),
            (Ok(embedding), Ok(engine)) => {
                let start = clock::milliseconds();
                let searched = engine.search(&embedding, usize::MAX).await;
                searched
                    .map(|results| Found {
                        ranking: self.insight.ranking(&results, embedding).0,
                        engine_ms: clock::milliseconds() - start,
                        ..Found::default()
                    })
                    .map_err(|error| problems::of_engine(&error))
            }
        };
        match found {
            Ok(found) => {
                self.insight.travel(utterance, &found.ranking);
                outbox::send(&Report::Answer { utterance, found });
            }
            Err(problem) => outbox::send(&Report::Failed { utterance, problem }),
        }
    }

    /// Whether there is time, and something to do, for what can wait.
    pub(super) fn is_free(&self) -> bool {
        self.engine.is_ok() && self.current.is_none() && self.insight.is_busy()
    }

    /// Does one of the things that can wait.
    pub(super) async fn find_out(&mut self) {
        let (Ok(engine), None) = (&mut self.engine, &self.current) else {
            return;
        };
        match self.insight.work(engine).await {
            Ok(()) => {}
            Err(error) if is_of_gpu(&error) && engine.backend().kind == BackendKind::Gpu => {
                self.restore(&error).await;
            }
            Err(error) => {
                // Nobody waits for it as for an answer; the next utterance will say what is wrong.
                self.insight.skip();
                web_sys::console::warn_1(&error.to_string().into());
            }
        }
    }
}
