//! Contact sheets: many pictures at a glance.

use image::{Rgb, RgbImage, imageops};

use crate::picture::{PictureError, Renderer};
use crate::scene::SceneSpec;

/// Space between pictures, in pixels.
const GAP: u32 = 6;

/// Pictures of `size` pixels in rows of `columns`, on a light ground.
///
/// # Errors
///
/// Where a scene cannot be drawn.
pub fn sheet(
    renderer: &Renderer,
    scenes: &[SceneSpec],
    columns: u32,
    size: u32,
) -> Result<RgbImage, PictureError> {
    let columns = columns.max(1);
    let rows = (scenes.len() as u32).div_ceil(columns);
    let length = |cells: u32| cells * (size + GAP) + GAP;
    let mut sheet = RgbImage::from_pixel(length(columns), length(rows), Rgb([244, 244, 246]));
    for (index, scene) in (0_u32..).zip(scenes) {
        let picture = renderer.render(scene, size)?;
        let (column, row) = (index % columns, index / columns);
        let corner = |cell: u32| i64::from(GAP + cell * (size + GAP));
        imageops::replace(&mut sheet, &picture, corner(column), corner(row));
    }
    Ok(sheet)
}
