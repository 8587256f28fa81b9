//! The queries of this visit, the latest first. They are gone with the page.

use crate::logic::asked::Asked;
use crate::logic::waveform::Waveform;
use crate::protocol::Found;

/// More than this are forgotten: each may hold the sound of its utterance.
pub const MOST: usize = 12;

/// An answered query.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Number of its utterance, by which the worker knows it too.
    pub utterance: u32,
    /// What it came from.
    pub source: Asked,
    /// What was found.
    pub found: Found,
    /// Its sound, as peaks.
    pub waveform: Waveform,
}

/// Answered queries, the latest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    entries: Vec<Entry>,
}

impl History {
    /// Adds a query.
    pub fn add(&mut self, entry: Entry) {
        self.entries
            .retain(|known| known.utterance != entry.utterance);
        self.entries.insert(0, entry);
        self.entries.truncate(MOST);
    }

    /// The queries, the latest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One of them.
    pub fn get(&self, utterance: u32) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.utterance == utterance)
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(utterance: u32) -> Entry {
        Entry {
            utterance,
            source: Asked::Microphone,
            found: Found::default(),
            waveform: Waveform::new(16_000.0),
        }
    }

    #[test]
    fn the_latest_comes_first_and_old_ones_go() {
        let mut history = History::default();
        for utterance in 0..MOST as u32 {
            history.add(entry(utterance));
        }
        history.add(entry(99));
        assert_eq!(history.entries()[0].utterance, 99);
        assert_eq!(history.entries().len(), MOST);
        assert!(history.get(0).is_none() && history.get(1).is_some());
        history.clear();
        assert!(history.entries().is_empty());
    }

    #[test]
    fn an_utterance_is_there_once() {
        let mut history = History::default();
        history.add(entry(1));
        history.add(entry(2));
        history.add(entry(1));
        let order: Vec<u32> = history
            .entries()
            .iter()
            .map(|entry| entry.utterance)
            .collect();
        assert_eq!(order, [1, 2]);
    }
}
