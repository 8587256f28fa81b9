//! The gallery as the page shows it: `gallery.json` without its embeddings.
//!
//! The worker's engine reads the same file, more strictly. The page reads it by itself to show
//! pictures before there is an engine.

use serde::Deserialize;

use crate::logic::address::is_safe_path;

/// More pictures than a page can show.
const MOST_PICTURES: usize = 20_000;
/// Shown in place of a colour that is not one.
const NEUTRAL: &str = "#8884";

/// All pictures of a gallery.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct Catalogue {
    /// The pictures; positions are those of the engine's matches.
    pub items: Vec<Picture>,
    /// Whom to thank for them.
    #[serde(default)]
    pub attribution: Vec<String>,
}

/// One picture.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Picture {
    /// Name within the gallery.
    pub id: String,
    /// Path below the gallery's folder.
    pub file: String,
    /// What is to be seen: the alternative text.
    pub caption: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Shown until the picture is there: `#rgb` or `#rrggbb`.
    pub colour: String,
    /// Who made it.
    #[serde(default)]
    pub credit: String,
    /// Under which licence.
    #[serde(default)]
    pub licence: String,
    /// The character that the picture shows, in a gallery of characters.
    #[serde(default)]
    pub character: Option<String>,
}

impl Picture {
    /// `width / height` for the stylesheet: the room a picture takes before it is there. Extremes
    /// are cut off, so that one picture cannot fill the page.
    pub fn aspect(&self) -> f64 {
        (f64::from(self.width.max(1)) / f64::from(self.height.max(1))).clamp(0.4, 2.5)
    }
}

/// Reads `gallery.json`.
///
/// # Errors
/// When it is not a gallery, holds too many pictures, or a picture lies outside its folder.
pub fn parse(json: &str) -> Result<Catalogue, String> {
    let mut catalogue: Catalogue =
        serde_json::from_str(json).map_err(|error| format!("gallery.json: {error}"))?;
    if catalogue.items.len() > MOST_PICTURES {
        return Err(format!(
            "gallery.json: {} pictures, at most {MOST_PICTURES} can be shown",
            catalogue.items.len()
        ));
    }
    for item in &mut catalogue.items {
        if !is_safe_path(&item.file) {
            return Err(format!(
                "gallery.json: {}: file {:?} lies outside the gallery",
                item.id, item.file
            ));
        }
        if !is_colour(&item.colour) {
            item.colour = NEUTRAL.to_owned();
        }
    }
    Ok(catalogue)
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gallery(file: &str, colour: &str) -> String {
        format!(
            r#"{{"format":"saysee-gallery","count":1,"attribution":["Artist"],"items":[
            {{"id":"s0001","file":"{file}","caption":"two dogs","width":384,"height":256,"colour":"{colour}"}}]}}"#
        )
    }

    #[test]
    fn a_gallery_is_read() {
        let catalogue = parse(&gallery("pictures/s0001.webp", "#aabbcc")).unwrap();
        let picture = &catalogue.items[0];
        assert_eq!(picture.caption, "two dogs");
        assert_eq!(picture.aspect(), 1.5);
        assert_eq!(picture.colour, "#aabbcc");
        assert_eq!(picture.credit, "");
        assert_eq!(catalogue.attribution, ["Artist"]);
    }

    #[test]
    fn pictures_elsewhere_are_refused() {
        for file in ["https://elsewhere/x.png", "../x.png", ""] {
            assert!(
                parse(&gallery(file, "#fff"))
                    .unwrap_err()
                    .contains("outside")
            );
        }
        assert!(parse("[]").is_err());
    }

    #[test]
    fn a_colour_that_is_none_becomes_neutral() {
        for colour in ["red;background:url(x)", "#12", "#gggggg", ""] {
            assert_eq!(
                parse(&gallery("a.webp", colour)).unwrap().items[0].colour,
                NEUTRAL
            );
        }
    }

    #[test]
    fn sizes_that_are_none_do_not_break_the_grid() {
        let json = gallery("a.webp", "#fff").replace("256", "0");
        assert_eq!(parse(&json).unwrap().items[0].aspect(), 2.5);
    }
}
