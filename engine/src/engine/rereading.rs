//! What was named, read once more: keywords that were named by how they sound know more than the network's own nearest
//! tokens, and the text tower makes an embedding of any of them.

use super::answer::Keyword;
use crate::pack::{Manifest, TextFrame};

/// Has the text tower read the keywords of an answer.
pub(super) struct Rereading {
    /// Share of what it says in the embedding that pictures are ranked by.
    share: f32,
    frame: TextFrame,
    /// Most tokens it takes, start and end included.
    most: usize,
}

impl Rereading {
    /// As a pack asks for it; `None` where it does not.
    pub(super) fn of(manifest: &Manifest) -> Option<Self> {
        let phones = manifest.phones.as_ref()?;
        let tower = manifest.model.text_tower.as_ref()?;
        manifest.rereads().then_some(Self {
            share: phones.share,
            frame: manifest.vocabulary.frame,
            most: tower.positions,
        })
    }

    /// The keywords as the tower takes them, `tokens` being the vocabulary; `None` without any.
    pub(super) fn text(&self, keywords: &[Keyword], tokens: &[String]) -> Option<Vec<u32>> {
        let row = |keyword: &Keyword| tokens.iter().position(|token| *token == keyword.token);
        let rows: Vec<u32> = keywords
            .iter()
            .filter_map(|keyword| u32::try_from(row(keyword)?).ok())
            .collect();
        (!rows.is_empty()).then(|| self.frame.around(rows, self.most))
    }

    /// The share of it in the embedding that pictures are ranked by.
    pub(super) fn share(&self) -> f32 {
        self.share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyword(token: &str) -> Keyword {
        Keyword {
            start: 0.0,
            end: 1.0,
            token: token.to_owned(),
            score: 1.0,
            alternatives: Vec::new(),
        }
    }

    const REREADING: Rereading = Rereading {
        share: 0.75,
        frame: TextFrame {
            start: 0,
            end: 1,
            padding: 0,
        },
        most: 4,
    };

    #[test]
    fn keywords_are_read_in_the_order_they_were_said() {
        let tokens = ["<start>", "<end>", "dogs", "beach"].map(str::to_owned);
        let text = |said: &[&str]| {
            let said: Vec<Keyword> = said.iter().map(|token| keyword(token)).collect();
            REREADING.text(&said, &tokens)
        };
        assert_eq!(text(&["beach", "dogs"]), Some(vec![0, 3, 2, 1]));
        assert_eq!(text(&["beach", "dogs", "beach"]), Some(vec![0, 3, 2, 1]));
        assert_eq!(text(&[]), None);
        assert_eq!(text(&["quasar"]), None);
    }
}
