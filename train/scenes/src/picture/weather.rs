//! Weather and time of day: the sky behind a place, the light on it, and what falls before it.

use rand::{Rng, RngExt};
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

use super::canvas::{Canvas, rgb, rgba};

/// A time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Time {
    /// Plain daylight.
    #[default]
    Day,
    /// Stars and a moon.
    Night,
    /// A low sun.
    Sunset,
}

/// A weather.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Weather {
    /// Nothing remarkable.
    #[default]
    Fair,
    /// Streaks and grey clouds.
    Rain,
    /// Flakes.
    Snowfall,
    /// A pale veil.
    Fog,
    /// Lightning and streaks.
    Storm,
    /// A large sun with rays.
    Sunshine,
    /// A sky full of clouds.
    Cloudy,
}

/// Both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sky {
    /// When.
    pub time: Time,
    /// In which weather.
    pub weather: Weather,
}

impl Sky {
    /// As a scene's ids say; ids that are not in the lists were refused before.
    pub fn new(time: Option<&str>, weather: Option<&str>) -> Self {
        Self {
            time: match time {
                Some("night") => Time::Night,
                Some("sunset") => Time::Sunset,
                _ => Time::Day,
            },
            weather: match weather {
                Some("rain") => Weather::Rain,
                Some("snowfall") => Weather::Snowfall,
                Some("fog") => Weather::Fog,
                Some("storm") => Weather::Storm,
                Some("sunshine") => Weather::Sunshine,
                Some("cloudy") => Weather::Cloudy,
                _ => Weather::Fair,
            },
        }
    }

    /// So dark that things need a light rim instead of a shadow.
    pub fn dark(self) -> bool {
        self.time == Time::Night || self.weather == Weather::Storm
    }

    /// Draws the sky down to the horizon and a little below.
    pub fn draw(self, canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
        self.air(canvas, rng);
        match self.time {
            Time::Night => {
                stars(canvas, rng, 90, 56.0);
                moon(canvas, rng);
            }
            Time::Sunset => {
                let x = rng.random_range(20.0..80.0);
                canvas.glow(x, 40.0, 44.0, rgba(0xFFD27A, 0.9));
                canvas.disc(x, 40.0, 9.0, rgb(0xFF8A3D));
                canvas.disc(x, 40.0, 7.6, rgb(0xFFA94D));
            }
            Time::Day => {}
        }
        self.clouds(canvas, rng);
    }

    fn air(self, canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
        let choices: [[u32; 3]; 3] = match (self.time, self.weather) {
            (Time::Night, Weather::Storm) => [[0x0A1026, 0x1B2340, 0x39415C]; 3],
            (Time::Night, _) => [
                [0x0B1640, 0x1F3578, 0x4A5FA5],
                [0x13113C, 0x2C2C78, 0x6F60A8],
                [0x071E3D, 0x174572, 0x46839C],
            ],
            (Time::Sunset, _) => [
                [0x5B4B95, 0xE2727E, 0xFFC06A],
                [0x3F5CA8, 0xF08A6B, 0xFFD98A],
                [0x7C4C8F, 0xF0607A, 0xFFB35C],
            ],
            (_, Weather::Rain) => [[0x62788E, 0x8DA0B1, 0xB7C5CF]; 3],
            (_, Weather::Storm) => [[0x2C3346, 0x4B566B, 0x8089A0]; 3],
            (_, Weather::Snowfall) => [[0x9FB0C2, 0xC3D0DC, 0xE4EBF2]; 3],
            (_, Weather::Fog) => [[0xC3CBD1, 0xD6DCE0, 0xE6EAEC]; 3],
            (_, Weather::Cloudy) => [[0x97A6B5, 0xB4C0CB, 0xD0D8DE]; 3],
            (_, Weather::Sunshine) => [[0x2E9BEA, 0x74C4F5, 0xCDEDFB]; 3],
            _ => [
                [0x6FBDF0, 0xA7D8F6, 0xDFF3FC],
                [0x86C8EE, 0xC1E0E5, 0xFBF1DC],
                [0x7FB4EA, 0xB4D1F3, 0xE9EEFB],
            ],
        };
        let colours = choices[rng.random_range(0..choices.len())].map(rgb);
        canvas.band(0.0, 72.0, &colours);
        canvas.band(71.0, 100.0, &[colours[2]]);
    }

    fn clouds(self, canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
        let (rows, colours): (usize, [u32; 2]) = match self.weather {
            Weather::Rain => (2, [0x6C8094, 0x53667A]),
            Weather::Storm => (2, [0x3E4759, 0x262D3D]),
            Weather::Cloudy => (3, [0xE3E8EC, 0x8A98A6]),
            Weather::Snowfall => (1, [0xB4C1CE, 0xB4C1CE]),
            Weather::Fog => (0, [0, 0]),
            Weather::Sunshine => {
                sun(canvas, rng);
                return;
            }
            Weather::Fair => {
                let opacity = if self.time == Time::Night { 0.16 } else { 0.8 };
                for _ in 0..2 {
                    let (x, y) = (rng.random_range(4.0..96.0), rng.random_range(9.0..30.0));
                    let size = rng.random_range(15.0..26.0);
                    canvas.cloud(rng, x, y, size, rgba(0xFFFFFF, opacity));
                }
                return;
            }
        };
        for row in 0..rows {
            for i in 0..4 {
                let x = i as f32 * 30.0 + rng.random_range(-8.0..12.0);
                let y = 24.0 - row as f32 * 9.0 + rng.random_range(-3.0..3.0);
                let size = rng.random_range(32.0..46.0);
                canvas.cloud(rng, x, y, size, rgb(colours[row % 2]));
            }
        }
        if self.weather == Weather::Storm {
            let x = rng.random_range(18.0..82.0);
            lightning(canvas, rng, x);
        }
    }

    /// Lights the ground: how much of its red, green and blue is left.
    pub fn light(self, ground: &mut Pixmap) {
        let time = match self.time {
            Time::Day => [1.0, 1.0, 1.0],
            Time::Night => [0.34, 0.4, 0.66],
            Time::Sunset => [1.0, 0.8, 0.66],
        };
        let weather = match self.weather {
            Weather::Fair | Weather::Fog => [1.0, 1.0, 1.0],
            Weather::Rain => [0.72, 0.78, 0.86],
            Weather::Storm => [0.5, 0.54, 0.64],
            Weather::Snowfall => [0.93, 0.96, 1.0],
            Weather::Sunshine => [1.06, 1.04, 0.96],
            Weather::Cloudy => [0.84, 0.86, 0.89],
        };
        let light: [f32; 3] = std::array::from_fn(|i| time[i] * weather[i]);
        if light == [1.0; 3] {
            return;
        }
        // Snow lies on everything a little.
        let snow = if self.weather == Weather::Snowfall {
            0.3
        } else {
            0.0
        };
        let tables = light.map(|part| -> [u8; 256] {
            std::array::from_fn(|value| (value as f32 * part).min(255.0) as u8)
        });
        for pixel in ground.pixels_mut() {
            let a = pixel.alpha();
            let part = |value: u8, table: &[u8; 256]| {
                let lit = f32::from(table[usize::from(value)]);
                ((lit + (f32::from(a) - lit) * snow) as u8).min(a)
            };
            let (r, g, b) = (
                part(pixel.red(), &tables[0]),
                part(pixel.green(), &tables[1]),
                part(pixel.blue(), &tables[2]),
            );
            if let Some(lit) = PremultipliedColorU8::from_rgba(r, g, b, a) {
                *pixel = lit;
            }
        }
    }

    /// Draws what is before the place but behind the objects: where trees hide the sky, the light must still be seen.
    pub fn veil(self, canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
        match self.time {
            Time::Sunset => canvas.band(0.0, 70.0, &[rgba(0xFF8A4C, 0.3), rgba(0xFFB060, 0.0)]),
            Time::Night | Time::Day => {}
        }
        match self.weather {
            Weather::Fog => {
                canvas.band(0.0, 100.0, &[rgba(0xE8ECEE, 0.35), rgba(0xE8ECEE, 0.78)]);
                for _ in 0..6 {
                    let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(30.0..90.0));
                    let reach = rng.random_range(28.0..46.0);
                    canvas.ellipse(x, y, reach, reach * 0.12, rgba(0xFFFFFF, 0.28));
                }
            }
            Weather::Sunshine => {
                let x = rng.random_range(10.0..40.0);
                for i in 0..4 {
                    let top = x + i as f32 * 16.0;
                    canvas.shaded_polygon(
                        &[
                            (top, -1.0),
                            (top + 5.0, -1.0),
                            (top - 6.0, 90.0),
                            (top - 20.0, 90.0),
                        ],
                        &[rgba(0xFFF3B0, 0.3), rgba(0xFFF3B0, 0.0)],
                    );
                }
            }
            Weather::Rain | Weather::Storm => rain(canvas, rng, 60, 0.5),
            Weather::Snowfall => snow(canvas, rng, 70),
            Weather::Fair | Weather::Cloudy => {}
        }
    }

    /// Draws what falls in front of the objects; `false` where nothing does.
    pub fn front(self, canvas: &mut Canvas<'_>, rng: &mut impl Rng) -> bool {
        match self.weather {
            Weather::Rain | Weather::Storm => rain(canvas, rng, 24, 0.5),
            Weather::Snowfall => snow(canvas, rng, 26),
            Weather::Fog => {
                canvas.band(0.0, 100.0, &[rgba(0xEEF1F2, 0.12), rgba(0xEEF1F2, 0.3)]);
            }
            _ => return false,
        }
        true
    }
}

fn rain(canvas: &mut Canvas<'_>, rng: &mut impl Rng, count: usize, width: f32) {
    for _ in 0..count {
        let (x, y) = (rng.random_range(0.0..106.0), rng.random_range(-4.0..98.0));
        let length = rng.random_range(4.5..9.0);
        canvas.line(
            (x, y),
            (x - length * 0.28, y + length),
            width,
            rgba(0xE4F1F8, 0.6),
        );
    }
}

fn snow(canvas: &mut Canvas<'_>, rng: &mut impl Rng, count: usize) {
    canvas.scatter(
        rng,
        count,
        (0.0, 0.0, 100.0, 100.0),
        0.4..1.15,
        rgba(0xFFFFFF, 0.9),
    );
}

/// Points and a few crosses of light.
pub fn stars(canvas: &mut Canvas<'_>, rng: &mut impl Rng, count: usize, bottom: f32) {
    for _ in 0..count {
        let (x, y) = (rng.random_range(0.0..100.0), rng.random_range(0.0..bottom));
        let radius = rng.random_range(0.16..0.46);
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

fn moon(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let (x, y) = (rng.random_range(12.0..88.0), rng.random_range(8.0..18.0));
    canvas.glow(x, y, 14.0, rgba(0xFDF6D8, 0.4));
    canvas.disc(x, y, 4.6, rgb(0xFBF3D0));
    canvas.disc(x - 1.2, y - 0.8, 1.0, rgb(0xE7DDB4));
    canvas.disc(x + 1.5, y + 1.2, 0.8, rgb(0xE7DDB4));
}

fn sun(canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    let (x, y) = (rng.random_range(14.0..86.0), rng.random_range(10.0..16.0));
    canvas.glow(x, y, 34.0, rgba(0xFFF6CF, 0.95));
    for i in 0..12 {
        let (sin, cos) = (i as f32 * std::f32::consts::TAU / 12.0).sin_cos();
        canvas.line(
            (x + cos * 9.2, y + sin * 9.2),
            (x + cos * 12.4, y + sin * 12.4),
            1.1,
            rgb(0xFFD84D),
        );
    }
    canvas.disc(x, y, 7.4, rgb(0xFFDF5A));
}

fn lightning(canvas: &mut Canvas<'_>, rng: &mut impl Rng, x: f32) {
    let mut from = (x, 20.0);
    canvas.glow(x, 34.0, 26.0, rgba(0xDDE6FF, 0.5));
    for _ in 0..5 {
        let to = (
            from.0 + rng.random_range(-5.0..5.0),
            from.1 + rng.random_range(5.0..8.0),
        );
        canvas.line(from, to, 1.2, rgb(0xFFF7C2));
        from = to;
    }
}
