//! Sound that is played back, and the playhead that follows it.

use gloo_events::EventListener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlAudioElement, Url};

use crate::page::Page;

/// A sound that is playing. Dropping it stops it.
pub struct Playback {
    /// Seconds at which it stops; the end, if none.
    until: Option<f32>,
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
        self.play_between(address, owned, None);
    }

    /// Plays the sound of the answer on the page: all of it, or a stretch, in seconds.
    pub fn play_stretch(self, stretch: Option<(f32, f32)>) {
        let utterance = self.insight.utterance.get_untracked();
        let address = self
            .machinery
            .with_value(|machinery| machinery.sounds.address(utterance));
        if let Some(address) = address {
            self.play_between(&address, true, stretch);
        }
    }

    fn play_between(self, address: &str, owned: bool, stretch: Option<(f32, f32)>) {
        self.stop_playback();
        let Ok(audio) = HtmlAudioElement::new_with_src(address) else {
            return;
        };
        if let Some((start, _)) = stretch {
            audio.set_current_time(f64::from(start));
        }
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
                until: stretch.map(|(_, end)| end),
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
        let now = audio.current_time() as f32;
        let is_over = self.machinery.with_value(|machinery| {
            let until = machinery
                .playback
                .as_ref()
                .and_then(|playback| playback.until);
            until.is_some_and(|until| now >= until)
        });
        if is_over {
            self.stop_playback();
            return;
        }
        self.playhead.set(Some(now));
        request_animation_frame(move || self.follow(audio));
    }
}
