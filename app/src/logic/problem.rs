//! Everything that can go wrong, as a visitor sees it: what happened, and what to do next.
//!
//! Each [`Code`] has one sentence and one next step; the detail is for those who build.

use serde::{Deserialize, Serialize};

use crate::texts;

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
    /// A call, another program or the system took the sound away.
    MicrophoneInterrupted,
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
    /// The GPU that was asked for has failed its self-test.
    GpuWrong,
    /// The GPU went away, and the engine could not be made again.
    GpuLost,
    /// There is no memory left.
    OutOfMemory,
    /// The model is neither here nor to be had: there is no network.
    Offline,
    /// The visitor called the loading off, or did not want it.
    LoadingStopped,
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
            Self::MicrophoneInterrupted => "microphone-interrupted",
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
            Self::GpuWrong => "gpu-wrong",
            Self::GpuLost => "gpu-lost",
            Self::OutOfMemory => "out-of-memory",
            Self::Offline => "offline",
            Self::LoadingStopped => "loading-stopped",
            Self::EngineFailed => "engine-failed",
        }
    }

    /// What happened, in one sentence.
    pub fn sentence(self) -> &'static str {
        texts::sentence(self)
    }

    /// What to do now.
    pub fn next_step(self) -> &'static str {
        texts::next_step(self)
    }

    /// What the page offers beside the sentence.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::DownloadFailed
            | Self::DownloadDamaged
            | Self::ServerUnreachable
            | Self::FileMissing
            | Self::GpuLost
            | Self::OutOfMemory
            | Self::Offline
            | Self::LoadingStopped
            | Self::EngineFailed => Remedy::LoadAgain,
            _ => Remedy::None,
        }
    }

    /// The problem behind a failed download, once it is known that there is no network.
    #[must_use]
    pub fn without_network(self) -> Self {
        match self {
            Self::DownloadFailed | Self::ServerUnreachable => Self::Offline,
            other => other,
        }
    }

    /// The problem behind what a worker said last.
    pub fn of_dead_worker(message: &str) -> Self {
        let message = message.to_lowercase();
        let memory = ["out of memory", "allocation failed", "memory allocation"];
        if memory.iter().any(|words| message.contains(words)) {
            Self::OutOfMemory
        } else {
            Self::EngineFailed
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

    const ALL: [Code; 33] = [
        Code::MicrophoneDenied,
        Code::MicrophoneMissing,
        Code::MicrophoneBusy,
        Code::MicrophoneLost,
        Code::MicrophoneInterrupted,
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
        Code::GpuWrong,
        Code::GpuLost,
        Code::OutOfMemory,
        Code::Offline,
        Code::LoadingStopped,
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
    fn causes_are_told_apart() {
        assert_eq!(Code::DownloadFailed.without_network(), Code::Offline);
        assert_eq!(Code::PackRefused.without_network(), Code::PackRefused);
        let dead = "RangeError: Array buffer allocation failed";
        assert_eq!(Code::of_dead_worker(dead), Code::OutOfMemory);
        assert_eq!(Code::of_dead_worker("unreachable"), Code::EngineFailed);
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
