//! The best alignment of every word of a lexicon, between strays.

use super::trie::Trie;
use super::{PhoneFrames, Strays};

/// How the words of a vocabulary sound, ready to be listened for.
#[derive(Clone, Debug, PartialEq)]
pub struct Lexicon {
    trie: Trie,
    words: usize,
    blank: usize,
    stray_cost: f32,
}

/// A word that a stretch of frames may hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sounding {
    /// Its number in the lexicon.
    pub word: usize,
    /// How much better it explains the stretch than strays, in stray phones: at most `phones`.
    pub gain: f32,
    /// Phones of the pronunciation that explains it best.
    pub phones: usize,
    /// The frames of its first phone's beginning and its last phone's end.
    pub frames: (usize, usize),
}

impl Sounding {
    /// The share of its phones that it was heard with.
    pub fn share(&self) -> f32 {
        self.gain / self.phones.max(1) as f32
    }
}

/// A share that every word reaches that fits into the frames at all.
const EVERYTHING: f32 = 1e6;

/// Keeps rounding from letting go of a path that just reaches the goal.
const SLACK: f32 = 1e-2;

/// The best paths that end in a node at a frame: in its phone, and in a blank after it; each with the frame at which
/// it entered the word.
#[derive(Clone, Copy)]
struct Paths {
    phone: (f32, u32),
    blank: (f32, u32),
}

const NONE: Paths = Paths {
    phone: (f32::NEG_INFINITY, 0),
    blank: (f32::NEG_INFINITY, 0),
};

impl Lexicon {
    /// `words` are pronunciations of each word, phones as numbers of symbols; `stray_cost` is above 0.
    pub fn new(words: &[Vec<Vec<u16>>], blank: usize, stray_cost: f32) -> Self {
        Self {
            trie: Trie::new(words),
            words: words.len(),
            blank,
            stray_cost,
        }
    }

    /// The words that were heard with more than `least` of their phones, in the order of their numbers. The more is
    /// asked for the quicker this is, because few words begin so well. With minus infinity every word that fits into
    /// the frames is tried to its end.
    pub fn hear(&self, frames: &PhoneFrames, least: f32) -> Vec<Sounding> {
        let least = least.clamp(-EVERYTHING, 1.0);
        let strays = Strays::of(frames, self.blank, self.stray_cost);
        let mut search = Search {
            lexicon: self,
            best: vec![None; self.words],
            now: Layer::new(self.trie.nodes.len()),
            next: Layer::new(self.trie.nodes.len()),
            strays: &strays,
            least,
        };
        for (frame, row) in frames.rows().enumerate() {
            search.step(frame as u32, row);
        }
        let found = search.best.into_iter().enumerate();
        let sounding = |(word, best): (usize, Option<Best>)| {
            let best = best?;
            let gain = (best.score - strays.total()) / self.stray_cost;
            Some(Sounding {
                word,
                gain,
                phones: usize::from(best.phones),
                frames: (best.first as usize, best.last as usize),
            })
            .filter(|sounding| sounding.share() > least)
        };
        found.filter_map(sounding).collect()
    }
}

#[derive(Clone, Copy)]
struct Best {
    score: f32,
    phones: u16,
    first: u32,
    last: u32,
}

/// Paths by node, of which few are alive.
struct Layer {
    paths: Vec<Paths>,
    alive: Vec<u32>,
}

impl Layer {
    fn new(nodes: usize) -> Self {
        Self {
            paths: vec![NONE; nodes],
            alive: Vec::new(),
        }
    }

    /// The paths of a node, to be made better.
    fn at(&mut self, node: u32) -> &mut Paths {
        let paths = &mut self.paths[node as usize];
        if paths.phone.0 == f32::NEG_INFINITY && paths.blank.0 == f32::NEG_INFINITY {
            self.alive.push(node);
        }
        paths
    }

    fn clear(&mut self) {
        for node in self.alive.drain(..) {
            self.paths[node as usize] = NONE;
        }
    }
}

struct Search<'a> {
    lexicon: &'a Lexicon,
    strays: &'a Strays,
    least: f32,
    best: Vec<Option<Best>>,
    now: Layer,
    next: Layer,
}

impl Search<'_> {
    fn step(&mut self, frame: u32, row: &[f32]) {
        let nodes = &self.lexicon.trie.nodes;
        let entered = (self.strays.before[frame as usize], frame);
        for first in nodes[0].children.clone() {
            improve(&mut self.next.at(first).phone, entered);
        }
        for alive in &self.now.alive {
            let node = &nodes[*alive as usize];
            let Paths { phone, blank } = self.now.paths[*alive as usize];
            let either = if phone.0 >= blank.0 { phone } else { blank };
            let own = self.next.at(*alive);
            improve(&mut own.phone, phone);
            improve(&mut own.blank, either);
            for child in node.children.clone() {
                // The same phone again only after a blank: without one it would be the same phone still.
                let again = nodes[child as usize].phone == node.phone;
                let from = if again { blank } else { either };
                if from.0 > f32::NEG_INFINITY {
                    improve(&mut self.next.at(child).phone, from);
                }
            }
        }
        self.now.clear();
        self.keep(frame, row);
        std::mem::swap(&mut self.now, &mut self.next);
    }

    /// Adds the frame's scores to the paths that reached it, takes note of words that end, and lets go of paths
    /// that can lead nowhere.
    fn keep(&mut self, frame: u32, row: &[f32]) {
        let Trie { nodes, words } = &self.lexicon.trie;
        let cost = self.lexicon.stray_cost;
        let after = self.strays.from[frame as usize + 1];
        let most = self.strays.free[frame as usize + 1];
        let paths = &mut self.next.paths;
        let (best, blank) = (&mut self.best, row[self.lexicon.blank]);
        let (total, least) = (self.strays.total() - SLACK, self.least);
        self.next.alive.retain(|alive| {
            let node = &nodes[*alive as usize];
            let here = &mut paths[*alive as usize];
            here.phone.0 += row[usize::from(node.phone)];
            here.blank.0 += blank;
            let ending = node.words.start as usize..node.words.end as usize;
            for word in &words[ending] {
                let ended = here.phone.0 + after;
                let known = &mut best[*word as usize];
                if known.is_none_or(|known| known.score < ended) {
                    *known = Some(Best {
                        score: ended,
                        phones: node.depth,
                        first: here.phone.1,
                        last: frame,
                    });
                }
            }
            // What the word must gain with the phones it has so far, and what the longest way on may add to that: its
            // phones, and the one that goes on. Nor is any rest better than strays that are free.
            let (depth, height) = (f32::from(node.depth), f32::from(node.height));
            let goal = total + cost * least * depth;
            let hope = after + cost * ((1.0 - least) * height + 1.0);
            let free = most - cost * least.min(0.0) * height;
            let alive = here.phone.0.max(here.blank.0) + free.min(hope) >= goal;
            if !alive {
                *here = NONE;
            }
            alive
        });
    }
}

fn improve(path: &mut (f32, u32), other: (f32, u32)) {
    if other.0 > path.0 {
        *path = other;
    }
}
