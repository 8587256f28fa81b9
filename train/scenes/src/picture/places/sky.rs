//! Places that are mostly sky: rain, night, and the surface of the moon.

use rand::{Rng, RngExt};

use super::super::canvas::{Canvas, rgb, rgba};

pub fn rain(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.band(0.0, 66.0, &[rgb(0x54687D), rgb(0x8498AB), rgb(0xB4C2CC)]);
    for row in 0..2 {
        for i in 0..4 {
            let x = i as f32 * 30.0 + rng.random_range(-8.0..12.0);
            let y = 22.0 - row as f32 * 9.0 + rng.random_range(-3.0..3.0);
            let size = rng.random_range(34.0..46.0);
            let color = if row == 0 {
                rgb(0x6C8094)
            } else {
                rgb(0x4A5C70)
            };
            canvas.cloud(rng, x, y, size, color);
        }
    }
    canvas.ridge(rng, 58.0, 2.5, &[rgb(0x7F98A0), rgb(0x70898F)]);
    canvas.ridge(
        rng,
        63.0,
        1.2,
        &[rgb(0x5F7F76), rgb(0x4B6A66), rgb(0x41605E)],
    );
    for _ in 0..6 {
        let (x, y) = (rng.random_range(5.0..95.0), rng.random_range(74.0..97.0));
        let rx = rng.random_range(6.0..13.0);
        canvas.ellipse(x, y, rx, rx * 0.22, rgba(0xA9C0CC, 0.6));
        canvas.ellipse(x, y, rx * 0.55, rx * 0.11, rgba(0xDCE8EE, 0.55));
        canvas.ellipse(x, y, rx * 0.35, rx * 0.07, rgba(0x8FA9B6, 0.8));
    }
    falling_rain(canvas, rng, 70);
}

/// Slanting streaks over the whole picture.
pub fn falling_rain(canvas: &mut Canvas<'_>, rng: &mut impl Rng, count: usize) {
    for _ in 0..count {
        let (x, y) = (rng.random_range(0.0..106.0), rng.random_range(-4.0..98.0));
        let length = rng.random_range(4.0..8.5);
        canvas.line(
            (x, y),
            (x - length * 0.28, y + length),
            0.5,
            rgba(0xE4F1F8, 0.55),
        );
    }
}

fn stars(canvas: &mut Canvas<'_>, rng: &mut impl Rng, count: usize, bottom: f32) {
    for _ in 0..count {
        let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(0.0..bottom));
        let radius = rng.random_range(0.14..0.42);
        let color = [0xFFFFFF, 0xFFF3D1, 0xD4E4FF][rng.random_range(0..3)];
        canvas.disc(x, y, radius, rgba(color, rng.random_range(0.55..1.0)));
    }
    for _ in 0..count / 14 {
        let (x, y) = (rng.random_range(3.0..97.0), rng.random_range(2.0..bottom));
        let arm = rng.random_range(0.9..1.7);
        canvas.glow(x, y, arm * 1.6, rgba(0xFFFFFF, 0.45));
        canvas.line((x - arm, y), (x + arm, y), 0.25, rgba(0xFFFFFF, 0.9));
        canvas.line((x, y - arm), (x, y + arm), 0.25, rgba(0xFFFFFF, 0.9));
    }
}

pub fn night(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let skies = [
        [rgb(0x0D1B47), rgb(0x23397C), rgb(0x5566A8)],
        [rgb(0x14123F), rgb(0x2F2F7D), rgb(0x7A68AE)],
        [rgb(0x082243), rgb(0x1B4A78), rgb(0x4F8FA6)],
    ];
    let sky = skies[rng.random_range(0..skies.len())];
    canvas.band(0.0, 72.0, &sky);
    // The Milky Way.
    let (x, lean) = (rng.random_range(20.0..60.0), rng.random_range(4.0..9.0));
    for i in 0..6 {
        let step = i as f32;
        canvas.glow(
            x + step * lean,
            4.0 + step * 10.0,
            17.0,
            rgba(0xB9B4F0, 0.16),
        );
    }
    stars(canvas, rng, 120, 60.0);
    let (x, y) = (rng.random_range(15.0..75.0), rng.random_range(6.0..22.0));
    for i in 0..6 {
        let step = i as f32;
        let from = (x + step * 2.2, y + step * 1.1);
        canvas.line(
            from,
            (from.0 + 2.2, from.1 + 1.1),
            0.2 + step * 0.09,
            rgba(0xFFFFFF, 0.15 + step * 0.15),
        );
    }
    canvas.ridge(rng, 58.0, 4.0, &[rgb(0x34508C), rgb(0x2A4278)]);
    canvas.ridge(
        rng,
        66.0,
        2.5,
        &[rgb(0x2C5A76), rgb(0x1F4560), rgb(0x183850)],
    );
    for _ in 0..26 {
        let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(74.0..99.0));
        canvas.line(
            (x, y),
            (x + rng.random_range(-0.8..0.8), y - 1.8),
            0.35,
            rgba(0x6FA0AC, 0.5),
        );
    }
    for _ in 0..8 {
        let (x, y) = (rng.random_range(4.0..96.0), rng.random_range(60.0..90.0));
        canvas.glow(x, y, 1.8, rgba(0xF9F4A0, 0.5));
        canvas.disc(x, y, 0.4, rgb(0xFDFBD0));
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
