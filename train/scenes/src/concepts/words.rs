//! How many, in which colour, how large: the words that go with a name.

use std::sync::LazyLock;

use super::lists::{entries, fields, lines};

/// What the words say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Says {
    /// How many.
    Number,
    /// In which colour.
    Colour,
    /// How large.
    Size,
}

/// Words that mean the same.
#[derive(Clone, Debug)]
pub struct Quality {
    /// Used in scene files.
    pub id: &'static str,
    /// What they say.
    pub says: Says,
    /// The words, the main one first.
    pub words: Vec<&'static str>,
}

/// Every colour a list may name.
pub const COLOUR_IDS: [&str; 11] = [
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey",
];

/// A colour that artwork can be dyed in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dye {
    /// The colour's id.
    pub id: &'static str,
    /// Hue in degrees, saturation and lightness in 0..1, of its middle tone.
    pub tone: (f32, f32, f32),
}

/// The colours that artwork is dyed in.
pub const DYES: [Dye; 9] = [
    Dye {
        id: "red",
        tone: (358.0, 0.78, 0.50),
    },
    Dye {
        id: "orange",
        tone: (28.0, 0.95, 0.55),
    },
    Dye {
        id: "yellow",
        tone: (48.0, 1.0, 0.62),
    },
    Dye {
        id: "green",
        tone: (125.0, 0.48, 0.45),
    },
    Dye {
        id: "blue",
        tone: (212.0, 0.80, 0.52),
    },
    Dye {
        id: "purple",
        tone: (272.0, 0.55, 0.55),
    },
    Dye {
        id: "pink",
        tone: (334.0, 0.85, 0.74),
    },
    Dye {
        id: "black",
        tone: (220.0, 0.12, 0.18),
    },
    Dye {
        id: "white",
        tone: (210.0, 0.25, 0.93),
    },
];

/// Every quality, in a fixed order.
pub fn qualities() -> &'static [Quality] {
    static QUALITIES: LazyLock<Vec<Quality>> = LazyLock::new(|| {
        lines(include_str!("../../lists/words.txt"))
            .map(read)
            .collect()
    });
    &QUALITIES
}

/// The quality with this id.
pub fn quality(id: &str) -> Option<&'static Quality> {
    qualities().iter().find(|quality| quality.id == id)
}

/// The id of the number word for a group of `count`, or `None` where no word says it.
pub fn number(count: u8) -> Option<&'static str> {
    ["one", "two", "three", "four", "five"]
        .get(usize::from(count).checked_sub(1)?)
        .copied()
}

fn read(line: &'static str) -> Quality {
    let [id, says, words] = fields(line);
    Quality {
        id,
        says: match says {
            "number" => Says::Number,
            "colour" => Says::Colour,
            "size" => Says::Size,
            other => panic!("{line}: {other} is neither number, colour nor size"),
        },
        words: entries(words).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_and_number_has_its_words() {
        for id in COLOUR_IDS.into_iter().chain(DYES.map(|dye| dye.id)) {
            assert_eq!(quality(id).map(|q| q.says), Some(Says::Colour), "{id}");
        }
        for count in 1..=5 {
            assert!(number(count).and_then(quality).is_some());
        }
        assert_eq!(number(0), None);
        assert_eq!(number(6), None);
    }
}
