//! espeak-ng, in process: voices and pronunciations.

use std::{
    cell::RefCell,
    ffi::{CStr, CString, c_char, c_int, c_uint, c_void},
    ptr,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use libloading::Library;

use super::{Request, SpeakError, Speech, Synthesiser, TimedWord, from_i16, library};
use crate::voice::{EngineKind, Voice};

/// The accent whose pronunciations are the project's phones.
pub const PRONUNCIATION_VOICE: &str = "en-us";

/// `en` is British English.
const ACCENTS: [&str; 7] = [
    "en-us",
    "en",
    "en-gb-scotland",
    "en-gb-x-rp",
    "en-gb-x-gbclan",
    "en-029",
    "en-us-nyc",
];
/// Variants that sound like people; the robots and whispers are left out.
const VARIANTS: [&str; 20] = [
    "", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "f1", "f2", "f3", "f4", "f5", "Alicia", "Andy",
    "Annie", "Lee", "Michael", "linda", "steph",
];

const ENGINE: EngineKind = EngineKind::Espeak;
const WORDS_A_MINUTE: f32 = 160.0;
const SYNCHRONOUS: c_int = 2;
const DO_NOT_EXIT: c_int = 0x8000;
const UTF8: c_uint = 1;
const POSITION_CHARACTER: c_int = 1;
const PARAMETER_RATE: c_int = 1;
const PARAMETER_PITCH: c_int = 3;
const EVENT_END_OF_LIST: c_int = 0;
const EVENT_WORD: c_int = 1;
/// IPA, phonemes separated by the character in bits 8 and up.
const PHONEMES_IPA: c_int = 0x02 | ((SEPARATOR as c_int) << 8);
const SEPARATOR: u8 = b'_';

#[repr(C)]
struct Event {
    kind: c_int,
    message: c_uint,
    text_position: c_int,
    length: c_int,
    audio_position: c_int,
    sample: c_int,
    user_data: *mut c_void,
    identity: [u8; 8],
}

type Callback = unsafe extern "C" fn(*mut i16, c_int, *mut Event) -> c_int;
type Synth = unsafe extern "C" fn(
    *const c_void,
    usize,
    c_uint,
    c_int,
    c_uint,
    c_uint,
    *mut c_uint,
    *mut c_void,
) -> c_int;

#[derive(Default)]
struct Heard {
    samples: Vec<f32>,
    /// (first character counted from 1, characters, milliseconds)
    words: Vec<(usize, usize, f32)>,
}

thread_local! {
    /// espeak-ng calls back on the thread that asked.
    static HEARD: RefCell<Heard> = RefCell::new(Heard::default());
}

/// Receives sound and events.
unsafe extern "C" fn receive(samples: *mut i16, count: c_int, mut event: *mut Event) -> c_int {
    HEARD.with_borrow_mut(|heard| {
        if !samples.is_null() && count > 0 {
            // SAFETY: espeak-ng passes `count` samples.
            heard.samples.extend(from_i16(unsafe {
                std::slice::from_raw_parts(samples, count as usize)
            }));
        }
        // SAFETY: the events end with one of kind EVENT_END_OF_LIST.
        unsafe {
            while !event.is_null() && (*event).kind != EVENT_END_OF_LIST {
                let this = &*event;
                if this.kind == EVENT_WORD && this.text_position > 0 && this.length > 0 {
                    heard.words.push((
                        this.text_position as usize,
                        this.length as usize,
                        this.audio_position as f32 / 1000.0,
                    ));
                }
                event = event.add(1);
            }
        }
    });
    0
}

/// The one espeak-ng of this process (the library has global state).
pub struct Espeak {
    sample_rate: u32,
    voice: String,
    set_voice: unsafe extern "C" fn(*const c_char) -> c_int,
    set_parameter: unsafe extern "C" fn(c_int, c_int, c_int) -> c_int,
    synth: Synth,
    to_phonemes: unsafe extern "C" fn(*mut *const c_void, c_int, c_int) -> *const c_char,
    _library: Library,
}

impl Espeak {
    /// Locks the process-wide espeak-ng, opening it at the first call.
    pub fn lock() -> Result<MutexGuard<'static, Self>, SpeakError> {
        static SHARED: OnceLock<Result<Mutex<Espeak>, SpeakError>> = OnceLock::new();
        match SHARED.get_or_init(|| Self::open().map(Mutex::new)) {
            Ok(shared) => Ok(shared.lock().unwrap_or_else(PoisonError::into_inner)),
            Err(error) => Err(error.clone()),
        }
    }

    fn open() -> Result<Self, SpeakError> {
        let library = library::open(
            ENGINE,
            &[
                "libespeak-ng.so.1",
                "libespeak-ng.1.dylib",
                "libespeak-ng.dylib",
            ],
        )?;
        // SAFETY: the types are those of speak_lib.h; the library is kept in the same struct as the functions.
        unsafe {
            let initialise: unsafe extern "C" fn(c_int, c_int, *const c_char, c_int) -> c_int =
                library::function(ENGINE, &library, "espeak_Initialize")?;
            let set_callback: unsafe extern "C" fn(Callback) =
                library::function(ENGINE, &library, "espeak_SetSynthCallback")?;
            let sample_rate = initialise(SYNCHRONOUS, 0, ptr::null(), DO_NOT_EXIT);
            if sample_rate <= 0 {
                return Err(SpeakError::NotInstalled {
                    engine: ENGINE,
                    detail: "its voice data".into(),
                });
            }
            set_callback(receive);
            Ok(Self {
                sample_rate: sample_rate as u32,
                voice: String::new(),
                set_voice: library::function(ENGINE, &library, "espeak_SetVoiceByName")?,
                set_parameter: library::function(ENGINE, &library, "espeak_SetParameter")?,
                synth: library::function(ENGINE, &library, "espeak_Synth")?,
                to_phonemes: library::function(ENGINE, &library, "espeak_TextToPhonemes")?,
                _library: library,
            })
        }
    }

    fn choose(&mut self, voice: &str) -> Result<(), SpeakError> {
        if self.voice == voice {
            return Ok(());
        }
        let unknown = || SpeakError::UnknownVoice {
            engine: ENGINE,
            voice: voice.into(),
        };
        let name = CString::new(voice).map_err(|_| unknown())?;
        // SAFETY: a valid C string.
        if unsafe { (self.set_voice)(name.as_ptr()) } != 0 {
            return Err(unknown());
        }
        self.voice = voice.into();
        Ok(())
    }

    /// The pronunciation of a text in American English: IPA phonemes separated by `_` or spaces, with stress marks.
    pub fn ipa(&mut self, text: &str) -> Result<String, SpeakError> {
        self.choose(PRONUNCIATION_VOICE)?;
        let failed = || SpeakError::Failed {
            engine: ENGINE,
            detail: format!("pronouncing {text:?}"),
        };
        let text = CString::new(text).map_err(|_| failed())?;
        let mut rest = text.as_ptr().cast::<c_void>();
        let mut ipa = String::new();
        while !rest.is_null() {
            // SAFETY: `rest` points into `text`; each call moves it on by a clause and sets it to null at the end.
            let clause = unsafe { (self.to_phonemes)(&mut rest, UTF8 as c_int, PHONEMES_IPA) };
            if clause.is_null() {
                return Err(failed());
            }
            // SAFETY: a C string, valid until the next call.
            ipa.push_str(&unsafe { CStr::from_ptr(clause) }.to_string_lossy());
            ipa.push(' ');
        }
        Ok(ipa)
    }

    fn say(&mut self, request: &Request) -> Result<Speech, SpeakError> {
        self.choose(&request.voice)?;
        let failed = || SpeakError::Failed {
            engine: ENGINE,
            detail: format!("saying {:?}", request.text),
        };
        let text = CString::new(request.text.as_str()).map_err(|_| failed())?;
        HEARD.take();
        // 50 is the voice's own pitch, and the scale is roughly an octave from 0 to 100.
        let pitch = (50.0 + 100.0 * request.pitch.log2()).clamp(0.0, 99.0);
        // SAFETY: plain values, then a C string with its size; the identifier pointer may be null.
        let status = unsafe {
            (self.set_parameter)(PARAMETER_RATE, (WORDS_A_MINUTE * request.rate) as c_int, 0);
            (self.set_parameter)(PARAMETER_PITCH, pitch as c_int, 0);
            (self.synth)(
                text.as_ptr().cast(),
                text.as_bytes_with_nul().len(),
                0,
                POSITION_CHARACTER,
                0,
                UTF8,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        if status != 0 {
            return Err(failed());
        }
        let heard = HEARD.take();
        let seconds = heard.samples.len() as f32 / self.sample_rate as f32;
        Ok(Speech {
            words: timed_words(&request.text, &heard.words, seconds),
            samples: heard.samples,
            sample_rate: self.sample_rate,
        })
    }
}

/// A word ends where the next begins.
fn timed_words(text: &str, events: &[(usize, usize, f32)], seconds: f32) -> Vec<TimedWord> {
    events
        .iter()
        .enumerate()
        .map(|(i, &(position, length, start))| TimedWord {
            word: text.chars().skip(position - 1).take(length).collect(),
            start,
            end: events.get(i + 1).map_or(seconds, |next| next.2),
        })
        .collect()
}

/// The [`Synthesiser`] over the process-wide [`Espeak`].
pub(super) struct SharedEspeak;

impl SharedEspeak {
    pub(super) fn open() -> Result<Self, SpeakError> {
        Espeak::lock().map(|_| Self)
    }
}

impl Synthesiser for SharedEspeak {
    fn voices(&self) -> Vec<Voice> {
        let names = ACCENTS.iter().flat_map(|accent| {
            VARIANTS.iter().map(move |variant| match *variant {
                "" => (*accent).to_owned(),
                variant => format!("{accent}+{variant}"),
            })
        });
        names
            .map(|name| Voice {
                engine: ENGINE,
                name,
                held_out: false,
            })
            .collect()
    }

    fn speak(&mut self, request: &Request) -> Result<Speech, SpeakError> {
        let speech = Espeak::lock()?.say(request)?;
        super::require_sound(ENGINE, request, speech)
    }
}
