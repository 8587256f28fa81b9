//! Sound that is played back, and the playhead that follows it.

use gloo_events::EventListener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlAudioElement, Url};

use crate::page::Page;

/// A sound that is playing. Dropping it stops it.
pub struct Playback {
    audio: HtmlAudioElement,
    /// Address of a file the visitor gave, which holds its memory until it is revoked.
    owned_address: Option<String>,
    _listeners: [EventListener; 2],
}

impl Drop for Playback {
    fn drop(&mut self) {
        drop(self.audio.pause());
        if let Some(address) = &self.owned_address {
            drop(Url::revoke_object_url(address));
        }
    }
}

impl Page {
    /// Plays the sound at `address`. Browsers may refuse before the visitor has touched the page;
    /// a question does not depend on being heard, so refusal is not a problem.
    pub(super) fn play(self, address: &str, owned: bool) {
        self.stop_playback();
        let Ok(audio) = HtmlAudioElement::new_with_src(address) else {
            return;
        };
        let follow = {
            let audio = audio.clone();
            EventListener::new(&audio.clone(), "playing", move |_| {
                self.follow(audio.clone())
            })
        };
        let ended = EventListener::new(&audio, "ended", move |_| self.stop_playback());
        if let Ok(started) = audio.play() {
            spawn_local(async move { drop(JsFuture::from(started).await) });
        }
        self.machinery.update_value(|machinery| {
            machinery.playback = Some(Playback {
                audio,
                owned_address: owned.then(|| address.to_owned()),
                _listeners: [follow, ended],
            });
        });
    }

    /// Stops what is playing.
    pub(super) fn stop_playback(self) {
        self.machinery
            .update_value(|machinery| drop(machinery.playback.take()));
        if self.playhead.with_untracked(Option::is_some) {
            self.playhead.set(None);
        }
    }

    fn follow(self, audio: HtmlAudioElement) {
        if audio.paused() || audio.ended() {
            return;
        }
        self.playhead.set(Some(audio.current_time() as f32));
        request_animation_frame(move || self.follow(audio));
    }
}
