//! The phones of English as the network spells them, and the pronunciation of any text in them.

use std::collections::HashMap;

use crate::engines::{Espeak, SpeakError};

/// A phone's number; [`BLANK`] is none.
pub type PhoneId = u8;

/// The blank of connectionist temporal classification.
pub const BLANK: PhoneId = 0;

/// The phones in order of their ids; the first, at id 0, is the blank.
///
/// American English as espeak-ng transcribes it, without stress and length. Rare allophones share the id of the
/// phone they stand for (see [`Pronouncer`]), so that every id is common in speech.
pub const PHONES: [&str; 42] = [
    "_", // blank
    "p", "b", "t", "d", "k", "ɡ", "tʃ", "dʒ", // stops and affricates
    "f", "v", "θ", "ð", "s", "z", "ʃ", "ʒ", "h", // fricatives
    "m", "n", "ŋ", "l", "ɹ", "w", "j", // sonorants
    "i", "ɪ", "ɛ", "æ", "ɑ", "ɔ", "ʊ", "u", "ʌ", "ə", "ɚ", "ɜ", // vowels
    "eɪ", "aɪ", "ɔɪ", "aʊ", "oʊ", // diphthongs
];

/// What espeak-ng writes for which phones, beyond the phones themselves.
const ALLOPHONES: [(&str, &[&str]); 20] = [
    ("ɾ", &["t"]),
    ("ʔ", &["t"]),
    ("g", &["ɡ"]),
    ("x", &["k"]),
    ("r", &["ɹ"]),
    ("ɫ", &["l"]),
    ("ɬ", &["l"]),
    ("ɲ", &["n", "j"]),
    ("n̩", &["ə", "n"]),
    ("m̩", &["ə", "m"]),
    ("l̩", &["ə", "l"]),
    ("ɐ", &["ə"]),
    ("ᵻ", &["ɪ"]),
    ("ɝ", &["ɜ"]),
    ("a", &["æ"]),
    ("e", &["ɛ"]),
    ("o", &["ɔ"]),
    ("ɒ", &["ɑ"]),
    ("y", &["u"]),
    ("ʍ", &["w"]),
];

/// Marks that carry no phone: stress, length, ties, syllables, separators.
const IGNORED: [char; 12] = [
    'ˈ', 'ˌ', 'ː', 'ˑ', '_', ' ', '\u{361}', '\u{200d}', '\u{303}', '\'', '-', '\n',
];

/// Why a text has no phones.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PronounceError {
    /// espeak-ng is missing or failed.
    #[error(transparent)]
    Engine(#[from] SpeakError),
    /// espeak-ng wrote a symbol this inventory does not map.
    #[error(
        "the pronunciation {ipa:?} of {text:?} has an unknown phone at {rest:?}: add it to ALLOPHONES in phones.rs"
    )]
    UnknownPhone {
        /// The text.
        text: String,
        /// What espeak-ng wrote.
        ipa: String,
        /// From the unknown symbol on.
        rest: String,
    },
}

/// Text to phones, remembering what it has pronounced.
///
/// The pronunciation is that of the whole text, so function words come out reduced as in speech. It is the same for
/// every voice that says the text: accents are for the network to absorb.
#[derive(Debug, Default)]
pub struct Pronouncer {
    known: HashMap<String, Vec<PhoneId>>,
}

impl Pronouncer {
    /// A pronouncer, if espeak-ng is on this machine.
    pub fn new() -> Result<Self, PronounceError> {
        drop(Espeak::lock()?);
        Ok(Self::default())
    }

    /// The phones of a text, none of them [`BLANK`].
    pub fn phones(&mut self, text: &str) -> Result<Vec<PhoneId>, PronounceError> {
        if let Some(phones) = self.known.get(text) {
            return Ok(phones.clone());
        }
        let ipa = Espeak::lock()?.ipa(text)?;
        let phones = from_ipa(&ipa).map_err(|rest| PronounceError::UnknownPhone {
            text: text.into(),
            ipa: ipa.clone(),
            rest,
        })?;
        self.known.insert(text.into(), phones.clone());
        Ok(phones)
    }
}

/// The symbol of an id.
pub fn symbol(id: PhoneId) -> Option<&'static str> {
    PHONES.get(usize::from(id)).copied()
}

/// The id of a symbol of [`PHONES`].
pub fn id(symbol: &str) -> Option<PhoneId> {
    PHONES
        .iter()
        .position(|&phone| phone == symbol)
        .and_then(|position| PhoneId::try_from(position).ok())
}

/// Phones of espeak-ng's IPA. The error is what is left from the first unknown symbol on.
fn from_ipa(ipa: &str) -> Result<Vec<PhoneId>, String> {
    let mut phones = Vec::new();
    for token in ipa.split(['_', ' ']) {
        // A switch of language for a foreign word is written "(fr)".
        if token.starts_with('(') {
            continue;
        }
        let marks_off: String = token.chars().filter(|c| !IGNORED.contains(c)).collect();
        let mut rest = marks_off.as_str();
        while !rest.is_empty() {
            let (length, ids) = longest_prefix(rest).ok_or_else(|| rest.to_owned())?;
            phones.extend(ids);
            rest = &rest[length..];
        }
    }
    Ok(phones)
}

/// The longest symbol `text` begins with: its bytes and its phones.
fn longest_prefix(text: &str) -> Option<(usize, Vec<PhoneId>)> {
    let own = PHONES[1..]
        .iter()
        .map(|phone| (*phone, std::slice::from_ref(phone)));
    let (symbol, phones) = own
        .chain(ALLOPHONES)
        .filter(|(symbol, _)| text.starts_with(symbol))
        .max_by_key(|(symbol, _)| symbol.len())?;
    Some((
        symbol.len(),
        phones.iter().filter_map(|phone| id(phone)).collect(),
    ))
}
