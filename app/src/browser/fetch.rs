//! Files over the network, in pieces as they arrive, never more of them than was agreed.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ReadableStreamDefaultReader, ReadableStreamReadResult, RequestCache, RequestCredentials,
    RequestInit, Response,
};

use crate::browser::error_text;

#[wasm_bindgen]
extern "C" {
    // The global function: windows and workers both have it, under different types.
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(address: &str, options: &RequestInit) -> Promise;
}

/// Why a file is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// The connection failed, or broke off.
    Network(String),
    /// The server answered with this status.
    Status(u16),
    /// More bytes came than were agreed.
    TooLong {
        /// The most that was agreed.
        limit: u64,
    },
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Network(reason) => write!(f, "{reason}"),
            Self::Status(status) => write!(f, "the server answered {status}"),
            Self::TooLong { limit } => write!(f, "more than the expected {limit} bytes"),
        }
    }
}

/// Reads the file at `address`, at most `limit` bytes of it. `arrived` hears the size of each piece.
///
/// # Errors
/// When the connection fails, the server refuses, or more than `limit` bytes come.
pub async fn read(
    address: &str,
    limit: u64,
    refetch: bool,
    arrived: impl FnMut(u64),
) -> Result<Vec<u8>, FetchError> {
    let response = request(address, refetch).await?;
    body(&response, Vec::new(), limit, arrived).await
}

/// As [`read`], for a file that is known to have `length` bytes: its memory is taken once.
///
/// # Errors
/// As [`read`]. Fewer bytes are no error here.
pub async fn read_whole(
    address: &str,
    length: u64,
    refetch: bool,
    arrived: impl FnMut(u64),
) -> Result<Vec<u8>, FetchError> {
    let response = request(address, refetch).await?;
    let bytes = Vec::with_capacity(length as usize);
    body(&response, bytes, length, arrived).await
}

async fn request(address: &str, refetch: bool) -> Result<Response, FetchError> {
    let options = RequestInit::new();
    // Nothing of this visitor goes along, to whatever server it is.
    options.set_credentials(RequestCredentials::SameOrigin);
    if refetch {
        options.set_cache(RequestCache::Reload);
    }
    let response: Response = JsFuture::from(global_fetch(address, &options))
        .await
        .map_err(network)?
        .unchecked_into();
    if response.ok() {
        Ok(response)
    } else {
        Err(FetchError::Status(response.status()))
    }
}

/// Adds the body of `response` to `bytes`, which are `limit` in the end at most. `arrived` hears the size of each
/// piece.
///
/// # Errors
/// When the connection breaks off, or more than `limit` bytes come.
pub async fn body(
    response: &Response,
    mut bytes: Vec<u8>,
    limit: u64,
    mut arrived: impl FnMut(u64),
) -> Result<Vec<u8>, FetchError> {
    let Some(body) = response.body() else {
        return Ok(bytes);
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let piece: ReadableStreamReadResult = JsFuture::from(reader.read())
            .await
            .map_err(network)?
            .unchecked_into();
        if piece.get_done().unwrap_or(true) {
            return Ok(bytes);
        }
        let piece: Uint8Array = piece.get_value().unchecked_into();
        let length = u64::from(piece.length());
        if bytes.len() as u64 + length > limit {
            // Nothing waits for the rest: whether stopping it works does not matter.
            drop(reader.cancel());
            return Err(FetchError::TooLong { limit });
        }
        let start = bytes.len();
        bytes.resize(start + piece.length() as usize, 0);
        piece.copy_to(&mut bytes[start..]);
        arrived(length);
    }
}

fn network(error: JsValue) -> FetchError {
    FetchError::Network(error_text(&error))
}

/// Reads a text file of at most `limit` bytes.
///
/// # Errors
/// As [`read`]; and when it is not UTF-8.
pub async fn read_text(address: &str, limit: u64) -> Result<String, FetchError> {
    let bytes = read(address, limit, false, |_| ()).await?;
    String::from_utf8(bytes).map_err(|error| FetchError::Network(error.to_string()))
}
