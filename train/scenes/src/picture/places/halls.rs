//! More rooms: bathroom, living room, classroom, library, supermarket, gym, cave, castle hall.

use rand::{Rng, RngExt};
use resvg::tiny_skia::Color;

use super::super::canvas::{Canvas, rgb, rgba};

/// A wall down to the floor's edge.
fn wall(canvas: &mut Canvas<'_>, colours: &[Color]) {
    canvas.band(0.0, 66.0, colours);
}

/// Boards that run towards the back.
fn boards(canvas: &mut Canvas<'_>, top: u32, bottom: u32) {
    canvas.band(66.0, 101.0, &[rgb(top), rgb(bottom)]);
    for i in -9..=9 {
        let i = i as f32;
        canvas.line(
            (50.0 + i * 7.0, 66.0),
            (50.0 + i * 17.0, 101.0),
            0.35,
            rgba(0x4A2F1C, 0.35),
        );
    }
    canvas.band(65.0, 67.0, &[rgba(0xFFFFFF, 0.8)]);
}

/// Tiles that run towards the back.
fn tiles(canvas: &mut Canvas<'_>, light: u32, line: u32) {
    canvas.band(66.0, 101.0, &[rgb(light), rgb(light)]);
    for i in -9..=9 {
        let i = i as f32;
        canvas.line(
            (50.0 + i * 8.0, 66.0),
            (50.0 + i * 19.0, 101.0),
            0.4,
            rgba(line, 0.7),
        );
    }
    for y in [69.0, 73.5, 80.0, 89.0] {
        canvas.line((0.0, y), (100.0, y), 0.4, rgba(line, 0.7));
    }
}

pub fn bathroom(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let (tile, joint) = [
        (0xD8EEF5, 0xFFFFFF),
        (0xE3F2E6, 0xFFFFFF),
        (0xF3E6EE, 0xFFFFFF),
    ][rng.random_range(0..3)];
    wall(canvas, &[rgb(tile)]);
    for i in 0..13 {
        canvas.line(
            (i as f32 * 8.4, 0.0),
            (i as f32 * 8.4, 66.0),
            0.45,
            rgb(joint),
        );
    }
    for i in 0..9 {
        canvas.line(
            (0.0, i as f32 * 8.0),
            (100.0, i as f32 * 8.0),
            0.45,
            rgb(joint),
        );
    }
    canvas.band(30.0, 34.0, &[rgb(0x5FB0CC)]);
    let x = rng.random_range(32.0..46.0);
    canvas.ellipse(x + 10.0, 17.0, 10.5, 13.0, rgb(0xB08D5E));
    canvas.ellipse(x + 10.0, 17.0, 9.2, 11.6, rgb(0xEAF6FB));
    canvas.polygon(
        &[
            (x + 5.0, 22.0),
            (x + 11.0, 8.0),
            (x + 14.0, 8.0),
            (x + 8.0, 24.0),
        ],
        rgba(0xFFFFFF, 0.8),
    );
    canvas.rounded(x - 2.0, 46.0, 24.0, 6.5, 3.0, rgb(0xFFFFFF));
    canvas.rounded(x + 6.0, 52.0, 8.0, 15.0, 1.0, rgb(0xEDF2F4));
    canvas.line((x + 10.0, 46.0), (x + 10.0, 41.5), 1.2, rgb(0x9AA7B0));
    canvas.line((x + 10.0, 41.5), (x + 13.0, 42.5), 1.2, rgb(0x9AA7B0));
    let side = if rng.random_bool(0.5) { 6.0 } else { 78.0 };
    canvas.line((side - 1.0, 37.0), (side + 15.0, 37.0), 1.0, rgb(0x9AA7B0));
    canvas.rounded(
        side + 1.0,
        37.0,
        12.0,
        17.0,
        0.5,
        rgb([0xF2A0A8, 0xF6CF7A, 0x8FC7E8][rng.random_range(0..3)]),
    );
    tiles(canvas, 0xC9DFE8, 0x9FBECB);
}

pub fn living_room(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let paint = [0xE9D9C3, 0xCFDCCB, 0xD8CFE0, 0xE8CFC0][rng.random_range(0..4)];
    wall(canvas, &[rgb(paint), rgba(paint, 0.92)]);
    boards(canvas, 0xC2935F, 0x9E7244);
    let x = rng.random_range(34.0..40.0);
    canvas.block(x - 3.0, 32.0, 32.0, 34.0, &[rgb(0xB26B4F), rgb(0x96553D)]);
    for row in 0..8 {
        let y = 33.5 + row as f32 * 4.1;
        canvas.line((x - 3.0, y), (x + 29.0, y), 0.35, rgba(0x6B3A28, 0.6));
    }
    canvas.rounded(x - 5.0, 29.0, 36.0, 3.6, 0.6, rgb(0x7A5236));
    canvas.rounded(x + 3.0, 42.0, 20.0, 24.0, 5.0, rgb(0x2E2320));
    canvas.glow(x + 13.0, 60.0, 13.0, rgba(0xFF9A3D, 0.8));
    for (lean, height, colour) in [
        (-4.0, 9.0, 0xF26B2E),
        (0.0, 14.0, 0xF9903A),
        (4.0, 10.0, 0xF26B2E),
        (0.0, 7.0, 0xFFD35A),
    ] {
        let foot = (x + 13.0 + lean, 65.0);
        canvas.polygon(
            &[
                (foot.0 - 3.4, foot.1),
                (foot.0, foot.1 - height),
                (foot.0 + 3.4, foot.1),
            ],
            rgb(colour),
        );
    }
    let side = if rng.random_bool(0.5) { 5.0 } else { 76.0 };
    canvas.rounded(side, 14.0, 18.0, 22.0, 0.6, rgb(0xFFFFFF));
    canvas.block(
        side + 1.3,
        15.3,
        15.4,
        19.4,
        &[rgb(0x9ED3F0), rgb(0xDDF1FA)],
    );
    canvas.line((side + 9.0, 15.0), (side + 9.0, 35.0), 0.8, rgb(0xFFFFFF));
    canvas.ellipse(
        50.0,
        84.0,
        40.0,
        11.0,
        rgb([0xB8525E, 0x4F7FA6, 0x6F9A66][rng.random_range(0..3)]),
    );
    canvas.ellipse(50.0, 84.0, 34.0, 8.6, rgba(0xF6E7CE, 0.55));
    canvas.ellipse(
        50.0,
        84.0,
        30.0,
        7.2,
        rgb([0xC9707A, 0x6E9BC0, 0x8CB382][rng.random_range(0..3)]),
    );
}

pub fn classroom(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    wall(canvas, &[rgb(0xF3EBD6), rgb(0xE6DCC0)]);
    canvas.rounded(12.0, 10.0, 76.0, 38.0, 0.8, rgb(0x9A6E44));
    canvas.rounded(14.0, 12.0, 72.0, 34.0, 0.4, rgb(0x2F5E4C));
    let chalk = rgba(0xF2F6EE, 0.85);
    for row in 0..3 {
        let y = 19.0 + row as f32 * 8.0;
        let mut x = 19.0;
        while x < 76.0 {
            let length = rng.random_range(3.0..8.0);
            canvas.curve(
                (x, y),
                (x + length / 2.0, y - rng.random_range(-1.6..2.4)),
                (x + length, y),
                0.6,
                chalk,
            );
            x += length + 2.2;
        }
    }
    canvas.rounded(14.0, 46.4, 72.0, 1.8, 0.4, rgb(0x7E5733));
    boards(canvas, 0xD0A873, 0xB08A58);
    for x in [4.0, 78.0] {
        canvas.rounded(x, 57.0, 18.0, 2.2, 0.4, rgb(0xC08A50));
        for leg in [x + 1.5, x + 15.5] {
            canvas.line((leg, 59.0), (leg, 70.0), 1.0, rgb(0x5E646D));
        }
    }
}

/// Books in a row between two heights.
fn books(
    canvas: &mut Canvas<'_>,
    rng: &mut impl Rng,
    left: f32,
    right: f32,
    foot: f32,
    height: f32,
) {
    let spines = [
        0xB5443F, 0x3E6FA0, 0x4F8A5B, 0xD3A23F, 0x7A5B92, 0xE0D6C0, 0x4A4A55,
    ];
    let mut x = left;
    while x < right - 1.0 {
        let (width, tall) = (
            rng.random_range(1.1..2.2),
            height * rng.random_range(0.7..0.96),
        );
        let colour = spines[rng.random_range(0..spines.len())];
        canvas.block(x, foot - tall, width, tall, &[rgb(colour)]);
        x += width + 0.12;
    }
}

pub fn library(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    wall(canvas, &[rgb(0xE5D3B3), rgb(0xD3BC94)]);
    for column in 0..4 {
        let left = column as f32 * 25.5 - 1.0;
        canvas.block(left, 4.0, 24.0, 62.0, &[rgb(0x7B5232), rgb(0x68442A)]);
        for shelf in 0..5 {
            let foot = 15.5 + shelf as f32 * 12.0;
            canvas.block(left + 1.2, foot - 10.4, 21.6, 10.4, &[rgb(0x4E321E)]);
            books(canvas, rng, left + 1.4, left + 22.6, foot, 10.0);
            canvas.block(left + 0.6, foot, 22.8, 1.4, &[rgb(0x94683F)]);
        }
    }
    boards(canvas, 0x9E6B42, 0x7A4F2F);
    canvas.ellipse(50.0, 86.0, 42.0, 9.0, rgba(0x8C2F39, 0.75));
    canvas.ellipse(50.0, 86.0, 38.0, 7.4, rgba(0xB8505A, 0.7));
}

pub fn supermarket(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    wall(canvas, &[rgb(0xF3F6F8), rgb(0xDFE6EB)]);
    for i in 0..4 {
        canvas.rounded(6.0 + i as f32 * 24.0, 3.0, 16.0, 1.8, 0.6, rgb(0xFFFFFF));
    }
    canvas.rounded(24.0, 7.0, 52.0, 7.0, 1.0, rgb(0x3FA35F));
    let packs = [
        0xE8553D, 0xF4B63F, 0x4E9BD8, 0x77BC5F, 0xB573C9, 0xF08FA6, 0xFFFFFF,
    ];
    for shelf in 0..4 {
        let foot = 28.5 + shelf as f32 * 11.8;
        canvas.block(0.0, foot - 10.6, 100.0, 10.6, &[rgb(0xC3CCD3)]);
        let mut x = rng.random_range(-2.0..1.0);
        while x < 100.0 {
            let (width, tall) = (rng.random_range(3.0..6.0), rng.random_range(5.0..9.0));
            let colour = packs[rng.random_range(0..packs.len())];
            if rng.random_bool(0.3) {
                canvas.ellipse(
                    x + width / 2.0,
                    foot - tall / 2.0,
                    width / 2.0,
                    tall / 2.0,
                    rgb(colour),
                );
            } else {
                canvas.rounded(x, foot - tall, width, tall, 0.5, rgb(colour));
                canvas.block(
                    x,
                    foot - tall * 0.6,
                    width,
                    tall * 0.22,
                    &[rgba(0xFFFFFF, 0.55)],
                );
            }
            x += width + 0.7;
        }
        canvas.block(-1.0, foot, 102.0, 1.5, &[rgb(0x8E9AA4)]);
    }
    tiles(canvas, 0xE9ECEE, 0xC2C9CE);
}

pub fn gym(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    wall(canvas, &[rgb(0xE9DCC4), rgb(0xD8C7A8)]);
    canvas.band(0.0, 12.0, &[rgb(0x8FA3B8), rgb(0xB4C3D2)]);
    for i in 0..5 {
        canvas.rounded(3.0 + i as f32 * 20.0, 1.5, 15.0, 8.5, 0.5, rgb(0xDCEEF8));
    }
    let x = if rng.random_bool(0.5) { 4.0 } else { 72.0 };
    for i in 0..11 {
        canvas.line(
            (x, 20.0 + i as f32 * 4.2),
            (x + 24.0, 20.0 + i as f32 * 4.2),
            0.9,
            rgb(0xA9743F),
        );
    }
    for post in [x, x + 12.0, x + 24.0] {
        canvas.line((post, 17.0), (post, 66.0), 1.3, rgb(0x8A5C31));
    }
    let hoop = if x < 50.0 { 66.0 } else { 34.0 };
    canvas.rounded(hoop - 11.0, 18.0, 22.0, 15.0, 0.6, rgb(0xFFFFFF));
    canvas.rounded(hoop - 4.0, 24.0, 8.0, 6.5, 0.2, rgb(0xE2574C));
    canvas.rounded(hoop - 3.0, 25.0, 6.0, 4.6, 0.2, rgb(0xFFFFFF));
    canvas.ellipse(hoop, 32.0, 4.6, 1.3, rgb(0xE8702E));
    for i in -2..=2 {
        let i = i as f32;
        canvas.line(
            (hoop + i * 2.0, 32.6),
            (hoop + i * 1.3, 39.0),
            0.35,
            rgba(0xFFFFFF, 0.9),
        );
    }
    canvas.band(66.0, 101.0, &[rgb(0xD79A56), rgb(0xC48443)]);
    for (y, colour) in [(70.0, 0xFFFFFF), (78.0, 0x3F7FB8), (90.0, 0xFFFFFF)] {
        canvas.line((0.0, y), (100.0, y), 0.8, rgba(colour, 0.85));
    }
    for side in [-1.0, 1.0] {
        canvas.line(
            (50.0 + side * 30.0, 66.0),
            (50.0 + side * 52.0, 101.0),
            0.8,
            rgba(0xC8403A, 0.85),
        );
    }
}

pub fn cave(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    canvas.band(0.0, 101.0, &[rgb(0x2A2733), rgb(0x3C3746), rgb(0x4A4451)]);
    let x = rng.random_range(30.0..70.0);
    canvas.glow(x, 40.0, 36.0, rgba(0x8FC7E8, 0.6));
    canvas.blob(
        &[
            (x, 44.0, 12.0),
            (x - 7.0, 50.0, 9.0),
            (x + 8.0, 50.0, 8.0),
            (x + 2.0, 36.0, 8.0),
        ],
        rgb(0xBFE3F4),
    );
    canvas.ridge(rng, 56.0, 2.0, &[rgb(0x3A3543), rgb(0x322E3A)]);
    for row in 0..2 {
        let colour = [0x4B4453, 0x37323F][row];
        for i in 0..11 {
            let at = i as f32 * 10.0 + rng.random_range(-3.0..3.0);
            let length = rng.random_range(9.0..24.0) - row as f32 * 4.0;
            let half = rng.random_range(3.0..5.5);
            canvas.polygon(
                &[(at - half, -1.0), (at + half, -1.0), (at + 0.5, length)],
                rgb(colour),
            );
        }
    }
    for side in [0.0, 100.0] {
        for _ in 0..4 {
            let (y, r) = (rng.random_range(20.0..80.0), rng.random_range(7.0..12.0));
            canvas.disc(side, y, r, rgb(0x38323F));
        }
    }
    canvas.ridge(
        rng,
        66.0,
        2.4,
        &[rgb(0x6A6270), rgb(0x514A59), rgb(0x403A48)],
    );
    for _ in 0..5 {
        let (at, foot) = (rng.random_range(2.0..98.0), rng.random_range(66.0..72.0));
        let height = rng.random_range(6.0..13.0);
        canvas.polygon(
            &[(at - 3.0, foot), (at, foot - height), (at + 3.0, foot)],
            rgb(0x5D5564),
        );
    }
    for _ in 0..6 {
        let side = rng.random_range(0.0..18.0);
        let at = if rng.random_bool(0.5) {
            side
        } else {
            100.0 - side
        };
        let y = rng.random_range(70.0..96.0);
        let hue = [0x7FE0D0, 0xC08CF0, 0x7FB4F5][rng.random_range(0..3)];
        canvas.glow(at, y - 2.0, 5.0, rgba(hue, 0.5));
        canvas.polygon(&[(at - 1.4, y), (at, y - 5.5), (at + 1.4, y)], rgb(hue));
    }
}

pub fn castle_hall(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    wall(canvas, &[rgb(0x9B93A6), rgb(0x857D90)]);
    for row in 0..9 {
        let y = row as f32 * 7.6;
        canvas.line((0.0, y), (100.0, y), 0.4, rgba(0x655D70, 0.6));
        for i in 0..9 {
            let x = i as f32 * 13.0 + (row % 2) as f32 * 6.5;
            canvas.line((x, y), (x, y + 7.6), 0.4, rgba(0x655D70, 0.6));
        }
    }
    for x in [16.0, 84.0] {
        canvas.rounded(x - 7.0, 10.0, 14.0, 34.0, 7.0, rgb(0x6A6274));
        canvas.rounded(x - 5.6, 11.6, 11.2, 31.0, 5.6, rgb(0xA9D8F0));
        canvas.line((x, 11.0), (x, 43.0), 0.7, rgb(0x6A6274));
        canvas.line((x - 5.6, 26.0), (x + 5.6, 26.0), 0.7, rgb(0x6A6274));
    }
    for x in [31.0, 69.0] {
        canvas.rounded(x - 3.6, 0.0, 7.2, 66.0, 0.4, rgb(0xBEB6C6));
        canvas.rounded(x - 5.0, 62.0, 10.0, 5.0, 0.6, rgb(0xA79FB2));
        canvas.rounded(x - 5.0, 3.0, 10.0, 4.0, 0.6, rgb(0xA79FB2));
    }
    let cloth = [0xA32638, 0x2F4C9A, 0x5A2F7C][rng.random_range(0..3)];
    canvas.polygon(
        &[
            (42.0, 2.0),
            (58.0, 2.0),
            (58.0, 26.0),
            (50.0, 32.0),
            (42.0, 26.0),
        ],
        rgb(cloth),
    );
    canvas.polygon(
        &[(50.0, 8.0), (54.0, 14.0), (50.0, 20.0), (46.0, 14.0)],
        rgb(0xF2C84B),
    );
    canvas.rounded(42.5, 36.0, 15.0, 31.0, 3.0, rgb(0xC99A3A));
    canvas.rounded(44.5, 39.0, 11.0, 17.0, 2.0, rgb(cloth));
    canvas.band(66.0, 101.0, &[rgb(0xC9C2CE), rgb(0xA9A1B0)]);
    for i in -8..=8 {
        let i = i as f32;
        canvas.line(
            (50.0 + i * 8.0, 66.0),
            (50.0 + i * 19.0, 101.0),
            0.35,
            rgba(0x857D8E, 0.7),
        );
    }
    canvas.shaded_polygon(
        &[(43.0, 66.0), (57.0, 66.0), (74.0, 101.0), (26.0, 101.0)],
        &[rgb(cloth), rgba(cloth, 0.92)],
    );
    for (top, bottom) in [(43.6, 27.8), (56.4, 72.2)] {
        canvas.line((top, 66.0), (bottom, 101.0), 0.9, rgb(0xF2C84B));
    }
}
