//! Sound files to samples, by the browser's own decoders.

use js_sys::ArrayBuffer;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioBuffer, OfflineAudioContext};

use crate::browser::error_text;
use crate::logic::problem::{Code, Problem};

/// Rate of the decoded samples. The engine's own: a file of this rate passes through unchanged.
pub const RATE: f32 = 16_000.0;

/// Decodes wav, mp3, ogg and what else the browser knows into mono samples at [`RATE`], at most
/// `max_seconds` of them.
///
/// # Errors
/// When the browser finds no sound in it.
pub async fn decode(file: &ArrayBuffer, max_seconds: f32) -> Result<Vec<f32>, Problem> {
    let unreadable =
        |error: wasm_bindgen::JsValue| Problem::new(Code::AudioUnreadable, error_text(&error));
    let context =
        OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(1, 1, RATE)
            .map_err(unreadable)?;
    let decoding = context.decode_audio_data(file).map_err(unreadable)?;
    let buffer: AudioBuffer = JsFuture::from(decoding)
        .await
        .map_err(unreadable)?
        .unchecked_into();

    let wanted = ((max_seconds * RATE) as usize).min(buffer.length() as usize);
    let channels = buffer.number_of_channels();
    let mut mono = vec![0.0_f32; wanted];
    let mut channel = vec![0.0_f32; wanted];
    for index in 0..channels {
        let number = index.cast_signed();
        buffer
            .copy_from_channel(&mut channel, number)
            .map_err(unreadable)?;
        mono.iter_mut()
            .zip(&channel)
            .for_each(|(sum, sample)| *sum += sample / channels as f32);
    }
    Ok(mono)
}
