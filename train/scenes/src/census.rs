//! Counts of what is in the world, for its documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use crate::captions::CaptionKind;
use crate::concepts::{self, Habit};
use crate::gallery::emoji;
use crate::listing::entries;
use crate::scene::{SceneError, Split};

/// Scenes of the test split that captions are compared with.
const SCENES: usize = 1000;

/// What [`take`] counted.
#[derive(Debug)]
pub struct Census {
    objects: BTreeMap<Habit, usize>,
    places: usize,
    conditions: usize,
    qualities: usize,
    words: usize,
    heard: usize,
    emoji: usize,
    captions: BTreeMap<&'static str, Fit>,
}

/// Captions of one kind among the test scenes.
#[derive(Debug, Default)]
struct Fit {
    captions: usize,
    words: usize,
    /// Captions that are true of another scene too.
    ambiguous: usize,
    /// Other scenes they are true of.
    others: usize,
    content: BTreeSet<String>,
}

/// Counts everything.
///
/// # Errors
///
/// None for the scenes this crate makes itself; the type is that of [`entries`].
pub fn take() -> Result<Census, SceneError> {
    let mut objects = BTreeMap::new();
    for object in concepts::objects() {
        *objects.entry(object.habit).or_insert(0) += 1;
    }
    let listed = entries(Split::Test, SCENES, 1)?;
    let shown = listed
        .iter()
        .map(|entry| Ok(entry.scene.resolve()?.concepts()))
        .collect::<Result<Vec<_>, SceneError>>()?;
    let mut captions: BTreeMap<&'static str, Fit> = BTreeMap::new();
    for entry in &listed {
        for caption in &entry.captions {
            let kind = match caption.kind {
                CaptionKind::Complete => "complete",
                CaptionKind::Partial => "partial",
                CaptionKind::Short => "short",
            };
            let fit = captions.entry(kind).or_default();
            let true_of = shown.iter().filter(|shown| caption.fits(shown)).count();
            fit.captions += 1;
            fit.words += caption.text.split(' ').count();
            fit.ambiguous += usize::from(true_of > 1);
            fit.others += true_of - 1;
            fit.content.extend(caption.content.iter().cloned());
        }
    }
    Ok(Census {
        objects,
        places: concepts::places().len() - 1,
        conditions: concepts::conditions().len(),
        qualities: concepts::qualities().len(),
        words: concepts::vocabulary().len(),
        heard: concepts::all().len() - concepts::shown(),
        emoji: emoji().count(),
        captions,
    })
}

impl Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: usize = self.objects.values().sum();
        let symbols = self.objects.get(&Habit::Symbol).copied().unwrap_or(0);
        writeln!(
            f,
            "{} objects in scenes, {symbols} signs and faces alone",
            total - symbols
        )?;
        for (habit, count) in &self.objects {
            writeln!(f, "  {count:4} {habit:?}")?;
        }
        writeln!(f, "{} places", self.places)?;
        writeln!(f, "{} weathers and times of day", self.conditions)?;
        writeln!(f, "{} numbers, colours and sizes", self.qualities)?;
        writeln!(
            f,
            "{} content words, {} concepts only heard",
            self.words, self.heard
        )?;
        writeln!(f, "{} emoji in the gallery", self.emoji)?;
        writeln!(f, "captions of {SCENES} test scenes:")?;
        for (kind, fit) in &self.captions {
            let share = |part: usize| part as f64 / fit.captions.max(1) as f64;
            writeln!(
                f,
                "  {kind}: {} of {:.1} words, {} content words; true of another scene {:.1} %, of {:.2} others on average",
                fit.captions,
                share(fit.words),
                fit.content.len(),
                100.0 * share(fit.ambiguous),
                share(fit.others),
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_captions_find_their_scene_among_a_thousand() {
        let census = take().unwrap();
        let complete = &census.captions["complete"];
        assert!(complete.ambiguous * 50 < complete.captions, "{census}");
    }
}
