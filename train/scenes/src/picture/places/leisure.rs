//! Where people play: park, playground, football pitch, fairground.

use rand::{Rng, RngExt};

use super::super::canvas::{Canvas, rgb, rgba};
use super::land::tufts;
use super::wild::leafy_tree;

pub fn park(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 50.0, 3.0, &[rgb(0x9CCB8C), rgb(0x86BC78)]);
    for i in 0..6 {
        let x = i as f32 * 19.0 + rng.random_range(-5.0..5.0);
        let height = rng.random_range(20.0..30.0);
        leafy_tree(
            canvas,
            rng,
            (x, 63.0),
            height,
            rgb([0x5FA857, 0x74B85F, 0x4C9657][i % 3]),
        );
    }
    canvas.ridge(
        rng,
        62.0,
        1.2,
        &[rgb(0xA2D873), rgb(0x7FC258), rgb(0x69AF4B)],
    );
    canvas.shaded_polygon(
        &[
            (46.0, 63.0),
            (51.0, 63.0),
            (44.0, 78.0),
            (70.0, 101.0),
            (30.0, 101.0),
            (36.0, 78.0),
        ],
        &[rgb(0xE6D7B4), rgb(0xD2BE93)],
    );
    let x = if rng.random_bool(0.5) { 8.0 } else { 70.0 };
    for y in [58.5, 61.5, 64.5] {
        canvas.rounded(x, y, 22.0, 1.9, 0.5, rgb(0x9A6A42));
    }
    for leg in [x + 2.0, x + 18.5] {
        canvas.rounded(leg, 58.0, 1.4, 12.5, 0.3, rgb(0x4A4F57));
    }
    tufts(canvas, rng, 36, 70.0, rgba(0xCDEF9E, 0.8));
}

pub fn playground(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.ridge(rng, 50.0, 3.0, &[rgb(0x8FC57E), rgb(0x79B36C)]);
    for _ in 0..4 {
        let x = rng.random_range(0.0..100.0);
        leafy_tree(canvas, rng, (x, 60.0), 17.0, rgb(0x5BA058));
    }
    canvas.ridge(rng, 60.0, 0.8, &[rgb(0x9DD56E), rgb(0x7BBF58)]);
    canvas.ridge(
        rng,
        68.0,
        1.4,
        &[rgb(0xF3DEAC), rgb(0xE2C88C), rgb(0xD4B878)],
    );
    let x = if rng.random_bool(0.5) { 4.0 } else { 52.0 };
    for at in [x, x + 44.0] {
        canvas.line((at - 3.5, 68.0), (at, 36.0), 1.4, rgb(0xD94B4B));
        canvas.line((at + 3.5, 68.0), (at, 36.0), 1.4, rgb(0xD94B4B));
    }
    canvas.line((x, 36.0), (x + 44.0, 36.0), 1.6, rgb(0x3F7FC4));
    for at in [x + 13.0, x + 30.0] {
        let sway = rng.random_range(-3.0..3.0);
        for side in [-3.0, 3.0] {
            canvas.line(
                (at + side, 36.0),
                (at + side + sway, 58.0),
                0.5,
                rgb(0x5E646D),
            );
        }
        canvas.rounded(at - 4.0 + sway, 57.6, 8.0, 1.6, 0.5, rgb(0xF2B23C));
    }
}

pub fn football_pitch(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.band(40.0, 56.0, &[rgb(0x5D6F8C), rgb(0x465672)]);
    for row in 0..4 {
        for i in 0..34 {
            let hue = [0xE85D5D, 0xF2C14E, 0x6FB1E0, 0xF5F2EA, 0x8CCB7E][rng.random_range(0..5)];
            canvas.disc(
                i as f32 * 3.0 + (row % 2) as f32 * 1.5,
                42.5 + row as f32 * 3.4,
                0.95,
                rgba(hue, 0.9),
            );
        }
    }
    canvas.band(55.0, 58.5, &[rgb(0xE9EDF2), rgb(0xC5CDD8)]);
    for stripe in 0..7 {
        let top = 58.5 + (stripe as f32).powf(1.35) * 3.1;
        let shade = if stripe % 2 == 0 { 0x5FB552 } else { 0x6FC460 };
        canvas.band(top, 101.0, &[rgb(shade)]);
    }
    let white = rgba(0xFFFFFF, 0.9);
    canvas.line((0.0, 66.0), (100.0, 66.0), 0.7, white);
    for (from, to) in [
        ((18.0, 66.0), (8.0, 84.0)),
        ((82.0, 66.0), (92.0, 84.0)),
        ((8.0, 84.0), (92.0, 84.0)),
    ] {
        canvas.line(from, to, 0.7, white);
    }
    for i in 0..13 {
        let x = 30.0 + i as f32 * 40.0 / 12.0;
        canvas.line((x, 45.0), (x, 66.0), 0.25, rgba(0xFFFFFF, 0.55));
    }
    for i in 0..7 {
        let y = 45.0 + i as f32 * 3.4;
        canvas.line((30.0, y), (70.0, y), 0.25, rgba(0xFFFFFF, 0.55));
    }
    for (from, to) in [
        ((30.0, 66.0), (30.0, 45.0)),
        ((70.0, 66.0), (70.0, 45.0)),
        ((30.0, 45.0), (70.0, 45.0)),
    ] {
        canvas.line(from, to, 1.4, rgb(0xFFFFFF));
    }
}

pub fn fairground(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    // Strings of lamps between two poles, tents behind.
    let colours = [0xE84F5F, 0xF6C445, 0x46A7D8, 0x6CC070, 0xB06FD0];
    for (i, x) in [6.0, 34.0, 62.0, 88.0].into_iter().enumerate() {
        let (colour, height) = (
            colours[(i + rng.random_range(0..5)) % 5],
            rng.random_range(20.0..27.0),
        );
        let (top, half) = (64.0 - height, 13.0);
        for stripe in 0..6 {
            let left = x - half + stripe as f32 * half / 3.0;
            let fill = if stripe % 2 == 0 { colour } else { 0xFFF8EC };
            canvas.polygon(
                &[(x, top), (left, 52.0), (left + half / 3.0, 52.0)],
                rgb(fill),
            );
            canvas.block(left, 52.0, half / 3.0, 14.0, &[rgb(fill)]);
        }
        canvas.line((x, top), (x, top - 6.0), 0.5, rgb(0x8A6D4B));
        canvas.polygon(
            &[(x, top - 6.0), (x + 5.0, top - 4.4), (x, top - 2.8)],
            rgb(colour),
        );
    }
    canvas.ridge(
        rng,
        65.0,
        0.8,
        &[rgb(0xB8D67E), rgb(0x93BF62), rgb(0x7BAA52)],
    );
    for string in 0..2 {
        let y = 6.0 + string as f32 * 11.0;
        let sag = rng.random_range(12.0..20.0);
        canvas.curve(
            (-2.0, y),
            (50.0, y + sag),
            (102.0, y),
            0.4,
            rgba(0x5B4A3A, 0.8),
        );
        for i in 0..15 {
            let t = (i as f32 + 0.5) / 15.0;
            let (x, drop) = (-2.0 + 104.0 * t, 2.0 * t * (1.0 - t) * sag);
            let colour = colours[i % 5];
            canvas.polygon(
                &[
                    (x - 2.1, y + drop),
                    (x + 2.1, y + drop),
                    (x, y + drop + 4.6),
                ],
                rgb(colour),
            );
        }
    }
    canvas.scatter(
        rng,
        40,
        (0.0, 70.0, 100.0, 100.0),
        0.3..0.7,
        rgba(0xF9E27A, 0.7),
    );
}
