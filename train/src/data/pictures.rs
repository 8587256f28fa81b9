//! Pictures as the image tower looks at them.

use burn::prelude::*;
use image::RgbImage;
use image::imageops::{FilterType, resize};

use crate::model::image_tower::PICTURE_SIZE;

/// Values of one picture: 3 planes of [`PICTURE_SIZE`] x [`PICTURE_SIZE`].
pub const PICTURE_VALUES: usize = 3 * (PICTURE_SIZE * PICTURE_SIZE) as usize;

/// A picture of any size -> planes of red, green and blue in `[-1, 1]`, appended to `values`.
pub fn push_planes(picture: &RgbImage, values: &mut Vec<f32>) {
    let resized;
    let picture = if picture.dimensions() == (PICTURE_SIZE, PICTURE_SIZE) {
        picture
    } else {
        resized = resize(picture, PICTURE_SIZE, PICTURE_SIZE, FilterType::Triangle);
        &resized
    };
    for channel in 0..3 {
        values.extend(
            picture
                .pixels()
                .map(|pixel| f32::from(pixel.0[channel]) / 127.5 - 1.0),
        );
    }
}

/// Planes of `count` pictures as a tensor `[count, 3, size, size]`.
pub fn tensor(values: Vec<f32>, count: usize, device: &Device) -> Tensor<4> {
    let side = PICTURE_SIZE as usize;
    Tensor::from_data(TensorData::new(values, [count, 3, side, side]), device)
}
