//! Country that somebody looks after: farm and garden.

use rand::{Rng, RngExt};

use super::super::canvas::{Canvas, rgb, rgba};
use super::land::tufts;

pub fn farm(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 50.0, 3.5, &[rgb(0xA9CF73), rgb(0x94BE62)]);
    // A ploughed field runs towards the horizon.
    canvas.ridge(rng, 56.0, 1.2, &[rgb(0xE5C765), rgb(0xD3AE4E)]);
    let vanishing = rng.random_range(35.0..65.0);
    for i in -6..=6 {
        let foot = 50.0 + i as f32 * 22.0;
        canvas.line(
            (vanishing + i as f32 * 3.0, 57.0),
            (foot, 76.0),
            0.7,
            rgba(0xA9822F, 0.4),
        );
    }
    let x = if rng.random_bool(0.5) {
        rng.random_range(4.0..14.0)
    } else {
        rng.random_range(60.0..68.0)
    };
    barn(canvas, x, 62.0, rng.random_range(26.0..30.0));
    canvas.ridge(
        rng,
        66.5,
        1.2,
        &[rgb(0x93C35B), rgb(0x6BA547), rgb(0x5A9440)],
    );
    for i in 0..8 {
        canvas.rounded(i as f32 * 14.0 + 1.0, 60.0, 1.6, 10.5, 0.5, rgb(0xF7F1E3));
    }
    canvas.rounded(-1.0, 62.0, 102.0, 1.3, 0.3, rgb(0xF7F1E3));
    canvas.rounded(-1.0, 66.0, 102.0, 1.3, 0.3, rgb(0xEAE2CF));
    tufts(canvas, rng, 34, 74.0, rgba(0xB5DB7B, 0.8));
}

fn barn(canvas: &mut Canvas<'_>, x: f32, foot: f32, width: f32) {
    let (top, half) = (foot - width * 0.5, x + width / 2.0);
    let roof = top - width * 0.34;
    canvas.polygon(
        &[
            (x, foot),
            (x, top),
            (x + width * 0.18, top - width * 0.2),
            (half, roof),
            (x + width * 0.82, top - width * 0.2),
            (x + width, top),
            (x + width, foot),
        ],
        rgb(0xB5433B),
    );
    let eave = rgb(0x7E3632);
    canvas.line(
        (x - 1.0, top + 0.5),
        (x + width * 0.18, top - width * 0.2),
        1.6,
        eave,
    );
    canvas.line(
        (x + width * 0.18, top - width * 0.2),
        (half, roof),
        1.6,
        eave,
    );
    canvas.line(
        (half, roof),
        (x + width * 0.82, top - width * 0.2),
        1.6,
        eave,
    );
    canvas.line(
        (x + width * 0.82, top - width * 0.2),
        (x + width + 1.0, top + 0.5),
        1.6,
        eave,
    );
    let (left, door, wide) = (x + width * 0.28, foot - width * 0.36, width * 0.44);
    canvas.block(left, door, wide, width * 0.36, &[rgb(0x98342F)]);
    let white = rgb(0xF9F3EA);
    for (from, to) in [
        ((left, door), (left + wide, door)),
        ((left, door), (left, foot)),
        ((left + wide, door), (left + wide, foot)),
        ((left, door), (left + wide, foot)),
        ((left + wide, door), (left, foot)),
    ] {
        canvas.line(from, to, 0.8, white);
    }
    canvas.rounded(
        half - width * 0.08,
        top - width * 0.16,
        width * 0.16,
        width * 0.14,
        0.4,
        white,
    );
    canvas.rounded(
        half - width * 0.055,
        top - width * 0.135,
        width * 0.11,
        width * 0.09,
        0.2,
        rgb(0x6B2F2C),
    );
}

pub fn garden(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let mut hedge = Vec::new();
    for i in 0..15 {
        hedge.push((
            i as f32 * 7.5 - 2.0,
            50.0 + rng.random_range(-2.5..2.0),
            rng.random_range(6.0..8.5),
        ));
    }
    canvas.blob(&hedge, rgb(0x5FA35A));
    canvas.band(50.0, 66.0, &[rgb(0x5FA35A), rgb(0x4A8D4B)]);
    for i in 0..15 {
        let x = i as f32 * 7.2 - 1.0;
        canvas.polygon(
            &[
                (x, 67.0),
                (x, 51.0),
                (x + 1.9, 48.6),
                (x + 3.8, 51.0),
                (x + 3.8, 67.0),
            ],
            rgb(0xFFFFFF),
        );
    }
    canvas.rounded(-1.0, 53.0, 102.0, 1.7, 0.3, rgb(0xE4EAF0));
    canvas.rounded(-1.0, 60.0, 102.0, 1.7, 0.3, rgb(0xE4EAF0));
    canvas.ridge(
        rng,
        66.5,
        1.0,
        &[rgb(0x9AD267), rgb(0x74B850), rgb(0x62A646)],
    );
    tufts(canvas, rng, 30, 72.0, rgba(0xC2EA93, 0.8));
    for i in 0..20 {
        let x = i as f32 * 5.2 + rng.random_range(-1.5..1.5);
        let y = 68.5 + rng.random_range(-1.6..1.6);
        flower(canvas, rng, x, y, 1.25);
    }
    for _ in 0..12 {
        let side = rng.random_range(1.0..26.0);
        let x = if rng.random_bool(0.5) {
            side
        } else {
            100.0 - side
        };
        let y = rng.random_range(90.0..97.0);
        flower(canvas, rng, x, y, 1.8);
    }
}

pub(super) fn flower(canvas: &mut Canvas<'_>, rng: &mut impl Rng, x: f32, y: f32, size: f32) {
    let petals = rgb([0xF48FB1, 0xFFFFFF, 0xBA8BE0, 0xF7A35C, 0x7FB2F0][rng.random_range(0..5)]);
    canvas.line((x, y), (x, y + size * 3.0), size * 0.3, rgb(0x3F8A45));
    let ring: Vec<(f32, f32, f32)> = (0..5)
        .map(|i| {
            let (sin, cos) = (i as f32 * std::f32::consts::TAU / 5.0 - 1.57).sin_cos();
            (x + cos * size * 0.75, y + sin * size * 0.75, size * 0.62)
        })
        .collect();
    canvas.blob(&ring, petals);
    canvas.disc(x, y, size * 0.5, rgb(0xFFD54F));
}
