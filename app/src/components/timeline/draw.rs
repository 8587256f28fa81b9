//! The waveform on its canvas.

use std::cell::RefCell;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ResizeObserver};

use crate::components::WORD_COLOURS;
use crate::logic::timeline::span_at;
use crate::logic::waveform::Waveform;
use crate::protocol::Keyword;

/// Width of a bar and of the gap to the next, pixels.
const BAR: f64 = 3.0;
const BAR_GAP: f64 = 2.0;
/// Room below the bars for the line that marks a word, pixels.
const MARK: f64 = 14.0;
/// Font of the words, for measuring; the same as in `timeline.css`.
const CHIP_FONT: &str = "650 15px system-ui, sans-serif";
/// Padding and border of a word's chip, both sides, pixels.
const CHIP_PADDING: f32 = 26.0;

thread_local! {
    /// A context only for measuring text.
    static RULER: RefCell<Option<CanvasRenderingContext2d>> = const { RefCell::new(None) };
}

/// Width of the canvas in pixels, as it changes.
pub fn width_of(canvas: NodeRef<html::Canvas>) -> ReadSignal<f32> {
    let (width, set_width) = signal(0.0);
    Effect::new(move |_| {
        let Some(element) = canvas.get() else { return };
        let observed = element.clone();
        let resized =
            Closure::<dyn FnMut()>::new(move || set_width.set(observed.client_width() as f32));
        if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let held = StoredValue::new_local((observer, resized));
            on_cleanup(move || held.with_value(|(observer, _)| observer.disconnect()));
        }
    });
    width
}

/// Pixels that a word's chip takes.
pub fn chip_width(word: &str) -> f32 {
    let measured = RULER.with_borrow_mut(|ruler| {
        if ruler.is_none() {
            let canvas = document().create_element("canvas").ok()?;
            *ruler = context(canvas.unchecked_ref());
        }
        let ruler = ruler.as_ref()?;
        ruler.set_font(CHIP_FONT);
        ruler
            .measure_text(word)
            .ok()
            .map(|size| size.width() as f32)
    });
    // Without a canvas, a guess.
    measured.unwrap_or(word.chars().count() as f32 * 9.0) + CHIP_PADDING
}

/// Draws the waveform: quiet bars, coloured ones where a word is, a line below each word, the playhead.
pub fn draw(
    canvas: &HtmlCanvasElement,
    waveform: &Waveform,
    keywords: &[Keyword],
    axis_seconds: f32,
    width: f32,
    playhead: Option<f32>,
) {
    let Some(context) = context(canvas) else {
        return;
    };
    let (width, height) = (f64::from(width), f64::from(canvas.client_height()));
    let density = window().device_pixel_ratio();
    resize(canvas, width * density, height * density);
    drop(context.set_transform(density, 0.0, 0.0, density, 0.0, 0.0));
    context.clear_rect(0.0, 0.0, width, height);
    if width < 1.0 {
        return;
    }

    let colours = Colours::of(canvas);
    let spans: Vec<(f32, f32)> = keywords
        .iter()
        .map(|keyword| (keyword.start, keyword.end))
        .collect();
    let step = BAR + BAR_GAP;
    let count = (width / step) as usize;
    let room = height - MARK;
    for (index, bar) in waveform.bars(count, axis_seconds).into_iter().enumerate() {
        let moment = (index as f32 + 0.5) / count as f32 * axis_seconds;
        let word = span_at(&spans, moment).filter(|_| bar > 0.0);
        let firm = word.is_none_or(|word| keywords[word].firm);
        let tall = (f64::from(bar) * room).max(BAR);
        context.set_global_alpha(if firm { 1.0 } else { 0.55 });
        context.set_fill_style_str(
            word.map_or(&colours.quiet, |word| &colours.words[word % WORD_COLOURS]),
        );
        rounded(
            &context,
            index as f64 * step,
            (room - tall) / 2.0,
            BAR,
            tall,
        );
    }

    let pixels = width / f64::from(axis_seconds);
    for (index, keyword) in keywords.iter().enumerate() {
        let left = f64::from(keyword.start) * pixels;
        let long = (f64::from(keyword.end - keyword.start) * pixels - BAR_GAP).max(BAR);
        context.set_global_alpha(if keyword.firm { 1.0 } else { 0.55 });
        context.set_fill_style_str(&colours.words[index % WORD_COLOURS]);
        rounded(&context, left, height - BAR - 2.0, long, BAR);
    }
    context.set_global_alpha(1.0);
    if let Some(playhead) = playhead {
        context.set_fill_style_str(&colours.ink);
        rounded(&context, f64::from(playhead) * pixels, 0.0, 2.0, room);
    }
}

/// What the stylesheet says about colours.
struct Colours {
    quiet: String,
    ink: String,
    words: [String; WORD_COLOURS],
}

impl Colours {
    fn of(element: &HtmlCanvasElement) -> Self {
        let style = window().get_computed_style(element).ok().flatten();
        let read = |name: &str| {
            let value = style
                .as_ref()
                .and_then(|style| style.get_property_value(name).ok());
            value.unwrap_or_default().trim().to_owned()
        };
        Self {
            quiet: read("--stage-quiet"),
            ink: read("--stage-ink"),
            words: std::array::from_fn(|index| read(&format!("--word-{index}"))),
        }
    }
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas
        .get_context("2d")
        .ok()
        .flatten()
        .map(JsCast::unchecked_into)
}

/// Setting a canvas's size clears and reallocates it: only when it changes.
fn resize(canvas: &HtmlCanvasElement, width: f64, height: f64) {
    let (width, height) = (width.round() as u32, height.round() as u32);
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

fn rounded(context: &CanvasRenderingContext2d, x: f64, y: f64, width: f64, height: f64) {
    context.begin_path();
    let radius = JsValue::from_f64(width.min(height) / 2.0);
    // Old Safari has no round rectangles; square ones do as well.
    if context
        .round_rect_with_f64(x, y, width, height, radius.as_f64().unwrap_or(0.0))
        .is_err()
    {
        context.rect(x, y, width, height);
    }
    context.fill();
}
