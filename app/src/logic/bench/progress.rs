//! What the page knows of a bench.

use super::html;

/// How far a bench is, in words to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What is measured and in which phase: names for the page's attributes.
    pub mode: String,
    /// See there.
    pub phase: String,
    /// Measurements that are done, and how many there are; 0 of 0 until the first begins.
    pub done: (u32, u32),
    /// What runs, and what is known of it: pairs of a name and words.
    pub facts: Vec<[String; 2]>,
    /// What was measured: the mode, and the cells of its row.
    pub rows: Vec<(String, Vec<String>)>,
    /// Where the time goes: the length of the utterance in words, and its stages.
    pub stages: Option<(String, Vec<Vec<String>>)>,
    /// At the end, everything as JSON.
    pub json: Option<String>,
}

impl Progress {
    /// Its name in the page's attributes.
    pub fn state(&self) -> &'static str {
        match (&self.json, self.done) {
            (Some(_), _) => "done",
            (None, (_, 0)) => "loading",
            (None, _) => "measuring",
        }
    }

    /// What is going on.
    pub fn sentence(&self) -> String {
        match self.state() {
            "done" => "Measured.".to_owned(),
            "loading" => String::new(),
            _ => {
                let (done, of) = self.done;
                format!("Measuring {} of {of}. Leave this tab in front.", done + 1)
            }
        }
    }

    /// Facts and tables.
    pub fn html(&self) -> String {
        let mut page = html::Html::default();
        page.facts(&self.facts);
        if !self.rows.is_empty() {
            let head = [
                "What",
                "First time",
                "Median",
                "Fastest to slowest",
                "Faster than speech",
            ];
            page.table(
                &head,
                self.rows
                    .iter()
                    .map(|(mode, cells)| (mode.as_str(), &cells[..])),
            );
        }
        if let Some((title, rows)) = &self.stages {
            page.folded(&format!("Where the time of {title} goes"), |page| {
                // Stages on the CPU, kernels on a GPU: those tell what they reach, too.
                let columns = rows.first().map_or(0, Vec::len);
                let head = ["Part", "Time", "Share", "Computes", "Moves"];
                page.table(
                    &head[..columns.min(head.len())],
                    rows.iter().map(|cells| ("stage", &cells[..])),
                );
            });
        }
        page.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_has_a_state_and_a_sentence() {
        let mut progress = Progress::default();
        assert_eq!(progress.state(), "loading");
        progress.done = (2, 9);
        assert_eq!(progress.state(), "measuring");
        assert!(progress.sentence().starts_with("Measuring 3 of 9"));
        progress.json = Some("{}".to_owned());
        assert_eq!(
            (progress.state(), progress.sentence().as_str()),
            ("done", "Measured.")
        );
    }

    #[test]
    fn rows_and_stages_become_tables() {
        let mut progress = Progress::default();
        assert_eq!(progress.html(), "<dl></dl>");
        progress.facts.push(["Why".to_owned(), "1 < 2".to_owned()]);
        progress.rows.push((
            "text".to_owned(),
            vec!["Typed text".to_owned(), "1 ms".to_owned()],
        ));
        progress.stages = Some(("1 s".to_owned(), vec![vec!["log_mel".to_owned()]]));
        let html = progress.html();
        assert!(html.contains("<dt>Why</dt><dd>1 &lt; 2</dd>"), "{html}");
        assert!(
            html.contains("data-mode=\"text\"><th scope=\"row\">Typed text</th><td>1 ms</td>"),
            "{html}"
        );
        assert!(
            html.contains("<summary>Where the time of 1 s goes</summary>"),
            "{html}"
        );
        assert_eq!(
            html.matches("<table>").count(),
            html.matches("</table>").count()
        );
    }
}
