//! Reads SpeechCLIP checkpoints as PyTorch Lightning writes them, without running anything in them.
//!
//! A `.ckpt` file is a zip archive: a pickle that describes everything (weights by name, optimiser
//! state, hyperparameters) and one entry of raw little-endian numbers for each storage. Python
//! unpickles by importing modules and calling what the file names, so a checkpoint can do anything
//! to the machine that loads it. Here the pickle is taken apart by a small machine of our own that
//! only builds an inert tree: classes are names, calls are notes of what would have been called. The
//! weights and the configuration are then looked up in that tree.
//!
//! Files are 1 to 3 GB. Opening one reads the archive's directory and the pickle; weights are read
//! from the file when asked for, one tensor or a few of its rows at a time. All of the file is
//! outside input: every length is bounded before it is allocated, and every refusal is a
//! [`CheckpointError`] that names the file, the place in it and the way out.
//!
//! The same weights as a flat `.safetensors` file with a `config.json` beside it are read as well.
//!
//! ```no_run
//! # fn main() -> Result<(), saysee_checkpoint::CheckpointError> {
//! let checkpoint = saysee_checkpoint::Checkpoint::open("model.ckpt")?;
//! println!("{}", checkpoint.config()["clip"]["name"]);
//! for (name, tensor) in checkpoint.tensors() {
//!     println!("{name} {:?} {:?}", tensor.dtype, tensor.shape);
//! }
//! let cls = checkpoint.read_f32("parallel_branch.cls")?;
//! # Ok(())
//! # }
//! ```

mod archive;
mod checkpoint;
mod container;
mod error;
mod flat;
mod gather;
mod json;
mod kind;
mod number;
mod pickle;
mod tensor;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod torch;

pub use checkpoint::Checkpoint;
pub use error::CheckpointError;
pub use number::DType;
pub use pickle::PickleProblem;
pub use tensor::TensorInfo;
