//! What a pack says about phones: how words sound, and how much it counts that they were heard to sound so.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::PackError;
use super::manifest::{MANIFEST_FILE, Manifest};
use super::model::Slots;
use crate::format::Fields;

/// Most symbols, the blank included.
const MAX_SYMBOLS: usize = 256;
/// Most bytes of a symbol.
const MAX_SYMBOL_BYTES: usize = 16;
/// Most pronunciations of a word.
const MAX_PRONUNCIATIONS: usize = 8;
/// Most phones of a pronunciation.
const MAX_PHONES: usize = 32;
/// Most cosines (slots times tokens) that are brought back for each utterance.
const MAX_COSINES: usize = 1 << 20;

/// Phone evidence: a classifier of phones over the encoder's frames, and the pronunciations that its answers are
/// compared with (docs/architecture.md, "Phones").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phones {
    /// What the classifier tells apart, in the order of its outputs.
    pub symbols: Vec<String>,
    /// The symbol that is no phone: the blank of connectionist temporal classification.
    pub blank: usize,
    /// What the classifier reads.
    pub states: PhoneStates,
    /// How each token of the vocabulary may be pronounced, symbols apart by a space. A token without a
    /// pronunciation is never named.
    pub pronunciations: Vec<Vec<String>>,
    /// What a phone that was heard counts, in cosines.
    pub weight: f32,
    /// What a phone that belongs to no word costs, in nats.
    pub stray_cost: f32,
    /// The share of its phones that a word must be heard with more than.
    pub threshold: f32,
    /// Share of the keywords' embedding, as they were named and as the text tower reads them, in the one that pictures
    /// are ranked by, 0 to 1; what the network itself says has the rest.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub share: f32,
}

fn is_zero(share: &f32) -> bool {
    *share == 0.0
}

/// What the phone classifier reads, layer-normalised without an affine part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneStates {
    /// The encoder's last hidden state.
    Last,
    /// The weighted sum of all of them, as the head sees it.
    Mixed,
}

impl Phones {
    /// The pronunciations of each token as numbers of symbols.
    ///
    /// # Errors
    /// A [`PackError`] that names the field with an unknown symbol, a blank, or too many of either.
    pub fn words(&self) -> Result<Vec<Vec<Vec<u16>>>, PackError> {
        let phones = self.symbols.iter().zip(0_u16..);
        let known: HashMap<&str, u16> = phones
            .filter(|(_, id)| usize::from(*id) != self.blank)
            .map(|(symbol, id)| (symbol.as_str(), id))
            .collect();
        let parse = |token: usize, index: usize, text: &String| {
            let field = || format!("phones.pronunciations[{token}][{index}]");
            let refuse = |problem| PackError::field(MANIFEST_FILE, field(), problem);
            let mut ids = Vec::new();
            for symbol in text.split(' ') {
                let id = known.get(symbol).copied();
                ids.push(id.ok_or_else(|| refuse(format!("{symbol:?} is none of the phones")))?);
            }
            match ids.len() {
                1..=MAX_PHONES => Ok(ids),
                count => Err(refuse(format!("{count} phones, at most {MAX_PHONES}"))),
            }
        };
        let mut words = Vec::with_capacity(self.pronunciations.len());
        for (token, spoken) in self.pronunciations.iter().enumerate() {
            let texts = spoken.iter().enumerate();
            let word: Result<_, _> = texts.map(|(i, text)| parse(token, i, text)).collect();
            words.push(word?);
        }
        Ok(words)
    }

    /// Whether everything is within bounds and fits the rest of the manifest.
    pub(super) fn check(&self, fields: &Fields, manifest: &Manifest) -> Result<(), PackError> {
        self.check_symbols(fields)?;
        fields.number("phones.weight", self.weight, 0.0, 10.0)?;
        fields.number("phones.stray_cost", self.stray_cost, 0.01, 100.0)?;
        fields.number("phones.threshold", self.threshold, 0.0, 1.0)?;
        fields.number("phones.share", self.share, 0.0, 1.0)?;
        fields.require(
            self.share == 0.0 || manifest.reads_words(),
            "phones.share",
            "there is no text tower that reads the words of the vocabulary",
        )?;
        let keywords = manifest.model.head.keywords.as_ref();
        let slots = keywords.map(|keywords| &keywords.slots);
        let Some(slots @ (Slots::Firing(_) | Slots::Segments(_))) = slots else {
            let problem = "there are no keywords that follow each other in time";
            return Err(PackError::field(MANIFEST_FILE, "phones", problem));
        };
        let tokens = manifest.vocabulary.tokens.len();
        let pronounced = self.pronunciations.len();
        fields.require(
            pronounced == tokens,
            "phones.pronunciations",
            format!("{pronounced} for {tokens} tokens"),
        )?;
        fields.require(
            slots.cap() * tokens <= MAX_COSINES,
            "phones",
            format!(
                "{} keywords and {tokens} tokens: too many for phones",
                slots.cap()
            ),
        )?;
        for (token, spoken) in self.pronunciations.iter().enumerate() {
            let field = format!("phones.pronunciations[{token}]");
            fields.size(&field, spoken.len(), 0, MAX_PRONUNCIATIONS)?;
        }
        self.words().map(|_| ())
    }

    fn check_symbols(&self, fields: &Fields) -> Result<(), PackError> {
        let count = self.symbols.len();
        fields.size("phones.symbols", count, 2, MAX_SYMBOLS)?;
        fields.size("phones.blank", self.blank, 0, count - 1)?;
        let mut seen = HashMap::new();
        for (index, symbol) in self.symbols.iter().enumerate() {
            let field = format!("phones.symbols[{index}]");
            let fine = (1..=MAX_SYMBOL_BYTES).contains(&symbol.len())
                && !symbol.chars().any(|c| c.is_whitespace() || c.is_control());
            let problem = format!("not 1..={MAX_SYMBOL_BYTES} bytes of printable text");
            fields.require(fine, &field, problem)?;
            let first = seen.insert(symbol.as_str(), index);
            let problem = format!("{symbol:?} is listed twice");
            fields.require(first.is_none(), &field, problem)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::pack::{Pack, VERSION, VERSION_WITHOUT_PHONES, WeightFormat, write};
    use crate::testing;

    fn written() -> (Value, Vec<Vec<u8>>) {
        let manifest = testing::manifest_with_phones(WeightFormat::Q8);
        let tensors = testing::tensors(&manifest, 1);
        let files = write(manifest, &tensors).unwrap().files;
        let mut bytes = files.into_iter().map(|(_, bytes)| bytes);
        let json = serde_json::from_slice(&bytes.next().unwrap()).unwrap();
        (json, bytes.collect())
    }

    fn refused_field(spoil: impl Fn(&mut Value)) -> String {
        let (mut json, _) = written();
        spoil(&mut json);
        match Manifest::parse(json.to_string().as_bytes()) {
            Err(PackError::Field { field, .. }) => field,
            other => panic!("{other:?} instead of a refusal"),
        }
    }

    #[test]
    fn phones_come_back_and_need_the_newer_version() {
        let (json, shards) = written();
        assert_eq!(json["version"], VERSION);
        let manifest = Manifest::parse(json.to_string().as_bytes()).unwrap();
        let pack = Pack::load(manifest, shards).unwrap();
        assert_eq!(pack.tensor("phones.weight").unwrap().shape(), [5, 64]);
        let words = pack.manifest().phones.as_ref().unwrap().words().unwrap();
        assert!(words[0].is_empty());
        assert_eq!(words[7], [[4, 2, 1]]);
        assert_eq!(words[10], [[3, 3, 1], [3, 3, 3]]);
        assert_eq!(
            refused_field(|json| json["version"] = json!(VERSION_WITHOUT_PHONES)),
            "phones"
        );
        let plain = testing::pack_files(WeightFormat::Q8, 1).unwrap();
        assert_eq!(plain.manifest.version, VERSION_WITHOUT_PHONES);
    }

    #[test]
    fn what_cannot_be_pronounced_is_refused() {
        for (pointer, value, field) in [
            ("symbols/2", json!("a"), "phones.symbols[2]"),
            ("symbols/2", json!("a b"), "phones.symbols[2]"),
            ("symbols/2", json!(""), "phones.symbols[2]"),
            ("symbols", json!(["_"]), "phones.symbols"),
            ("blank", json!(5), "phones.blank"),
            ("weight", json!(-0.1), "phones.weight"),
            ("stray_cost", json!(0.0), "phones.stray_cost"),
            ("threshold", json!(1.5), "phones.threshold"),
            ("pronunciations", json!([]), "phones.pronunciations"),
            (
                "pronunciations/7/0",
                json!("a x"),
                "phones.pronunciations[7][0]",
            ),
            (
                "pronunciations/7/0",
                json!("a _"),
                "phones.pronunciations[7][0]",
            ),
            (
                "pronunciations/7/0",
                json!(""),
                "phones.pronunciations[7][0]",
            ),
            (
                "pronunciations/7/0",
                json!(["a"; 33].join(" ")),
                "phones.pronunciations[7][0]",
            ),
            (
                "pronunciations/7",
                json!(vec!["a"; 9]),
                "phones.pronunciations[7]",
            ),
        ] {
            let found = refused_field(|json| {
                *json.pointer_mut(&format!("/phones/{pointer}")).unwrap() = value.clone();
            });
            assert_eq!(found, field, "{pointer} {value}");
        }
    }

    #[test]
    fn keywords_without_an_order_in_time_have_no_phones() {
        let slots = json!({ "kind": "cls", "count": 4 });
        let found =
            refused_field(|json| json["model"]["head"]["keywords"]["slots"] = slots.clone());
        assert_eq!(found, "phones");
    }
}
