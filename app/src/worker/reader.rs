//! The tokenizer: a module of its own (`app/reading`), which is fetched when there is something to read.

use js_sys::{JsString, Object, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Url;

use crate::browser::{error_text, fetch};
use crate::logic::problem::{Code, Problem};
use crate::worker::problems;

/// The module's file, beside the worker's own.
const FILE: &str = "reading.wasm";
/// Most bytes of it: several times what it has.
const MOST: u64 = 1 << 20;

#[wasm_bindgen]
extern "C" {
    type ImportMeta;
    #[wasm_bindgen(method, getter)]
    fn url(this: &ImportMeta) -> JsString;
    #[wasm_bindgen(thread_local_v2, js_namespace = import, js_name = meta)]
    static IMPORT_META: ImportMeta;

    /// What the module exports.
    type Module;
    #[wasm_bindgen(method, getter)]
    fn memory(this: &Module) -> WebAssembly::Memory;
    #[wasm_bindgen(method, catch)]
    fn room(this: &Module, bytes: usize) -> Result<usize, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn open_merges(this: &Module) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn encode(this: &Module, context: usize) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn output(this: &Module) -> Result<usize, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn output_bytes(this: &Module) -> Result<usize, JsValue>;
}

/// The module with the tokens of one pack.
pub struct Reader(Module);

impl Reader {
    /// Fetches the module and has it read a merges file.
    ///
    /// # Errors
    /// When the module does not arrive or does not run, or refuses the file.
    pub async fn open(merges: &[u8]) -> Result<Self, Problem> {
        let own = IMPORT_META.with(|meta| String::from(meta.url()));
        let address = Url::new_with_base(FILE, &own).map_err(|error| broken(&error))?;
        let bytes = fetch::read(&address.href(), MOST, false, |_| ())
            .await
            .map_err(|error| problems::of_fetch(FILE, &error, false))?;
        let started = WebAssembly::instantiate_buffer(&bytes, &Object::new());
        let started = JsFuture::from(started)
            .await
            .map_err(|error| broken(&error))?;
        let exports = Reflect::get(&started, &"instance".into())
            .and_then(|instance| Reflect::get(&instance, &"exports".into()))
            .map_err(|error| broken(&error))?;
        let reader = Self(exports.unchecked_into());
        reader
            .ask(merges, Module::open_merges)
            .map_err(|detail| Problem::new(Code::PackRefused, detail))?;
        Ok(reader)
    }

    /// The tokens of `text`, start and end included, for a tower that reads `context` of them.
    ///
    /// # Errors
    /// When the text is refused.
    pub fn encode(&self, text: &str, context: usize) -> Result<Vec<u32>, Problem> {
        let output = self
            .ask(text.as_bytes(), |module| module.encode(context))
            .map_err(|detail| Problem::new(Code::TextRefused, detail))?;
        let (ids, _) = output.as_chunks::<4>();
        Ok(ids.iter().map(|id| u32::from_le_bytes(*id)).collect())
    }

    /// Hands `input` to the module, has it do something and takes its output; its reason where it refuses.
    fn ask(
        &self,
        input: &[u8],
        act: impl FnOnce(&Module) -> Result<JsValue, JsValue>,
    ) -> Result<Vec<u8>, String> {
        let module = &self.0;
        let act = || -> Result<(bool, Vec<u8>), JsValue> {
            let address = module.room(input.len())?;
            self.bytes(address, input.len()).copy_from(input);
            let done = act(module)?.is_truthy();
            let address = module.output()?;
            let output = self.bytes(address, module.output_bytes()?);
            Ok((done, output.to_vec()))
        };
        match act() {
            Ok((true, output)) => Ok(output),
            Ok((false, reason)) => Err(String::from_utf8_lossy(&reason).into_owned()),
            Err(error) => Err(error_text(&error)),
        }
    }

    /// A part of the module's memory, which may have moved since the last call.
    fn bytes(&self, address: usize, length: usize) -> Uint8Array {
        let memory = self.0.memory().buffer();
        Uint8Array::new_with_byte_offset_and_length(&memory, address as u32, length as u32)
    }
}

fn broken(error: &JsValue) -> Problem {
    Problem::new(Code::EngineFailed, format!("{FILE}: {}", error_text(error)))
}
