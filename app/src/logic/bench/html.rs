//! Tables as HTML: a thousandth of the code that live views of them would take, and every visitor downloads it.

/// HTML in the making. Whatever is put in is text: what means something in HTML is escaped.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                letter => self.0.push(letter),
            }
        }
    }

    /// `open`, the text, `close`.
    fn around(&mut self, open: &str, text: &str, close: &str) {
        self.0.push_str(open);
        self.text(text);
        self.0.push_str(close);
    }

    /// Names and what belongs to them.
    pub(super) fn facts(&mut self, facts: &[[String; 2]]) {
        self.0.push_str("<dl>");
        for [name, fact] in facts {
            self.around("<dt>", name, "</dt>");
            self.around("<dd>", fact, "</dd>");
        }
        self.0.push_str("</dl>");
    }

    /// A table; each row has a kind, and its first cell is its heading.
    pub(super) fn table<'a>(
        &mut self,
        head: &[&str],
        rows: impl Iterator<Item = (&'a str, &'a [String])>,
    ) {
        // Narrow windows scroll it sideways: with the keyboard, too.
        self.around(
            "<div class=\"bench-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"",
            head.first().copied().unwrap_or_default(),
            "\"><table><thead><tr>",
        );
        for name in head {
            self.around("<th scope=\"col\">", name, "</th>");
        }
        self.0.push_str("</tr></thead><tbody>");
        for (kind, cells) in rows {
            self.around("<tr data-mode=\"", kind, "\">");
            for (column, cell) in cells.iter().enumerate() {
                match column {
                    0 => self.around("<th scope=\"row\">", cell, "</th>"),
                    _ => self.around("<td>", cell, "</td>"),
                }
            }
            self.0.push_str("</tr>");
        }
        self.0.push_str("</tbody></table></div>");
    }

    /// What is shown when its title is pressed.
    pub(super) fn folded(&mut self, title: &str, inside: impl FnOnce(&mut Self)) {
        self.around("<details><summary>", title, "</summary>");
        inside(self);
        self.0.push_str("</details>");
    }

    /// The whole of it.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut html = Html::default();
        html.around("<b>", "<script>\"&'", "</b>");
        assert_eq!(html.finish(), "<b>&lt;script&gt;&quot;&amp;&#39;</b>");
    }
}
