//! What is timed: one input, and how much of the network sees it.

use saysee_engine::pack::{
    FloatTensor, MANIFEST_FILE, Manifest, Pack, PackError, TensorPlan, WeightFormat, write_to,
};
use saysee_engine::testing::Random;
use serde::Serialize;

/// How much of the network is run, and on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A whole spoken query.
    Speech,
    /// A spoken query up to the weighted sum of the encoder's hidden states: what others call HuBERT.
    Encoder,
    /// A typed text of the greatest length.
    Text,
    /// A picture, scaled already.
    Picture,
}

/// What the network is given.
#[derive(Clone, Debug)]
pub enum Input {
    /// 16 kHz samples.
    Samples(Vec<f32>),
    /// Ids of tokens.
    Tokens(Vec<u32>),
    /// Normalised planes.
    Planes(Vec<f32>),
}

/// One thing to time.
#[derive(Clone, Debug)]
pub struct Case {
    /// How much of the network.
    pub mode: Mode,
    /// Length of the utterance.
    pub seconds: Option<f32>,
    /// What it is given.
    pub input: Input,
}

/// Every mode with every length, where a mode has one. Lengths are cut to what the pack takes.
///
/// # Errors
/// The mode that the pack has no tower for.
pub fn cases(pack: &Pack, modes: &[Mode], seconds: &[f32]) -> Result<Vec<Case>, String> {
    let manifest = pack.manifest();
    let mut cases = Vec::new();
    for mode in modes {
        match mode {
            Mode::Speech | Mode::Encoder => cases.extend(seconds.iter().map(|seconds| {
                let seconds = seconds.min(manifest.limits.max_seconds);
                Case {
                    mode: *mode,
                    seconds: Some(seconds),
                    input: Input::Samples(murmur(seconds)),
                }
            })),
            Mode::Text => cases.push(text(manifest)?),
            Mode::Picture => cases.push(picture(manifest)?),
        }
    }
    Ok(cases)
}

fn text(manifest: &Manifest) -> Result<Case, String> {
    let tower = manifest.model.text_tower.as_ref();
    let tower = tower
        .filter(|tower| tower.tokens > 0)
        .ok_or("the pack reads no text, so there is none to time")?;
    // Which tokens they are changes nothing.
    let ids = (0..tower.positions).map(|place| (611 * place % tower.tokens) as u32);
    Ok(Case {
        mode: Mode::Text,
        seconds: None,
        input: Input::Tokens(ids.collect()),
    })
}

fn picture(manifest: &Manifest) -> Result<Case, String> {
    let tower = manifest.model.image_tower.as_ref();
    let tower = tower.ok_or("the pack sees no pictures, so there is none to time")?;
    let numbers = 3 * tower.pixels().size * tower.pixels().size;
    Ok(Case {
        mode: Mode::Picture,
        seconds: None,
        input: Input::Planes(Random::new(1).numbers(numbers, 1.0)),
    })
}

/// Something like speech in loudness and rhythm: what is in it does not change how long a query takes.
fn murmur(seconds: f32) -> Vec<f32> {
    const RATE: f32 = saysee_engine::audio::SAMPLE_RATE as f32;
    let mut random = Random::new(1);
    (0..(seconds * RATE) as usize)
        .map(|n| {
            let syllable = (n as f32 / RATE * 4.0 * std::f32::consts::TAU)
                .sin()
                .max(0.0);
            0.3 * random.signed() * syllable
        })
        .collect()
}

/// The same pack with all weights as 32-bit floats.
///
/// # Errors
/// None that a pack that could be read brings about.
pub fn as_floats(pack: &Pack) -> Result<Pack, PackError> {
    let manifest = Manifest {
        weights: WeightFormat::F32,
        ..pack.manifest().clone()
    };
    let floats = |plan: &TensorPlan| {
        Ok::<_, PackError>(FloatTensor {
            shape: plan.shape.clone(),
            data: pack.tensor(&plan.name)?.to_f32(),
        })
    };
    let mut shards = Vec::new();
    let manifest = write_to(manifest, floats, |file, bytes| {
        if file != MANIFEST_FILE {
            shards.push(bytes);
        }
        Ok(())
    })?;
    Pack::load(manifest, shards)
}

#[cfg(test)]
mod tests {
    use saysee_engine::testing;

    use super::*;

    #[test]
    fn the_murmur_is_as_long_as_asked_and_not_silent() {
        let samples = murmur(0.5);
        assert_eq!(samples.len(), 8_000);
        let loudest = samples
            .iter()
            .fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
        assert!((0.1..=0.3).contains(&loudest));
    }

    #[test]
    fn lengths_are_cut_and_missing_towers_named() {
        let pack = testing::pack(WeightFormat::Q8, 1).unwrap();
        let cases = super::cases(&pack, &[Mode::Speech, Mode::Encoder], &[1.0, 99.0]).unwrap();
        let seconds: Vec<_> = cases.iter().filter_map(|case| case.seconds).collect();
        assert_eq!(seconds, [1.0, 15.0, 1.0, 15.0]);
        assert!(super::cases(&pack, &[Mode::Text], &[]).is_err());
        assert!(super::cases(&pack, &[Mode::Picture], &[]).is_err());
    }

    #[test]
    fn floats_are_what_was_stored() {
        let pack = testing::pack(WeightFormat::Q8, 1).unwrap();
        let floats = as_floats(&pack).unwrap();
        let name = "blocks.0.attention.qkv.weight";
        assert_eq!(
            floats.tensor(name).unwrap().to_f32(),
            pack.tensor(name).unwrap().to_f32()
        );
        assert_eq!(floats.manifest().weights, WeightFormat::F32);
    }
}
