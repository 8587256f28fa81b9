//! A small drawing board for the backgrounds: positions and sizes in percent of the picture's side, whatever its pixels.

use rand::{Rng, RngExt};
use resvg::tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Paint, Path, PathBuilder,
    Pixmap, Point, RadialGradient, Rect, Shader, SpreadMode, Stroke, Transform,
};

/// Most waves a ridge is the sum of.
const RIDGE_WAVES: usize = 3;

/// An opaque colour, 0xRRGGBB.
pub fn rgb(hex: u32) -> Color {
    let [_, r, g, b] = hex.to_be_bytes();
    Color::from_rgba8(r, g, b, 255)
}

/// A translucent colour; `opacity` from 0 to 1.
pub fn rgba(hex: u32, opacity: f32) -> Color {
    let mut color = rgb(hex);
    color.set_alpha(opacity.clamp(0.0, 1.0));
    color
}

/// A square picture being drawn.
pub struct Canvas<'a> {
    pixels: &'a mut Pixmap,
    scale: Transform,
}

impl<'a> Canvas<'a> {
    /// Draws onto `pixels`, which are taken to be square.
    pub fn new(pixels: &'a mut Pixmap) -> Self {
        let scale = pixels.width() as f32 / 100.0;
        Self {
            pixels,
            scale: Transform::from_scale(scale, scale),
        }
    }

    fn paint(&mut self, path: Option<Path>, shader: Shader<'_>) {
        let Some(path) = path else { return };
        let paint = Paint {
            shader,
            anti_alias: true,
            ..Paint::default()
        };
        self.pixels
            .fill_path(&path, &paint, FillRule::Winding, self.scale, None);
    }

    /// A vertical run of colours from `top` to `bottom`, as wide as the picture.
    pub fn band(&mut self, top: f32, bottom: f32, colors: &[Color]) {
        self.block(0.0, top, 100.0, bottom - top, colors);
    }

    /// A rectangle with colours running from its top to its bottom.
    pub fn block(&mut self, x: f32, y: f32, width: f32, height: f32, colors: &[Color]) {
        let path = Rect::from_xywh(x, y, width, height).map(PathBuilder::from_rect);
        self.paint(path, vertical(y, y + height, colors));
    }

    /// A rectangle of one colour with rounded corners.
    pub fn rounded(&mut self, x: f32, y: f32, width: f32, height: f32, radius: f32, color: Color) {
        let r = radius.min(width / 2.0).min(height / 2.0);
        let (right, bottom) = (x + width, y + height);
        let mut path = PathBuilder::new();
        path.move_to(x + r, y);
        path.line_to(right - r, y);
        path.quad_to(right, y, right, y + r);
        path.line_to(right, bottom - r);
        path.quad_to(right, bottom, right - r, bottom);
        path.line_to(x + r, bottom);
        path.quad_to(x, bottom, x, bottom - r);
        path.line_to(x, y + r);
        path.quad_to(x, y, x + r, y);
        path.close();
        self.paint(path.finish(), Shader::SolidColor(color));
    }

    /// A disc.
    pub fn disc(&mut self, x: f32, y: f32, radius: f32, color: Color) {
        self.paint(
            PathBuilder::from_circle(x, y, radius),
            Shader::SolidColor(color),
        );
    }

    /// Discs that melt into one shape: foliage, clouds.
    pub fn blob(&mut self, discs: &[(f32, f32, f32)], color: Color) {
        let mut path = PathBuilder::new();
        for &(x, y, radius) in discs {
            path.push_circle(x, y, radius);
        }
        self.paint(path.finish(), Shader::SolidColor(color));
    }

    /// An ellipse around a centre.
    pub fn ellipse(&mut self, x: f32, y: f32, rx: f32, ry: f32, color: Color) {
        let path =
            Rect::from_xywh(x - rx, y - ry, 2.0 * rx, 2.0 * ry).and_then(PathBuilder::from_oval);
        self.paint(path, Shader::SolidColor(color));
    }

    /// Light that fades from the centre outwards.
    pub fn glow(&mut self, x: f32, y: f32, radius: f32, color: Color) {
        let centre = Point::from_xy(x, y);
        let mut edge = color;
        edge.set_alpha(0.0);
        let shader = RadialGradient::new(
            centre,
            0.0,
            centre,
            radius,
            vec![GradientStop::new(0.0, color), GradientStop::new(1.0, edge)],
            SpreadMode::Pad,
            Transform::identity(),
        );
        if let Some(shader) = shader {
            self.paint(PathBuilder::from_circle(x, y, radius), shader);
        }
    }

    /// A filled polygon.
    pub fn polygon(&mut self, corners: &[(f32, f32)], color: Color) {
        self.shaded_polygon(corners, &[color]);
    }

    /// A filled polygon with colours running from its top to its bottom.
    pub fn shaded_polygon(&mut self, corners: &[(f32, f32)], colors: &[Color]) {
        let mut path = PathBuilder::new();
        for (i, &(x, y)) in corners.iter().enumerate() {
            if i == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
        path.close();
        let top = corners.iter().map(|c| c.1).fold(f32::INFINITY, f32::min);
        let bottom = corners.iter().map(|c| c.1).fold(0.0, f32::max);
        self.paint(path.finish(), vertical(top, bottom, colors));
    }

    /// Ground with a wavy upper edge around height `y`, down to the bottom of the picture.
    pub fn ridge(&mut self, rng: &mut impl Rng, y: f32, swing: f32, colors: &[Color]) {
        let waves: [(f32, f32, f32); RIDGE_WAVES] = std::array::from_fn(|i| {
            let octave = (i + 1) as f32;
            (
                swing / octave,
                octave * rng.random_range(0.02..0.035),
                rng.random_range(0.0..std::f32::consts::TAU),
            )
        });
        let mut path = PathBuilder::new();
        path.move_to(-1.0, 101.0);
        for step in 0..=34 {
            let x = -1.0 + 3.0 * step as f32;
            let lift: f32 = waves
                .iter()
                .map(|&(height, rate, phase)| height * (x * rate * 2.0 + phase).sin())
                .sum();
            path.line_to(x, y - lift);
        }
        path.line_to(101.0, 101.0);
        path.close();
        self.paint(path.finish(), vertical(y - swing, 100.0, colors));
    }

    /// A line with round ends.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, color: Color) {
        self.curve(
            from,
            ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0),
            to,
            width,
            color,
        );
    }

    /// A curved line with round ends; `bend` is the control point.
    pub fn curve(
        &mut self,
        from: (f32, f32),
        bend: (f32, f32),
        to: (f32, f32),
        width: f32,
        color: Color,
    ) {
        let mut path = PathBuilder::new();
        path.move_to(from.0, from.1);
        path.quad_to(bend.0, bend.1, to.0, to.1);
        let Some(path) = path.finish() else { return };
        let paint = Paint {
            shader: Shader::SolidColor(color),
            anti_alias: true,
            ..Paint::default()
        };
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        self.pixels
            .stroke_path(&path, &paint, &stroke, self.scale, None);
    }

    /// A flat-bottomed cloud about `size` wide.
    pub fn cloud(&mut self, rng: &mut impl Rng, x: f32, y: f32, size: f32, color: Color) {
        let puffs: Vec<(f32, f32, f32)> = (0..5)
            .map(|i| {
                let along = i as f32 / 4.0 - 0.5;
                let radius = size * (0.2 - 0.28 * along * along) * rng.random_range(0.85..1.2);
                (x + along * size * 0.8, y - radius * 0.75, radius)
            })
            .collect();
        // One path, so that a translucent cloud has no seams.
        let mut path = PathBuilder::new();
        for (x, y, radius) in puffs {
            path.push_circle(x, y, radius);
        }
        let (left, thickness) = (x - size * 0.47, size * 0.1);
        for end in [left, left + size * 0.94] {
            path.push_circle(end, y - thickness / 2.0, thickness / 2.0);
        }
        if let Some(base) = Rect::from_xywh(left, y - thickness, size * 0.94, thickness) {
            path.push_rect(base);
        }
        self.paint(path.finish(), Shader::SolidColor(color));
    }

    /// Little discs scattered over a rectangle.
    pub fn scatter(
        &mut self,
        rng: &mut impl Rng,
        count: usize,
        area: (f32, f32, f32, f32),
        radius: std::ops::Range<f32>,
        color: Color,
    ) {
        let (left, top, right, bottom) = area;
        for _ in 0..count {
            let (x, y) = (rng.random_range(left..right), rng.random_range(top..bottom));
            let radius = rng.random_range(radius.clone());
            self.disc(x, y, radius, color);
        }
    }
}

/// Colours evenly spread between two heights; one colour is just itself.
fn vertical<'s>(top: f32, bottom: f32, colors: &[Color]) -> Shader<'s> {
    let last = colors.len().saturating_sub(1).max(1) as f32;
    let stops = colors
        .iter()
        .enumerate()
        .map(|(i, color)| GradientStop::new(i as f32 / last, *color))
        .collect();
    LinearGradient::new(
        Point::from_xy(0.0, top),
        Point::from_xy(0.0, bottom),
        stops,
        SpreadMode::Pad,
        Transform::identity(),
    )
    .unwrap_or(Shader::SolidColor(
        colors.first().copied().unwrap_or(Color::WHITE),
    ))
}
