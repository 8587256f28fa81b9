//! Streets and squares.

use rand::{Rng, RngExt};

use super::super::canvas::{Canvas, rgb, rgba};
use super::land::tufts;

pub fn street(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let mut x = -3.0;
    while x < 100.0 {
        let (width, height) = (rng.random_range(7.0..13.0), rng.random_range(26.0..48.0));
        canvas.block(x, 66.0 - height, width, height, &[rgba(0x93A7C6, 0.75)]);
        x += width;
    }
    let walls = [0xC96F5B, 0xD9A066, 0x7F93B2, 0xA98FB5, 0x6FA39B, 0xBDB2A1];
    let mut x = rng.random_range(-8.0..-2.0);
    let mut last = walls.len();
    while x < 100.0 {
        let (columns, floors) = (rng.random_range(2..4), rng.random_range(3..6));
        let mut hue = rng.random_range(0..walls.len());
        if hue == last {
            hue = (hue + 1) % walls.len();
        }
        last = hue;
        building(canvas, rng, x, columns, floors, walls[hue]);
        x += columns as f32 * 6.0 + 3.0;
    }
    canvas.band(66.0, 71.5, &[rgb(0xD7D4CE), rgb(0xBFBBB4)]);
    for i in 0..11 {
        canvas.line(
            (i as f32 * 10.0 + 2.0, 66.5),
            (i as f32 * 10.6 - 2.0, 71.2),
            0.3,
            rgba(0x8F8B84, 0.6),
        );
    }
    canvas.band(71.5, 73.0, &[rgb(0x98948D)]);
    canvas.band(73.0, 100.0, &[rgb(0x6C7078), rgb(0x565A63)]);
    let offset = rng.random_range(-10.0..0.0);
    for i in 0..6 {
        let x = offset + i as f32 * 22.0;
        canvas.polygon(
            &[
                (x + 1.5, 85.0),
                (x + 12.5, 85.0),
                (x + 11.5, 87.4),
                (x, 87.4),
            ],
            rgba(0xF6F3E6, 0.85),
        );
    }
}

fn building(
    canvas: &mut Canvas<'_>,
    rng: &mut impl Rng,
    x: f32,
    columns: usize,
    floors: usize,
    wall: u32,
) {
    let (width, height) = (columns as f32 * 6.0 + 2.0, floors as f32 * 7.5 + 5.0);
    let top = 66.0 - height;
    canvas.block(x, top, width, height, &[rgb(wall)]);
    canvas.block(x - 0.5, top - 1.2, width + 1.0, 1.8, &[rgba(0x4A3F3A, 0.8)]);
    for floor in 0..floors {
        for column in 0..columns {
            let (left, y) = (
                x + 2.0 + column as f32 * 6.0,
                top + 2.6 + floor as f32 * 7.5,
            );
            let pane = if rng.random_bool(0.3) {
                0xFFE9A8
            } else {
                0xDCEAF3
            };
            canvas.rounded(left, y, 4.0, 4.8, 0.4, rgb(pane));
            canvas.line(
                (left + 2.0, y + 0.2),
                (left + 2.0, y + 4.6),
                0.3,
                rgba(0x5B6B7C, 0.7),
            );
        }
    }
    canvas.rounded(x + width / 2.0 - 1.8, 61.4, 3.6, 4.8, 0.5, rgb(0x5B4437));
}

/// Towers of glass with water before them.
pub fn city(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let mut x = -4.0;
    while x < 100.0 {
        let (width, height) = (rng.random_range(6.0..11.0), rng.random_range(20.0..38.0));
        canvas.block(
            x,
            64.0 - height,
            width,
            height,
            &[rgb(0x9FB3CE), rgb(0x8AA0BE)],
        );
        x += width;
    }
    let glass = [0x4F7FA8, 0x5B6E93, 0x3E8C97, 0x6C7FA6, 0x7A6F96];
    let mut x = rng.random_range(-5.0..0.0);
    while x < 100.0 {
        let (width, height) = (rng.random_range(10.0..15.0), rng.random_range(28.0..56.0));
        let (top, hue) = (64.0 - height, glass[rng.random_range(0..glass.len())]);
        canvas.block(x, top, width, height, &[rgb(hue), rgba(hue, 0.92)]);
        if rng.random_bool(0.4) {
            canvas.line(
                (x + width / 2.0, top),
                (x + width / 2.0, top - 7.0),
                0.6,
                rgb(hue),
            );
        }
        let mut y = top + 2.0;
        while y < 62.0 {
            let mut left = x + 1.4;
            while left + 1.6 < x + width {
                let pane = if rng.random_bool(0.35) {
                    0xFFE7A0
                } else {
                    0xBFD9EA
                };
                canvas.block(left, y, 1.5, 2.2, &[rgba(pane, 0.85)]);
                left += 2.6;
            }
            y += 4.0;
        }
        x += width + rng.random_range(-2.0..3.0);
    }
    canvas.band(64.0, 68.0, &[rgb(0x5F8F58), rgb(0x4F7C4B)]);
    canvas.band(68.0, 100.0, &[rgb(0xD9D5CC), rgb(0xC4BFB4), rgb(0xAFA99D)]);
    for i in -7..=7 {
        let i = i as f32;
        canvas.line(
            (50.0 + i * 7.0, 68.5),
            (50.0 + i * 24.0, 100.0),
            0.3,
            rgba(0x8A8478, 0.5),
        );
    }
    for y in [73.0, 80.0, 90.0] {
        canvas.line((0.0, y), (100.0, y), 0.3, rgba(0x8A8478, 0.5));
    }
}

/// Cottages with gables around a green.
pub fn village(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 48.0, 5.0, &[rgb(0x8FBF7B), rgb(0x7BAE69)]);
    let walls = [0xFBF3E2, 0xF3DDC2, 0xEAD1CF, 0xDFE6DA];
    let roofs = [0xB5543F, 0x8C4A3A, 0xC4763E, 0x6D5A52];
    let mut x = rng.random_range(-8.0..-3.0);
    while x < 98.0 {
        let (width, height) = (rng.random_range(17.0..23.0), rng.random_range(11.0..14.0));
        let foot = 66.0 + rng.random_range(-1.5..1.0);
        cottage(
            canvas,
            (x, foot, width, height),
            walls[rng.random_range(0..walls.len())],
            roofs[rng.random_range(0..roofs.len())],
        );
        x += width + rng.random_range(2.0..6.0);
    }
    canvas.ridge(
        rng,
        66.0,
        1.0,
        &[rgb(0x9CCB6C), rgb(0x76B054), rgb(0x639F48)],
    );
    canvas.shaded_polygon(
        &[(44.0, 66.5), (54.0, 66.5), (86.0, 101.0), (24.0, 101.0)],
        &[rgb(0xE2D0A6), rgb(0xCBB486)],
    );
    tufts(canvas, rng, 26, 72.0, rgba(0xC6E89B, 0.8));
}

fn cottage(
    canvas: &mut Canvas<'_>,
    (x, foot, width, height): (f32, f32, f32, f32),
    wall: u32,
    roof: u32,
) {
    let top = foot - height;
    canvas.block(x, top, width, height, &[rgb(wall)]);
    canvas.rounded(
        x + width * 0.7,
        top - height * 0.85,
        2.6,
        7.0,
        0.2,
        rgb(0x8A5A4A),
    );
    canvas.polygon(
        &[
            (x - 1.6, top + 0.4),
            (x + width * 0.22, top - height * 0.7),
            (x + width * 0.78, top - height * 0.7),
            (x + width + 1.6, top + 0.4),
        ],
        rgb(roof),
    );
    canvas.rounded(x + width * 0.42, foot - 6.6, 3.4, 6.6, 0.6, rgb(0x7A4B2E));
    for at in [0.12, 0.72] {
        canvas.rounded(x + width * at, top + 3.0, 3.6, 3.6, 0.3, rgb(0x9CC7DE));
        canvas.line(
            (x + width * at + 1.8, top + 3.0),
            (x + width * at + 1.8, top + 6.6),
            0.35,
            rgb(0xFFFFFF),
        );
    }
}

/// Stalls under striped awnings.
pub fn market(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let walls = [0xD9A98A, 0xC9B58E, 0xB8A7B8, 0xC98F7C];
    let mut x = -4.0;
    while x < 100.0 {
        let (width, height) = (rng.random_range(13.0..19.0), rng.random_range(24.0..36.0));
        canvas.block(
            x,
            64.0 - height,
            width,
            height,
            &[rgb(walls[rng.random_range(0..4)])],
        );
        for i in 0..2 {
            for j in 0..2 {
                let (left, y) = (
                    x + 3.0 + i as f32 * (width / 2.0 - 0.5),
                    68.0 - height + j as f32 * 9.0,
                );
                canvas.rounded(left, y, 3.2, 5.0, 1.2, rgb(0x7B8FA6));
            }
        }
        x += width;
    }
    canvas.band(62.0, 100.0, &[rgb(0xCFC3B2), rgb(0xB7A994), rgb(0xA39582)]);
    canvas.scatter(
        rng,
        60,
        (0.0, 68.0, 100.0, 100.0),
        0.5..1.1,
        rgba(0x8C7E6A, 0.35),
    );
    let stripes = [
        (0xD94F4F, 0xFFF6EA),
        (0x3F8FBF, 0xF7FBFF),
        (0x4FA36B, 0xFBFFF4),
    ];
    for (i, x) in [2.0, 36.0, 70.0].into_iter().enumerate() {
        let (one, two) = stripes[(i + rng.random_range(0..3)) % 3];
        for pole in [x + 1.0, x + 26.0] {
            canvas.rounded(pole, 47.0, 1.0, 21.0, 0.3, rgb(0x7A5A3E));
        }
        canvas.block(x, 59.0, 28.0, 8.5, &[rgb(0xA9764A), rgb(0x8C5F3B)]);
        for j in 0..9 {
            let at = x + 2.0 + j as f32 * 2.9;
            let fruit = [0xE8553D, 0xF2A93B, 0x7FB84B, 0xE9D24A][rng.random_range(0..4)];
            canvas.disc(at, 58.4, 1.3, rgb(fruit));
        }
        for j in 0..7 {
            let (left, colour) = (x - 1.0 + j as f32 * 4.3, if j % 2 == 0 { one } else { two });
            canvas.rounded(left, 43.0, 4.35, 7.0, 1.6, rgb(colour));
            canvas.block(left, 43.0, 4.35, 4.0, &[rgb(colour)]);
        }
    }
}
