//! Which microphones there are, and what is remembered of the visitor's choices.

use gloo_events::EventListener;
use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaDeviceInfo, MediaDeviceKind, MediaDevices, Storage};

use crate::logic::devices::{self, Device};
use crate::page::Page;

/// Keys of what is stored.
const DEVICE: &str = "saysee.microphone";
const SHORTCUT: &str = "saysee.shortcut";

impl Page {
    /// Takes up what was chosen at an earlier visit, and follows microphones that come and go.
    pub(super) fn follow_devices(self) {
        let stored = |key: &str| storage()?.get_item(key).ok().flatten();
        self.device.set(devices::preference(stored(DEVICE)));
        self.shortcut
            .set(stored(SHORTCUT).as_deref() != Some("off"));
        if let Some(devices) = media_devices() {
            EventListener::new(&devices, "devicechange", move |_| self.find_devices()).forget();
            self.find_devices();
        }
    }

    /// Asks the browser for its microphones.
    pub(super) fn find_devices(self) {
        let asked = media_devices().and_then(|devices| devices.enumerate_devices().ok());
        let Some(asked) = asked else { return };
        spawn_local(async move {
            // A browser that does not tell leaves nothing to choose from.
            let Ok(found) = JsFuture::from(asked).await else {
                return;
            };
            let microphones = found
                .unchecked_into::<Array>()
                .into_iter()
                .map(JsCast::unchecked_into::<MediaDeviceInfo>)
                .filter(|device| device.kind() == MediaDeviceKind::Audioinput)
                .map(|device| Device {
                    id: device.device_id(),
                    label: device.label(),
                });
            self.devices.set(devices::choices(microphones));
        });
    }

    /// Records with this microphone from now on, or with the system's.
    pub fn choose_device(self, id: Option<String>) {
        remember(DEVICE, id.as_deref());
        self.device.set(id);
    }

    /// Whether the key for speaking works everywhere on the page.
    pub fn set_shortcut(self, on: bool) {
        remember(SHORTCUT, (!on).then_some("off"));
        self.shortcut.set(on);
    }
}

/// Browsers may refuse it; then nothing is remembered.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn remember(key: &str, value: Option<&str>) {
    if let Some(storage) = storage() {
        drop(match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        });
    }
}

/// There are none on insecure pages.
fn media_devices() -> Option<MediaDevices> {
    window().navigator().media_devices().ok()
}
