//! Flite, in process.

use std::ffi::{CString, c_char, c_float, c_int, c_void};

use libloading::Library;

use super::{Request, SpeakError, Speech, Synthesiser, from_i16, library, require_sound};
use crate::voice::{EngineKind, Voice};

const ENGINE: EngineKind = EngineKind::Flite;
/// Name, and mean pitch in Hz where the voice has that control.
const VOICES: [(&str, Option<f32>); 5] = [
    ("slt", None),
    ("rms", None),
    ("awb", None),
    ("kal", Some(95.0)),
    ("kal16", Some(95.0)),
];

/// The head of `cst_voice_struct`.
#[repr(C)]
struct VoiceHead {
    name: *const c_char,
    features: *mut c_void,
}

/// `cst_wave_struct`.
#[repr(C)]
struct Wave {
    kind: *const c_char,
    sample_rate: c_int,
    samples: c_int,
    channels: c_int,
    data: *const i16,
}

struct FliteVoice {
    name: &'static str,
    mean_pitch: Option<f32>,
    head: *mut VoiceHead,
    _library: Library,
}

/// Flite with the voices of this machine.
pub struct Flite {
    voices: Vec<FliteVoice>,
    set_float: unsafe extern "C" fn(*mut c_void, *const c_char, c_float),
    to_wave: unsafe extern "C" fn(*const c_char, *mut VoiceHead) -> *mut Wave,
    delete_wave: unsafe extern "C" fn(*mut Wave),
    _library: Library,
}

impl Flite {
    /// Opens the library and every voice it has here.
    pub fn open() -> Result<Self, SpeakError> {
        let library = library::open(ENGINE, &["libflite.so.1"])?;
        // SAFETY: the types are those of flite.h; libraries are kept beside what comes from them.
        unsafe {
            let initialise: unsafe extern "C" fn() -> c_int =
                library::function(ENGINE, &library, "flite_init")?;
            initialise();
            let mut voices = Vec::new();
            for (name, mean_pitch) in VOICES {
                let file = format!("libflite_cmu_us_{name}.so.1");
                let Ok(voice_library) = library::open(ENGINE, &[&file]) else {
                    continue;
                };
                let register: unsafe extern "C" fn(*const c_char) -> *mut VoiceHead =
                    library::function(ENGINE, &voice_library, &format!("register_cmu_us_{name}"))?;
                let head = register(std::ptr::null());
                if !head.is_null() {
                    voices.push(FliteVoice {
                        name,
                        mean_pitch,
                        head,
                        _library: voice_library,
                    });
                }
            }
            Ok(Self {
                voices,
                set_float: library::function(ENGINE, &library, "flite_feat_set_float")?,
                to_wave: library::function(ENGINE, &library, "flite_text_to_wave")?,
                delete_wave: library::function(ENGINE, &library, "delete_wave")?,
                _library: library,
            })
        }
    }

    fn set(&self, voice: &FliteVoice, feature: &std::ffi::CStr, value: f32) {
        // SAFETY: a registered voice lives as long as its library, and owns its features.
        unsafe { (self.set_float)((*voice.head).features, feature.as_ptr(), value) }
    }
}

impl Synthesiser for Flite {
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
        let failed = || SpeakError::Failed {
            engine: ENGINE,
            detail: format!("saying {:?}", request.text),
        };
        let text = CString::new(request.text.as_str()).map_err(|_| failed())?;
        self.set(voice, c"duration_stretch", 1.0 / request.rate);
        match voice.mean_pitch {
            Some(mean) => self.set(voice, c"int_f0_target_mean", mean * request.pitch),
            None => self.set(voice, c"f0_shift", request.pitch),
        }
        // SAFETY: a C string and a live voice; the wave is freed after its samples are copied.
        let speech = unsafe {
            let wave = (self.to_wave)(text.as_ptr(), voice.head);
            if wave.is_null() {
                return Err(failed());
            }
            let head = &*wave;
            let mono = head.channels == 1
                && head.samples > 0
                && head.sample_rate > 0
                && !head.data.is_null();
            let speech = mono.then(|| Speech {
                samples: from_i16(std::slice::from_raw_parts(head.data, head.samples as usize))
                    .collect(),
                sample_rate: head.sample_rate as u32,
                words: Vec::new(),
            });
            (self.delete_wave)(wave);
            speech.ok_or_else(failed)?
        };
        require_sound(ENGINE, request, speech)
    }
}
