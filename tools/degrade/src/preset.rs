//! Two degradations with a name, that everything is measured under.

use std::{fmt, str::FromStr};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

use crate::{Degradation, Noise, NoiseKind, Room};

/// A degradation with a name. What exactly happens to an utterance follows from its id alone.
///
/// Both put the speaker into a room and add noise at a fixed distance from what reaches the microphone; length, times
/// and bandwidth stay, and the loudest sample becomes 0.5. Numbers are drawn evenly from the ranges.
///
/// | | `20db` | `10db` |
/// |---|---|---|
/// | speech over noise, while there is speech | 20 dB | 10 dB |
/// | decay of the room, to 1/e of the amplitude | 22 to 50 ms | 70 to 110 ms |
/// | the same as time to fall by 60 dB | 0.15 to 0.35 s | 0.48 to 0.76 s |
/// | direct sound over reflections | 6 to 10 dB | 0 to 4 dB |
///
/// The noise is white noise whose low frequencies are raised: below a corner of 60 to 1000 Hz (drawn evenly on a
/// logarithmic scale) by a factor of 1 to 30 (likewise), without hum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Preset {
    /// 20 dB and a mild room: a laptop in a furnished room.
    #[serde(rename = "20db")]
    Mild,
    /// 10 dB and a reverberant room: from across a bare one, with a fan on.
    #[serde(rename = "10db")]
    Harsh,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Mild, Self::Harsh];

    /// `20db` or `10db`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mild => "20db",
            Self::Harsh => "10db",
        }
    }

    /// What happens to the utterance of this id.
    pub fn degradation(self, utterance: &str) -> Degradation {
        let rng = &mut Pcg64Mcg::seed_from_u64(fingerprint(&[self.name(), utterance]));
        let (snr_db, decay, direct_db) = match self {
            Self::Mild => (20.0, 0.022..=0.050, 6.0..=10.0),
            Self::Harsh => (10.0, 0.070..=0.110, 0.0..=4.0),
        };
        Degradation {
            seed: rng.random(),
            room: Some(Room {
                decay: rng.random_range(decay),
                direct_db: rng.random_range(direct_db),
            }),
            noise: Some(Noise {
                snr_db,
                kind: NoiseKind::Tilted {
                    corner: 60.0 * (1000.0_f32 / 60.0).powf(rng.random_range(0.0..1.0)),
                    raise: 30_f32.powf(rng.random_range(0.0..1.0)) - 1.0,
                    hum: 0.0,
                },
            }),
            level: Some(0.5),
            ..Degradation::default()
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// There is no preset of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no degradation is called '{0}': there are 20db and 10db")]
pub struct UnknownPreset(String);

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.name() == name)
            .ok_or_else(|| UnknownPreset(name.to_owned()))
    }
}

/// FNV-1a over the parts, a zero byte between them: the same on every machine and for ever.
fn fingerprint(parts: &[&str]) -> u64 {
    parts
        .join("\0")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_fnv_1a() {
        // From the reference vectors of Fowler, Noll and Vo.
        assert_eq!(fingerprint(&[""]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(&["foobar"]), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn an_id_decides_everything_and_nothing_else_does() {
        for preset in Preset::ALL {
            assert_eq!(preset.degradation("a-1"), preset.degradation("a-1"));
            assert_ne!(preset.degradation("a-1"), preset.degradation("a-2"));
        }
        let [mild, harsh] = Preset::ALL.map(|preset| preset.degradation("a-1"));
        assert_ne!(mild.seed, harsh.seed);
    }

    #[test]
    fn what_an_id_draws_never_changes() {
        let drawn = Preset::Harsh.degradation("clips-00000-17");
        let (Some(room), Some(noise)) = (drawn.room, drawn.noise) else {
            unreachable!("the preset has both");
        };
        assert_eq!(drawn.seed, 11_714_096_676_769_983_176);
        assert!((room.decay - 0.088_837).abs() < 1e-5, "{room:?}");
        assert!((room.direct_db - 1.488_7).abs() < 1e-3, "{room:?}");
        assert_eq!(noise.snr_db, 10.0);
    }

    #[test]
    fn names_lead_back() {
        for preset in Preset::ALL {
            assert_eq!(preset.name().parse(), Ok(preset));
            let json = serde_json::to_string(&preset).unwrap_or_default();
            assert_eq!(json, format!("\"{}\"", preset.name()));
        }
        assert!("15db".parse::<Preset>().is_err());
    }
}
