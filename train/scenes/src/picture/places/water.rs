//! Places by the water and under it.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};
use resvg::tiny_skia::Color;

use super::super::canvas::{Canvas, rgb, rgba};

pub fn beach(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.band(44.0, 66.0, &[rgb(0x2E8FC9), rgb(0x35B5D3), rgb(0x7BE0DC)]);
    for _ in 0..14 {
        let (x, y) = (rng.random_range(0.0..95.0), rng.random_range(46.0..58.0));
        let length = (y - 42.0) * 0.6;
        canvas.line((x, y), (x + length, y), 0.5, rgba(0xFFFFFF, 0.45));
    }
    // The foam is the same edge a little higher.
    let swing = rng.random_range(1.2..2.2);
    let edge = rng.random();
    canvas.ridge(
        &mut ChaCha8Rng::seed_from_u64(edge),
        59.5,
        swing,
        &[rgba(0xFFFFFF, 0.9)],
    );
    canvas.ridge(
        &mut ChaCha8Rng::seed_from_u64(edge),
        61.2,
        swing,
        &[rgb(0xD9BE8A), rgb(0xF3DFAE), rgb(0xF8E7BE)],
    );
    canvas.scatter(
        rng,
        60,
        (0.0, 66.0, 100.0, 99.0),
        0.15..0.45,
        rgba(0xB8925A, 0.45),
    );
    canvas.scatter(
        rng,
        7,
        (3.0, 70.0, 97.0, 98.0),
        0.6..1.1,
        rgba(0xFFFFFF, 0.8),
    );
}

pub fn underwater(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.band(
        0.0,
        100.0,
        &[rgb(0x8BE6EE), rgb(0x3FB4DA), rgb(0x1F74B4), rgb(0x1A4F92)],
    );
    for _ in 0..6 {
        let top = rng.random_range(-10.0..100.0);
        let width = rng.random_range(4.0..12.0);
        let lean = rng.random_range(8.0..22.0);
        canvas.shaded_polygon(
            &[
                (top, -1.0),
                (top + width, -1.0),
                (top + width * 2.0 - lean, 80.0),
                (top - lean, 80.0),
            ],
            &[rgba(0xFFFFFF, 0.22), rgba(0xFFFFFF, 0.0)],
        );
    }
    canvas.ridge(rng, 80.0, 3.5, &[rgba(0x174C86, 0.9), rgb(0x12386B)]);
    for _ in 0..7 {
        seaweed(canvas, rng, 86.0, rgb(0x1E7F77));
    }
    canvas.ridge(rng, 87.0, 2.0, &[rgb(0xD9C99B), rgb(0xA8A48C)]);
    for _ in 0..5 {
        seaweed(canvas, rng, 96.0, rgb(0x2FA56F));
    }
    for _ in 0..3 {
        let (x, hue) = (rng.random_range(4.0..96.0), rng.random_range(0..3));
        let color = rgb([0xF0798B, 0xF2A65A, 0xB77BD0][hue]);
        coral(canvas, (x, 97.0), -90.0, 7.0, 3, color);
    }
    canvas.scatter(
        rng,
        26,
        (0.0, 90.0, 100.0, 100.0),
        0.2..0.6,
        rgba(0x7D734F, 0.5),
    );
    bubbles(canvas, rng, 14);
}

fn seaweed(canvas: &mut Canvas<'_>, rng: &mut impl Rng, foot: f32, color: Color) {
    // At the sides, where it hides nothing.
    let side = rng.random_range(0.0..24.0);
    let x = if rng.random_bool(0.5) {
        side
    } else {
        100.0 - side
    };
    let height = rng.random_range(10.0..26.0);
    let sway = rng.random_range(3.0..6.0);
    let middle = (x + sway * 0.3, foot - height * 0.5);
    canvas.curve(
        (x, foot),
        (x - sway, foot - height * 0.25),
        middle,
        1.9,
        color,
    );
    canvas.curve(
        middle,
        (x + sway * 1.5, foot - height * 0.8),
        (x, foot - height),
        1.5,
        color,
    );
}

fn coral(
    canvas: &mut Canvas<'_>,
    from: (f32, f32),
    degrees: f32,
    length: f32,
    forks: u8,
    color: Color,
) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let to = (from.0 + cos * length, from.1 + sin * length);
    canvas.line(from, to, 0.5 + f32::from(forks) * 0.6, color);
    if forks > 0 {
        coral(canvas, to, degrees - 28.0, length * 0.7, forks - 1, color);
        coral(canvas, to, degrees + 30.0, length * 0.66, forks - 1, color);
    }
}

/// Rings of light that rise.
pub fn bubbles(canvas: &mut Canvas<'_>, rng: &mut impl Rng, count: usize) {
    for _ in 0..count {
        let (x, y) = (rng.random_range(3.0..97.0), rng.random_range(4.0..84.0));
        let radius = rng.random_range(0.6..1.9);
        canvas.disc(x, y, radius, rgba(0xFFFFFF, 0.28));
        canvas.disc(
            x - radius * 0.3,
            y - radius * 0.3,
            radius * 0.35,
            rgba(0xFFFFFF, 0.75),
        );
    }
}

pub fn lake(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 31.0, 4.0, &[rgb(0x9CC3C9), rgb(0x86B3AE)]);
    canvas.ridge(rng, 36.0, 2.0, &[rgb(0x6FA886), rgb(0x5C9775)]);
    canvas.band(40.0, 84.0, &[rgb(0x6FB2CE), rgb(0x4A9CCB), rgb(0x3D86BE)]);
    canvas.band(40.0, 47.0, &[rgba(0x4C8A74, 0.55), rgba(0x4C8A74, 0.0)]);
    for _ in 0..26 {
        let (x, y) = (rng.random_range(-4.0..98.0), rng.random_range(43.0..76.0));
        let length = (y - 36.0) * rng.random_range(0.15..0.4);
        canvas.line((x, y), (x + length, y), 0.45, rgba(0xFFFFFF, 0.38));
    }
    canvas.ridge(rng, 73.5, 2.4, &[rgba(0xC9B487, 1.0), rgb(0xB59E70)]);
    canvas.ridge(rng, 76.0, 2.4, &[rgb(0x8CC46A), rgb(0x5FA24C)]);
    for _ in 0..16 {
        let side = rng.random_range(-1.0..16.0);
        let x = if rng.random_bool(0.5) {
            side
        } else {
            100.0 - side
        };
        let foot = rng.random_range(74.0..82.0);
        let height = rng.random_range(9.0..17.0);
        let lean = rng.random_range(-2.5..2.5);
        canvas.curve(
            (x, foot),
            (x, foot - height * 0.6),
            (x + lean, foot - height),
            0.6,
            rgb(0x4F8A45),
        );
        if rng.random_bool(0.4) {
            canvas.line(
                (x + lean, foot - height),
                (x + lean, foot - height - 3.0),
                1.4,
                rgb(0x8A5A33),
            );
        }
    }
    canvas.scatter(
        rng,
        30,
        (0.0, 80.0, 100.0, 100.0),
        0.25..0.5,
        rgba(0xD7EFA5, 0.6),
    );
}
