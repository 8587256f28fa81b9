//! From a file's bytes to 8-bit RGB.
//!
//! A picture is taken as it lies in the file: an orientation noted in EXIF is not applied, since the
//! reference does not apply it either. Transparency is dropped and not blended with anything, grey
//! becomes three equal channels, of 16 bits the upper 8 remain, and of an animation only the first
//! frame: Pillow's `convert("RGB")`, except that Pillow clips 16-bit grey at 255, which makes almost all of
//! it white.

use std::io::Cursor;

use image::error::LimitErrorKind;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{ImageError, check_sides};
use crate::shown;

/// Most memory a decoder may take, in bytes: all of a picture as large as allowed, with transparency.
const MAX_DECODER_BYTES: u64 = 512 << 20;

/// A picture of 8-bit red, green and blue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgb {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The rows from top to bottom, 3 bytes a pixel.
    pub pixels: Vec<u8>,
}

/// Reads a PNG, JPEG, WebP or GIF file.
///
/// # Errors
/// [`ImageError`] when the file is of another format, damaged, or of more than
/// [`MAX_PIXELS`](super::MAX_PIXELS), which is known before anything is unpacked.
pub fn decode(bytes: &[u8]) -> Result<Rgb, ImageError> {
    let format = image::guess_format(bytes).map_err(|error| ImageError::Format {
        problem: shown(&error.to_string()),
    })?;
    let known = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ];
    if !known.contains(&format) {
        return Err(ImageError::Format {
            problem: format!("it is {format:?}"),
        });
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(refuse)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    check_sides(width, height)?;
    let image = DynamicImage::from_decoder(decoder).map_err(refuse)?;
    Ok(Rgb {
        width,
        height,
        pixels: to_rgb(image),
    })
}

fn refuse(error: image::ImageError) -> ImageError {
    let problem = match &error {
        image::ImageError::Limits(limit)
            if matches!(limit.kind(), LimitErrorKind::InsufficientMemory) =>
        {
            format!("unpacked it takes more than {MAX_DECODER_BYTES} bytes")
        }
        _ => shown(&error.to_string()),
    };
    ImageError::Decode { problem }
}

/// Drops what is not red, green or blue.
fn to_rgb(image: DynamicImage) -> Vec<u8> {
    match image {
        DynamicImage::ImageLuma8(grey) => spread(&grey, 1, |value| *value),
        DynamicImage::ImageLumaA8(grey) => spread(&grey, 2, |value| *value),
        DynamicImage::ImageRgb8(colour) => colour.into_raw(),
        DynamicImage::ImageRgba8(colour) => cut(&colour, 4, |value| *value),
        DynamicImage::ImageLuma16(grey) => spread(&grey, 1, upper),
        DynamicImage::ImageLumaA16(grey) => spread(&grey, 2, upper),
        DynamicImage::ImageRgb16(colour) => cut(&colour, 3, upper),
        DynamicImage::ImageRgba16(colour) => cut(&colour, 4, upper),
        other => other.into_rgb8().into_raw(),
    }
}

/// The upper 8 of 16 bits.
fn upper(value: &u16) -> u8 {
    (value >> 8) as u8
}

/// Grey, first of `channels`, as red, green and blue.
fn spread<T>(values: &[T], channels: usize, byte: impl Fn(&T) -> u8) -> Vec<u8> {
    let grey = values.iter().step_by(channels);
    grey.flat_map(|value| [byte(value); 3]).collect()
}

/// The first three of `channels`.
fn cut<T>(values: &[T], channels: usize, byte: impl Fn(&T) -> u8) -> Vec<u8> {
    let pixels = values.chunks_exact(channels);
    pixels
        .flat_map(|pixel| pixel.iter().take(3).map(&byte))
        .collect()
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma, LumaA, Rgb as Pixel, Rgba};

    use super::*;

    /// Two pixels side by side, in a file of the given format.
    fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.into().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn pixels(bytes: &[u8]) -> Vec<u8> {
        let rgb = decode(bytes).unwrap();
        assert_eq!((rgb.width, rgb.height), (2, 1));
        rgb.pixels
    }

    #[test]
    fn every_kind_of_pixel_becomes_rgb() {
        let png = |image: DynamicImage| pixels(&file(image, ImageFormat::Png));
        let grey = ImageBuffer::<Luma<u8>, _>::from_raw(2, 1, vec![3, 200]).unwrap();
        assert_eq!(png(grey.into()), [3, 3, 3, 200, 200, 200]);
        let grey = ImageBuffer::<LumaA<u8>, _>::from_raw(2, 1, vec![3, 0, 200, 9]).unwrap();
        assert_eq!(png(grey.into()), [3, 3, 3, 200, 200, 200]);
        let colour = ImageBuffer::<Pixel<u8>, _>::from_raw(2, 1, vec![1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(png(colour.into()), [1, 2, 3, 4, 5, 6]);
        let clear = ImageBuffer::<Rgba<u8>, _>::from_raw(2, 1, vec![1, 2, 3, 0, 4, 5, 6, 9]);
        assert_eq!(png(clear.unwrap().into()), [1, 2, 3, 4, 5, 6]);
        let fine = ImageBuffer::<Luma<u16>, _>::from_raw(2, 1, vec![0x12FF, 0xFE01]).unwrap();
        assert_eq!(png(fine.into()), [0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE]);
        let fine = ImageBuffer::<LumaA<u16>, _>::from_raw(2, 1, vec![0x12FF, 0, 0xFE01, 1]);
        assert_eq!(
            png(fine.unwrap().into()),
            [0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE]
        );
        let values = vec![0x1FF, 0x200, 0x3FF, 0x4FF, 0x500, 0x6FF];
        let fine = ImageBuffer::<Pixel<u16>, _>::from_raw(2, 1, values).unwrap();
        assert_eq!(png(fine.into()), [1, 2, 3, 4, 5, 6]);
        let values = vec![0x1FF, 0x200, 0x3FF, 0, 0x4FF, 0x500, 0x6FF, 1];
        let fine = ImageBuffer::<Rgba<u16>, _>::from_raw(2, 1, values).unwrap();
        assert_eq!(png(fine.into()), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn every_format_is_read() {
        let black_white = || {
            let values = vec![0, 0, 0, 255, 255, 255, 255, 0];
            ImageBuffer::<Rgba<u8>, _>::from_raw(2, 1, values).unwrap()
        };
        let colours = [0, 0, 0, 255, 255, 255];
        assert_eq!(pixels(&file(black_white(), ImageFormat::WebP)), colours);
        let plain = DynamicImage::from(black_white()).into_rgb8();
        assert_eq!(pixels(&file(plain.clone(), ImageFormat::Gif)), colours);
        let jpeg = pixels(&file(plain, ImageFormat::Jpeg));
        assert!(jpeg[0] < 16 && jpeg[3] > 239, "{jpeg:?}");
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(matches!(decode(b""), Err(ImageError::Format { .. })));
        assert!(matches!(
            decode(b"BM      "),
            Err(ImageError::Format { .. })
        ));
        let grey = ImageBuffer::<Luma<u8>, _>::from_raw(2, 1, vec![3, 200]).unwrap();
        let mut png = file(grey, ImageFormat::Png);
        assert!(matches!(decode(&png[..40]), Err(ImageError::Decode { .. })));
        png[50] ^= 1;
        assert!(matches!(decode(&png), Err(ImageError::Decode { .. })));
    }

    #[test]
    fn a_picture_too_large_is_refused_before_it_is_unpacked() {
        let grey = ImageBuffer::<Luma<u8>, _>::from_raw(2, 1, vec![3, 200]).unwrap();
        let mut gif = file(DynamicImage::from(grey).into_rgb8(), ImageFormat::Gif);
        gif[6..10].copy_from_slice(&[0xFF; 4]);
        let error = decode(&gif).unwrap_err();
        let side = 65_535;
        assert_eq!(
            error,
            ImageError::TooLarge {
                width: side,
                height: side
            }
        );
    }
}
