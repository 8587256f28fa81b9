//! Keywords with their times, for other programs: JSON, and WebVTT for players.

use serde::Serialize;

use crate::protocol::Keyword;

/// What the JSON says.
#[derive(Serialize)]
struct Exported<'a> {
    format: &'static str,
    version: u32,
    pack: &'a str,
    seconds: f32,
    keywords: Vec<Word<'a>>,
}

#[derive(Serialize)]
struct Word<'a> {
    start: f32,
    end: f32,
    token: &'a str,
    score: f32,
    alternatives: Vec<Alternative<'a>>,
}

#[derive(Serialize)]
struct Alternative<'a> {
    token: &'a str,
    score: f32,
}

/// The keywords of an utterance of `seconds` that `pack` heard, as JSON.
///
/// # Errors
/// When the keywords hold numbers that JSON has not.
pub fn json(keywords: &[Keyword], seconds: f32, pack: &str) -> Result<String, serde_json::Error> {
    let words = keywords.iter().map(|keyword| Word {
        start: keyword.start,
        end: keyword.end,
        token: &keyword.token,
        score: keyword.score,
        alternatives: keyword
            .alternatives
            .iter()
            .map(|(token, score)| Alternative {
                token,
                score: *score,
            })
            .collect(),
    });
    serde_json::to_string_pretty(&Exported {
        format: "saysee-keywords",
        version: 1,
        pack,
        seconds,
        keywords: words.collect(),
    })
}

/// The same as WebVTT: one cue a keyword.
pub fn webvtt(keywords: &[Keyword]) -> String {
    let mut text = "WEBVTT\n".to_owned();
    for (number, keyword) in keywords.iter().enumerate() {
        let start = milliseconds(keyword.start);
        // A cue has to last.
        let end = milliseconds(keyword.end).max(start + 1);
        text.push_str(&format!(
            "\n{}\n{} --> {}\n{}\n",
            number + 1,
            timestamp(start),
            timestamp(end),
            escaped(&keyword.token)
        ));
    }
    text
}

fn milliseconds(seconds: f32) -> u64 {
    (f64::from(seconds) * 1000.0).round() as u64
}

fn timestamp(milliseconds: u64) -> String {
    let (seconds, milliseconds) = (milliseconds / 1000, milliseconds % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}")
}

/// A token as the text of a cue: no markup, no line that ends it.
fn escaped(token: &str) -> String {
    let mut text = String::new();
    for letter in token.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            letter if letter.is_control() => text.push(' '),
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyword(token: &str, start: f32, end: f32) -> Keyword {
        Keyword {
            id: 0,
            start,
            end,
            token: token.to_owned(),
            score: 0.5,
            firm: true,
            alternatives: vec![("dog".to_owned(), 0.25)],
        }
    }

    #[test]
    fn webvtt_is_what_players_read() {
        let text = webvtt(&[keyword("two", 0.1234, 0.4), keyword("dogs", 3661.5, 3661.5)]);
        assert_eq!(
            text,
            "WEBVTT\n\n1\n00:00:00.123 --> 00:00:00.400\ntwo\n\n2\n01:01:01.500 --> 01:01:01.501\ndogs\n"
        );
        assert_eq!(webvtt(&[]), "WEBVTT\n");
    }

    #[test]
    fn tokens_cannot_end_a_cue_or_start_markup() {
        let text = webvtt(&[keyword("a\n\n2\n<b>-->&", 0.0, 1.0)]);
        assert!(text.ends_with("\na  2 &lt;b&gt;--&gt;&amp;\n"), "{text}");
        assert_eq!(text.matches("-->").count(), 1);
    }

    #[test]
    fn json_holds_what_was_heard() {
        let text = json(&[keyword("two", 0.125, 0.5)], 1.5, "scenes-mini").unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["format"], "saysee-keywords");
        assert_eq!(value["pack"], "scenes-mini");
        assert_eq!(value["keywords"][0]["start"], 0.125);
        assert_eq!(value["keywords"][0]["alternatives"][0]["token"], "dog");
    }
}
