//! What the page says about answers: why, what else, how to keep them. In one place, so that it can be translated.

use crate::logic::asked::Asked;
use crate::logic::format;

/// Above the ranked pictures.
pub const BEST_MATCHES: &str = "Best matches";
/// On the first picture that is no good match.
pub const LINE: &str = "good matches end here";
/// Beside a keyword that was struck out, and its button before that.
pub const STRIKE: &str = "Not this word";
/// The button of a keyword that was struck out.
pub const UNSTRIKE: &str = "Count this word again";
/// Above the keywords' parts in a picture.
pub const WHY: &str = "Why this picture";
/// While the parts are computed.
pub const FINDING_OUT: &str = "Listening again without each word…";
/// Where there is nothing to listen to again.
pub const NO_REASONS: &str = "Only spoken queries of this visit can be taken apart.";
/// Says what the numbers mean.
pub const WHY_HINT: &str = "What the score loses when that stretch of sound is not heard.";
/// The button that searches with a picture.
pub const MORE_LIKE_THIS: &str = "More like this";
/// A text, a picture or a link waits for the model.
pub const WAITING: &str = "The model is still loading.";
/// Above what was typed.
pub const TYPED: &str = "You typed";
/// Above what a link calls its query.
pub const SHARED: &str = "Shared with you";
/// The button that saves a picture.
pub const DOWNLOAD: &str = "Download";
/// The button that copies a picture.
pub const COPY_PICTURE: &str = "Copy";
/// On a button whose copying worked.
pub const COPIED: &str = "Copied";
/// On a button whose copying did not work.
pub const NOT_COPIED: &str = "Not allowed";
/// The button that copies a link to the answer.
pub const COPY_LINK: &str = "Copy link";
/// What the link holds.
pub const LINK_HINT: &str = "The link carries what was understood, not your voice.";
/// Name of the keys that keep an answer, for screen readers.
pub const KEEP: &str = "Keep this answer";
/// The key that saves keywords.
pub const AS_JSON: &str = "JSON";
/// What it saves.
pub const KEYWORDS_AS_JSON: &str = "Keywords with their times as JSON";
/// The key that saves keywords for players of sound.
pub const AS_WEBVTT: &str = "WebVTT";
/// What it saves.
pub const KEYWORDS_AS_WEBVTT: &str = "Keywords with their times as WebVTT";
/// Name of the queries of this visit, for screen readers.
pub const HISTORY: &str = "This visit";
/// Above the bundled utterances that fit a picture.
pub const FITTING: &str = "Sample sentences that fit";
/// The button that looks for them.
pub const FIND_FITTING: &str = "Which sentences fit?";
/// While they are embedded.
pub const LISTENING_TO_SAMPLES: &str = "Listening to the samples…";
/// The field for typed text.
pub const TYPE: &str = "Or type what you want to see";
/// Its button.
pub const SEARCH: &str = "Search";
/// The panel of numbers.
pub const NUMBERS: &str = "Numbers for the curious";
/// Above the stages of the network, timed on the CPU.
pub const CPU_CLOCK: &str = "Stages of the network, by the processor's clock:";
/// Above the kernels of a GPU that has a clock.
pub const GPU_CLOCK: &str = "Kernels, by the GPU's own clock (timestamp queries):";
/// Where an adapter has none.
pub const NO_CLOCK: &str =
    "This adapter offers no timestamp queries: what each stage takes on it cannot be told.";
/// Before anything was spoken.
pub const NO_STAGES_YET: &str = "Ask something to see where the time goes.";
/// The way to the measurements.
pub const BENCH: &str = "Measure this device";

/// Under the heading of the ranked pictures.
pub fn good_matches(count: usize) -> String {
    match count {
        1 => "One stands out. The rest only come close.".to_owned(),
        count => format!("{count} stand out. The rest only come close."),
    }
}

/// On a picture that stands for others.
pub fn alike(count: usize, open: bool) -> String {
    match (open, count) {
        (true, _) => "Hide those alike".to_owned(),
        (false, count) => format!("+{count} alike"),
    }
}

/// What a keyword's button does, and what else it may have been.
pub fn keyword(token: &str, alternatives: &str, seconds: (f32, f32), struck: bool) -> String {
    let state = if struck { ", not counted" } else { "" };
    let others = if alternatives.is_empty() {
        String::new()
    } else {
        format!(", or {alternatives}")
    };
    let (start, end) = seconds;
    format!("{token}{others}{state}: hear {start:.1} to {end:.1} seconds")
}

/// Which words an answer leaves out.
pub fn without(words: &[&str]) -> String {
    format!("Ranked without {}.", format::list(words))
}

/// What a picture's keyword adds: "+0.21".
pub fn pull(pull: f32) -> String {
    // Not "-0.00".
    let pull = if pull.abs() < 0.005 { 0.0 } else { pull };
    format!("{pull:+.2}").replace('-', "−")
}

/// The button that copies what a picture stands for.
pub fn copy_character(character: &str) -> String {
    format!("Copy {character}")
}

/// The status line of an answer to what was not spoken.
pub fn answered(source: &Asked) -> Option<String> {
    match source {
        Asked::Microphone | Asked::Sample(_) | Asked::File(_) => None,
        Asked::Text(text) => Some(format!("Pictures for “{text}”.")),
        Asked::Picture(caption) => Some(format!("More like “{caption}”.")),
        Asked::Link(_) => Some("Someone shared this with you.".to_owned()),
    }
}

/// Its hint.
pub fn answered_hint(source: &Asked, engine_ms: f64) -> String {
    match source {
        Asked::Link(_) => "The link carries no sound, only what was understood.".to_owned(),
        _ => format!("{} to rank all pictures", format::milliseconds(engine_ms)),
    }
}

/// Says that a link was made with another version of the pictures.
pub fn other_gallery(gallery: &str) -> String {
    format!(
        "This link was made with other pictures (“{gallery}”): the order may differ from what was shared."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pulls_have_a_sign_and_no_negative_nothing() {
        assert_eq!(pull(0.214), "+0.21");
        assert_eq!(pull(-0.2), "−0.20");
        assert_eq!(pull(-0.001), "+0.00");
    }

    #[test]
    fn keywords_say_what_they_do() {
        assert_eq!(
            keyword("moon", "noon, spoon", (0.5, 1.04), false),
            "moon, or noon, spoon: hear 0.5 to 1.0 seconds"
        );
        assert_eq!(
            keyword("moon", "", (0.5, 1.0), true),
            "moon, not counted: hear 0.5 to 1.0 seconds"
        );
    }

    #[test]
    fn only_what_was_not_spoken_has_a_sentence_of_its_own() {
        assert!(answered(&Asked::Microphone).is_none());
        assert!(
            answered(&Asked::Text("two dogs".to_owned()))
                .unwrap()
                .contains("two dogs")
        );
    }
}
