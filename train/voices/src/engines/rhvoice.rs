//! RHVoice, in process.

use std::ffi::{CStr, CString, c_char, c_double, c_int, c_uint, c_void};

use libloading::Library;

use super::{Request, SpeakError, Speech, Synthesiser, from_i16, library, require_sound};
use crate::voice::{EngineKind, Voice};

const ENGINE: EngineKind = EngineKind::RhVoice;
const DATA: &CStr = c"/usr/share/RHVoice";
const CONFIGURATION: &CStr = c"/etc/RHVoice";
/// English voices whose licences allow making derived works; Evgeniy-Eng and Lyubov do not.
const ALLOWED: [&str; 4] = ["bdl", "slt", "alan", "clb"];
const MESSAGE_TEXT: c_int = 0;

#[repr(C)]
struct Callbacks {
    set_sample_rate: unsafe extern "C" fn(c_int, *mut c_void) -> c_int,
    play_speech: unsafe extern "C" fn(*const i16, c_uint, *mut c_void) -> c_int,
    /// process_mark, word_starts, word_ends, sentence_starts, sentence_ends, play_audio, done.
    unused: [*const c_void; 7],
}

#[repr(C)]
struct InitParams {
    data_path: *const c_char,
    config_path: *const c_char,
    resource_paths: *const *const c_char,
    callbacks: Callbacks,
    options: c_uint,
}

#[repr(C)]
struct VoiceInfo {
    language: *const c_char,
    name: *const c_char,
    gender: c_int,
    country: *const c_char,
}

#[repr(C)]
struct SynthParams {
    voice_profile: *const c_char,
    absolute: [c_double; 3],
    /// Rate, pitch, volume.
    relative: [c_double; 3],
    punctuation_mode: c_int,
    punctuation_list: *const c_char,
    capitals_mode: c_int,
    flags: c_int,
}

type Handle = *mut c_void;

unsafe extern "C" fn set_sample_rate(rate: c_int, speech: *mut c_void) -> c_int {
    // SAFETY: `speech` is the live `Speech` that `speak` passes; null in calls that are not about a message.
    if let Some(speech) = unsafe { speech.cast::<Speech>().as_mut() } {
        speech.sample_rate = rate.max(0) as u32;
    }
    1
}

unsafe extern "C" fn play_speech(samples: *const i16, count: c_uint, speech: *mut c_void) -> c_int {
    // SAFETY: as above, and RHVoice passes `count` samples.
    unsafe {
        if let Some(speech) = speech.cast::<Speech>().as_mut()
            && !samples.is_null()
        {
            speech.samples.extend(from_i16(std::slice::from_raw_parts(
                samples,
                count as usize,
            )));
        }
    }
    1
}

/// RHVoice with the English voices of this machine.
pub struct RhVoice {
    /// (the name used here, the profile as RHVoice spells it)
    profiles: Vec<(String, CString)>,
    engine: Handle,
    delete_engine: unsafe extern "C" fn(Handle),
    new_message: unsafe extern "C" fn(
        Handle,
        *const c_char,
        c_uint,
        c_int,
        *const SynthParams,
        *mut c_void,
    ) -> Handle,
    delete_message: unsafe extern "C" fn(Handle),
    speak: unsafe extern "C" fn(Handle) -> c_int,
    _library: Library,
}

impl RhVoice {
    /// Opens the library and lists its English voices.
    pub fn open() -> Result<Self, SpeakError> {
        let library = library::open(ENGINE, &["libRHVoice.so.5", "libRHVoice.so"])?;
        let parameters = InitParams {
            data_path: DATA.as_ptr(),
            config_path: CONFIGURATION.as_ptr(),
            resource_paths: std::ptr::null(),
            callbacks: Callbacks {
                set_sample_rate,
                play_speech,
                unused: [std::ptr::null(); 7],
            },
            options: 0,
        };
        // SAFETY: the types are those of RHVoice.h; the voice list is owned by the engine and copied here.
        unsafe {
            let new_engine: unsafe extern "C" fn(*const InitParams) -> Handle =
                library::function(ENGINE, &library, "RHVoice_new_tts_engine")?;
            let count: unsafe extern "C" fn(Handle) -> c_uint =
                library::function(ENGINE, &library, "RHVoice_get_number_of_voices")?;
            let list: unsafe extern "C" fn(Handle) -> *const VoiceInfo =
                library::function(ENGINE, &library, "RHVoice_get_voices")?;
            let delete_engine = library::function(ENGINE, &library, "RHVoice_delete_tts_engine")?;
            let new_message = library::function(ENGINE, &library, "RHVoice_new_message")?;
            let delete_message = library::function(ENGINE, &library, "RHVoice_delete_message")?;
            let speak = library::function(ENGINE, &library, "RHVoice_speak")?;
            let engine = new_engine(&parameters);
            if engine.is_null() {
                return Err(SpeakError::NotInstalled {
                    engine: ENGINE,
                    detail: "its voices".into(),
                });
            }
            let infos = list(engine);
            let mut profiles: Vec<(String, CString)> = (0..count(engine) as usize)
                .filter(|_| !infos.is_null())
                .map(|i| CStr::from_ptr((*infos.add(i)).name).to_owned())
                .map(|profile| (profile.to_string_lossy().to_lowercase(), profile))
                .filter(|(name, _)| ALLOWED.contains(&name.as_str()))
                .collect();
            profiles.sort();
            Ok(Self {
                profiles,
                engine,
                delete_engine,
                new_message,
                delete_message,
                speak,
                _library: library,
            })
        }
    }
}

impl Drop for RhVoice {
    fn drop(&mut self) {
        // SAFETY: the engine is live and used nowhere else.
        unsafe { (self.delete_engine)(self.engine) }
    }
}

impl Synthesiser for RhVoice {
    fn voices(&self) -> Vec<Voice> {
        self.profiles
            .iter()
            .map(|(name, _)| Voice::new(ENGINE, name))
            .collect()
    }

    fn speak(&mut self, request: &Request) -> Result<Speech, SpeakError> {
        let (_, profile) = self
            .profiles
            .iter()
            .find(|(name, _)| *name == request.voice)
            .ok_or_else(|| SpeakError::UnknownVoice {
                engine: ENGINE,
                voice: request.voice.clone(),
            })?;
        let failed = || SpeakError::Failed {
            engine: ENGINE,
            detail: format!("saying {:?}", request.text),
        };
        let parameters = SynthParams {
            voice_profile: profile.as_ptr(),
            absolute: [0.0; 3],
            relative: [request.rate.into(), request.pitch.into(), 1.0],
            punctuation_mode: 0,
            punctuation_list: std::ptr::null(),
            capitals_mode: 0,
            flags: 0,
        };
        let length = c_uint::try_from(request.text.len()).map_err(|_| failed())?;
        let mut speech = Speech::default();
        // SAFETY: text and parameters live through the calls; `speech` is only written by the callbacks inside
        // `speak`, which returns when all is said.
        let spoken = unsafe {
            let message = (self.new_message)(
                self.engine,
                request.text.as_ptr().cast(),
                length,
                MESSAGE_TEXT,
                &parameters,
                (&raw mut speech).cast(),
            );
            if message.is_null() {
                return Err(failed());
            }
            let spoken = (self.speak)(message);
            (self.delete_message)(message);
            spoken
        };
        if spoken == 0 || speech.sample_rate == 0 {
            return Err(failed());
        }
        require_sound(ENGINE, request, speech)
    }
}
