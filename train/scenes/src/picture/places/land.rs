//! Open country: snow, forest, jungle, mountains, desert.

use rand::{Rng, RngExt};
use resvg::tiny_skia::Color;

use super::super::canvas::{Canvas, rgb, rgba};

pub fn snow(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 47.0, 5.0, &[rgb(0xC4D9EA), rgb(0xDCE9F3)]);
    for _ in 0..5 {
        let (x, foot) = (rng.random_range(0.0..100.0), rng.random_range(53.0..58.0));
        bare_tree(
            canvas,
            (x, foot),
            -90.0,
            rng.random_range(4.5..7.5),
            4,
            rgb(0x7C879B),
        );
    }
    canvas.ridge(rng, 56.0, 3.0, &[rgb(0xE6EFF7), rgb(0xD3E2EF)]);
    canvas.ridge(
        rng,
        66.0,
        3.0,
        &[rgb(0xFBFDFF), rgb(0xDCE8F3), rgb(0xC9DAEA)],
    );
    canvas.scatter(
        rng,
        26,
        (0.0, 72.0, 100.0, 99.0),
        0.3..0.7,
        rgba(0xA9C3DB, 0.5),
    );
}

fn bare_tree(
    canvas: &mut Canvas<'_>,
    from: (f32, f32),
    degrees: f32,
    length: f32,
    forks: u8,
    color: Color,
) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let to = (from.0 + cos * length, from.1 + sin * length);
    canvas.line(from, to, 0.25 + f32::from(forks) * 0.28, color);
    if forks > 0 {
        bare_tree(canvas, to, degrees - 24.0, length * 0.72, forks - 1, color);
        bare_tree(canvas, to, degrees + 27.0, length * 0.68, forks - 1, color);
    }
}

pub fn forest(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.band(0.0, 70.0, &[rgb(0xA9D6A0), rgb(0xDDF0C4), rgb(0xF1F7D8)]);
    canvas.glow(50.0, 34.0, 44.0, rgba(0xFFFDE0, 0.8));
    let layers = [
        (9, 60.0, 1.6, rgb(0xA7BF92), rgb(0x9DCB91)),
        (7, 65.0, 2.6, rgb(0x88936A), rgb(0x74B070)),
        (4, 71.0, 4.2, rgb(0x6B5439), rgb(0x4F9457)),
    ];
    for (layer, (count, foot, width, trunk, leaves)) in layers.into_iter().enumerate() {
        for i in 0..count {
            let slot = 100.0 / count as f32;
            let mut x = (i as f32 + rng.random_range(0.15..0.85)) * slot;
            if layer == 2 {
                // The nearest trunks frame the picture.
                x = if i % 2 == 0 {
                    rng.random_range(1.0..13.0)
                } else {
                    rng.random_range(87.0..99.0)
                };
            }
            canvas.polygon(
                &[
                    (x - width * 0.4, 0.0),
                    (x + width * 0.4, 0.0),
                    (x + width * 0.6, foot),
                    (x - width * 0.6, foot),
                ],
                trunk,
            );
        }
        canopy(canvas, rng, 4.0 + 5.0 * (2 - layer) as f32, leaves);
        canvas.ridge(rng, foot - 2.0, 1.6, &[leaves, darker(leaves, 0.82)]);
    }
    canvas.ridge(
        rng,
        70.0,
        1.5,
        &[rgb(0x6DAE5C), rgb(0x4A8A48), rgb(0x3D783F)],
    );
    tufts(canvas, rng, 40, 73.0, rgba(0x8FCB6E, 0.8));
    canvas.scatter(
        rng,
        18,
        (0.0, 74.0, 100.0, 99.0),
        0.4..0.8,
        rgba(0xC8A052, 0.6),
    );
}

fn canopy(canvas: &mut Canvas<'_>, rng: &mut impl Rng, depth: f32, color: Color) {
    let mut leaves = Vec::new();
    for i in 0..14 {
        let x = i as f32 * 8.0 - 2.0;
        leaves.push((
            x,
            rng.random_range(-3.0..depth),
            rng.random_range(6.0..10.0),
        ));
    }
    canvas.blob(&leaves, color);
}

pub(super) fn tufts(
    canvas: &mut Canvas<'_>,
    rng: &mut impl Rng,
    count: usize,
    top: f32,
    color: Color,
) {
    for _ in 0..count {
        let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(top..100.0));
        for lean in [-0.9, 0.0, 0.9] {
            canvas.line((x, y), (x + lean, y - 2.0), 0.35, color);
        }
    }
}

pub(super) fn darker(color: Color, factor: f32) -> Color {
    Color::from_rgba(
        color.red() * factor,
        color.green() * factor,
        color.blue() * factor,
        color.alpha(),
    )
    .unwrap_or(color)
}

pub fn mountains(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    for (peaks, height, foot, rock, cap) in [
        (3, 38.0, 58.0, rgb(0x9DB2CE), rgb(0xEAF1F9)),
        (2, 44.0, 64.0, rgb(0x7388AE), rgb(0xFFFFFF)),
    ] {
        let slot = 100.0 / peaks as f32;
        for i in 0..peaks {
            let x = (i as f32 + rng.random_range(0.25..0.75)) * slot;
            let tall = height * rng.random_range(0.85..1.15);
            peak(canvas, rng, (x, foot), tall, rock, cap);
        }
    }
    canvas.ridge(rng, 58.0, 3.0, &[rgb(0x6F9F86), rgb(0x5E9077)]);
    canvas.ridge(
        rng,
        65.0,
        2.4,
        &[rgb(0x9CC977), rgb(0x72AB58), rgb(0x5C964B)],
    );
    for _ in 0..6 {
        let (x, y) = (rng.random_range(2.0..98.0), rng.random_range(72.0..98.0));
        let r = rng.random_range(1.0..2.2);
        canvas.ellipse(x, y, r * 1.4, r * 0.8, rgb(0x98A3A8));
        canvas.ellipse(x - r * 0.2, y - r * 0.25, r * 0.9, r * 0.4, rgb(0xBCC6C9));
    }
    tufts(canvas, rng, 30, 72.0, rgba(0xBFE39A, 0.7));
}

fn peak(
    canvas: &mut Canvas<'_>,
    rng: &mut impl Rng,
    foot: (f32, f32),
    height: f32,
    rock: Color,
    cap: Color,
) {
    let (x, y) = foot;
    let half = height * rng.random_range(0.75..0.95);
    let top = (x + rng.random_range(-3.0..3.0), y - height);
    canvas.polygon(&[(x - half, y), top, (x + half, y)], rock);
    canvas.polygon(
        &[top, (x + half, y), (x + half * 0.1, y)],
        darker(rock, 0.86),
    );
    let along = |side: f32, t: f32| (top.0 + (x + side * half - top.0) * t, top.1 + height * t);
    let (left, right) = (along(-1.0, 0.3), along(1.0, 0.3));
    let notch = |t: f32, drop: f32| (left.0 + (right.0 - left.0) * t, left.1 + drop);
    canvas.polygon(
        &[
            top,
            left,
            notch(0.2, -height * 0.05),
            notch(0.38, height * 0.08),
            notch(0.55, -height * 0.03),
            notch(0.75, height * 0.06),
            right,
        ],
        cap,
    );
}

pub fn desert(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let dunes = [
        (46.0, 5.0, [rgb(0xEDB777), rgb(0xE0A364)]),
        (55.0, 6.0, [rgb(0xE6A55F), rgb(0xD28F4C)]),
        (66.0, 4.5, [rgb(0xF0BE78), rgb(0xD99A55)]),
    ];
    for (y, swing, colors) in dunes {
        canvas.ridge(rng, y, swing, &colors);
    }
    for _ in 0..16 {
        let (x, y) = (rng.random_range(-5.0..95.0), rng.random_range(76.0..98.0));
        let length = rng.random_range(6.0..16.0);
        canvas.curve(
            (x, y),
            (x + length / 2.0, y - 1.6),
            (x + length, y),
            0.5,
            rgba(0xB5763A, 0.4),
        );
    }
    canvas.scatter(
        rng,
        24,
        (0.0, 74.0, 100.0, 99.0),
        0.2..0.6,
        rgba(0x9C6230, 0.5),
    );
}
