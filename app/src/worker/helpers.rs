//! Threads that help with the CPU path: workers of this worker, which share its memory. Of the builds of the worker only one
//! has them (`tools/threaded-worker`); in the others everything here says that there are none.

pub use build::{all_here, lose, pool, present, start};

#[cfg(target_feature = "atomics")]
mod build {
    use std::cell::RefCell;
    use std::panic::PanicHookInfo;
    use std::sync::OnceLock;

    use futures_util::future::{join_all, select};
    use gloo_timers::future::TimeoutFuture;
    use js_sys::{Object, Promise, Reflect};
    use saysee_engine::cpu::Pool;
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;
    use wasm_bindgen_futures::JsFuture;

    use crate::logic::address;
    use crate::worker::outbox;

    /// Bytes of a helper's stack. It needs little, and there may be many.
    const STACK: u32 = 1 << 18;
    /// Milliseconds after which a helper that has not come is not waited for. It may still come.
    const PATIENCE: u32 = 5_000;

    static POOL: OnceLock<Pool> = OnceLock::new();

    thread_local! {
        static COMING: RefCell<Vec<Promise>> = const { RefCell::new(Vec::new()) };
    }

    #[wasm_bindgen(inline_js = r#"
const helpers = [];
// Fulfilled once the helper is here, or will not come.
export function startHelper(shared) {
    const build = new URL("../../worker_threads.js", import.meta.url).href;
    const script = `import start, { help } from ${JSON.stringify(build)};
onmessage = async ({ data }) => {
    try { await start(data); } finally { postMessage("here"); }
    help();
};
postMessage("listening");`;
    const own = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    return new Promise((settled) => {
        const helper = new Worker(own, { type: "module", name: "helper" });
        helper.onmessage = ({ data }) => (data === "here" ? settled() : helper.postMessage(shared));
        helper.onerror = () => settled();
        helpers.push(helper);
    });
}
"#)]
    extern "C" {
        #[wasm_bindgen(js_name = startHelper)]
        fn start_helper(shared: &Object) -> Promise;
    }

    /// Starts as many helpers as the page says in this worker's name.
    pub fn start() {
        let name = outbox::scope().name();
        let threads = address::value(&name, "threads").and_then(|count| count.parse().ok());
        let pool = POOL.get_or_init(|| Pool::of_helpers(threads.unwrap_or(1)));
        let shared = Object::new();
        for (key, value) in [
            ("module_or_path", wasm_bindgen::module()),
            ("memory", wasm_bindgen::memory()),
            ("thread_stack_size", JsValue::from(STACK)),
        ] {
            // An object of our own, which cannot refuse.
            drop(Reflect::set(&shared, &JsValue::from_str(key), &value));
        }
        let coming = (1..pool.threads()).map(|_| start_helper(&shared));
        COMING.set(coming.collect());
    }

    /// What a helper does: it never returns.
    #[wasm_bindgen]
    pub fn help() {
        if let Some(pool) = POOL.get() {
            pool.help();
        }
    }

    /// Waits for the helpers.
    pub async fn all_here() {
        let coming = COMING.take().into_iter().map(JsFuture::from);
        select(join_all(coming), TimeoutFuture::new(PATIENCE)).await;
    }

    /// The helpers, wherever they are.
    pub fn pool() -> Pool {
        POOL.get().cloned().unwrap_or_default()
    }

    /// Threads that compute together, this one among them.
    pub fn present() -> usize {
        POOL.get().map_or(1, Pool::present)
    }

    /// In the panic hook of a helper: hands the panic to the thread that asked for help.
    pub fn lose(panic: &PanicHookInfo) {
        if let Some(pool) = POOL.get() {
            pool.lose(panic.to_string());
        }
    }
}

#[cfg(not(target_feature = "atomics"))]
mod build {
    use std::panic::PanicHookInfo;

    use saysee_engine::cpu::Pool;

    pub fn start() {}

    pub async fn all_here() {}

    pub fn pool() -> Pool {
        Pool::alone()
    }

    pub fn present() -> usize {
        1
    }

    pub fn lose(_: &PanicHookInfo) {}
}
