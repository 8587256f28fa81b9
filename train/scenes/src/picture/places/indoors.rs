//! Rooms: kitchen, stage, bedroom.

use rand::{Rng, RngExt};
use resvg::tiny_skia::Color;

use super::super::canvas::{Canvas, rgb, rgba};

pub fn kitchen(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let schemes = [
        (0xF4EBD9, 0xE3D3B4, 0x6FA7A0, 0x5B938C),
        (0xE8F1F2, 0xC9DDE0, 0xE0A070, 0xCC8A5A),
        (0xFBEDE3, 0xEFD3C0, 0x7C98C4, 0x6883B0),
    ];
    let (wall, grout, door, shade) = schemes[rng.random_range(0..schemes.len())];
    canvas.band(0.0, 67.0, &[rgb(wall)]);
    for row in 0..5 {
        canvas.line(
            (0.0, 23.0 + row as f32 * 5.0),
            (100.0, 23.0 + row as f32 * 5.0),
            0.35,
            rgb(grout),
        );
    }
    for column in 0..20 {
        let x = column as f32 * 5.2;
        canvas.line((x, 23.0), (x, 44.0), 0.35, rgb(grout));
    }
    // Wall cupboards around a window.
    let window = rng.random_range(34.0..44.0);
    for (x, width) in [(-2.0, window - 4.0), (window + 30.0, 100.0 - window - 28.0)] {
        canvas.block(x, 0.0, width, 20.0, &[rgb(door), rgb(shade)]);
        let doors = (width / 13.0).round().max(1.0);
        for i in 0..doors as usize {
            let (left, each) = (x + i as f32 * width / doors, width / doors);
            canvas.rounded(left + 1.2, 1.5, each - 2.4, 16.5, 0.8, rgba(0xFFFFFF, 0.22));
            canvas.disc(left + each - 2.6, 15.5, 0.6, rgb(0xF6F1E4));
        }
    }
    canvas.rounded(window, 2.0, 26.0, 25.0, 0.8, rgb(0xFFFFFF));
    canvas.block(
        window + 1.5,
        3.5,
        23.0,
        22.0,
        &[rgb(0x9FD4F3), rgb(0xE4F5E4)],
    );
    canvas.rounded(window + 12.3, 3.0, 1.4, 23.0, 0.2, rgb(0xFFFFFF));
    canvas.rounded(window - 1.5, 26.0, 29.0, 1.8, 0.5, rgb(0xF3ECDF));
    // Worktop, doors, oven.
    canvas.block(-1.0, 47.0, 102.0, 21.0, &[rgb(door), rgb(shade)]);
    let oven = rng.random_range(0..5);
    for i in 0..5 {
        let x = i as f32 * 20.4 - 1.0;
        if i == oven {
            canvas.block(x + 0.6, 47.0, 19.2, 21.0, &[rgb(0xE9ECEF), rgb(0xCBD0D5)]);
            canvas.rounded(x + 3.0, 54.5, 14.4, 10.5, 1.0, rgb(0x3E464F));
            canvas.rounded(x + 4.4, 56.0, 11.6, 7.5, 0.6, rgb(0x6B4E3C));
            for knob in 0..4 {
                canvas.disc(x + 4.5 + knob as f32 * 3.8, 51.6, 0.9, rgb(0x59616A));
            }
            pot(canvas, x + 10.0, 44.0);
        } else {
            canvas.rounded(x + 1.5, 49.5, 17.6, 17.0, 0.8, rgba(0xFFFFFF, 0.2));
            canvas.rounded(x + 7.3, 51.0, 6.0, 0.9, 0.4, rgb(0xF6F1E4));
        }
    }
    canvas.rounded(-1.0, 44.0, 102.0, 3.2, 0.4, rgb(0xB98A5E));
    canvas.band(44.0, 45.0, &[rgba(0xFFFFFF, 0.25)]);
    floor_tiles(canvas, 67.0, rgb(0xF1EDE6), rgba(0xC8BFB2, 0.9));
}

fn pot(canvas: &mut Canvas<'_>, x: f32, foot: f32) {
    canvas.rounded(x - 5.0, foot - 6.0, 10.0, 6.0, 1.2, rgb(0x8A96A3));
    canvas.rounded(x - 5.6, foot - 6.8, 11.2, 1.4, 0.6, rgb(0xA9B4BF));
    canvas.disc(x, foot - 7.4, 0.9, rgb(0x59616A));
}

/// A chequered floor seen at a slant.
fn floor_tiles(canvas: &mut Canvas<'_>, top: f32, light: Color, dark: Color) {
    canvas.band(top, 100.0, &[light]);
    let rows = [0.0, 0.13, 0.3, 0.52, 0.78, 1.08];
    let spread = |depth: f32| 1.0 + depth * 0.9;
    for (row, pair) in rows.windows(2).enumerate() {
        let (near, far) = (pair[1], pair[0]);
        let y = |depth: f32| top + depth * (100.0 - top);
        for column in -6..6 {
            if (column + row as i32) % 2 == 0 {
                let x = |edge: i32, depth: f32| 50.0 + edge as f32 * 13.0 * spread(depth);
                canvas.polygon(
                    &[
                        (x(column, far), y(far)),
                        (x(column + 1, far), y(far)),
                        (x(column + 1, near), y(near)),
                        (x(column, near), y(near)),
                    ],
                    dark,
                );
            }
        }
    }
}

pub fn stage(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let drops = [
        [0x2C2350, 0x5B3F86],
        [0x1F2C52, 0x3D5C95],
        [0x3B1F3F, 0x7C3F6B],
    ];
    let [dark, light] = drops[rng.random_range(0..drops.len())];
    canvas.band(0.0, 72.0, &[rgb(dark), rgb(light)]);
    canvas.band(69.0, 100.0, &[rgb(0x9B6238), rgb(0xC68A52), rgb(0xA86F3F)]);
    for i in -9..=9 {
        let x = 50.0 + i as f32 * 7.0;
        canvas.line(
            (x, 69.0),
            (50.0 + i as f32 * 11.5, 101.0),
            0.4,
            rgba(0x6B4021, 0.55),
        );
    }
    for _ in 0..2 {
        let (from, to) = (rng.random_range(15.0..85.0), rng.random_range(30.0..70.0));
        canvas.shaded_polygon(
            &[
                (from - 2.0, 0.0),
                (from + 2.0, 0.0),
                (to + 20.0, 88.0),
                (to - 20.0, 88.0),
            ],
            &[rgba(0xFFF6D5, 0.4), rgba(0xFFF6D5, 0.1)],
        );
        canvas.ellipse(to, 87.0, 20.0, 6.0, rgba(0xFFF3C4, 0.35));
    }
    let (cloth, fold) = (rgb(0xB3202F), rgb(0x8A1424));
    for side in [0.0, 1.0] {
        for i in 0..4 {
            let x = if side == 0.0 {
                i as f32 * 4.2 - 1.0
            } else {
                97.0 - i as f32 * 4.2
            };
            let foot = 78.0 - i as f32 * 0.6;
            canvas.rounded(
                x,
                -2.0,
                4.4,
                foot,
                1.5,
                if i % 2 == 0 { cloth } else { fold },
            );
        }
    }
    for i in 0..9 {
        let x = i as f32 * 12.5;
        canvas.ellipse(x, 3.0, 7.4, 9.5, if i % 2 == 0 { cloth } else { fold });
        canvas.curve(
            (x - 5.6, 9.2),
            (x, 15.4),
            (x + 5.6, 9.2),
            0.9,
            rgb(0xE9B949),
        );
    }
    for i in 0..9 {
        let x = 6.0 + i as f32 * 11.0;
        canvas.glow(x, 98.0, 6.0, rgba(0xFFF1B0, 0.6));
        canvas.disc(x, 99.0, 1.6, rgb(0xFFE9A0));
    }
}

pub fn bedroom(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let schemes = [
        (0xDCE6F5, 0xC9D7EE, 0x7E9BD1, 0xF4F7FD),
        (0xF8E3E0, 0xF1D0CC, 0xD08A97, 0xFFF7F5),
        (0xE3EEDD, 0xD1E2C8, 0x86AE87, 0xF8FBF4),
    ];
    let (wall, stripe, blanket, linen) = schemes[rng.random_range(0..schemes.len())];
    canvas.band(0.0, 68.0, &[rgb(wall)]);
    for i in 0..13 {
        canvas.block(i as f32 * 8.0, 0.0, 4.0, 66.0, &[rgba(stripe, 0.8)]);
    }
    let left = rng.random_bool(0.5);
    let side = |x: f32, width: f32| if left { x } else { 100.0 - x - width };
    // A curtained window.
    let x = side(62.0, 28.0);
    canvas.rounded(x, 10.0, 28.0, 28.0, 1.0, rgb(0xFFFFFF));
    canvas.block(x + 1.8, 11.8, 24.4, 24.4, &[rgb(0x9BD0F2), rgb(0xE9F6FB)]);
    canvas.rounded(x + 13.2, 11.0, 1.6, 26.0, 0.2, rgb(0xFFFFFF));
    canvas.rounded(x + 1.0, 23.0, 26.0, 1.6, 0.2, rgb(0xFFFFFF));
    for fold in [-4.0, 25.0] {
        canvas.block(x + fold, 7.0, 7.0, 36.0, &[rgba(blanket, 0.95)]);
        canvas.block(x + fold + 2.2, 7.0, 1.2, 36.0, &[rgba(0xFFFFFF, 0.3)]);
    }
    canvas.rounded(x - 6.0, 6.0, 40.0, 1.6, 0.8, rgb(0x8C6A4B));
    canvas.band(66.0, 68.0, &[rgb(0xFFFFFF)]);
    canvas.band(68.0, 100.0, &[rgb(0xC99B6D), rgb(0xB58456)]);
    for i in 0..5 {
        let y = 71.0 + (i * i) as f32 * 1.6 + i as f32 * 1.5;
        canvas.line((0.0, y), (100.0, y), 0.35, rgba(0x8A5F39, 0.5));
    }
    canvas.ellipse(50.0, 87.0, 40.0, 9.5, rgba(blanket, 0.55));
    canvas.ellipse(50.0, 87.0, 35.0, 7.6, rgba(linen, 0.55));
    // The bed along the wall.
    let bed = side(4.0, 52.0);
    let head = if left { bed } else { bed + 49.0 };
    canvas.rounded(head, 36.0, 3.4, 36.0, 1.2, rgb(0x8C6A4B));
    canvas.rounded(
        if left { bed + 50.0 } else { bed - 1.0 },
        48.0,
        3.0,
        24.0,
        1.2,
        rgb(0x8C6A4B),
    );
    canvas.rounded(bed + 2.0, 57.0, 48.0, 11.0, 1.0, rgb(0x9E7A58));
    canvas.rounded(bed + 2.0, 51.0, 48.0, 9.0, 2.6, rgb(linen));
    canvas.rounded(
        if left { bed + 16.0 } else { bed + 2.0 },
        50.4,
        34.0,
        13.5,
        2.6,
        rgb(blanket),
    );
    canvas.rounded(
        if left { bed + 16.0 } else { bed + 32.0 },
        50.4,
        4.0,
        13.5,
        1.6,
        rgba(0xFFFFFF, 0.6),
    );
    canvas.rounded(
        if left { bed + 4.0 } else { bed + 38.0 },
        45.6,
        11.0,
        6.8,
        2.8,
        rgb(0xFFFFFF),
    );
}
