//! How to speak, which microphone records, and whether a key starts it.

use leptos::prelude::*;

use crate::page::Page;
use crate::texts;

/// The way to speak in a line, and the settings behind it.
#[component]
pub fn MicrophoneSettings() -> impl IntoView {
    let page = expect_context::<Page>();
    let how = move || {
        if page.shortcut.get() {
            view! { {texts::recorder::HOW_WITH_KEY} <kbd>{texts::recorder::KEY}</kbd> }.into_any()
        } else {
            texts::recorder::HOW.into_any()
        }
    };
    view! {
        <p class="how">{how}</p>
        <details class="microphone" data-testid="microphone-settings">
            <summary>
                <svg viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M2 4.500h7M13 4.500h1M2 11.500h1M7 11.500h7" />
                    <circle cx="11" cy="4.500" r="1.800" />
                    <circle cx="5" cy="11.500" r="1.800" />
                </svg>
                <span>{texts::microphone::SETTINGS}</span>
            </summary>
            <div class="microphone-panel">
                <Devices />
                <label class="microphone-key">
                    <input
                        type="checkbox"
                        data-testid="shortcut"
                        prop:checked=move || page.shortcut.get()
                        on:change=move |event| page.set_shortcut(event_target_checked(&event))
                    />
                    {texts::microphone::SHORTCUT}
                </label>
            </div>
        </details>
    }
}

/// The list of microphones, once the browser tells it.
#[component]
fn Devices() -> impl IntoView {
    let page = expect_context::<Page>();
    let unknown = Memo::new(move |_| page.devices.with(Vec::is_empty));
    let options = move || {
        let chosen = page.device.get();
        page.devices
            .get()
            .into_iter()
            .map(|device| {
                let selected = chosen.as_ref() == Some(&device.id);
                view! { <option value=device.id selected=selected>{device.label}</option> }
            })
            .collect_view()
    };
    let choose = move |event| {
        let id = event_target_value(&event);
        page.choose_device((!id.is_empty()).then_some(id));
    };
    view! {
        <label class="microphone-device">
            <span>{texts::microphone::CHOOSE}</span>
            <select data-testid="microphone" disabled=move || unknown.get() on:change=choose>
                <option value="">{texts::microphone::SYSTEM}</option>
                {options}
            </select>
        </label>
        <Show when=move || unknown.get()>
            <p>{texts::microphone::UNKNOWN}</p>
        </Show>
    }
}
