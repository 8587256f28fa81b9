//! What `saysee bench` measures, and with what.
//!
//! ```text
//! cases.rs     what is timed: a mode and an input             measured.rs  one case, timed
//! profile.rs   where its time goes, operation by operation    ceiling.rs   what the machine can do at most
//! processor.rs the processor time of this process
//! ```

mod cases;
mod ceiling;
mod measured;
mod processor;
pub mod profile;

pub use cases::{Case, Input, Mode, as_floats, cases};
pub use ceiling::Ceiling;
pub use measured::{Measured, measure};
pub use profile::Part;
