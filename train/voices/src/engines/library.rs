//! Opening C libraries at run time.

use libloading::Library;

use super::SpeakError;
use crate::voice::EngineKind;

/// Opens the first of `names` that the dynamic loader finds.
pub(super) fn open(engine: EngineKind, names: &[&str]) -> Result<Library, SpeakError> {
    for name in names {
        // SAFETY: the initialisers of these speech libraries have no requirement on the caller.
        if let Ok(library) = unsafe { Library::new(*name) } {
            return Ok(library);
        }
    }
    Err(SpeakError::NotInstalled {
        engine,
        detail: names.join(" or "),
    })
}

/// Looks a function up.
///
/// # Safety
/// `F` must be the type of the C function `name`, and the result must not outlive `library`.
pub(super) unsafe fn function<F: Copy>(
    engine: EngineKind,
    library: &Library,
    name: &str,
) -> Result<F, SpeakError> {
    // SAFETY: the caller vouches for the type.
    unsafe { library.get::<F>(name) }
        .map(|symbol| *symbol)
        .map_err(|_| SpeakError::NotInstalled {
            engine,
            detail: format!("its library has no function {name}"),
        })
}
