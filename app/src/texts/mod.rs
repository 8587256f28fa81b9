//! Every word that the page says, in one place, in English.
//!
//! A section for each component or machine, constants for what never changes, functions for what has numbers and names
//! in it. A translation is another file with the same names: the compiler tells what is missing. The static shell in
//! `app/index.html` says the few words of [`welcome`] before the program runs.

pub mod answer;
mod problems;

pub use problems::{next_step, sentence};

/// The panel at the top, before anybody speaks.
pub mod welcome {
    /// The heading.
    pub const HEADING: &str = "Say it. See it.";
    /// What this is.
    pub const SENTENCE: &str = "Describe a picture out loud. SaySee finds it from the sound alone: no transcript, no server, just this page listening.";
    /// Name of the panel, for screen readers.
    pub const STAGE: &str = "What was heard";
    /// Words of the picture that shows what will happen.
    pub const EXAMPLE: [&str; 3] = ["two", "dogs", "beach"];
}

/// The record button and what is beside it.
pub mod recorder {
    /// The button, while nothing is recorded.
    pub const SPEAK: &str = "Speak";
    /// The button, while something is.
    pub const STOP: &str = "Stop listening";
    /// Beside the button.
    pub const PROMISE: &str = "Audio never leaves this tab.";
    /// How to use it.
    pub const HOW: &str = "Tap to start, or hold while you speak.";
    /// How to use it, with a key.
    pub const HOW_WITH_KEY: &str = "Tap, or hold while you speak. Key: ";
    /// The key.
    pub const KEY: &str = "V";
}

/// Which microphone, and whether there is a key for it.
pub mod microphone {
    /// Opens the settings.
    pub const SETTINGS: &str = "Microphone";
    /// Before the list.
    pub const CHOOSE: &str = "Record with";
    /// Not choosing one.
    pub const SYSTEM: &str = "What the system prefers";
    /// There is no list yet.
    pub const UNKNOWN: &str = "Browsers tell their names once you have used one.";
    /// The box beside the key.
    pub const SHORTCUT: &str = "The key V starts and stops";
}

/// The status line.
pub mod status {
    use crate::logic::format;
    use crate::logic::level::Hint;
    use crate::logic::status::Speaker;

    /// The model is on its way.
    pub const LOADING: &str = "Loading the model.";
    /// A large model is offered.
    pub const OFFERED: &str = "Load this model?";
    /// A question can be asked.
    pub const READY: &str = "Ready when you are.";
    /// How to ask it.
    pub const READY_HINT: &str = "Tap or hold to describe a picture.";
    /// The browser asks for the microphone.
    pub const ASKING: &str = "Waiting for the microphone.";
    /// What to do about it.
    pub const ASKING_HINT: &str = "Please allow it in the browser.";
    /// A question waits for the model.
    pub const WAITING: &str = "Heard you; the model is still loading.";
    /// The GPU was lost.
    pub const RESTORING: &str = "The graphics processor went away; starting again.";
    /// A question waits until it is back.
    pub const WAITING_AGAIN: &str =
        "Heard you; the graphics processor went away and is started again.";
    /// The engine is at work.
    pub const THINKING: &str = "Looking through the pictures.";
    /// No keyword was found.
    pub const NO_WORD: &str = "No single word stood out.";
    /// Fetches the model again.
    pub const LOAD_AGAIN: &str = "Load again";
    /// Fetches it after all.
    pub const LOAD: &str = "Load it";
    /// Goes back to the model that comes with the page.
    pub const USE_BUNDLED: &str = "Use the bundled model";

    /// Sound comes in; what the speaker should know of it.
    pub fn listening(hint: Hint) -> &'static str {
        match hint {
            Hint::Fine => "Listening.",
            Hint::Silent => "No sound arrives: is the microphone muted?",
            Hint::TooQuiet => "Too quiet: come closer, or speak up.",
            Hint::Clipping => "Too loud: move back a little.",
        }
    }

    /// How long it has taken and may take, and how it ends.
    pub fn until(speaker: Speaker) -> String {
        let Speaker { seconds, limit, .. } = speaker;
        let end = if speaker.holding {
            "Let go when done."
        } else {
            "Pause when done."
        };
        format!("{seconds} of {limit} s. {end}")
    }

    /// Which words were found.
    pub fn heard(words: &[&str]) -> String {
        format!("Heard {}.", format::list(words))
    }

    /// The best picture.
    pub fn best(caption: &str) -> String {
        format!("Best picture: {caption}.")
    }

    /// How long the answer took.
    pub fn took(engine_ms: f64, seconds: f32) -> String {
        let time = format::milliseconds(engine_ms);
        format!("{time} for {} of sound", format::seconds(seconds))
    }
}

/// How far the loading is.
pub mod loading {
    use crate::logic::format;
    use crate::protocol::Origin;

    /// Before the sizes are known.
    pub const STARTING: &str = "starting";
    /// Everything is here, weights go to the device.
    pub const PREPARING: &str = "preparing";

    /// Bytes that are here, of all.
    pub fn amount(bytes: u64, total: u64) -> String {
        format!("{} of {}", format::bytes(bytes), format::bytes(total))
    }

    /// The amount, and how fast it grows.
    pub fn rate(amount: &str, bytes_a_second: u64) -> String {
        format!("{amount}, {}/s", format::bytes(bytes_a_second))
    }

    /// The amount, and where it comes from when that is not the network.
    pub fn origin(amount: &str, origin: Origin) -> String {
        match origin {
            Origin::Network => amount.to_owned(),
            Origin::Storage => format!("{amount} from this browser's storage"),
            Origin::Disk => format!("{amount} from your folder"),
        }
    }

    /// The amount, while kernels are compiled.
    pub fn meanwhile(amount: &str, done: u32, total: u32) -> String {
        format!("{amount}; {}", compiling(done, total))
    }

    /// Kernels are compiled.
    pub fn compiling(done: u32, total: u32) -> String {
        format!("compiling kernels, {done} of {total}")
    }

    /// The same in few words.
    pub fn kernel(done: u32, total: u32) -> String {
        format!("kernel {done} of {total}")
    }
}

/// The question before a large download.
pub mod offer {
    /// The heading.
    pub const HEADING: &str = "Load this model?";
    /// Yes.
    pub const LOAD: &str = "Load";
    /// No.
    pub const NOT_NOW: &str = "Not now";
    /// Before the server's name.
    pub const FROM: &str = "It comes from ";
    /// After it.
    pub const KEPT: &str = " and is kept in this browser, so that the next visit need not fetch it again. Audio never leaves this tab.";

    /// A download from its beginning.
    pub fn whole(name: &str, missing: &str) -> String {
        format!("The model “{name}” is a download of {missing}.")
    }

    /// The rest of a download.
    pub fn rest(name: &str, missing: &str, stored: &str) -> String {
        format!(
            "{missing} of the model “{name}” are still to be downloaded; {stored} are here from an earlier visit."
        )
    }
}

/// Ways to ask without a microphone.
pub mod samples {
    /// Name of the section, for screen readers.
    pub const SECTION: &str = "Try without a microphone";
    /// Before the sentence of a sample, for screen readers.
    pub const PLAY: &str = "Play ";
    /// Shows fewer.
    pub const FEWER: &str = "Fewer";
    /// Opens a file.
    pub const OPEN: &str = "Open a sound file";
    /// The same, where there is an icon.
    pub const SOUND_FILE: &str = "Sound file";

    /// Shows the others too.
    pub fn all(count: usize) -> String {
        format!("All {count}")
    }
}

/// The bundled galleries.
pub mod galleries {
    /// Name of the choice.
    pub const WHAT: &str = "What is searched";
    /// The bundled galleries: folder, and what visitors call it.
    pub const ALL: [(&str, &str); 2] = [("scenes", "Scenes"), ("emoji", "Emoji")];
}

/// The pictures.
pub mod results {
    use crate::protocol::Foreign;

    /// Above ranked pictures.
    pub const BEST: &str = "Best matches";
    /// Above none.
    pub const NONE: &str = "Pictures";
    /// Above pictures that can be found.
    pub const LOOK: &str = "Describe one, or open one to see it large.";
    /// Says that the pictures are of another model.
    pub const FOREIGN: &str = "These pictures belong to another model.";
    /// What that means, and what to do: before the name of the key.
    pub const FOREIGN_MEANS: &str = " This one names what it hears, but can rank only a gallery that was made with it. Open such a gallery with ";

    /// Above pictures that can be found.
    pub fn to_find(count: usize) -> String {
        format!("{count} pictures to find")
    }

    /// Above pictures that cannot be ranked.
    pub fn unranked(count: usize) -> String {
        format!("{count} pictures")
    }

    /// Shows the next ones.
    pub fn more(count: usize) -> String {
        format!("Show {count} more")
    }

    /// Why the pictures are of another model.
    pub fn spaces(foreign: &Foreign) -> String {
        format!(
            "The model embeds in “{}”, the gallery “{}” in “{}”.",
            foreign.pack_space, foreign.gallery, foreign.gallery_space
        )
    }
}

/// What the engine runs on.
pub mod engine {
    use crate::logic::format;
    use crate::protocol::{Origin, Ready};

    /// There is none.
    pub const NONE: &str = "No engine";
    /// Calls the loading off.
    pub const STOP: &str = "Cancel loading";
    /// Name of the bar, for screen readers.
    pub const LOADING: &str = "Loading the model";

    /// What a backend is called.
    pub fn backend(kind: &str) -> &'static str {
        if kind == "gpu" { "WebGPU" } else { "the CPU" }
    }

    /// What the engine runs on.
    pub fn runs_on(kind: &str) -> String {
        format!("Runs on {}", backend(kind))
    }

    /// The same, with the adapter's name.
    pub fn runs_on_adapter(ready: &Ready) -> String {
        let name = runs_on(&ready.backend);
        if ready.adapter.is_empty() {
            name
        } else {
            format!("{name}: {}", ready.adapter)
        }
    }

    /// "2.3 MB model, 61 kB for 240 pictures".
    pub fn sizes(pack_bytes: u64, gallery_bytes: u64, pictures: usize) -> String {
        format!(
            "{} model, {} for {pictures} pictures",
            format::bytes(pack_bytes),
            format::bytes(gallery_bytes)
        )
    }

    /// The pack, its size and where it came from.
    pub fn pack(ready: &Ready, pictures: usize) -> String {
        let sizes = sizes(ready.pack_bytes, ready.gallery_bytes, pictures);
        let origin = match ready.origin {
            Origin::Network => "",
            Origin::Storage => ", kept in this browser",
            Origin::Disk => ", from your folder",
        };
        format!("{}: {sizes}{origin}", ready.pack)
    }

    /// How often the GPU was lost.
    pub fn losses(count: u32) -> String {
        let times = if count == 1 { "once" } else { "several times" };
        format!("The graphics processor was lost {times}, and the engine made again")
    }
}

/// Other models, and what is kept.
pub mod models {
    /// Opens a folder.
    pub const FROM_FOLDER: &str = "Use a model from a folder";
    /// Goes back.
    pub const BACK: &str = "Back to the bundled model";
    /// Deletes what is kept.
    pub const FORGET: &str = "Forget what is kept";
    /// It is deleted.
    pub const FORGOTTEN: &str = "Forgotten: the next visit loads it again";
    /// The page works without a network.
    pub const OFFLINE: &str = "Works without a network from now on";

    /// How much is kept.
    pub fn kept(bytes: u64) -> String {
        format!(
            "Kept in this browser: {}",
            crate::logic::format::bytes(bytes)
        )
    }
}

/// When a new version of the page is here.
pub mod update {
    /// Says so.
    pub const READY: &str = "A new version of this page is ready.";
    /// Takes it.
    pub const USE: &str = "Use it now";
}

/// One picture, large.
pub mod viewer {
    /// Name of the dialog, for screen readers.
    pub const NAME: &str = "Picture";
    /// The one before.
    pub const PREVIOUS: &str = "Previous";
    /// Closes it.
    pub const CLOSE: &str = "Close";
    /// The one after.
    pub const NEXT: &str = "Next";

    /// Rank and score.
    pub fn matched(number: usize, score: f32) -> String {
        format!("Match number {number}, similarity {score:.2}")
    }
}

/// The timeline.
pub mod timeline {
    /// Name of the list, for screen readers.
    pub const KEYWORDS: &str = "Keywords";

    /// The runners-up of a keyword.
    pub fn alternatives(others: &[&str]) -> String {
        format!("or: {}", others.join(", "))
    }
}

/// Over the page, while a file hovers.
pub mod dropzone {
    /// What can be dropped.
    pub const DROP: &str = "Drop a sound file to search with it, or a model's folder to use it";
}

/// The bench.
pub mod bench {
    /// The heading.
    pub const HEADING: &str = "How fast is SaySee here?";
    /// Copies the figures.
    pub const COPY: &str = "Copy as JSON";
    /// They are copied.
    pub const COPIED: &str = "Copied";
    /// They cannot be.
    pub const NOT_COPIED: &str = "Not allowed to copy: take it from below";
    /// Shows the figures.
    pub const ALL: &str = "All of it as JSON";
    /// Leads back.
    pub const BACK: &str = "Back to the pictures";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_static_shell_says_the_same() {
        let shell = include_str!("../../index.html");
        for words in [welcome::HEADING, welcome::SENTENCE] {
            assert!(shell.contains(words), "{words}");
        }
    }
}
