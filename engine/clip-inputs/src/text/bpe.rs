//! Byte-pair merging of one word.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::vocabulary::Vocabulary;

/// A symbol of the word, linked to those before and after it that are still there.
#[derive(Clone, Copy)]
struct Link {
    /// Token id; none once it was merged into the one before.
    token: Option<u32>,
    before: Option<usize>,
    after: Option<usize>,
}

/// Merges neighbours as long as any two make a token: of all that could be made the one of the
/// earliest line first, and of equals the one further left. This is the reference's result without
/// its passes over the whole word: n log n steps for n symbols, whatever the word is.
///
/// `symbols`: token ids of the word's bytes, the last one ending the word. Gives the ids in order.
pub(super) fn merge(vocabulary: &Vocabulary, symbols: &[u32]) -> Vec<u32> {
    let mut links: Vec<Link> = symbols
        .iter()
        .enumerate()
        .map(|(at, token)| Link {
            token: Some(*token),
            before: at.checked_sub(1),
            after: Some(at + 1).filter(|after| *after < symbols.len()),
        })
        .collect();
    // Entries are never taken back: what no longer holds is passed over when its turn comes.
    let mut candidates: BinaryHeap<Reverse<(u32, usize)>> = (0..links.len())
        .filter_map(|at| candidate(vocabulary, &links, at))
        .collect();
    while let Some(Reverse((made, at))) = candidates.pop() {
        if candidate(vocabulary, &links, at) != Some(Reverse((made, at))) {
            continue;
        }
        let Some(gone) = links[at].after else {
            continue;
        };
        let after = links[gone].after;
        links[gone].token = None;
        links[at].token = Some(made);
        links[at].after = after;
        if let Some(after) = after {
            links[after].before = Some(at);
        }
        candidates.extend(candidate(vocabulary, &links, at));
        if let Some(before) = links[at].before {
            candidates.extend(candidate(vocabulary, &links, before));
        }
    }
    links.iter().filter_map(|link| link.token).collect()
}

/// What the symbol at `at` makes with the one after it.
fn candidate(vocabulary: &Vocabulary, links: &[Link], at: usize) -> Option<Reverse<(u32, usize)>> {
    let left = links[at];
    let right = links[left.after?];
    let made = vocabulary.merged(left.token?, right.token?)?;
    Some(Reverse((made, at)))
}

#[cfg(test)]
mod tests {
    use super::super::bytes::ids_by_byte;
    use super::super::vocabulary::BYTES;
    use super::*;

    fn symbols(word: &str) -> Vec<u32> {
        let ids = ids_by_byte();
        let mut symbols: Vec<u32> = word.bytes().map(|byte| ids[usize::from(byte)]).collect();
        *symbols.last_mut().unwrap() += BYTES;
        symbols
    }

    /// The reference's way: pass after pass over the whole word.
    fn slowly(vocabulary: &Vocabulary, symbols: &[u32]) -> Vec<u32> {
        let mut word = symbols.to_vec();
        while let Some(made) = word
            .windows(2)
            .filter_map(|pair| vocabulary.merged(pair[0], pair[1]))
            .min()
        {
            let mut merged = Vec::new();
            let mut at = 0;
            while at < word.len() {
                let pair = word.get(at..at + 2);
                if pair.is_some_and(|pair| vocabulary.merged(pair[0], pair[1]) == Some(made)) {
                    merged.push(made);
                    at += 2;
                } else {
                    merged.push(word[at]);
                    at += 1;
                }
            }
            word = merged;
        }
        word
    }

    fn vocabulary() -> Vocabulary {
        let merges =
            "#version: 0.2\na b\na a\nb b</w>\naa ab\nab b\naa aa\naaaa aa\nb a\nba ba\na b</w>\n";
        Vocabulary::from_text(merges).unwrap()
    }

    #[test]
    fn every_short_word_merges_as_in_the_reference() {
        let vocabulary = vocabulary();
        for length in 1..=10 {
            for number in 0..1_u32 << length {
                let word: String = (0..length)
                    .map(|bit| if number >> bit & 1 == 1 { 'a' } else { 'b' })
                    .collect();
                let symbols = symbols(&word);
                assert_eq!(
                    merge(&vocabulary, &symbols),
                    slowly(&vocabulary, &symbols),
                    "{word}"
                );
            }
        }
    }

    #[test]
    fn a_word_without_end_is_merged_in_time() {
        let vocabulary = vocabulary();
        let merged = merge(&vocabulary, &symbols(&"a".repeat(1 << 20)));
        // Fours as far as they go, the last of them and the next two in one; then one, and the end.
        assert_eq!(merged.len(), (1 << 18) + 1);
        assert_eq!(merge(&vocabulary, &[]), []);
    }
}
