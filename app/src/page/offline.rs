//! The page without a network: the service worker that keeps it, and what is kept altogether.

use gloo_events::EventListener;
use js_sys::{Array, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState,
    StorageEstimate,
};

use crate::browser::{error_text, kept};
use crate::page::Page;

/// The script, beside the page: it answers for its own folder.
const SCRIPT: &str = "service-worker.js";

/// Whether the page works without a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offline {
    /// It does not, or nobody knows yet.
    No,
    /// It does.
    Yes,
    /// It does, and a newer version waits to be taken over.
    Update,
}

impl Page {
    /// Has the browser keep the page, once; or forget it, for somebody who changes the page.
    pub(super) fn keep_page(self) {
        let Some(container) = container() else { return };
        let mut first = false;
        self.machinery.update_value(|machinery| {
            first = !std::mem::replace(&mut machinery.page_kept, true);
        });
        if !first {
            return;
        }
        let (developing, bench) = self
            .address
            .with_value(|address| (address.developing, address.bench));
        if bench {
            // Fetching two thousand files would be measured, too.
            return;
        }
        spawn_local(async move {
            if developing {
                return unregister(&container).await;
            }
            let registering = JsFuture::from(container.register(SCRIPT)).await;
            let registration = registering
                .and_then(|registered| registered.dyn_into::<ServiceWorkerRegistration>());
            match registration {
                Ok(registration) => {
                    self.follow_versions(registration);
                    self.note_when_ready(&container).await;
                }
                Err(error) => {
                    leptos::logging::warn!("not kept for visits offline: {}", error_text(&error));
                }
            }
        });
    }

    /// Waits for the first version, which an earlier visit may have begun to take: Firefox and WebKit do not always tell
    /// this page of it otherwise.
    async fn note_when_ready(self, container: &ServiceWorkerContainer) {
        let Ok(ready) = container.ready() else { return };
        let ready = JsFuture::from(ready).await;
        let Ok(registration) = ready.and_then(JsCast::dyn_into::<ServiceWorkerRegistration>) else {
            return;
        };
        if let Some(active) = registration.active() {
            self.follow_version(&active, registration.clone());
        }
        self.note_versions(&registration);
    }

    /// Listens for the version that is being taken, and for later ones.
    fn follow_versions(self, registration: ServiceWorkerRegistration) {
        self.note_versions(&registration);
        if let Some(installing) = registration.installing() {
            self.follow_version(&installing, registration.clone());
        }
        let watched = registration.clone();
        let found = EventListener::new(&watched, "updatefound", move |_| {
            if let Some(installing) = registration.installing() {
                self.follow_version(&installing, registration.clone());
            }
        });
        found.forget();
    }

    fn follow_version(self, version: &ServiceWorker, registration: ServiceWorkerRegistration) {
        let watched = version.clone();
        let changed = EventListener::new(version, "statechange", move |_| {
            if watched.state() != ServiceWorkerState::Redundant {
                self.note_versions(&registration);
            }
        });
        changed.forget();
    }

    fn note_versions(self, registration: &ServiceWorkerRegistration) {
        let active = registration
            .active()
            .is_some_and(|active| active.state() == ServiceWorkerState::Activated);
        let waits = registration.waiting().is_some() && registration.active().is_some();
        self.offline.set(match (waits, active) {
            (true, _) => Offline::Update,
            (false, true) => Offline::Yes,
            (false, false) => Offline::No,
        });
        self.measure_kept();
    }

    /// Takes the new version over, and starts the page anew with it.
    pub fn take_over(self) {
        let Some(container) = container() else { return };
        let changed = EventListener::once(&container, "controllerchange", |_| {
            // A page that cannot be loaded again is left as it is.
            drop(window().location().reload());
        });
        changed.forget();
        spawn_local(async move {
            let found = JsFuture::from(container.get_registration()).await;
            let registration = found.and_then(JsCast::dyn_into::<ServiceWorkerRegistration>);
            if let Some(waiting) = registration.ok().and_then(|found| found.waiting()) {
                // A version that has gone meanwhile needs no message.
                drop(waiting.post_message(&JsValue::from_str("take over")));
            }
        });
    }

    /// Asks the browser how much is kept.
    pub(super) fn measure_kept(self) {
        let storage = window().navigator().storage();
        // Insecure pages have none.
        if storage.is_undefined() {
            return;
        }
        let Ok(asked) = storage.estimate() else {
            return;
        };
        spawn_local(async move {
            if let Ok(estimate) = JsFuture::from(asked).await {
                let estimate: StorageEstimate = estimate.unchecked_into();
                self.kept
                    .set(estimate.get_usage().map(|bytes| bytes as u64));
            }
        });
    }

    /// Forgets everything that is kept: models, the page, and the visitor's settings.
    pub async fn forget_everything(self) {
        if let Some(container) = container() {
            unregister(&container).await;
        }
        kept::forget().await;
        self.choose_device(None);
        self.set_shortcut(true);
        self.offline.set(Offline::No);
        self.kept.set(None);
    }
}

async fn unregister(container: &ServiceWorkerContainer) {
    // Where there are none, none has to go.
    let Ok(found) = JsFuture::from(container.get_registrations()).await else {
        return;
    };
    for registration in found.unchecked_into::<Array>() {
        let registration: ServiceWorkerRegistration = registration.unchecked_into();
        if let Ok(going) = registration.unregister() {
            drop(JsFuture::from(going).await);
        }
    }
}

/// Browsers have none on insecure pages, and in some private windows.
fn container() -> Option<ServiceWorkerContainer> {
    Reflect::get(&window().navigator(), &JsValue::from_str("serviceWorker"))
        .ok()
        .filter(JsValue::is_object)
        .map(JsCast::unchecked_into)
}
