//! `saysee-train names`: which of some names did people say? For recordings of people, and for measuring only.

use std::path::{Path, PathBuf};

use burn::prelude::*;
use saysee_degrade::Preset;
use saysee_engine::pack::Pack;
use saysee_voices::audio;
use saysee_voices::phones::{PHONES, Pronouncer};

use crate::checkpoint::Checkpoint;
use crate::description::front_end;
use crate::error::TrainError;
use crate::from_pack;
use crate::model::head::{HeadOutput, HybridPlus, normalise};
use crate::model::mask::Mask;
use crate::model::speech::{SpeechConfig, SpeechModel};
use crate::model::towers::host;
use crate::names::{greedy, log_likelihood};
use crate::vocabulary::{UNKNOWN, Vocabulary};

/// Options of the command.
#[derive(clap::Args)]
pub struct Options {
    /// A table of two columns, file and text, with a heading.
    #[arg(long)]
    list: PathBuf,
    /// Where the recordings are, as wav files of the names in the table.
    #[arg(long)]
    recordings: PathBuf,
    /// What `saysee-train speech` made.
    #[arg(long, default_value = "train/work/speech")]
    speech: PathBuf,
    /// A pack instead. One without phones ranks names by the cosine of the whole recording as one keyword, and
    /// knows the words of its vocabulary only.
    #[arg(long, conflicts_with = "speech")]
    pack: Option<PathBuf>,
    /// Print what was heard of each recording.
    #[arg(long)]
    each: bool,
}

/// Runs the command: for clean recordings and under each preset, how often the right name is first, and
/// among the first ten. Names are ranked by the likelihood of their phones.
///
/// # Errors
/// When files cannot be read.
pub fn run(options: &Options) -> Result<(), TrainError> {
    let device = Device::flex();
    let pack = options.pack.as_deref().map(from_pack::open).transpose()?;
    let (model, words) = match &pack {
        Some(pack) => {
            let words = match pack.manifest().phones {
                Some(_) => None,
                None => Some(Words::new(pack, &device)?),
            };
            (from_pack::speech(pack, &device)?, words)
        }
        None => {
            let config = SpeechConfig::of(&options.speech)?;
            let checkpoint = Checkpoint::new(options.speech.join("checkpoint"));
            (checkpoint.model(config.init(&device))?, None)
        }
    };
    let rows = read_list(&options.list)?;
    let mut names: Vec<String> = rows.iter().map(|(_, text)| text.clone()).collect();
    names.sort();
    names.dedup();
    let mut pronouncer = Pronouncer::new()?;
    let phones: Vec<Vec<u8>> = names
        .iter()
        .map(|name| pronouncer.phones(name))
        .collect::<Result<_, _>>()?;
    println!("{} recordings, {} names", rows.len(), names.len());
    for preset in [None, Some(Preset::Mild), Some(Preset::Harsh)] {
        let (mut first, mut ten) = (0, 0);
        for (file, text) in &rows {
            let path = options.recordings.join(file).with_extension("wav");
            let (samples, rate) = audio::read_wav(&path)?;
            let mut samples =
                audio::resample(&samples, f64::from(audio::SAMPLE_RATE) / f64::from(rate))?;
            if let Some(preset) = preset {
                samples = preset.degradation(file).apply(&samples, &[])?;
            }
            let (states, mask) = listen(&model, &samples, &device)?;
            let heard = host(model.phone_log_probabilities(&states));
            let scores: Vec<f32> = match &words {
                Some(words) => words.scores(&model.head(&states, &mask), &model.head, &names),
                None => phones
                    .iter()
                    .map(|phones| log_likelihood(&heard, PHONES.len(), phones))
                    .collect(),
            };
            let own = names.iter().position(|name| name == text).unwrap_or(0);
            // A name that is not known is last, not tied with the others that are not.
            let better = |&&score: &&f32| score > scores[own] || scores[own] == UNKNOWN_NAME;
            let place = scores.iter().filter(better).count();
            first += usize::from(place == 0);
            ten += usize::from(place < 10);
            if options.each {
                let best = (0..names.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
                let said: Vec<&str> = greedy(&heard, PHONES.len())
                    .into_iter()
                    .map(|phone| PHONES[usize::from(phone)])
                    .collect();
                println!(
                    "  {text:24} place {:2}  first {:24} heard {}",
                    place + 1,
                    best.map_or("", |best| &names[best]),
                    said.join(" ")
                );
            }
        }
        let share = |count: usize| 100.0 * count as f64 / rows.len().max(1) as f64;
        println!(
            "{:5} R@1 {:.1} R@10 {:.1}",
            preset.map_or("clean", Preset::name),
            share(first),
            share(ten)
        );
    }
    Ok(())
}

/// Hidden states of a recording.
fn listen(
    model: &SpeechModel,
    samples: &[f32],
    device: &Device,
) -> Result<(Vec<Tensor<3>>, Mask), TrainError> {
    let config = front_end();
    let features = saysee_engine::audio::LogMel::new(&config)?.features(samples)?;
    let frames = features.len() / config.mels;
    let input = Tensor::from_data(TensorData::new(features, [1, frames, config.mels]), device);
    Ok(model.encode(input, &Mask::new(vec![frames], frames, device)))
}

/// The score of a name that is in no vocabulary.
const UNKNOWN_NAME: f32 = -2.0;

/// Names by the last of their words, among the words of a pack.
struct Words {
    vocabulary: Vocabulary,
    table: Tensor<2>,
}

impl Words {
    fn new(pack: &Pack, device: &Device) -> Result<Self, TrainError> {
        Ok(Self {
            vocabulary: from_pack::vocabulary(pack),
            table: normalise(from_pack::table(pack, device)?),
        })
    }

    fn scores(&self, output: &HeadOutput, head: &HybridPlus, names: &[String]) -> Vec<f32> {
        let one = Tensor::ones([1, 1], &self.table.device());
        let keyword = head.keywords(output, &one, 1);
        let cosines = host(keyword.matmul(self.table.clone().transpose().unsqueeze::<3>()));
        let last = |name: &String| name.rsplit(' ').next().unwrap_or_default().to_owned();
        let ids = self
            .vocabulary
            .encode(&names.iter().map(last).collect::<Vec<_>>());
        ids.into_iter()
            .map(|id| match id {
                UNKNOWN => UNKNOWN_NAME,
                id => cosines[usize::from(id)],
            })
            .collect()
    }
}

fn read_list(path: &Path) -> Result<Vec<(String, String)>, TrainError> {
    let text = std::fs::read_to_string(path).map_err(TrainError::file(path))?;
    let rows: Vec<(String, String)> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
        .map(|(file, text)| {
            let plain = |c: char| c.is_alphanumeric() || c == ' ' || c == '\'';
            let text: String = text.to_lowercase().chars().filter(|&c| plain(c)).collect();
            (file.to_owned(), text.trim().to_owned())
        })
        .collect();
    if rows.is_empty() {
        let path = path.display();
        return Err(TrainError::Options(format!(
            "{path} has no rows of a file and a text with a tab between"
        )));
    }
    Ok(rows)
}
