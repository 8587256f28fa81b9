//! The tokenizer as a WebAssembly module of its own. Its tables of names and characters weigh as much as the tokens of many packs,
//! and most visitors only speak: the worker fetches it with the first typed text (`app/src/worker/reader.rs`).
//!
//! The module imports nothing and holds one tokenizer. What goes in and comes out lies in its memory: the caller asks for
//! [`room`], writes there, calls [`open`] or [`encode`], and reads [`output_bytes`] from [`output`].

use std::cell::RefCell;

use saysee_clip_inputs::Tokenizer;

/// What the module holds.
#[derive(Default)]
pub struct Reader {
    input: Vec<u8>,
    output: Vec<u8>,
    tokenizer: Option<Tokenizer>,
}

impl Reader {
    /// Makes the input that many bytes long, to be written over.
    pub fn room(&mut self, bytes: usize) -> &mut [u8] {
        self.input.clear();
        self.input.resize(bytes, 0);
        &mut self.input
    }

    /// What the last call left: little-endian token ids of 32 bits, or why it refused.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// Reads the merges file that is the input. False when it is refused.
    pub fn open(&mut self) -> bool {
        let opened = Tokenizer::from_merges(&self.input).map_err(|error| error.to_string());
        let done = opened.map(|tokenizer| self.tokenizer = Some(tokenizer));
        self.answer(done.map(|()| Vec::new()))
    }

    /// The ids of the text that is the input, start and end included; `context` is what is going to read them. False when it is
    /// refused.
    pub fn encode(&mut self, context: usize) -> bool {
        let ids = match (&self.tokenizer, std::str::from_utf8(&self.input)) {
            (None, _) => Err("there are no merges yet".to_owned()),
            (_, Err(error)) => Err(error.to_string()),
            (Some(tokenizer), Ok(text)) => tokenizer
                .encode_framed(text, context)
                .map_err(|error| error.to_string()),
        };
        self.answer(ids)
    }

    fn answer(&mut self, ids: Result<Vec<u32>, String>) -> bool {
        let done = ids.is_ok();
        self.output = match ids {
            Ok(ids) => ids.into_iter().flat_map(u32::to_le_bytes).collect(),
            Err(reason) => reason.into_bytes(),
        };
        done
    }
}

thread_local! {
    static READER: RefCell<Reader> = RefCell::default();
}

fn with<R>(f: impl FnOnce(&mut Reader) -> R) -> R {
    READER.with_borrow_mut(f)
}

/// Makes the input that many bytes long; where it begins.
#[allow(unsafe_code, reason = "a module's exports have names of their own")]
#[unsafe(no_mangle)]
pub extern "C" fn room(bytes: usize) -> *mut u8 {
    with(|reader| reader.room(bytes).as_mut_ptr())
}

/// [`Reader::open`].
#[allow(unsafe_code, reason = "a module's exports have names of their own")]
#[unsafe(no_mangle)]
pub extern "C" fn open_merges() -> bool {
    with(Reader::open)
}

/// [`Reader::encode`].
#[allow(unsafe_code, reason = "a module's exports have names of their own")]
#[unsafe(no_mangle)]
pub extern "C" fn encode(context: usize) -> bool {
    with(|reader| reader.encode(context))
}

/// Where [`Reader::output`] begins.
#[allow(unsafe_code, reason = "a module's exports have names of their own")]
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    with(|reader| reader.output().as_ptr())
}

/// Bytes of [`Reader::output`].
#[allow(unsafe_code, reason = "a module's exports have names of their own")]
#[unsafe(no_mangle)]
pub extern "C" fn output_bytes() -> usize {
    with(|reader| reader.output().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(reader: &mut Reader, input: &[u8]) {
        reader.room(input.len()).copy_from_slice(input);
    }

    fn reason(reader: &Reader) -> &str {
        std::str::from_utf8(reader.output()).unwrap()
    }

    #[test]
    fn text_becomes_tokens() {
        let mut reader = Reader::default();
        given(&mut reader, b"#version: 0.2\na b</w>\n");
        assert!(reader.open());
        given(&mut reader, "AB &amp;".as_bytes());
        assert!(reader.encode(77));
        let (ids, rest) = reader.output().as_chunks::<4>();
        let ids: Vec<u32> = ids.iter().map(|id| u32::from_le_bytes(*id)).collect();
        assert_eq!((ids, rest.len()), (vec![513, 512, 256 + 5, 514], 0));
    }

    #[test]
    fn what_is_refused_says_why() {
        let mut reader = Reader::default();
        given(&mut reader, b"dog");
        assert!(!reader.encode(77));
        assert!(reason(&reader).contains("no merges"));
        assert!(!reader.open());
        assert!(reason(&reader).contains("#version"), "{}", reason(&reader));
        given(&mut reader, b"#version: 0.2\n");
        assert!(reader.open());
        given(&mut reader, &[0xFF]);
        assert!(!reader.encode(77));
        assert!(reason(&reader).contains("utf-8"), "{}", reason(&reader));
        given(&mut reader, b"dog");
        assert!(!reader.encode(1));
    }
}
