//! More places by the water: river, waterfall, swamp, harbour, ice.

use rand::{Rng, RngExt};

use super::super::canvas::{Canvas, rgb, rgba};
use super::land::tufts;
use super::wild::leafy_tree;

pub fn river(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 46.0, 5.0, &[rgb(0x9CCB8A), rgb(0x84B873)]);
    for _ in 0..4 {
        let x = rng.random_range(2.0..98.0);
        leafy_tree(canvas, rng, (x, 55.0), 12.0, rgb(0x5A9A55));
    }
    canvas.ridge(
        rng,
        54.0,
        2.0,
        &[rgb(0xA6D67A), rgb(0x86C263), rgb(0x6FAF52)],
    );
    let lean = rng.random_range(-14.0..14.0);
    canvas.shaded_polygon(
        &[
            (46.0 + lean, 54.0),
            (54.0 + lean, 54.0),
            (60.0 + lean, 64.0),
            (70.0, 76.0),
            (112.0, 101.0),
            (18.0, 101.0),
            (34.0, 76.0),
            (44.0 + lean, 64.0),
        ],
        &[rgb(0xA5DCF0), rgb(0x58B2DC), rgb(0x3E96CB)],
    );
    // A small bridge over the far end.
    let (left, right) = (36.0 + lean, 66.0 + lean);
    canvas.curve(
        (left, 60.0),
        (51.0 + lean, 51.0),
        (right, 60.0),
        2.2,
        rgb(0x8A6547),
    );
    for i in 0..6 {
        let x = left + (right - left) * i as f32 / 5.0;
        let rise = 4.6 * (1.0 - ((i as f32 - 2.5) / 2.5).powi(2));
        canvas.line((x, 60.0 - rise), (x, 56.0 - rise), 0.6, rgb(0x6E4F36));
    }
    canvas.curve(
        (left, 56.0),
        (51.0 + lean, 47.0),
        (right, 56.0),
        0.8,
        rgb(0x6E4F36),
    );
    for _ in 0..16 {
        let y = rng.random_range(70.0..98.0);
        let x = rng.random_range(36.0..72.0);
        canvas.line(
            (x, y),
            (x + rng.random_range(4.0..10.0), y),
            0.5,
            rgba(0xFFFFFF, 0.45),
        );
    }
    tufts(canvas, rng, 30, 62.0, rgba(0xCDEB98, 0.8));
}

pub fn waterfall(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let x = rng.random_range(38.0..62.0);
    canvas.ridge(rng, 30.0, 6.0, &[rgb(0x7FB089), rgb(0x6A9C78)]);
    canvas.block(-1.0, 18.0, 102.0, 50.0, &[rgb(0x8C8F86), rgb(0x6E726E)]);
    for _ in 0..26 {
        let (u, v) = (rng.random_range(0.0..100.0), rng.random_range(20.0..62.0));
        let (w, h) = (rng.random_range(6.0..13.0), rng.random_range(4.0..8.0));
        let shade = [0x7C8079, 0x9A9D92, 0x656A66][rng.random_range(0..3)];
        canvas.rounded(u - w / 2.0, v - h / 2.0, w, h, 1.6, rgb(shade));
    }
    canvas.band(14.0, 22.0, &[rgb(0x76B765), rgb(0x5C9F52)]);
    let bushes: Vec<(f32, f32, f32)> = (0..12)
        .map(|i| {
            (
                i as f32 * 9.0,
                16.0 + rng.random_range(-2.0..2.0),
                rng.random_range(4.0..7.0),
            )
        })
        .collect();
    canvas.blob(&bushes, rgb(0x5FA655));
    canvas.block(
        x - 11.0,
        15.0,
        22.0,
        54.0,
        &[rgb(0xD8F1FA), rgb(0xA6DAF0), rgb(0xD5F0FA)],
    );
    for _ in 0..22 {
        let left = x + rng.random_range(-10.5..10.5);
        let top = rng.random_range(15.0..54.0);
        canvas.line(
            (left, top),
            (left, top + rng.random_range(6.0..14.0)),
            0.8,
            rgba(0xFFFFFF, 0.75),
        );
    }
    canvas.band(66.0, 101.0, &[rgb(0x8FD3E8), rgb(0x4FAAD0), rgb(0x3B8FC0)]);
    for i in 0..9 {
        let at = x - 16.0 + i as f32 * 4.0;
        canvas.disc(
            at,
            67.0 + rng.random_range(-1.0..1.0),
            rng.random_range(2.2..3.8),
            rgba(0xFFFFFF, 0.85),
        );
    }
    canvas.ridge(rng, 80.0, 3.0, &[rgb(0x86C05E), rgb(0x5FA04A)]);
    tufts(canvas, rng, 20, 84.0, rgba(0xC6EA94, 0.8));
}

pub fn swamp(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 46.0, 4.0, &[rgb(0x6C8062), rgb(0x5B6E54)]);
    for _ in 0..7 {
        let (x, top) = (rng.random_range(0.0..100.0), rng.random_range(14.0..30.0));
        canvas.line((x, 66.0), (x, top), 1.8, rgb(0x4B4636));
        for _ in 0..4 {
            let (y, side) = (rng.random_range(top..50.0), rng.random_range(-9.0..9.0));
            canvas.curve(
                (x, y),
                (x + side * 0.6, y - 1.0),
                (x + side, y + 5.0),
                0.7,
                rgb(0x55603F),
            );
        }
    }
    canvas.band(58.0, 101.0, &[rgb(0x7C8F5E), rgb(0x5A7248), rgb(0x43593B)]);
    for _ in 0..12 {
        let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(62.0..96.0));
        let reach = 2.0 + (y - 60.0) * 0.12;
        canvas.ellipse(x, y, reach * 1.5, reach * 0.4, rgb(0x7FA04F));
        canvas.ellipse(x, y - 0.2, reach * 1.2, reach * 0.28, rgb(0x93B65C));
    }
    for _ in 0..26 {
        let side = rng.random_range(-1.0..24.0);
        let x = if rng.random_bool(0.5) {
            side
        } else {
            100.0 - side
        };
        let (foot, height) = (rng.random_range(68.0..99.0), rng.random_range(10.0..20.0));
        canvas.line(
            (x, foot),
            (x + rng.random_range(-2.0..2.0), foot - height),
            0.6,
            rgb(0x5F6E38),
        );
        canvas.line(
            (x, foot - height * 0.75),
            (x, foot - height),
            1.5,
            rgb(0x6B4427),
        );
    }
}

pub fn harbour(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 42.0, 2.5, &[rgb(0x8FAE94), rgb(0x7C9C86)]);
    canvas.band(44.0, 74.0, &[rgb(0x4C93C4), rgb(0x3C83B8), rgb(0x5AA6CF)]);
    for _ in 0..16 {
        let (x, y) = (rng.random_range(0.0..96.0), rng.random_range(47.0..68.0));
        canvas.line((x, y), (x + (y - 40.0) * 0.3, y), 0.45, rgba(0xFFFFFF, 0.5));
    }
    let x = if rng.random_bool(0.5) { 12.0 } else { 82.0 };
    canvas.ellipse(x + 3.0, 50.0, 13.0, 3.4, rgb(0x6E6A62));
    for i in 0..5 {
        let (top, half) = (46.0 - i as f32 * 6.4, 4.4 - i as f32 * 0.4);
        let colour = if i % 2 == 0 { 0xF7F4EE } else { 0xD0453E };
        canvas.polygon(
            &[
                (x + 3.0 - half, top + 3.2),
                (x + 3.0 - half + 0.4, top - 3.2),
                (x + 3.0 + half - 0.4, top - 3.2),
                (x + 3.0 + half, top + 3.2),
            ],
            rgb(colour),
        );
    }
    canvas.rounded(x - 0.4, 13.2, 6.8, 4.2, 0.6, rgb(0x4A4F57));
    canvas.rounded(x + 0.8, 13.8, 4.4, 3.0, 0.4, rgb(0xFFE17A));
    canvas.polygon(
        &[(x - 1.0, 13.4), (x + 3.0, 9.6), (x + 7.0, 13.4)],
        rgb(0xB83A35),
    );
    canvas.band(71.0, 100.0, &[rgb(0xB08A5E), rgb(0x97734C), rgb(0x805F3D)]);
    for y in [74.5, 79.0, 84.5, 91.0] {
        canvas.line((0.0, y), (100.0, y), 0.5, rgba(0x5E432A, 0.6));
    }
    for i in 0..5 {
        let left = 4.0 + i as f32 * 23.0;
        canvas.rounded(left, 65.0, 3.4, 9.0, 1.2, rgb(0x6B4C31));
        canvas.ellipse(left + 1.7, 65.4, 1.7, 0.7, rgb(0x8C6845));
    }
}

pub fn ice(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.band(50.0, 72.0, &[rgb(0x3F87B8), rgb(0x5FA9CF), rgb(0x9FD3E6)]);
    for _ in 0..4 {
        let (x, size) = (rng.random_range(2.0..98.0), rng.random_range(10.0..20.0));
        let foot = rng.random_range(52.0..60.0);
        canvas.polygon(
            &[
                (x - size, foot),
                (x - size * 0.6, foot - size * 0.7),
                (x - size * 0.1, foot - size),
                (x + size * 0.5, foot - size * 0.55),
                (x + size, foot),
            ],
            rgb(0xEAF7FC),
        );
        canvas.polygon(
            &[
                (x - size * 0.1, foot - size),
                (x + size * 0.5, foot - size * 0.55),
                (x + size, foot),
                (x + size * 0.2, foot),
            ],
            rgb(0xBFE1F0),
        );
    }
    canvas.ridge(
        rng,
        67.0,
        1.6,
        &[rgb(0xF6FCFE), rgb(0xD7EDF6), rgb(0xC0DFEE)],
    );
    for _ in 0..9 {
        let (x, y) = (rng.random_range(0.0..90.0), rng.random_range(73.0..98.0));
        let (u, v) = (
            x + rng.random_range(6.0..16.0),
            y + rng.random_range(-3.0..3.0),
        );
        canvas.line((x, y), ((x + u) / 2.0, v), 0.4, rgba(0x86BBD4, 0.8));
        canvas.line(((x + u) / 2.0, v), (u, y), 0.4, rgba(0x86BBD4, 0.8));
    }
}
