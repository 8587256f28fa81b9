//! The rays around the button, on a canvas: the loudness of the last three seconds, the newest at the top on both
//! sides, and a ring that closes when the time is used up.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use leptos::prelude::window;

use crate::logic::corona::{RAYS, rays};
use crate::logic::level::Level;

/// Shares of the canvas's half width: from the button's edge to the ring, and from there to the foot of the rays.
const TO_RING: f64 = 0.07;
const TO_FOOT: f64 = 0.05;
/// What stays free at the canvas's edge: half the width of a ray.
const MARGIN: f64 = 0.03;

/// Draws the rays of `level`, and the ring with `used` of it closed, `[0, 1]`.
pub fn draw(canvas: &HtmlCanvasElement, level: &Level, used: f32) {
    let Some(context) = context(canvas) else {
        return;
    };
    let size = f64::from(canvas.client_width());
    let button = canvas
        .parent_element()
        .map_or(0.0, |parent| f64::from(parent.client_width()));
    let ring = button / size.max(1.0) + TO_RING;
    let (foot, reach) = (ring + TO_FOOT, 1.0 - ring - TO_FOOT - MARGIN);
    let density = window().device_pixel_ratio();
    let pixels = (size * density).round() as u32;
    if canvas.width() != pixels {
        canvas.set_width(pixels);
        canvas.set_height(pixels);
    }
    let half = f64::from(pixels) / 2.0;
    context.clear_rect(0.0, 0.0, 2.0 * half, 2.0 * half);
    if level.readings().len() == 0 {
        return;
    }
    let colours = Colours::of(canvas);
    context.set_line_cap("round");
    context.set_line_width(half * 0.045);
    for (index, ray) in rays(level).into_iter().enumerate() {
        let angle =
            std::f64::consts::TAU * index as f64 / RAYS as f64 - std::f64::consts::FRAC_PI_2;
        let (sine, cosine) = angle.sin_cos();
        let foot = half * foot;
        let tip = foot + half * reach * f64::from(ray.length);
        let colour = if ray.clipped {
            &colours.clipped
        } else {
            &colours.voice
        };
        context.set_stroke_style_str(colour);
        context.set_global_alpha(f64::from(ray.strength));
        context.begin_path();
        context.move_to(half + cosine * foot, half + sine * foot);
        context.line_to(half + cosine * tip, half + sine * tip);
        context.stroke();
    }
    context.set_global_alpha(1.0);
    context.set_stroke_style_str(&colours.ring);
    context.set_line_width(half * 0.035);
    context.begin_path();
    let start = -std::f64::consts::FRAC_PI_2;
    let end = start + std::f64::consts::TAU * f64::from(used.clamp(0.0, 1.0));
    // Fails for a negative radius only.
    drop(context.arc(half, half, half * ring, start, end));
    context.stroke();
}

/// The colours of the style sheet: a canvas knows none of its own.
struct Colours {
    voice: String,
    clipped: String,
    ring: String,
}

impl Colours {
    fn of(canvas: &HtmlCanvasElement) -> Self {
        let style = window().get_computed_style(canvas).ok().flatten();
        let colour = |name: &str| {
            style
                .as_ref()
                .and_then(|style| style.get_property_value(name).ok())
                .unwrap_or_default()
        };
        Self {
            voice: colour("--voice"),
            clipped: colour("--warn"),
            ring: colour("--ring"),
        }
    }
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas
        .get_context("2d")
        .ok()
        .flatten()
        .map(JsValue::from)
        .and_then(|context| context.dyn_into().ok())
}
