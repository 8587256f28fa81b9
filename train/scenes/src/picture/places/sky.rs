//! Places above the ground: the air, and the surface of the moon.

use rand::{Rng, RngExt};

use super::super::canvas::{Canvas, rgb, rgba};
use super::super::weather::stars;

/// Nothing but a sea of clouds far below.
pub fn air(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    for (row, y) in [(0.0, 88.0), (1.0, 96.0), (2.0, 106.0)] {
        for i in 0..5 {
            let x = i as f32 * 26.0 + rng.random_range(-9.0..9.0);
            let size = rng.random_range(30.0..44.0);
            canvas.cloud(rng, x, y, size, rgba(0xFFFFFF, 0.55 + row * 0.18));
        }
    }
    for _ in 0..3 {
        let (x, y) = (rng.random_range(6.0..94.0), rng.random_range(30.0..66.0));
        let size = rng.random_range(14.0..24.0);
        canvas.cloud(rng, x, y, size, rgba(0xFFFFFF, 0.7));
    }
}

pub fn space(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.band(0.0, 75.0, &[rgb(0x0A0A1F), rgb(0x17133B), rgb(0x2B1D55)]);
    for _ in 0..5 {
        let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(5.0..60.0));
        let color = [0x7B3FA0, 0x2F5FB8, 0xB0457E][rng.random_range(0..3)];
        canvas.glow(x, y, rng.random_range(18.0..34.0), rgba(color, 0.3));
    }
    stars(canvas, rng, 140, 66.0);
    let left = rng.random_bool(0.5);
    let side = |x: f32| if left { x } else { 100.0 - x };
    earth(
        canvas,
        side(rng.random_range(14.0..22.0)),
        rng.random_range(15.0..22.0),
        rng.random_range(8.0..11.0),
    );
    ringed(
        canvas,
        side(rng.random_range(76.0..86.0)),
        rng.random_range(12.0..26.0),
        rng.random_range(4.5..6.5),
    );
    canvas.ridge(rng, 65.0, 2.5, &[rgb(0x8E8FA3), rgb(0x77788E)]);
    canvas.ridge(
        rng,
        69.0,
        1.8,
        &[rgb(0xC3C4D2), rgb(0xA7A8BA), rgb(0x8C8DA2)],
    );
    for _ in 0..11 {
        let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(74.0..99.0));
        let rx = rng.random_range(1.5..3.0) + (y - 72.0) * 0.12;
        canvas.ellipse(x, y, rx, rx * 0.34, rgba(0xE2E3EC, 0.9));
        canvas.ellipse(x, y + rx * 0.06, rx * 0.9, rx * 0.27, rgb(0x85869B));
        canvas.ellipse(x, y + rx * 0.12, rx * 0.72, rx * 0.18, rgb(0x9A9BAF));
    }
}

fn earth(canvas: &mut Canvas<'_>, x: f32, y: f32, r: f32) {
    canvas.glow(x, y, r * 1.5, rgba(0x7FC4FF, 0.5));
    canvas.disc(x, y, r, rgb(0x3E8FDB));
    canvas.blob(
        &[
            (x - r * 0.4, y - r * 0.35, r * 0.3),
            (x - r * 0.15, y - r * 0.5, r * 0.24),
            (x - r * 0.45, y, r * 0.2),
        ],
        rgb(0x63B96A),
    );
    canvas.blob(
        &[
            (x + r * 0.35, y + r * 0.3, r * 0.3),
            (x + r * 0.5, y, r * 0.2),
        ],
        rgb(0x63B96A),
    );
    canvas.ellipse(x, y - r * 0.82, r * 0.42, r * 0.12, rgba(0xFFFFFF, 0.85));
    canvas.ellipse(
        x + r * 0.1,
        y + r * 0.05,
        r * 0.6,
        r * 0.07,
        rgba(0xFFFFFF, 0.6),
    );
}

fn ringed(canvas: &mut Canvas<'_>, x: f32, y: f32, r: f32) {
    canvas.curve(
        (x - r * 1.9, y + r * 0.5),
        (x, y - r * 0.5),
        (x + r * 1.9, y - r * 0.5),
        r * 0.16,
        rgba(0xE9C98F, 0.7),
    );
    canvas.disc(x, y, r, rgb(0xE0A46B));
    canvas.ellipse(x, y - r * 0.3, r * 0.92, r * 0.14, rgba(0xF3CB97, 0.8));
    canvas.ellipse(x, y + r * 0.35, r * 0.88, r * 0.12, rgba(0xC2834F, 0.8));
    canvas.curve(
        (x - r * 1.9, y + r * 0.5),
        (x, y + r * 0.9),
        (x + r * 1.9, y - r * 0.5),
        r * 0.18,
        rgb(0xF2DCAE),
    );
}
