//! Wide country: field, road, canyon, savanna, lava, jungle.

use rand::{Rng, RngExt};
use resvg::tiny_skia::Color;

use super::super::canvas::{Canvas, rgb, rgba};
use super::land::{darker, tufts};

/// A crown of discs on a trunk.
pub(super) fn leafy_tree(
    canvas: &mut Canvas<'_>,
    rng: &mut impl Rng,
    foot: (f32, f32),
    height: f32,
    leaves: Color,
) {
    let (x, y) = foot;
    let crown = y - height * 0.68;
    canvas.rounded(
        x - height * 0.05,
        crown,
        height * 0.1,
        height * 0.68,
        0.3,
        rgb(0x7A5638),
    );
    let discs: Vec<(f32, f32, f32)> = (0..6)
        .map(|i| {
            let (sin, cos) = (i as f32 * 1.05).sin_cos();
            let reach = height * rng.random_range(0.15..0.22);
            (x + cos * reach, crown + sin * reach * 0.8, height * 0.2)
        })
        .collect();
    canvas.blob(&discs, leaves);
    canvas.disc(
        x - height * 0.08,
        crown - height * 0.12,
        height * 0.13,
        rgba(0xFFFFFF, 0.12),
    );
}

pub fn field(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 48.0, 6.0, &[rgb(0xA9D38B), rgb(0x90C375)]);
    for _ in 0..5 {
        let (x, height) = (rng.random_range(2.0..98.0), rng.random_range(7.0..11.0));
        leafy_tree(canvas, rng, (x, 56.0), height, rgb(0x5E9D56));
    }
    canvas.ridge(rng, 57.0, 3.0, &[rgb(0x9FD276), rgb(0x84BF5F)]);
    canvas.ridge(
        rng,
        66.0,
        2.0,
        &[rgb(0xA4D96F), rgb(0x7DBF52), rgb(0x67AC45)],
    );
    tufts(canvas, rng, 60, 68.0, rgba(0xD3F09C, 0.8));
    for _ in 0..34 {
        let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(69.0..99.0));
        let petal = [0xFFFFFF, 0xFFE36B, 0xF59BB6, 0xC9A6F2][rng.random_range(0..4)];
        canvas.disc(x, y, 0.5 + (y - 66.0) * 0.012, rgb(petal));
    }
}

pub fn road(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 52.0, 4.5, &[rgb(0x9CC48C), rgb(0x85B276)]);
    canvas.ridge(
        rng,
        60.0,
        1.0,
        &[rgb(0xB4CF7C), rgb(0x8FB85D), rgb(0x7AA64E)],
    );
    let vanishing = rng.random_range(44.0..56.0);
    canvas.shaded_polygon(
        &[
            (vanishing - 2.0, 60.0),
            (vanishing + 2.0, 60.0),
            (104.0, 101.0),
            (-4.0, 101.0),
        ],
        &[rgb(0x8A8D94), rgb(0x63666E)],
    );
    for (side, edge) in [(-1.0, -1.0), (1.0, 101.0)] {
        canvas.line(
            (vanishing + side * 1.8, 60.5),
            (edge, 100.0),
            0.6,
            rgba(0xF5F1E4, 0.9),
        );
    }
    let mut t: f32 = 0.06;
    while t < 1.0 {
        let next = t * 1.32;
        let at = |t: f32| (vanishing + (50.0 - vanishing) * t, 60.0 + 41.0 * t);
        let ((x, y), (u, v)) = (at(t), at(next.min(1.0)));
        canvas.polygon(
            &[(x - t, y), (x + t, y), (u + next, v), (u - next, v)],
            rgba(0xFBF3D0, 0.95),
        );
        t *= 1.7;
    }
    for side in [-1.0, 1.0] {
        for i in 0..4 {
            let depth = i as f32;
            let x = vanishing + side * (8.0 + depth * 12.0);
            let height = 5.0 + depth * 2.4;
            canvas.line(
                (x, 61.0 + depth * 2.0),
                (x, 61.0 + depth * 2.0 - height),
                0.7,
                rgb(0x8B6B4A),
            );
        }
    }
}

pub fn canyon(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    for (foot, height, rock) in [
        (60.0, 26.0, 0xD99A6C),
        (64.0, 34.0, 0xC4744A),
        (68.0, 46.0, 0xA9552F),
    ] {
        for side in [0.0, 100.0] {
            let inward: f32 = if side == 0.0 { 1.0 } else { -1.0 };
            let reach = rng.random_range(22.0..34.0) * (1.5 - height / 60.0);
            let top = foot - height;
            let corners = [
                (side - inward * 2.0, foot),
                (side - inward * 2.0, top),
                (
                    side + inward * reach * 0.55,
                    top + rng.random_range(-2.0..2.0),
                ),
                (side + inward * reach * 0.7, top + height * 0.4),
                (side + inward * reach * 0.92, top + height * 0.45),
                (side + inward * reach, foot),
            ];
            canvas.polygon(&corners, rgb(rock));
            for layer in 1..5 {
                let y = top + height * layer as f32 * 0.2;
                canvas.line(
                    (side - inward, y),
                    (side + inward * reach * (0.5 + 0.09 * layer as f32), y + 0.6),
                    0.8,
                    darker(rgb(rock), 0.86),
                );
            }
        }
    }
    canvas.ridge(
        rng,
        66.0,
        1.5,
        &[rgb(0xE0A878), rgb(0xCC8A5A), rgb(0xB97444)],
    );
    for _ in 0..9 {
        let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(72.0..98.0));
        let r = rng.random_range(0.9..2.2);
        canvas.ellipse(x, y, r * 1.5, r * 0.8, rgb(0x9A5733));
        canvas.ellipse(x - r * 0.2, y - r * 0.25, r, r * 0.4, rgb(0xC98B60));
    }
}

pub fn savanna(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 54.0, 2.0, &[rgb(0xC9B46A), rgb(0xBBA45A)]);
    for _ in 0..2 {
        acacia(
            canvas,
            rng.random_range(8.0..92.0),
            60.0,
            rng.random_range(15.0..22.0),
        );
    }
    canvas.ridge(
        rng,
        60.0,
        1.4,
        &[rgb(0xE2C873), rgb(0xCFAE5A), rgb(0xB7954A)],
    );
    let x = if rng.random_bool(0.5) { 10.0 } else { 90.0 };
    acacia(canvas, x, 70.0, 34.0);
    tufts(canvas, rng, 70, 66.0, rgba(0xF2E09A, 0.8));
    tufts(canvas, rng, 30, 74.0, rgba(0x9C7F3C, 0.6));
}

/// A flat crown on a forked trunk.
fn acacia(canvas: &mut Canvas<'_>, x: f32, foot: f32, height: f32) {
    let trunk = rgb(0x6B4A2F);
    let fork = foot - height * 0.5;
    canvas.line((x, foot), (x, fork), height * 0.07, trunk);
    for side in [-1.0, 1.0] {
        canvas.line(
            (x, fork),
            (x + side * height * 0.26, foot - height * 0.82),
            height * 0.045,
            trunk,
        );
    }
    let leaves = rgb(0x6F8B3F);
    canvas.ellipse(
        x,
        foot - height * 0.88,
        height * 0.55,
        height * 0.12,
        leaves,
    );
    canvas.ellipse(
        x - height * 0.1,
        foot - height * 0.97,
        height * 0.36,
        height * 0.09,
        rgb(0x83A04B),
    );
}

pub fn lava_field(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let x = rng.random_range(34.0..66.0);
    canvas.glow(x, 22.0, 30.0, rgba(0xFF7A2E, 0.65));
    for _ in 0..7 {
        let (dx, dy) = (rng.random_range(-9.0..9.0), rng.random_range(0.0..16.0));
        canvas.disc(
            x + dx,
            18.0 - dy,
            rng.random_range(3.0..6.5),
            rgba(0x6B6470, 0.55),
        );
    }
    for _ in 0..14 {
        let (dx, dy) = (
            rng.random_range(-16.0..16.0_f32),
            rng.random_range(0.0..18.0),
        );
        canvas.disc(
            x + dx,
            26.0 - dy + dx.abs() * 0.4,
            rng.random_range(0.4..1.0),
            rgb(0xFFB03B),
        );
    }
    canvas.shaded_polygon(
        &[
            (x - 44.0, 66.0),
            (x - 7.0, 25.0),
            (x - 3.0, 28.0),
            (x + 3.0, 28.0),
            (x + 7.0, 25.0),
            (x + 44.0, 66.0),
        ],
        &[rgb(0x6A5560), rgb(0x4A3E48)],
    );
    for lean in [-12.0, 1.0, 14.0] {
        canvas.curve(
            (x + lean * 0.3, 27.0),
            (x + lean * 0.4, 40.0),
            (x + lean, 56.0),
            2.0,
            rgb(0xFF6A1F),
        );
        canvas.curve(
            (x + lean * 0.3, 27.0),
            (x + lean * 0.4, 40.0),
            (x + lean, 54.0),
            0.9,
            rgb(0xFFC247),
        );
    }
    canvas.ridge(
        rng,
        64.0,
        2.5,
        &[rgb(0x5A4E55), rgb(0x3E363D), rgb(0x2F2930)],
    );
    for _ in 0..9 {
        let (left, y) = (rng.random_range(-6.0..92.0), rng.random_range(71.0..98.0));
        let length = rng.random_range(8.0..18.0);
        let bend = (left + length / 2.0, y + rng.random_range(-2.5..2.5));
        canvas.curve(
            (left, y),
            bend,
            (left + length, y + 0.8),
            1.2,
            rgb(0xE8501A),
        );
        canvas.curve(
            (left, y),
            bend,
            (left + length, y + 0.8),
            0.5,
            rgb(0xFFC24A),
        );
    }
}

pub fn jungle(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.band(
        0.0,
        100.0,
        &[rgb(0x2F7A55), rgb(0x7FBF7A), rgb(0xBFE08F), rgb(0x4F9A55)],
    );
    for (count, colour) in [(9, 0x4C9A63), (8, 0x2F8050), (7, 0x1F6341)] {
        for _ in 0..count {
            let (x, top) = (rng.random_range(-5.0..105.0), rng.random_range(-6.0..10.0));
            let length = rng.random_range(18.0..30.0);
            fan(canvas, rng, (x, top), length, 90.0, rgb(colour));
        }
    }
    for _ in 0..6 {
        let x = rng.random_range(2.0..98.0);
        let sway = rng.random_range(-8.0..8.0);
        canvas.curve(
            (x, 0.0),
            (x + sway, 22.0),
            (x + sway * 0.4, rng.random_range(30.0..52.0)),
            0.7,
            rgb(0x2B5E33),
        );
    }
    canvas.ridge(
        rng,
        66.0,
        1.6,
        &[rgb(0x5FA653), rgb(0x3C8044), rgb(0x2C6A3A)],
    );
    for side in [0.0, 100.0] {
        for _ in 0..3 {
            let x = side + rng.random_range(-8.0..8.0);
            let length = rng.random_range(18.0..28.0);
            fan(canvas, rng, (x, 92.0), length, -90.0, rgb(0x256B43));
        }
    }
    for _ in 0..8 {
        let side = rng.random_range(0.0..22.0);
        let x = if rng.random_bool(0.5) {
            side
        } else {
            100.0 - side
        };
        let y = rng.random_range(68.0..96.0);
        canvas.disc(
            x,
            y,
            1.1,
            rgb([0xF0567A, 0xFFB03B, 0xE86BD0][rng.random_range(0..3)]),
        );
    }
}

/// Long leaves spread like a hand.
fn fan(
    canvas: &mut Canvas<'_>,
    rng: &mut impl Rng,
    from: (f32, f32),
    length: f32,
    degrees: f32,
    colour: Color,
) {
    for i in -2..=2 {
        let angle: f32 = degrees + i as f32 * 27.0 + rng.random_range(-7.0..7.0);
        let (sin, cos) = angle.to_radians().sin_cos();
        let middle = (from.0 + cos * length * 0.6, from.1 + sin * length * 0.6);
        let tip = (from.0 + cos * length, from.1 + sin * length + length * 0.18);
        canvas.curve(from, middle, tip, length * 0.11, colour);
    }
}
