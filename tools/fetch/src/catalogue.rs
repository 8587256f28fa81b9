//! What can be fetched by name.

mod entries;

use std::fmt;
use std::path::Path;

use crate::{Digest, FetchError, Fetched, Options, Progress, download};

/// One file that can be fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is called on the disk.
    pub file: &'static str,
    /// What is in it.
    pub content: Content,
    /// Its published address.
    pub address: &'static str,
    /// Its size, to tell people beforehand: approximate for checkpoints, exact for the merges.
    pub about_bytes: u64,
    /// Its checksum, where it is known.
    pub sha256: Option<&'static str>,
    /// Names of further entries without which it is of little use.
    pub needs: &'static [&'static str],
}

/// What is in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Content {
    /// A PyTorch Lightning checkpoint with HuBERT, CLIP and the branches in it.
    Checkpoint(Checkpoint),
    /// The merges of CLIP's byte pair encoding, compressed with gzip: they give the tokens their names.
    Merges,
}

/// A published model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checkpoint {
    /// Which branches it has.
    pub variant: Variant,
    /// Which HuBERT and CLIP it stands on.
    pub size: Size,
    /// What it was trained with.
    pub data: Data,
    /// How well it did in validation.
    pub validation: Validation,
}

/// The branches of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// SpeechCLIP, one embedding for the utterance.
    Parallel,
    /// SpeechCLIP, a fixed number of keywords.
    Cascaded,
    /// SpeechCLIP+, as many keywords as the utterance has.
    CascadedPlus,
    /// SpeechCLIP+, parallel and cascaded in one.
    Hybrid,
    /// SpeechCLIP+, parallel and cascaded+ in one.
    HybridPlus,
}

/// The pretrained networks of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// HuBERT base and CLIP ViT-B/32.
    Base,
    /// HuBERT large and CLIP ViT-L/14.
    Large,
}

/// The spoken captions of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// Flickr8k Audio Captions.
    Flickr8k,
    /// SpokenCOCO.
    SpokenCoco,
}

/// The figure in a checkpoint's published file name: recall on the validation split, mean of speech to
/// picture and picture to speech.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Validation {
    /// Among how many first answers the right one counts.
    pub at: u8,
    /// The recall, in percent.
    pub percent: f32,
}

/// Everything that can be fetched, in the order to show it.
pub fn entries() -> &'static [Entry] {
    entries::ENTRIES
}

/// The entry of a name.
///
/// # Errors
///
/// [`FetchError::UnknownName`], with the names that begin or end like it, or all of them.
pub fn find(name: &str) -> Result<&'static Entry, FetchError> {
    if let Some(entry) = entries().iter().find(|entry| entry.name == name) {
        return Ok(entry);
    }
    let all = || entries().iter().map(|entry| entry.name);
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    let alike = |known: &&str| !words.is_empty() && words.iter().all(|word| known.contains(word));
    let mut known: Vec<_> = all().filter(alike).collect();
    if known.is_empty() {
        known = all().collect();
    }
    Err(FetchError::UnknownName {
        name: name.to_owned(),
        known: known.join(", "),
    })
}

impl Entry {
    /// Downloads the file into a folder, or checks it where it is there: [`download`].
    ///
    /// # Errors
    ///
    /// Those of [`download`].
    pub fn fetch(
        &self,
        folder: &Path,
        options: &Options,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Fetched, FetchError> {
        let mut options = options.clone();
        if options.sha256.is_none() {
            options.sha256 = self.digest();
        }
        download(self.address, &folder.join(self.file), &options, progress)
    }

    /// The entries without which this one is of little use.
    pub fn needed(&self) -> impl Iterator<Item = &'static Entry> {
        self.needs.iter().filter_map(|name| find(name).ok())
    }

    fn digest(&self) -> Option<Digest> {
        self.sha256.and_then(|digest| digest.parse().ok())
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Checkpoint(checkpoint) => checkpoint.fmt(f),
            Self::Merges => write!(f, "CLIP's byte pair merges, for the names of tokens"),
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self {
            variant,
            size,
            data,
            validation,
        } = self;
        let variant = match variant {
            Variant::Parallel => "SpeechCLIP parallel",
            Variant::Cascaded => "SpeechCLIP cascaded",
            Variant::CascadedPlus => "SpeechCLIP+ cascaded+",
            Variant::Hybrid => "SpeechCLIP+ hybrid",
            Variant::HybridPlus => "SpeechCLIP+ hybrid+",
        };
        let size = match size {
            Size::Base => "base (HuBERT base, CLIP ViT-B/32)",
            Size::Large => "large (HuBERT large, CLIP ViT-L/14)",
        };
        let data = match data {
            Data::Flickr8k => "Flickr8k",
            Data::SpokenCoco => "SpokenCOCO",
        };
        let Validation { at, percent } = validation;
        write!(
            f,
            "{variant} {size}, {data}, validation R@{at} {percent:.2} %"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::address::Address;

    fn checkpoints() -> impl Iterator<Item = (&'static Entry, Checkpoint)> {
        entries().iter().filter_map(|entry| match entry.content {
            Content::Checkpoint(checkpoint) => Some((entry, checkpoint)),
            Content::Merges => None,
        })
    }

    #[test]
    fn all_fifteen_checkpoints_and_the_merges() {
        assert_eq!(checkpoints().count(), 15);
        assert_eq!(entries().len(), 16);
        let distinct =
            |of: fn(&Entry) -> &str| entries().iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(distinct(|entry| entry.name), 16);
        assert_eq!(distinct(|entry| entry.file), 16);
        assert_eq!(distinct(|entry| entry.address), 16);
    }

    #[test]
    fn names_files_and_addresses_say_the_same() {
        for (
            entry,
            Checkpoint {
                variant,
                size,
                data,
                validation,
            },
        ) in checkpoints()
        {
            let (name, folder) = match variant {
                Variant::Parallel => ("parallel", "parallel"),
                Variant::Cascaded => ("cascaded", "cascaded"),
                Variant::CascadedPlus => ("cascaded-plus", "cascaded%2B"),
                Variant::Hybrid => ("hybrid", "hybrid"),
                Variant::HybridPlus => ("hybrid-plus", "hybrid%2B"),
            };
            let size_name = if size == Size::Base { "base" } else { "large" };
            let data_name = if data == Data::Flickr8k {
                "flickr"
            } else {
                "coco"
            };
            assert_eq!(
                entry.name,
                format!("speechclip-{name}-{size_name}-{data_name}")
            );
            assert_eq!(entry.file, format!("{}.ckpt", entry.name));
            let path = format!("/{size_name}/{data_name}/{folder}/epoch");
            assert!(entry.address.contains(&path), "{}", entry.address);
            // Of the form `..._mean_10_62.7700.ckpt` or `..._mean_10%3D62.7700.ckpt`.
            let figure = format!("{:.4}.ckpt", validation.percent);
            assert!(entry.address.ends_with(&figure), "{}", entry.address);
            let at = format!("val_recall_mean_{}", validation.at);
            let after = entry.address.split(&at).nth(1).unwrap();
            assert!(
                after.starts_with('_') || after.starts_with("%3D"),
                "{after}"
            );
            let range = if size == Size::Base {
                1.0e9..1.2e9
            } else {
                3.0e9..3.4e9
            };
            assert!(range.contains(&(entry.about_bytes as f64)));
            assert_eq!(
                entry
                    .needed()
                    .map(|entry| entry.content)
                    .collect::<Vec<_>>(),
                [Content::Merges]
            );
        }
    }

    #[test]
    fn every_entry_can_be_asked_for() {
        for entry in entries() {
            let address = Address::new(entry.address, None).unwrap();
            assert!(address.is_encrypted);
            assert_eq!(address.request, entry.address);
            assert_eq!(entry.sha256.is_some(), entry.digest().is_some());
            assert_eq!(entry.needed().count(), entry.needs.len());
        }
    }

    #[test]
    fn a_wrong_name_leads_to_the_right_one() {
        assert_eq!(find("clip-merges").unwrap().content, Content::Merges);
        let known = |name| find(name).unwrap_err().to_string();
        let parallel = known("parallel-base");
        assert!(
            parallel.ends_with("the names are: speechclip-parallel-base-flickr"),
            "{parallel}"
        );
        assert!(known("nonsense").contains("clip-merges"));
        assert!(known("").contains("clip-merges"));
    }

    #[test]
    fn entries_are_told_in_one_line() {
        let told = find("speechclip-hybrid-plus-large-coco")
            .unwrap()
            .content
            .to_string();
        let expected = "SpeechCLIP+ hybrid+ large (HuBERT large, CLIP ViT-L/14), SpokenCOCO, validation R@10 83.54 %";
        assert_eq!(told, expected);
    }
}
