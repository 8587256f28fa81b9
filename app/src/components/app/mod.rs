//! The whole page.

use leptos::prelude::*;

use crate::components::colophon::Colophon;
use crate::components::dropzone::Dropzone;
use crate::components::masthead::Masthead;
use crate::components::microphone::MicrophoneSettings;
use crate::components::offer::OfferDialog;
use crate::components::recorder::Recorder;
use crate::components::results::Results;
use crate::components::samples::Samples;
use crate::components::stage::Stage;
use crate::components::status::StatusLine;
use crate::components::typing::Typing;
use crate::components::update::UpdateNotice;
use crate::components::viewer::Viewer;
use crate::page::Page;
use crate::texts;

/// The whole page: puts the parts together and sets everything going.
#[component]
pub fn App(page: Page) -> impl IntoView {
    provide_context(page);
    let dragging = RwSignal::new(false);
    page.listen(dragging);
    page.load_pictures();
    page.load_samples();
    page.load();
    page.listen_for_links();

    view! {
        <Masthead />
        <main>
            <Stage />
            <div class="dock">
                <StatusLine />
                <Recorder />
                <div class="aside">
                    <p class="promise">{texts::recorder::PROMISE}</p>
                    <MicrophoneSettings />
                </div>
            </div>
            <Samples />
            <Typing />
            <Results />
        </main>
        <Colophon />
        <Viewer />
        <OfferDialog />
        <UpdateNotice />
        <Dropzone dragging />
    }
}
