//! The link that carries a query: its embedding and keywords, never its sound.
//!
//! `#say=` and, in base64url, everything that a page needs to rank again:
//!
//! ```text
//! version u8 | bits u8 | mark 4 | space, gallery, pack, label: length u8 + text | seconds u16
//! keywords u8, each: start u16, end u16, score i16, struck u8, token: length u8 + text
//! dimension u16 | scale f32 unless bits is 32 | numbers | FNV-1a of all of it u32
//! ```
//!
//! Integers are little-endian, times hundredths of a second, scores ten-thousandths. `mark` is the beginning of the
//! SHA-256 of the gallery's embeddings. Links are written by strangers: every length is bounded before anything is
//! allocated, and nothing may be left over.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What a fragment with a query begins with.
pub const KEY: &str = "say=";
/// The version that is read and written.
const VERSION: u8 = 1;
/// Longest fragment that is looked at, characters: 4096 numbers in full, and everything else.
const LONGEST: usize = 40_000;
const MOST_NUMBERS: usize = 4096;
const MOST_KEYWORDS: usize = 64;
const LONGEST_NAME: usize = 128;
const LONGEST_LABEL: usize = 200;
const LONGEST_TOKEN: usize = 64;

/// With how many bits each number of an embedding is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Steps of the largest number's 127th part.
    Eight,
    /// Steps of the largest number's 32767th part.
    Sixteen,
    /// All of it.
    Full,
}

impl Precision {
    /// From the shortest link to the longest.
    pub const ALL: [Self; 3] = [Self::Eight, Self::Sixteen, Self::Full];

    fn bits(self) -> u8 {
        match self {
            Self::Eight => 8,
            Self::Sixteen => 16,
            Self::Full => 32,
        }
    }

    fn of_bits(bits: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|precision| precision.bits() == bits)
    }

    fn steps(self) -> f32 {
        match self {
            Self::Eight => f32::from(i8::MAX),
            Self::Sixteen | Self::Full => f32::from(i16::MAX),
        }
    }

    /// What an embedding is after it has travelled in a link of this precision.
    pub fn rounded(self, embedding: &[f32]) -> Vec<f32> {
        match self {
            Self::Full => embedding.to_vec(),
            Self::Eight | Self::Sixteen => {
                let scale = self.scale(embedding);
                unit(
                    self.integers(embedding, scale)
                        .map(|number| f32::from(number) * scale)
                        .collect(),
                )
            }
        }
    }

    fn scale(self, embedding: &[f32]) -> f32 {
        let largest = embedding.iter().map(|x| x.abs()).fold(0.0, f32::max);
        if largest > 0.0 {
            largest / self.steps()
        } else {
            1.0
        }
    }

    fn integers(self, embedding: &[f32], scale: f32) -> impl Iterator<Item = i16> {
        let steps = self.steps();
        // Casts of floats saturate, and make 0 of what is no number.
        embedding
            .iter()
            .map(move |x| (x / scale).round().clamp(-steps, steps) as i16)
    }
}

/// Brings a vector to length 1; one without a direction stays.
fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}

/// A keyword of a shared query.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Seconds.
    pub start: f32,
    /// Seconds.
    pub end: f32,
    /// Cosine.
    pub score: f32,
    /// Whether the visitor struck it out.
    pub struck: bool,
    /// The word.
    pub token: String,
}

/// A query without its sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// The beginning of the SHA-256 of the gallery's embeddings.
    pub mark: [u8; 4],
    /// Name of the space that the embedding lives in.
    pub space: String,
    /// Name of the gallery that was searched.
    pub gallery: String,
    /// Name of the pack that listened.
    pub pack: String,
    /// What the query is called where it has no keywords: a typed text, a picture's caption.
    pub label: String,
    /// Seconds of sound it was made of.
    pub seconds: f32,
    /// Its keywords, in order of time.
    pub keywords: Vec<Word>,
    /// What ranks the pictures.
    pub embedding: Vec<f32>,
}

/// Why a link is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is of a later page.
    Version(u8),
    /// It was cut off, changed on the way, or is none.
    Damaged,
}

impl Shared {
    /// The fragment of an address, without its `#`.
    pub fn write(&self, precision: Precision) -> String {
        let mut bytes = vec![VERSION, precision.bits()];
        bytes.extend_from_slice(&self.mark);
        for name in [&self.space, &self.gallery, &self.pack] {
            put_text(&mut bytes, name, LONGEST_NAME);
        }
        put_text(&mut bytes, &self.label, LONGEST_LABEL);
        bytes.extend_from_slice(&hundredths(self.seconds).to_le_bytes());
        let keywords = &self.keywords[..self.keywords.len().min(MOST_KEYWORDS)];
        bytes.push(keywords.len() as u8);
        for word in keywords {
            bytes.extend_from_slice(&hundredths(word.start).to_le_bytes());
            bytes.extend_from_slice(&hundredths(word.end).to_le_bytes());
            bytes.extend_from_slice(&((word.score * 10_000.0).round() as i16).to_le_bytes());
            bytes.push(u8::from(word.struck));
            put_text(&mut bytes, &word.token, LONGEST_TOKEN);
        }
        let numbers = &self.embedding[..self.embedding.len().min(MOST_NUMBERS)];
        bytes.extend_from_slice(&(numbers.len() as u16).to_le_bytes());
        let scale = precision.scale(numbers);
        match precision {
            Precision::Full => numbers
                .iter()
                .for_each(|x| bytes.extend_from_slice(&x.to_le_bytes())),
            Precision::Eight => {
                bytes.extend_from_slice(&scale.to_le_bytes());
                bytes.extend(
                    precision
                        .integers(numbers, scale)
                        .map(|x| (x as i8).cast_unsigned()),
                );
            }
            Precision::Sixteen => {
                bytes.extend_from_slice(&scale.to_le_bytes());
                bytes.extend(
                    precision
                        .integers(numbers, scale)
                        .flat_map(i16::to_le_bytes),
                );
            }
        }
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        format!("{KEY}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a fragment, with or without its `#`; `None` when it carries no query at all.
    pub fn read(fragment: &str) -> Option<Result<Self, Refusal>> {
        let code = fragment.trim_start_matches('#').strip_prefix(KEY)?;
        if code.len() > LONGEST {
            return Some(Err(Refusal::Damaged));
        }
        let bytes = URL_SAFE_NO_PAD.decode(code).map_err(|_| Refusal::Damaged);
        Some(bytes.and_then(|bytes| Self::parse(&bytes)))
    }

    fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let version = *bytes.first().ok_or(Refusal::Damaged)?;
        if version != VERSION {
            return Err(Refusal::Version(version));
        }
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or(Refusal::Damaged)?;
        if u32::from_le_bytes(*sum) != checksum(body) {
            return Err(Refusal::Damaged);
        }
        let mut reader = Reader { bytes: &body[1..] };
        let shared = reader.shared().ok_or(Refusal::Damaged)?;
        if reader.bytes.is_empty() {
            Ok(shared)
        } else {
            Err(Refusal::Damaged)
        }
    }
}

/// Takes bytes from the front; `None` when there are too few of them or they say what they may not.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn shared(&mut self) -> Option<Shared> {
        let precision = Precision::of_bits(self.byte()?)?;
        Some(Shared {
            mark: self.take()?,
            space: self.text(LONGEST_NAME)?,
            gallery: self.text(LONGEST_NAME)?,
            pack: self.text(LONGEST_NAME)?,
            label: self.text(LONGEST_LABEL)?,
            seconds: self.seconds()?,
            keywords: self.keywords()?,
            embedding: self.embedding(precision)?,
        })
    }

    fn take<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        let (taken, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn seconds(&mut self) -> Option<f32> {
        Some(f32::from(u16::from_le_bytes(self.take()?)) / 100.0)
    }

    fn text(&mut self, longest: usize) -> Option<String> {
        let length = usize::from(self.byte()?);
        if length > longest {
            return None;
        }
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        let text = std::str::from_utf8(text).ok()?;
        (!text.chars().any(char::is_control)).then(|| text.to_owned())
    }

    fn keywords(&mut self) -> Option<Vec<Word>> {
        let count = usize::from(self.byte()?);
        if count > MOST_KEYWORDS {
            return None;
        }
        let mut earliest = 0.0;
        (0..count)
            .map(|_| {
                let word = Word {
                    start: self.seconds()?,
                    end: self.seconds()?,
                    score: f32::from(i16::from_le_bytes(self.take()?)) / 10_000.0,
                    struck: match self.byte()? {
                        0 => false,
                        1 => true,
                        _ => return None,
                    },
                    token: self.text(LONGEST_TOKEN)?,
                };
                let ordered = earliest <= word.start && word.start <= word.end;
                earliest = word.start;
                ordered.then_some(word)
            })
            .collect()
    }

    fn embedding(&mut self, precision: Precision) -> Option<Vec<f32>> {
        let count = usize::from(u16::from_le_bytes(self.take()?));
        if count == 0 || count > MOST_NUMBERS {
            return None;
        }
        let scale = match precision {
            Precision::Full => 1.0,
            Precision::Eight | Precision::Sixteen => f32::from_le_bytes(self.take()?),
        };
        if !(scale.is_normal() && scale > 0.0 && scale <= 1.0) {
            return None;
        }
        let numbers: Option<Vec<f32>> = (0..count)
            .map(|_| {
                Some(match precision {
                    Precision::Eight => f32::from(self.byte()?.cast_signed()) * scale,
                    Precision::Sixteen => f32::from(i16::from_le_bytes(self.take()?)) * scale,
                    Precision::Full => f32::from_le_bytes(self.take()?),
                })
            })
            .collect();
        let numbers = numbers?;
        let length = numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
        // Embeddings have length 1; rounding changes little of that.
        let is_embedding = (0.9..1.1).contains(&length);
        is_embedding.then(|| match precision {
            Precision::Full => numbers,
            Precision::Eight | Precision::Sixteen => unit(numbers),
        })
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str, longest: usize) {
    let mut end = text.len().min(longest);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    bytes.push(text.len() as u8);
    bytes.extend_from_slice(text.as_bytes());
}

fn hundredths(seconds: f32) -> u16 {
    (seconds * 100.0).round() as u16
}

/// FNV-1a: finds links that were cut off or mistyped, no more.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> Shared {
        let embedding = unit(
            (0..128)
                .map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0)
                .collect(),
        );
        Shared {
            mark: [0x12, 0xc6, 0x11, 0xb2],
            space: "scenes-mini-1".to_owned(),
            gallery: "scenes".to_owned(),
            pack: "scenes-mini".to_owned(),
            label: String::new(),
            seconds: 1.3,
            keywords: vec![
                Word {
                    start: 0.12,
                    end: 0.45,
                    score: 0.8125,
                    struck: false,
                    token: "three".to_owned(),
                },
                Word {
                    start: 0.45,
                    end: 0.99,
                    score: -0.25,
                    struck: true,
                    token: "château".to_owned(),
                },
            ],
            embedding,
        }
    }

    #[test]
    fn everything_arrives_as_the_precision_allows() {
        for precision in Precision::ALL {
            let fragment = shared().write(precision);
            let read = Shared::read(&format!("#{fragment}")).unwrap().unwrap();
            let expected = Shared {
                embedding: precision.rounded(&shared().embedding),
                ..shared()
            };
            assert_eq!(read, expected, "{precision:?}");
            assert!(
                fragment
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b))
            );
        }
        assert_eq!(
            Precision::Full.rounded(&shared().embedding),
            shared().embedding
        );
    }

    #[test]
    fn rounding_twice_is_rounding_once() {
        // What was read from a link is shared again without loss of the ranking.
        for precision in Precision::ALL {
            let once = precision.rounded(&shared().embedding);
            let twice = precision.rounded(&once);
            let worst = once
                .iter()
                .zip(&twice)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 1e-6, "{precision:?}: {worst}");
        }
    }

    #[test]
    fn precision_costs_characters() {
        let length = |precision| shared().write(precision).len();
        assert!(
            length(Precision::Eight) < 320,
            "{}",
            length(Precision::Eight)
        );
        assert!(length(Precision::Eight) < length(Precision::Sixteen));
        assert!(length(Precision::Sixteen) < length(Precision::Full));
    }

    #[test]
    fn other_fragments_are_none() {
        for fragment in ["", "#", "#results", "say", "#say"] {
            assert_eq!(Shared::read(fragment), None, "{fragment}");
        }
    }

    #[test]
    fn what_was_cut_off_or_changed_is_refused() {
        let fragment = shared().write(Precision::Sixteen);
        for end in KEY.len()..fragment.len() {
            assert!(
                matches!(Shared::read(&fragment[..end]), Some(Err(_))),
                "{end}"
            );
        }
        for place in KEY.len() + 2..fragment.len() {
            let mut changed = fragment.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(matches!(Shared::read(&changed), Some(Err(_))), "{place}");
        }
        assert_eq!(
            Shared::read(&format!("{fragment}A")),
            Some(Err(Refusal::Damaged))
        );
        assert_eq!(
            Shared::read(&format!("say={}", "A".repeat(LONGEST + 1))),
            Some(Err(Refusal::Damaged))
        );
    }

    #[test]
    fn a_later_version_is_told_from_damage() {
        let code = URL_SAFE_NO_PAD.encode([9, 8, 7, 6]);
        assert_eq!(
            Shared::read(&format!("say={code}")),
            Some(Err(Refusal::Version(9)))
        );
    }

    /// `bytes` with the right checksum.
    fn sealed(mut bytes: Vec<u8>) -> String {
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        format!("say={}", URL_SAFE_NO_PAD.encode(bytes))
    }

    #[test]
    fn what_lies_with_a_right_checksum_is_refused_too() {
        let honest = shared().write(Precision::Full);
        let bytes = URL_SAFE_NO_PAD.decode(&honest[KEY.len()..]).unwrap();
        let body = bytes[..bytes.len() - 4].to_vec();
        assert!(Shared::read(&sealed(body.clone())).unwrap().is_ok());
        let number = body.len() - 4;
        for (place, value) in [
            (1, 12_u8),
            (6, 255),
            (6, 3),
            (number + 3, 0xff),
            (number + 3, 0x7f),
        ] {
            let mut lying = body.clone();
            lying[place] = value;
            assert_eq!(
                Shared::read(&sealed(lying)),
                Some(Err(Refusal::Damaged)),
                "byte {place}"
            );
        }
        let mut longer = body;
        longer.push(0);
        assert_eq!(Shared::read(&sealed(longer)), Some(Err(Refusal::Damaged)));
    }

    #[test]
    fn any_bytes_are_read_or_refused() {
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let mut byte = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            };
            let length = usize::from(byte()) + 1;
            let mut bytes: Vec<u8> = (0..length).map(|_| byte()).collect();
            bytes[0] = VERSION;
            if length > 1 {
                bytes[1] = [8, 16, 32][usize::from(byte()) % 3];
            }
            assert!(Shared::read(&sealed(bytes)).is_some());
        }
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        let label = "é".repeat(150);
        let read = Shared::read(&Shared { label, ..shared() }.write(Precision::Eight))
            .unwrap()
            .unwrap();
        assert_eq!(read.label, "é".repeat(100));
    }
}
