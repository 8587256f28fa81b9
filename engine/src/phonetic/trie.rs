//! Pronunciations that begin alike share their beginnings.

use std::collections::VecDeque;
use std::ops::Range;

/// One phone of some pronunciations, after those of its parents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) phone: u16,
    /// Phones up to and with this one.
    pub(super) depth: u16,
    /// Phones of the longest way on.
    pub(super) height: u16,
    /// The nodes after this one, which stand together.
    pub(super) children: Range<u32>,
    /// Where the words that end here stand among [`Trie::words`].
    pub(super) words: Range<u32>,
}

/// All pronunciations of all words. Node 0 is before the first phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trie {
    pub(super) nodes: Vec<Node>,
    pub(super) words: Vec<u32>,
}

/// A node while pronunciations are added.
#[derive(Default)]
struct Branch {
    height: u16,
    children: Vec<(u16, Branch)>,
    words: Vec<u32>,
}

impl Branch {
    fn add(&mut self, word: u32, phones: &[u16]) {
        let Some((first, rest)) = phones.split_first() else {
            if !self.words.contains(&word) {
                self.words.push(word);
            }
            return;
        };
        self.height = self.height.max(phones.len() as u16);
        let known = self.children.iter().position(|(phone, _)| phone == first);
        let index = known.unwrap_or_else(|| {
            self.children.push((*first, Self::default()));
            self.children.len() - 1
        });
        self.children[index].1.add(word, rest);
    }
}

impl Trie {
    /// Of each word's pronunciations; empty ones are left out.
    pub(super) fn new(words: &[Vec<Vec<u16>>]) -> Self {
        let mut root = Branch::default();
        for (word, spoken) in words.iter().enumerate() {
            for pronunciation in spoken.iter().filter(|phones| !phones.is_empty()) {
                root.add(word as u32, pronunciation);
            }
        }
        let mut trie = Self {
            nodes: vec![Node::default()],
            words: Vec::new(),
        };
        // Breadth first, so that children are neighbours.
        let mut waiting = VecDeque::from([(0_usize, root)]);
        while let Some((number, branch)) = waiting.pop_front() {
            let first_word = trie.words.len() as u32;
            trie.words.extend(branch.words);
            let first_child = trie.nodes.len() as u32;
            let depth = trie.nodes[number].depth + 1;
            for (phone, child) in branch.children {
                waiting.push_back((trie.nodes.len(), child));
                trie.nodes.push(Node {
                    phone,
                    depth,
                    ..Node::default()
                });
            }
            let (last_child, last_word) = (trie.nodes.len() as u32, trie.words.len() as u32);
            let node = &mut trie.nodes[number];
            node.height = branch.height;
            node.children = first_child..last_child;
            node.words = first_word..last_word;
        }
        trie
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_shared_and_heights_are_those_of_the_longest() {
        let words = [
            vec![vec![1, 2, 3]],
            vec![vec![1, 2], vec![4]],
            vec![vec![1, 2]],
            vec![],
        ];
        let trie = Trie::new(&words);
        // Before the first; 1 and 4; 2; 3.
        let phones: Vec<u16> = trie.nodes.iter().map(|node| node.phone).collect();
        assert_eq!(phones, [0, 1, 4, 2, 3]);
        assert_eq!(
            (trie.nodes[0].height, &trie.nodes[0].children),
            (3, &(1..3))
        );
        let second = &trie.nodes[3];
        assert_eq!((second.depth, second.height), (2, 1));
        let ending = |node: usize| {
            let Range { start, end } = trie.nodes[node].words;
            trie.words[start as usize..end as usize].to_vec()
        };
        assert_eq!(
            (ending(3), ending(2), ending(0)),
            (vec![1, 2], vec![1], vec![])
        );
    }
}
