//! What went wrong, and what to do next: one sentence each. The codes are in [`crate::logic::problem`].

use crate::logic::problem::Code;

/// What happened, in one sentence.
pub fn sentence(code: Code) -> &'static str {
    match code {
        Code::MicrophoneDenied => "The microphone is blocked for this page.",
        Code::MicrophoneMissing => "No microphone was found.",
        Code::MicrophoneBusy => "Another program is using the microphone.",
        Code::MicrophoneLost => "The microphone went away while you were speaking.",
        Code::MicrophoneInterrupted => "Something else has taken the sound over.",
        Code::InsecurePage => "Browsers offer the microphone on secure pages only.",
        Code::MicrophoneUnsupported => "This browser cannot record sound for a page.",
        Code::NothingHeard => "No speech was heard.",
        Code::TooShort => "That was too short to recognise.",
        Code::AudioUnreadable => "This browser finds no sound in that file.",
        Code::AudioTooLarge => "That file is too large.",
        Code::SampleMissing => "That sample sentence is not here.",
        Code::DownloadFailed => "Part of the model did not arrive.",
        Code::DownloadDamaged => "Part of the model arrived damaged.",
        Code::PackRefused => "This page cannot read that model.",
        Code::PackVersion => "That model was made for another version of SaySee.",
        Code::AddressRefused => "The address of the model or the pictures cannot be used.",
        Code::ServerUnreachable => "The model's server cannot be read from this page.",
        Code::FileMissing => "A file of the model is not on its server.",
        Code::FolderWithoutPack => "There is no model in that folder.",
        Code::FolderIncomplete => "A file of the model is missing in that folder.",
        Code::FolderDamaged => "A file in that folder is damaged and was not used.",
        Code::LinkDamaged => "That link is damaged or of a later version.",
        Code::LinkForeign => "That link was made with another model.",
        Code::TextRefused => "That text cannot be searched for.",
        Code::TooLarge => "This device's GPU cannot hold that model.",
        Code::GpuUnavailable => "WebGPU was asked for, but this browser offers none.",
        Code::GpuWrong => "This device's graphics processor computes wrong results.",
        Code::GpuLost => "The graphics processor went away and did not come back.",
        Code::OutOfMemory => "There is not enough memory for this model here.",
        Code::Offline => "There is no network, and the model is not kept here yet.",
        Code::LoadingStopped => "The model is not loaded.",
        Code::EngineFailed => "The engine stopped unexpectedly.",
    }
}

/// What to do now.
pub fn next_step(code: Code) -> &'static str {
    match code {
        Code::MicrophoneDenied => {
            "Allow it beside the address, then press again. Samples and audio files work without it."
        }
        Code::MicrophoneMissing => {
            "Plug one in, or choose one in your system's settings. Samples and audio files work without it."
        }
        Code::MicrophoneBusy => "Close the other program's recording, then press the button again.",
        Code::MicrophoneInterrupted => {
            "When the call or the other program has ended, press the button again."
        }
        Code::MicrophoneLost => "Check its plug or Bluetooth, then press the button again.",
        Code::InsecurePage => {
            "Open this page over https, or at http://127.0.0.1. Samples and audio files work here too."
        }
        Code::MicrophoneUnsupported => {
            "Samples and audio files work here; a current browser records too."
        }
        Code::NothingHeard => "Come a little closer to the microphone, press the button and speak.",
        Code::TooShort => "Press the button and say a few words, such as “two dogs on the beach”.",
        Code::AudioUnreadable => "Try a wav, mp3 or ogg file.",
        Code::AudioTooLarge => "Try one below 50 MB: the first 15 seconds are enough.",
        Code::SampleMissing => "Choose another one below.",
        Code::DownloadFailed => "Check the connection, then load it again.",
        Code::DownloadDamaged => "Load it again to fetch a fresh copy.",
        Code::PackRefused => {
            "Open the page without “?pack=” or “?gallery=”, or reload it to get its newest version."
        }
        Code::PackVersion => {
            "Convert it again with this version's tools, or reload the page to get its newest version."
        }
        Code::AddressRefused => {
            "Give a folder's address after “?pack=” or “?gallery=”, such as https://example.org/packs/base/."
        }
        Code::ServerUnreachable => {
            "It may be offline, or not allow other pages to read it (CORS); once it does, load it again."
        }
        Code::FileMissing => {
            "Check the address after “?pack=”: it is the folder with pack.json and all weights."
        }
        Code::FolderWithoutPack => "Choose the folder that holds pack.json and its weights.",
        Code::FolderIncomplete => {
            "Choose the folder with pack.json and every weights file it lists."
        }
        Code::FolderDamaged => "Copy or convert the model again, then choose its folder.",
        Code::LinkDamaged => {
            "Copy all of it and open it again, or ask whoever sent it for another one."
        }
        Code::LinkForeign => "Open it with the model and the pictures it was made with.",
        Code::TextRefused => "Try other words for what a picture shows, or fewer.",
        Code::TooLarge => {
            "Try a smaller one; with “?backend=cpu” it may run, slowly, if there is memory for it."
        }
        Code::GpuUnavailable => "Open the page without “?backend=gpu”: it runs on the CPU as well.",
        Code::GpuWrong => "Open the page without “?backend=gpu”: the CPU gives right ones.",
        Code::GpuLost => "Load it again; if it happens again, “?backend=cpu” does without one.",
        Code::OutOfMemory => "Close other tabs and load it again, or use a smaller model.",
        Code::Offline => "Connect once and load it again; after that it works without a network.",
        Code::LoadingStopped => "Load it when you like. The pictures are here anyway.",
        Code::EngineFailed => "Load it again; if it happens again, try “?backend=cpu”.",
    }
}
