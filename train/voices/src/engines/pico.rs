//! SVOX Pico, in process.

use std::{
    ffi::{CStr, CString, c_char, c_int, c_void},
    path::Path,
};

use libloading::Library;

use super::{Request, SpeakError, Speech, Synthesiser, from_i16, library, require_sound};
use crate::voice::{EngineKind, Voice};

const ENGINE: EngineKind = EngineKind::Pico;
const SAMPLE_RATE: u32 = 16_000;
const DATA: &str = "/usr/share/pico/lang";
/// Voice, text analysis, signal generation.
const VOICES: [(&str, &str, &str); 2] = [
    ("en-US", "en-US_ta.bin", "en-US_lh0_sg.bin"),
    ("en-GB", "en-GB_ta.bin", "en-GB_kh0_sg.bin"),
];
const MEMORY_BYTES: usize = 4 << 20;
const STEP_IDLE: c_int = 200;
const STEP_BUSY: c_int = 201;
/// Longest speech taken from one request: a guard against an engine that never becomes idle.
const MAX_SAMPLES: usize = 60 * SAMPLE_RATE as usize;

type Handle = *mut c_void;
type Status = c_int;

struct Functions {
    initialise: unsafe extern "C" fn(*mut c_void, u32, *mut Handle) -> Status,
    load: unsafe extern "C" fn(Handle, *const c_char, *mut Handle) -> Status,
    resource_name: unsafe extern "C" fn(Handle, Handle, *mut c_char) -> Status,
    define_voice: unsafe extern "C" fn(Handle, *const c_char) -> Status,
    add_resource: unsafe extern "C" fn(Handle, *const c_char, *const c_char) -> Status,
    new_engine: unsafe extern "C" fn(Handle, *const c_char, *mut Handle) -> Status,
    put_text: unsafe extern "C" fn(Handle, *const c_char, i16, *mut i16) -> Status,
    get_data: unsafe extern "C" fn(Handle, *mut c_void, i16, *mut i16, *mut i16) -> Status,
    reset: unsafe extern "C" fn(Handle, i32) -> Status,
}

struct PicoVoice {
    name: &'static str,
    engine: Handle,
    /// What `engine` lives in; 64-bit units keep it aligned.
    _memory: Vec<u64>,
}

/// Pico with the English voices of this machine.
pub struct Pico {
    voices: Vec<PicoVoice>,
    functions: Functions,
    _library: Library,
}

fn check(status: Status, doing: &str) -> Result<(), SpeakError> {
    if status == 0 {
        Ok(())
    } else {
        Err(SpeakError::Failed {
            engine: ENGINE,
            detail: format!("{doing} (status {status})"),
        })
    }
}

fn c_string(text: &str) -> Result<CString, SpeakError> {
    CString::new(text).map_err(|_| SpeakError::Failed {
        engine: ENGINE,
        detail: format!("reading {text:?}"),
    })
}

impl Pico {
    /// Opens the library and its English voices.
    pub fn open() -> Result<Self, SpeakError> {
        let library = library::open(ENGINE, &["libttspico.so.0"])?;
        // SAFETY: the types are those of picoapi.h, and the library is kept in the same struct.
        let functions = unsafe {
            Functions {
                initialise: library::function(ENGINE, &library, "pico_initialize")?,
                load: library::function(ENGINE, &library, "pico_loadResource")?,
                resource_name: library::function(ENGINE, &library, "pico_getResourceName")?,
                define_voice: library::function(ENGINE, &library, "pico_createVoiceDefinition")?,
                add_resource: library::function(
                    ENGINE,
                    &library,
                    "pico_addResourceToVoiceDefinition",
                )?,
                new_engine: library::function(ENGINE, &library, "pico_newEngine")?,
                put_text: library::function(ENGINE, &library, "pico_putTextUtf8")?,
                get_data: library::function(ENGINE, &library, "pico_getData")?,
                reset: library::function(ENGINE, &library, "pico_resetEngine")?,
            }
        };
        let mut voices = Vec::new();
        for (name, analysis, signal) in VOICES {
            if Path::new(DATA).join(analysis).exists() && Path::new(DATA).join(signal).exists() {
                voices.push(open_voice(&functions, name, [analysis, signal])?);
            }
        }
        if voices.is_empty() {
            return Err(SpeakError::NotInstalled {
                engine: ENGINE,
                detail: format!("voices in {DATA}"),
            });
        }
        Ok(Self {
            voices,
            functions,
            _library: library,
        })
    }
}

fn open_voice(
    f: &Functions,
    name: &'static str,
    files: [&str; 2],
) -> Result<PicoVoice, SpeakError> {
    let mut memory = vec![0_u64; MEMORY_BYTES / 8];
    let voice = c_string(name)?;
    let (mut system, mut engine): (Handle, Handle) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: handles come from the calls before; `memory` outlives the system, for it is kept with the engine;
    // resource names are at most 200 bytes by picoapi.h.
    unsafe {
        check(
            (f.initialise)(memory.as_mut_ptr().cast(), MEMORY_BYTES as u32, &mut system),
            "starting",
        )?;
        check((f.define_voice)(system, voice.as_ptr()), "defining a voice")?;
        for file in files {
            let path = c_string(&format!("{DATA}/{file}"))?;
            let mut resource: Handle = std::ptr::null_mut();
            check(
                (f.load)(system, path.as_ptr(), &mut resource),
                &format!("loading {file}"),
            )?;
            let mut resource_name = [0 as c_char; 256];
            check(
                (f.resource_name)(system, resource, resource_name.as_mut_ptr()),
                "naming a resource",
            )?;
            check(
                (f.add_resource)(system, voice.as_ptr(), resource_name.as_ptr()),
                "completing a voice",
            )?;
        }
        check(
            (f.new_engine)(system, voice.as_ptr(), &mut engine),
            "making an engine",
        )?;
    }
    Ok(PicoVoice {
        name,
        engine,
        _memory: memory,
    })
}

impl Synthesiser for Pico {
    fn voices(&self) -> Vec<Voice> {
        self.voices
            .iter()
            .map(|voice| Voice::new(ENGINE, voice.name))
            .collect()
    }

    fn speak(&mut self, request: &Request) -> Result<Speech, SpeakError> {
        let voice = self
            .voices
            .iter()
            .find(|voice| voice.name == request.voice)
            .ok_or_else(|| SpeakError::UnknownVoice {
                engine: ENGINE,
                voice: request.voice.clone(),
            })?;
        let text = c_string(&format!(
            "<pitch level=\"{:.0}\"><speed level=\"{:.0}\">{}.</speed></pitch>",
            100.0 * request.pitch,
            100.0 * request.rate,
            request.text
        ))?;
        match say(&self.functions, voice.engine, &text) {
            Ok(samples) => require_sound(
                ENGINE,
                request,
                Speech {
                    samples,
                    sample_rate: SAMPLE_RATE,
                    words: Vec::new(),
                },
            ),
            Err(error) => {
                // SAFETY: a live engine; 0 asks for the full reset that picodefs.h prescribes after an error.
                unsafe { (self.functions.reset)(voice.engine, 0) };
                Err(error)
            }
        }
    }
}

fn say(f: &Functions, engine: Handle, text: &CStr) -> Result<Vec<f32>, SpeakError> {
    // The final zero byte tells Pico that the text is complete.
    let mut rest = text.to_bytes_with_nul();
    let mut samples = Vec::new();
    loop {
        if !rest.is_empty() {
            let mut taken = 0_i16;
            let offered = rest.len().min(i16::MAX as usize) as i16;
            // SAFETY: `offered` bytes of `rest` are readable.
            check(
                unsafe { (f.put_text)(engine, rest.as_ptr().cast(), offered, &mut taken) },
                "taking text",
            )?;
            rest = &rest[usize::try_from(taken).unwrap_or(0).min(rest.len())..];
        }
        let mut buffer = [0_i16; 128];
        let (mut bytes, mut kind) = (0_i16, 0_i16);
        // SAFETY: the buffer holds 256 bytes.
        let status = unsafe {
            (f.get_data)(
                engine,
                buffer.as_mut_ptr().cast(),
                256,
                &mut bytes,
                &mut kind,
            )
        };
        let count = usize::try_from(bytes).unwrap_or(0) / 2;
        samples.extend(from_i16(&buffer[..count.min(buffer.len())]));
        match status {
            STEP_BUSY if samples.len() <= MAX_SAMPLES => {}
            STEP_IDLE if rest.is_empty() => return Ok(samples),
            STEP_IDLE => {}
            status => {
                return Err(SpeakError::Failed {
                    engine: ENGINE,
                    detail: format!("speaking (status {status})"),
                });
            }
        }
    }
}
