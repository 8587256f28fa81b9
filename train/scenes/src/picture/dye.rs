//! Artwork in another colour.

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

use crate::concepts::Dye;

/// Hues this near to the artwork's own, in degrees, take the dye.
const REACH: f32 = 34.0;
/// Below this saturation a pixel has no hue of its own and stays as it is.
const COLOURED: f32 = 0.18;

/// Dyes every pixel of the drawing's main hue; what is of another hue, or of none, stays.
pub fn dye(drawing: &mut Pixmap, dye: &Dye) {
    let Some(own) = main_hue(drawing) else { return };
    for pixel in drawing.pixels_mut() {
        if pixel.alpha() == 0 {
            continue;
        }
        let plain = pixel.demultiply();
        let (hue, saturation, lightness) = to_hsl([plain.red(), plain.green(), plain.blue()]);
        if saturation < COLOURED || distance(hue, own.hue) > REACH {
            continue;
        }
        let (hue, tone_saturation, tone) = dye.tone;
        // The artwork's own light and shade around its middle tone.
        let shade = lightness - own.lightness;
        let lightness = (tone + shade * 0.9).clamp(0.06, 0.97);
        let [r, g, b] = to_rgb(hue, tone_saturation, lightness);
        let a = u16::from(pixel.alpha());
        let times = |value: u8| (u16::from(value) * a / 255) as u8;
        if let Some(dyed) =
            PremultipliedColorU8::from_rgba(times(r), times(g), times(b), pixel.alpha())
        {
            *pixel = dyed;
        }
    }
}

struct Own {
    hue: f32,
    lightness: f32,
}

/// The hue that most coloured pixels have, and how light they are on average.
fn main_hue(drawing: &Pixmap) -> Option<Own> {
    const BINS: usize = 36;
    let mut bins = [(0.0_f32, 0.0_f32); BINS];
    for pixel in drawing.pixels().iter().filter(|p| p.alpha() > 128) {
        let plain = pixel.demultiply();
        let (hue, saturation, lightness) = to_hsl([plain.red(), plain.green(), plain.blue()]);
        if saturation >= COLOURED {
            let bin = &mut bins[(hue / 10.0) as usize % BINS];
            bin.0 += 1.0;
            bin.1 += lightness;
        }
    }
    let (index, (count, lightness)) = bins
        .into_iter()
        .enumerate()
        .max_by(|(_, a), (_, b)| a.0.total_cmp(&b.0))?;
    (count > 0.0).then(|| Own {
        hue: index as f32 * 10.0 + 5.0,
        lightness: lightness / count,
    })
}

fn distance(a: f32, b: f32) -> f32 {
    let apart = (a - b).abs() % 360.0;
    apart.min(360.0 - apart)
}

/// Hue in degrees, saturation and lightness in 0..1.
pub fn to_hsl(rgb: [u8; 3]) -> (f32, f32, f32) {
    let [r, g, b] = rgb.map(|value| f32::from(value) / 255.0);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let (spread, lightness) = (most - least, (most + least) / 2.0);
    if spread < 1e-4 {
        return (0.0, 0.0, lightness);
    }
    let saturation = spread / (1.0 - (2.0 * lightness - 1.0).abs()).max(1e-4);
    let sixth = if most == r {
        ((g - b) / spread).rem_euclid(6.0)
    } else if most == g {
        (b - r) / spread + 2.0
    } else {
        (r - g) / spread + 4.0
    };
    (sixth * 60.0, saturation, lightness)
}

fn to_rgb(hue: f32, saturation: f32, lightness: f32) -> [u8; 3] {
    let chroma = (1.0 - (2.0 * lightness - 1.0).abs()) * saturation;
    let sixth = hue / 60.0;
    let second = chroma * (1.0 - (sixth % 2.0 - 1.0).abs());
    let (r, g, b) = match sixth as u8 {
        0 => (chroma, second, 0.0),
        1 => (second, chroma, 0.0),
        2 => (0.0, chroma, second),
        3 => (0.0, second, chroma),
        4 => (second, 0.0, chroma),
        _ => (chroma, 0.0, second),
    };
    let least = lightness - chroma / 2.0;
    [r, g, b].map(|value| ((value + least) * 255.0).round().clamp(0.0, 255.0) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concepts::DYES;

    #[test]
    fn colours_survive_the_way_there_and_back() {
        for rgb in [
            [10, 200, 90],
            [255, 0, 0],
            [7, 7, 7],
            [250, 240, 10],
            [120, 30, 220],
        ] {
            let (hue, saturation, lightness) = to_hsl(rgb);
            let back = to_rgb(hue, saturation, lightness);
            for (a, b) in rgb.iter().zip(back) {
                assert!(a.abs_diff(b) <= 1, "{rgb:?} {back:?}");
            }
        }
    }

    #[test]
    fn the_main_hue_is_dyed_and_the_rest_stays() {
        for colour in &DYES {
            let mut drawing = Pixmap::new(10, 10).unwrap();
            let red = PremultipliedColorU8::from_rgba(220, 30, 40, 255).unwrap();
            let grey = PremultipliedColorU8::from_rgba(90, 90, 90, 255).unwrap();
            drawing.pixels_mut().fill(red);
            drawing.pixels_mut()[0] = grey;
            dye(&mut drawing, colour);
            assert_eq!(drawing.pixels()[0], grey);
            let middle = drawing.pixels()[50];
            let (hue, ..) = to_hsl([middle.red(), middle.green(), middle.blue()]);
            assert!(distance(hue, colour.tone.0) < 4.0, "{}: {hue}", colour.id);
        }
    }
}
