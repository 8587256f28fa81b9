//! A text's words.

/// Words that say nothing of a picture: articles, pronouns, prepositions, conjunctions, forms of "be", "have" and
/// "do", and what captions begin with.
const STOP_WORDS: [&str; 88] = [
    "a", "about", "above", "across", "after", "against", "all", "along", "also", "an", "and",
    "are", "around", "as", "at", "be", "been", "before", "behind", "below", "beside", "between",
    "but", "by", "can", "do", "does", "down", "for", "from", "front", "had", "has", "have", "he",
    "her", "here", "his", "i", "in", "inside", "into", "is", "it", "its", "just", "lots", "many",
    "more", "my", "near", "next", "no", "not", "of", "off", "on", "one", "onto", "or", "our",
    "out", "over", "several", "she", "some", "that", "the", "their", "them", "there", "these",
    "they", "this", "to", "under", "up", "very", "was", "we", "were", "which", "while", "who",
    "with", "without", "you", "your",
];

/// Whether a word says nothing of a picture.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// The words of a text, in lower case and in order: runs of letters, digits and apostrophes.
pub fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .map(|word| word.trim_matches(['\'', '’']).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The words of a text that say something.
pub fn content_words(text: &str) -> Vec<String> {
    let mut words = words(text);
    words.retain(|word| !is_stop_word(word));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_in_order_so_that_they_can_be_found() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("the") && is_stop_word("a") && is_stop_word("your"));
        assert!(!is_stop_word("dog"));
    }

    #[test]
    fn words_are_lower_case_without_punctuation() {
        let text = "Two dogs, in the RAIN: it's 'wet'!";
        assert_eq!(
            words(text),
            ["two", "dogs", "in", "the", "rain", "it's", "wet"]
        );
        assert_eq!(content_words(text), ["two", "dogs", "rain", "it's", "wet"]);
        assert!(words(" -- ").is_empty());
    }
}
