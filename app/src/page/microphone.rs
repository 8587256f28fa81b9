//! The microphone: asked for, opened, let go.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use js_sys::{Float32Array, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioContext, AudioWorkletNode, MediaStream, MediaStreamAudioSourceNode,
    MediaStreamConstraints, MediaStreamTrack, MessageEvent,
};

use crate::browser::error_text;
use crate::logic::problem::{Code, Problem};

/// How often it is checked that sound still arrives, milliseconds. Twice nothing and the microphone is gone: some
/// browsers tell of no interruption, and time is counted in sound.
const CHECK_MS: u32 = 1_500;

/// An open microphone. Dropping it switches it off.
pub struct Microphone {
    stream: MediaStream,
    context: AudioContext,
    worklet: AudioWorkletNode,
    source: MediaStreamAudioSourceNode,
    _listeners: Vec<EventListener>,
    _watch: Interval,
}

/// A microphone that the visitor is being asked for.
pub struct MicrophoneRequest {
    stream: Promise,
    context: AudioContext,
}

impl Microphone {
    /// Asks for the microphone, at once: must be called inside the handler of a click or key.
    ///
    /// `device` is the one that the visitor prefers; where it is not there any more, the system's is taken.
    ///
    /// # Errors
    /// When this page or browser has no microphone to ask for.
    pub fn request(device: Option<&str>) -> Result<MicrophoneRequest, Problem> {
        let unsupported =
            |error: JsValue| Problem::new(Code::MicrophoneUnsupported, error_text(&error));
        if !window().is_secure_context() {
            return Err(Problem::new(Code::InsecurePage, "not a secure context"));
        }
        let devices = window().navigator().media_devices().map_err(unsupported)?;
        let constraints = MediaStreamConstraints::new();
        constraints.set_audio(&constraint(device));
        // At the device's own rate: Firefox connects no microphone to a context of another one.
        // Created inside the click as well, or it would start suspended.
        let context = AudioContext::new().map_err(unsupported)?;
        match devices.get_user_media_with_constraints(&constraints) {
            Ok(stream) => Ok(MicrophoneRequest { stream, context }),
            Err(error) => {
                drop(context.close());
                Err(unsupported(error))
            }
        }
    }

    /// Starts the sound where the browser has held it back until now.
    pub fn resume(&self) {
        if state(&self.context) != RUNNING {
            // Refused or not: sound that does not come is noticed.
            drop(self.context.resume());
        }
    }

    /// Samples a second.
    pub fn rate(&self) -> f64 {
        f64::from(self.context.sample_rate())
    }
}

impl MicrophoneRequest {
    /// Waits for permission and starts the sound. `on_sound` is handed chunks of mono samples,
    /// `on_lost` hears if the device goes away.
    ///
    /// # Errors
    /// When the visitor says no, there is no device, or the browser cannot process sound.
    pub async fn open(
        self,
        on_sound: impl Fn(Float32Array) + 'static,
        on_lost: impl Fn(Problem) + Copy + 'static,
    ) -> Result<Microphone, Problem> {
        let stream: MediaStream = match JsFuture::from(self.stream).await {
            Ok(stream) => stream.unchecked_into(),
            Err(error) => {
                drop(self.context.close());
                let name = Reflect::get(&error, &JsValue::from_str("name"))
                    .ok()
                    .and_then(|name| name.as_string())
                    .unwrap_or_default();
                return Err(Problem::new(
                    Code::of_microphone_error(&name),
                    error_text(&error),
                ));
            }
        };
        let connected = connect(&self.context, &stream).await;
        let (source, worklet) = connected.map_err(|error| {
            stop(&stream, &self.context);
            Problem::new(Code::MicrophoneUnsupported, error_text(&error))
        })?;

        let chunks = Rc::new(Cell::new(0_u32));
        let mut listeners = Vec::new();
        if let Ok(port) = worklet.port() {
            let chunks = chunks.clone();
            listeners.push(EventListener::new(&port, "message", move |event| {
                chunks.set(chunks.get().wrapping_add(1));
                on_sound(
                    event
                        .unchecked_ref::<MessageEvent>()
                        .data()
                        .unchecked_into(),
                );
            }));
            // A port listened to by `addEventListener` delivers nothing until it is started.
            port.start();
        }
        for track in tracks(&stream) {
            listeners.push(EventListener::new(&track, "ended", move |_| {
                on_lost(Problem::new(Code::MicrophoneLost, "the track ended"));
            }));
        }
        let context = self.context.clone();
        let changed = move |_: &web_sys::Event| match state(&context).as_str() {
            // A call, or another program that takes the sound for itself.
            "interrupted" => {
                let problem = Problem::new(Code::MicrophoneInterrupted, "the context says so");
                on_lost(problem);
            }
            "suspended" => drop(context.resume()),
            _ => {}
        };
        listeners.push(EventListener::new(&self.context, "statechange", changed));
        let (mut before, mut missed) = (chunks.get(), 0);
        let watch = Interval::new(CHECK_MS, move || {
            missed = if chunks.get() == before {
                missed + 1
            } else {
                0
            };
            before = chunks.get();
            if missed == 2 {
                on_lost(Problem::new(
                    Code::MicrophoneInterrupted,
                    "no sound arrives any more",
                ));
            }
        });
        Ok(Microphone {
            stream,
            context: self.context,
            worklet,
            source,
            _listeners: listeners,
            _watch: watch,
        })
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        drop(self.source.disconnect());
        drop(self.worklet.disconnect());
        stop(&self.stream, &self.context);
    }
}

/// One channel, as the room sounds: what a browser does to make telephony pleasant (cancelling echo,
/// suppressing noise, riding the gain) smears the very sounds the model listens for.
fn constraint(device: Option<&str>) -> JsValue {
    let audio = js_sys::Object::new();
    for (key, value) in [
        ("channelCount", JsValue::from_f64(1.0)),
        ("echoCancellation", JsValue::FALSE),
        ("noiseSuppression", JsValue::FALSE),
        ("autoGainControl", JsValue::FALSE),
        // Ideal, not exact: one that was unplugged is no reason to fail.
        (
            "deviceId",
            device.map_or(JsValue::UNDEFINED, JsValue::from_str),
        ),
    ] {
        // A fresh object of our own cannot refuse a property.
        drop(Reflect::set(&audio, &JsValue::from_str(key), &value));
    }
    audio.into()
}

async fn connect(
    context: &AudioContext,
    stream: &MediaStream,
) -> Result<(MediaStreamAudioSourceNode, AudioWorkletNode), JsValue> {
    JsFuture::from(
        context
            .audio_worklet()?
            .add_module("public/microphone.js")?,
    )
    .await?;
    // Not waited for: a first touch counts as the visitor's own action only when it ends, and until then some browsers
    // hold the sound back.
    drop(context.resume()?);
    let source = context.create_media_stream_source(stream)?;
    let worklet = AudioWorkletNode::new(context, "microphone")?;
    source.connect_with_audio_node(&worklet)?;
    // Some browsers run only what leads to the speakers. The worklet puts nothing out: this stays silent.
    worklet.connect_with_audio_node(&context.destination())?;
    Ok((source, worklet))
}

const RUNNING: &str = "running";

/// What the context does. Read as a text: bindings know no "interrupted".
fn state(context: &AudioContext) -> String {
    Reflect::get(context, &JsValue::from_str("state"))
        .ok()
        .and_then(|state| state.as_string())
        .unwrap_or_default()
}

fn tracks(stream: &MediaStream) -> impl Iterator<Item = MediaStreamTrack> {
    stream.get_tracks().into_iter().map(JsCast::unchecked_into)
}

/// Switches the device off: the browser's recording sign goes out.
fn stop(stream: &MediaStream, context: &AudioContext) {
    tracks(stream).for_each(|track| track.stop());
    drop(context.close());
}
