//! What the image tower tells apart: the drawings that stand at places, and what a picture shows as a whole.

use saysee_scenes::gallery::{Emoji, named_emoji};
use saysee_scenes::{PictureError, concepts};

/// What the image tower tells apart.
pub struct Kinds {
    alone: Vec<(u16, Emoji)>,
    objects: usize,
}

impl Kinds {
    /// The objects of the lists, in their order, then the other emoji that can be asked for.
    ///
    /// # Errors
    /// Never for what the lists hold.
    pub fn new() -> Result<Self, PictureError> {
        let mut objects = concepts::objects().len();
        let mut alone = Vec::new();
        for emoji in named_emoji()? {
            let kind = match emoji.object {
                Some(object) => object,
                None if emoji.captions.is_empty() => continue,
                None => {
                    objects += 1;
                    objects - 1
                }
            };
            alone.push((kind as u16, emoji));
        }
        Ok(Self { alone, objects })
    }

    /// Kinds of drawings. The number after the last one stands for nothing.
    pub fn objects(&self) -> usize {
        self.objects
    }

    /// Concepts that are no objects: those of [`concepts::all`] after the objects.
    pub fn concepts(&self) -> usize {
        concepts::shown() - concepts::objects().len()
    }

    /// Where a concept of [`concepts::all`] that can be shown is among the objects and then the others.
    pub fn direction(&self, concept: usize) -> u16 {
        let listed = concepts::objects().len();
        let place = match concept.checked_sub(listed) {
            None => concept,
            Some(other) => self.objects + other,
        };
        place as u16
    }

    /// Emoji with captions, and which kind of drawing each is.
    pub fn alone(&self) -> impl Iterator<Item = (u16, &Emoji)> {
        let spoken = self.alone.iter();
        let spoken = spoken.filter(|(_, emoji)| !emoji.captions.is_empty());
        spoken.map(|(kind, emoji)| (*kind, emoji))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_object_and_most_other_emoji_are_a_kind() {
        let kinds = Kinds::new().unwrap();
        let told: BTreeSet<u16> = kinds.alone().map(|(kind, _)| kind).collect();
        assert!(
            told.len() > concepts::objects().len() - 40,
            "{}",
            told.len()
        );
        assert!(kinds.objects() > concepts::objects().len() + 100);
        assert!(told.iter().all(|&kind| usize::from(kind) < kinds.objects()));
    }
}
