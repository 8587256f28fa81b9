//! Pictures as the image tower looks at them.

use burn::prelude::*;
use image::RgbImage;
use image::imageops::{FilterType, resize};

use super::places::View;
use crate::model::image_tower::PICTURE_SIZE;

/// Values of one picture: 3 planes of [`PICTURE_SIZE`] x [`PICTURE_SIZE`].
pub const PICTURE_VALUES: usize = 3 * (PICTURE_SIZE * PICTURE_SIZE) as usize;

/// What a byte of a plane stands for: -1 to 1.
pub fn value(byte: u8) -> f32 {
    f32::from(byte) / 127.5 - 1.0
}

/// A picture of any size -> planes of red, green and blue, a byte a pixel, appended to `bytes`.
pub fn push_bytes(picture: &RgbImage, bytes: &mut Vec<u8>) {
    let resized;
    let picture = if picture.dimensions() == (PICTURE_SIZE, PICTURE_SIZE) {
        picture
    } else {
        resized = resize(picture, PICTURE_SIZE, PICTURE_SIZE, FilterType::Triangle);
        &resized
    };
    for channel in 0..3 {
        bytes.extend(picture.pixels().map(|pixel| pixel.0[channel]));
    }
}

/// Appends one picture's planes as seen a little aside or in a mirror; what moves in at an edge repeats it.
pub fn push_view(picture: &[u8], view: View, values: &mut Vec<f32>) {
    let View {
        across,
        down,
        mirrored,
    } = view;
    let side = PICTURE_SIZE as i32;
    for channel in 0..3 {
        for y in 0..side {
            let row = (channel * side + (y + down).clamp(0, side - 1)) * side;
            for x in 0..side {
                let x = if mirrored { side - 1 - x } else { x };
                values.push(value(
                    picture[(row + (x + across).clamp(0, side - 1)) as usize],
                ));
            }
        }
    }
}

/// Planes of `count` pictures as a tensor `[count, 3, size, size]`.
pub fn tensor(values: Vec<f32>, count: usize, device: &Device) -> Tensor<4> {
    let side = PICTURE_SIZE as usize;
    Tensor::from_data(TensorData::new(values, [count, 3, side, side]), device)
}
