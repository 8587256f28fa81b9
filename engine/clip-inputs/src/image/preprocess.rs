//! From 8-bit RGB to the numbers the image tower starts with.

use super::frame::frame;
use super::resample::resample;
use super::{ImageError, MAX_SIZE, check_sides};

/// How an image tower wants its pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preprocessing {
    /// Width and height of the input, in pixels: 1 to [`MAX_SIZE`].
    pub size: usize,
    /// What is subtracted from red, green and blue, which lie in 0..=1.
    pub mean: [f32; 3],
    /// What they are then divided by.
    pub std: [f32; 3],
}

impl Preprocessing {
    /// OpenAI's values, for ViT-B/32, ViT-B/16 and ViT-L/14 alike.
    #[expect(clippy::excessive_precision, reason = "the digits are those published")]
    pub const CLIP: Self = Self {
        size: 224,
        mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
        std: [0.268_629_54, 0.261_302_58, 0.275_777_11],
    };

    /// The tower's input: (3, size, size) numbers, the red plane first, rows from top to bottom.
    ///
    /// The shorter side is scaled to `size` with Pillow's bicubic filter, the longer one in
    /// proportion, and the middle is cut out. `rgb`: `height` rows of `width` pixels of 3 bytes. Memory
    /// is bounded by the picture's own, however long and thin it is.
    ///
    /// # Errors
    /// [`ImageError`] when a side is 0, the picture has more than [`MAX_PIXELS`](super::MAX_PIXELS),
    /// `rgb` is of another length, or a field of this is not usable.
    pub fn preprocess(
        &self,
        rgb: &[u8],
        width: usize,
        height: usize,
    ) -> Result<Vec<f32>, ImageError> {
        let square = self.square(rgb, width, height)?;
        let mut planes = Vec::with_capacity(square.len());
        for (channel, (mean, std)) in self.mean.iter().zip(&self.std).enumerate() {
            let values: Vec<f32> = (0..=u8::MAX)
                .map(|value| (f32::from(value) / 255.0 - mean) / std)
                .collect();
            let bytes = square.iter().skip(channel).step_by(3);
            planes.extend(bytes.map(|byte| values[usize::from(*byte)]));
        }
        Ok(planes)
    }

    /// The picture scaled and cut, before mean and deviation: (size, size, 3) bytes. What the tower
    /// sees, for display or to keep.
    ///
    /// # Errors
    /// As [`preprocess`](Self::preprocess).
    pub fn square(&self, rgb: &[u8], width: usize, height: usize) -> Result<Vec<u8>, ImageError> {
        self.check()?;
        check_sides(width, height)?;
        if rgb.len() != width * height * 3 {
            return Err(ImageError::Length {
                bytes: rgb.len(),
                width,
                height,
            });
        }
        let (horizontal, vertical) = frame(width, height, self.size);
        Ok(resample(rgb, horizontal, vertical))
    }

    fn check(&self) -> Result<(), ImageError> {
        let require = |fine: bool, field, found: String, expected: String| {
            if fine {
                return Ok(());
            }
            Err(ImageError::Preprocessing {
                field,
                found,
                expected,
            })
        };
        require(
            (1..=MAX_SIZE).contains(&self.size),
            "size",
            self.size.to_string(),
            format!("it may be 1 to {MAX_SIZE}"),
        )?;
        require(
            self.mean.iter().all(|mean| mean.is_finite()),
            "mean",
            format!("{:?}", self.mean),
            "it may be any three numbers".to_owned(),
        )?;
        require(
            self.std.iter().all(|std| std.is_finite() && *std > 0.0),
            "std",
            format!("{:?}", self.std),
            "it may be any three numbers above 0".to_owned(),
        )
    }
}

impl Default for Preprocessing {
    /// [`CLIP`](Self::CLIP).
    fn default() -> Self {
        Self::CLIP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_red_green_blue_around_the_mean() {
        let plain = Preprocessing {
            size: 2,
            mean: [0.5, 0.0, 0.25],
            std: [0.5, 1.0, 0.25],
        };
        let rgb = [255, 51, 0].repeat(5 * 3);
        let planes = plain.preprocess(&rgb, 5, 3).unwrap();
        assert_eq!(
            planes,
            [
                1.0, 1.0, 1.0, 1.0, 0.2, 0.2, 0.2, 0.2, -1.0, -1.0, -1.0, -1.0
            ]
        );
    }

    #[test]
    fn long_and_thin_pictures_take_no_more_than_their_own_memory() {
        let clip = Preprocessing::CLIP;
        for (width, height) in [(1, 1), (1_000_000, 1), (1, 1_000_000), (3, 100_000)] {
            let rgb = vec![7; width * height * 3];
            let square = clip.square(&rgb, width, height).unwrap();
            assert_eq!(square, vec![7; 224 * 224 * 3], "{width} x {height}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let clip = Preprocessing::default();
        let refused = |width, height| clip.preprocess(&[0; 12], width, height).unwrap_err();
        assert!(matches!(refused(0, 4), ImageError::Empty { .. }));
        assert!(matches!(refused(4, 0), ImageError::Empty { .. }));
        assert!(matches!(
            refused(2, 3),
            ImageError::Length { bytes: 12, .. }
        ));
        assert!(matches!(
            refused(10_001, 10_000),
            ImageError::TooLarge { .. }
        ));
        assert!(matches!(
            refused(usize::MAX, 2),
            ImageError::TooLarge { .. }
        ));
        for (wrong, field) in [
            (Preprocessing { size: 0, ..clip }, "size"),
            (Preprocessing { size: 1025, ..clip }, "size"),
            (
                Preprocessing {
                    mean: [0.0, f32::NAN, 0.0],
                    ..clip
                },
                "mean",
            ),
            (
                Preprocessing {
                    std: [1.0, 0.0, 1.0],
                    ..clip
                },
                "std",
            ),
        ] {
            let error = wrong.preprocess(&[0; 12], 2, 2).unwrap_err();
            assert!(
                matches!(&error, ImageError::Preprocessing { field: found, .. } if *found == field),
                "{error}"
            );
        }
    }
}
