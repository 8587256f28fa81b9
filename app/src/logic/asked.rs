//! What a query came from.

use crate::logic::format;
use crate::protocol::Keyword;

/// What a query came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// The microphone.
    #[default]
    Microphone,
    /// A bundled utterance of this name.
    Sample(String),
    /// A sound file of this name.
    File(String),
    /// Typed words.
    Text(String),
    /// A picture of the gallery, by its caption.
    Picture(String),
    /// A link that somebody sent; what it was called there.
    Link(String),
}

impl Asked {
    /// Whether there is sound behind it.
    pub fn is_sound(&self) -> bool {
        matches!(self, Self::Microphone | Self::Sample(_) | Self::File(_))
    }

    /// What a query is called in few words: its keywords, or what stands in their place.
    pub fn title(&self, keywords: &[Keyword]) -> String {
        let words: Vec<&str> = keywords
            .iter()
            .map(|keyword| keyword.token.as_str())
            .collect();
        match self {
            _ if !words.is_empty() => words.join(" · "),
            Self::Microphone | Self::Sample(_) => "no single word".to_owned(),
            Self::File(name) => name.clone(),
            Self::Text(text) => format!("“{text}”"),
            Self::Picture(caption) => format!("like: {caption}"),
            Self::Link(label) if label.is_empty() => "from a link".to_owned(),
            Self::Link(label) => label.clone(),
        }
    }

    /// What a link of this query calls it; keywords travel by themselves.
    pub fn label(&self) -> String {
        match self {
            Self::Microphone | Self::Sample(_) | Self::File(_) => String::new(),
            Self::Text(_) | Self::Picture(_) | Self::Link(_) => format::sentence(&self.title(&[])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_called_by_its_words_or_what_stands_for_them() {
        let keyword = |token: &str| Keyword {
            id: 0,
            start: 0.0,
            end: 0.5,
            token: token.to_owned(),
            score: 0.5,
            firm: true,
            alternatives: Vec::new(),
        };
        let heard = [keyword("three"), keyword("moon")];
        assert_eq!(Asked::Microphone.title(&heard), "three · moon");
        assert_eq!(Asked::Microphone.title(&[]), "no single word");
        assert_eq!(Asked::Text("two dogs".to_owned()).title(&[]), "“two dogs”");
        assert_eq!(Asked::Link(String::new()).title(&[]), "from a link");
        assert_eq!(Asked::Picture("a cat".to_owned()).label(), "Like: a cat");
        assert_eq!(
            Asked::File("private.wav".to_owned()).label(),
            "",
            "names of files stay here"
        );
    }
}
