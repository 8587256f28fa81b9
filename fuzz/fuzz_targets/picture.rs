//! A picture: PNG with its checksums made right, JPEG, WebP or GIF.

#![no_main]

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use libfuzzer_sys::fuzz_target;
use saysee_clip_inputs::Preprocessing;
use saysee_clip_inputs::image::decode;
use saysee_fuzz::{allocation, message, png, seed};

const SIZE: usize = 16;

fn seeds() -> Vec<Vec<u8>> {
    let picture = RgbImage::from_fn(7, 5, |x, y| Rgb([40 * x as u8, 60 * y as u8, 128]));
    let picture = DynamicImage::from(picture);
    let grey = picture.grayscale().into_luma16().into();
    let file = |picture: &DynamicImage, format| {
        let mut bytes = Cursor::new(Vec::new());
        let written = picture.write_to(&mut bytes, format);
        written.expect("a picture that is right");
        bytes.into_inner()
    };
    vec![
        file(&picture, ImageFormat::Png),
        file(&grey, ImageFormat::Png),
        file(&picture, ImageFormat::Jpeg),
        file(&picture, ImageFormat::WebP),
        file(&picture, ImageFormat::Gif),
    ]
}

fuzz_target!(
    init: {
        seed::write(seeds);
        // What a decoder may take.
        allocation::limit(512 << 20);
    },
    |input: &[u8]| {
        let picture = match decode(&png::with_right_checksums(input)) {
            Ok(picture) => picture,
            Err(error) => return message::check(&error, "picture"),
        };
        assert_eq!(picture.pixels.len(), picture.width * picture.height * 3);
        let preprocessing = Preprocessing {
            size: SIZE,
            ..Preprocessing::CLIP
        };
        let planes = preprocessing
            .preprocess(&picture.pixels, picture.width, picture.height)
            .expect("a picture of some pixels");
        assert_eq!(planes.len(), 3 * SIZE * SIZE);
        assert!(planes.iter().all(|number| number.is_finite()));
    }
);
