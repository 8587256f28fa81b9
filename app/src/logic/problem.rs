//! Everything that can go wrong, as a visitor sees it: what happened, and what to do next.
//!
//! Each [`Code`] has one sentence and one next step; the detail is for those who build.

use serde::{Deserialize, Serialize};

/// What went wrong. The name (kebab case) is also what the page shows as `data-problem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The visitor, or a policy, said no to the microphone.
    MicrophoneDenied,
    /// There is no microphone.
    MicrophoneMissing,
    /// Another program holds the microphone.
    MicrophoneBusy,
    /// The microphone went away while it was used.
    MicrophoneLost,
    /// The page is not on a secure origin, where browsers offer no microphone.
    InsecurePage,
    /// The browser lacks what recording needs.
    MicrophoneUnsupported,
    /// There was no voice in the sound.
    NothingHeard,
    /// There was less sound than the model needs.
    TooShort,
    /// A file could not be decoded as sound.
    AudioUnreadable,
    /// A file is larger than what is taken.
    AudioTooLarge,
    /// A bundled utterance is not there.
    SampleMissing,
    /// A file of the pack or gallery did not arrive.
    DownloadFailed,
    /// A file arrived with the wrong size or checksum.
    DownloadDamaged,
    /// Pack or gallery are not ones this page can read.
    PackRefused,
    /// Pack or gallery were made for another version of the page.
    PackVersion,
    /// What follows “?pack=” or “?gallery=” is no address that may be read.
    AddressRefused,
    /// Another server does not answer, or does not let this page read its files. Browsers do not tell which.
    ServerUnreachable,
    /// Another server has no such file.
    FileMissing,
    /// There is no pack in the folder that was chosen.
    FolderWithoutPack,
    /// A file of the pack is not in the folder that was chosen.
    FolderIncomplete,
    /// A file of the folder is not what its manifest says.
    FolderDamaged,
    /// The link to an answer was cut off, or is of a later page.
    LinkDamaged,
    /// The link to an answer was made with another model.
    LinkForeign,
    /// Typed text that cannot be searched for.
    TextRefused,
    /// The GPU cannot hold a part of the model.
    TooLarge,
    /// WebGPU was asked for and is not there.
    GpuUnavailable,
    /// The engine failed, or its worker died.
    EngineFailed,
}

/// What a visitor can press to get on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing but trying something else.
    None,
    /// Fetching the model again.
    LoadAgain,
}

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which.
    pub code: Code,
    /// For builders: the file, the status, the error's own words.
    pub detail: String,
}

impl Problem {
    /// A problem with its detail.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

impl Code {
    /// The name used in `data-problem`.
    pub fn name(self) -> &'static str {
        match self {
            Self::MicrophoneDenied => "microphone-denied",
            Self::MicrophoneMissing => "microphone-missing",
            Self::MicrophoneBusy => "microphone-busy",
            Self::MicrophoneLost => "microphone-lost",
            Self::InsecurePage => "insecure-page",
            Self::MicrophoneUnsupported => "microphone-unsupported",
            Self::NothingHeard => "nothing-heard",
            Self::TooShort => "too-short",
            Self::AudioUnreadable => "audio-unreadable",
            Self::AudioTooLarge => "audio-too-large",
            Self::SampleMissing => "sample-missing",
            Self::DownloadFailed => "download-failed",
            Self::DownloadDamaged => "download-damaged",
            Self::PackRefused => "pack-refused",
            Self::PackVersion => "pack-version",
            Self::AddressRefused => "address-refused",
            Self::ServerUnreachable => "server-unreachable",
            Self::FileMissing => "file-missing",
            Self::FolderWithoutPack => "folder-without-pack",
            Self::FolderIncomplete => "folder-incomplete",
            Self::FolderDamaged => "folder-damaged",
            Self::LinkDamaged => "link-damaged",
            Self::LinkForeign => "link-foreign",
            Self::TextRefused => "text-refused",
            Self::TooLarge => "too-large",
            Self::GpuUnavailable => "gpu-unavailable",
            Self::EngineFailed => "engine-failed",
        }
    }

    /// What happened, in one sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::MicrophoneDenied => "The microphone is blocked for this page.",
            Self::MicrophoneMissing => "No microphone was found.",
            Self::MicrophoneBusy => "Another program is using the microphone.",
            Self::MicrophoneLost => "The microphone went away while you were speaking.",
            Self::InsecurePage => "Browsers offer the microphone on secure pages only.",
            Self::MicrophoneUnsupported => "This browser cannot record sound for a page.",
            Self::NothingHeard => "No speech was heard.",
            Self::TooShort => "That was too short to recognise.",
            Self::AudioUnreadable => "This browser finds no sound in that file.",
            Self::AudioTooLarge => "That file is too large.",
            Self::SampleMissing => "That sample sentence is not here.",
            Self::DownloadFailed => "Part of the model did not arrive.",
            Self::DownloadDamaged => "Part of the model arrived damaged and was not used.",
            Self::PackRefused => "This page cannot read that model.",
            Self::PackVersion => "That model was made for another version of SaySee.",
            Self::AddressRefused => "The address of the model or the pictures cannot be used.",
            Self::ServerUnreachable => "The model's server cannot be read from this page.",
            Self::FileMissing => "A file of the model is not on its server.",
            Self::FolderWithoutPack => "There is no model in that folder.",
            Self::FolderIncomplete => "A file of the model is missing in that folder.",
            Self::FolderDamaged => "A file in that folder is damaged and was not used.",
            Self::LinkDamaged => "That link is damaged or of a later version.",
            Self::LinkForeign => "That link was made with another model.",
            Self::TextRefused => "That text cannot be searched for.",
            Self::TooLarge => "This device's GPU cannot hold that model.",
            Self::GpuUnavailable => "WebGPU was asked for, but this browser offers none.",
            Self::EngineFailed => "The engine stopped unexpectedly.",
        }
    }

    /// What to do now.
    pub fn next_step(self) -> &'static str {
        match self {
            Self::MicrophoneDenied => {
                "Allow it in the site settings beside the address, then press the button again. Samples and audio files work without it."
            }
            Self::MicrophoneMissing => {
                "Plug one in, or choose one in your system's settings. Samples and audio files work without it."
            }
            Self::MicrophoneBusy => {
                "Close the other program's recording, then press the button again."
            }
            Self::MicrophoneLost => "Check its plug or Bluetooth, then press the button again.",
            Self::InsecurePage => {
                "Open this page over https, or at http://127.0.0.1. Samples and audio files work here too."
            }
            Self::MicrophoneUnsupported => {
                "Samples and audio files work here; a current browser records too."
            }
            Self::NothingHeard => {
                "Come a little closer to the microphone, press the button and speak."
            }
            Self::TooShort => {
                "Press the button and say a few words, such as “two dogs on the beach”."
            }
            Self::AudioUnreadable => "Try a wav, mp3 or ogg file.",
            Self::AudioTooLarge => "Try one below 50 MB: the first 15 seconds are enough.",
            Self::SampleMissing => "Choose another one below.",
            Self::DownloadFailed => "Check the connection, then load it again.",
            Self::DownloadDamaged => "Load it again to fetch a fresh copy.",
            Self::PackRefused => {
                "Open the page without “?pack=” or “?gallery=”, or reload it to get its newest version."
            }
            Self::PackVersion => {
                "Convert it again with this version's tools, or reload the page to get its newest version."
            }
            Self::AddressRefused => {
                "Give a folder's address after “?pack=” or “?gallery=”, such as https://example.org/packs/base/."
            }
            Self::ServerUnreachable => {
                "It may be offline, or not allow other pages to read it (CORS); once it does, load it again."
            }
            Self::FileMissing => {
                "Check the address after “?pack=”: it is the folder with pack.json and all weights."
            }
            Self::FolderWithoutPack => "Choose the folder that holds pack.json and its weights.",
            Self::FolderIncomplete => {
                "Choose the folder with pack.json and every weights file it lists."
            }
            Self::FolderDamaged => "Copy or convert the model again, then choose its folder.",
            Self::LinkDamaged => {
                "Copy all of it and open it again, or ask whoever sent it for another one."
            }
            Self::LinkForeign => "Open it with the model and the pictures it was made with.",
            Self::TextRefused => "Try a shorter description of a picture.",
            Self::TooLarge => {
                "Try a smaller one; with “?backend=cpu” it may run, slowly, if there is memory for it."
            }
            Self::GpuUnavailable => {
                "Open the page without “?backend=gpu”: it runs on the CPU as well."
            }
            Self::EngineFailed => "Load it again; if it happens again, try “?backend=cpu”.",
        }
    }

    /// What the page offers beside the sentence.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::DownloadFailed
            | Self::DownloadDamaged
            | Self::ServerUnreachable
            | Self::FileMissing
            | Self::EngineFailed => Remedy::LoadAgain,
            _ => Remedy::None,
        }
    }

    /// The problem behind the name of a `getUserMedia` error.
    pub fn of_microphone_error(name: &str) -> Self {
        match name {
            "NotAllowedError" | "PermissionDeniedError" | "PermissionDismissedError" => {
                Self::MicrophoneDenied
            }
            "NotFoundError" | "DevicesNotFoundError" | "OverconstrainedError" => {
                Self::MicrophoneMissing
            }
            "NotReadableError" | "TrackStartError" | "AbortError" => Self::MicrophoneBusy,
            "SecurityError" => Self::InsecurePage,
            _ => Self::MicrophoneUnsupported,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Code; 27] = [
        Code::MicrophoneDenied,
        Code::MicrophoneMissing,
        Code::MicrophoneBusy,
        Code::MicrophoneLost,
        Code::InsecurePage,
        Code::MicrophoneUnsupported,
        Code::NothingHeard,
        Code::TooShort,
        Code::AudioUnreadable,
        Code::AudioTooLarge,
        Code::SampleMissing,
        Code::DownloadFailed,
        Code::DownloadDamaged,
        Code::PackRefused,
        Code::PackVersion,
        Code::AddressRefused,
        Code::ServerUnreachable,
        Code::FileMissing,
        Code::FolderWithoutPack,
        Code::FolderIncomplete,
        Code::FolderDamaged,
        Code::LinkDamaged,
        Code::LinkForeign,
        Code::TextRefused,
        Code::TooLarge,
        Code::GpuUnavailable,
        Code::EngineFailed,
    ];

    #[test]
    fn every_problem_says_what_happened_and_what_to_do() {
        for code in ALL {
            assert!(code.sentence().ends_with('.'), "{code:?}");
            assert!(code.next_step().ends_with('.'), "{code:?}");
        }
    }

    #[test]
    fn names_on_the_page_and_on_the_wire_agree() {
        for code in ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }

    #[test]
    fn microphone_errors_of_all_browsers_are_told_apart() {
        let cases = [
            ("NotAllowedError", Code::MicrophoneDenied),
            ("NotFoundError", Code::MicrophoneMissing),
            ("NotReadableError", Code::MicrophoneBusy),
            ("SecurityError", Code::InsecurePage),
            ("SomethingNewError", Code::MicrophoneUnsupported),
        ];
        for (name, code) in cases {
            assert_eq!(Code::of_microphone_error(name), code);
        }
    }
}
