//! The waveform on its canvas.

use std::cell::RefCell;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ResizeObserver};

use crate::logic::hues::COLOURS;
use crate::logic::timeline::span_at;
use crate::logic::waveform::Waveform;

/// Width of a bar and of the gap to the next, pixels.
const BAR: f64 = 3.0;
const BAR_GAP: f64 = 2.0;
/// Room below the bars for the line that marks a word, pixels.
const MARK: f64 = 14.0;
/// Font of the words, for measuring; the same as in `timeline.css`.
const CHIP_FONT: &str = "650 15px system-ui, sans-serif";
/// Padding, border and the button that strikes it out, pixels.
const CHIP_PADDING: f32 = 52.0;
/// No chip is narrower: below the word there is room for a runner-up.
const CHIP_LEAST: f32 = 92.0;

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
    let width = measured.unwrap_or(word.chars().count() as f32 * 9.0) + CHIP_PADDING;
    width.max(CHIP_LEAST)
}

/// A stretch in which the model found a word.
pub struct Stretch {
    /// Seconds.
    pub start: f32,
    /// Seconds.
    pub end: f32,
    /// Whether the word is here to stay.
    pub firm: bool,
    /// Whether the visitor struck it out.
    pub struck: bool,
    /// Number of its colour.
    pub colour: usize,
}

/// What the canvas shows: so many seconds on so many pixels.
#[derive(Clone, Copy)]
pub struct Axis {
    /// Seconds.
    pub seconds: f32,
    /// Pixels.
    pub width: f32,
}

/// Draws the waveform: quiet bars, coloured ones where a word is, a glow behind each stretch and a line below it, the
/// playhead. When a word is `lit`, the others step back.
pub fn draw(
    canvas: &HtmlCanvasElement,
    waveform: &Waveform,
    words: &[Stretch],
    axis: Axis,
    lit: Option<usize>,
    playhead: Option<f32>,
) {
    let Some(context) = context(canvas) else {
        return;
    };
    let (width, height) = (f64::from(axis.width), f64::from(canvas.client_height()));
    let density = window().device_pixel_ratio();
    resize(canvas, width * density, height * density);
    drop(context.set_transform(density, 0.0, 0.0, density, 0.0, 0.0));
    context.clear_rect(0.0, 0.0, width, height);
    if width < 1.0 {
        return;
    }

    let colours = Colours::of(canvas);
    let room = height - MARK;
    let pixels = width / f64::from(axis.seconds);
    let strength = |place: usize| match &words[place] {
        word if word.struck => 0.2,
        _ if lit.is_some_and(|lit| lit != place) => 0.35,
        word if word.firm => 1.0,
        _ => 0.55,
    };
    for (place, word) in words.iter().enumerate() {
        let left = f64::from(word.start) * pixels;
        let long = (f64::from(word.end - word.start) * pixels - BAR_GAP).max(BAR);
        context.set_fill_style_str(colours.word(word));
        context.set_global_alpha(strength(place) * if lit == Some(place) { 0.24 } else { 0.1 });
        block(&context, left, 0.0, long, room, 8.0);
        context.set_global_alpha(strength(place));
        rounded(&context, left, height - BAR - 2.0, long, BAR);
    }

    let spans: Vec<(f32, f32)> = words.iter().map(|word| (word.start, word.end)).collect();
    let step = BAR + BAR_GAP;
    let count = (width / step) as usize;
    for (index, bar) in waveform.bars(count, axis.seconds).into_iter().enumerate() {
        let moment = (index as f32 + 0.5) / count as f32 * axis.seconds;
        let word = span_at(&spans, moment).filter(|_| bar > 0.0);
        let tall = (f64::from(bar) * room).max(BAR);
        context.set_global_alpha(word.map_or(1.0, strength));
        context.set_fill_style_str(word.map_or(&colours.quiet, |word| colours.word(&words[word])));
        let left = index as f64 * step;
        rounded(&context, left, (room - tall) / 2.0, BAR, tall);
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
    words: [String; COLOURS],
}

impl Colours {
    fn word(&self, word: &Stretch) -> &str {
        &self.words[word.colour % COLOURS]
    }

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
    block(context, x, y, width, height, width.min(height) / 2.0);
}

fn block(context: &CanvasRenderingContext2d, x: f64, y: f64, width: f64, height: f64, round: f64) {
    context.begin_path();
    // Old Safari has no round rectangles; square ones do as well.
    if context
        .round_rect_with_f64(x, y, width, height, round.min(width / 2.0))
        .is_err()
    {
        context.rect(x, y, width, height);
    }
    context.fill();
}
