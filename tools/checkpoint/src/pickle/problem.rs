//! What can be wrong with a pickle.

/// Why a pickle was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PickleProblem {
    /// An instruction or its operand reaches beyond the end.
    #[error("the pickle ends in the middle")]
    Truncated,
    /// It does not start with a protocol number from 2 to 5.
    #[error("not a pickle of protocol 2 to 5")]
    Protocol,
    /// An instruction torch does not write: text forms of protocol 0, extension codes, out-of-band buffers.
    #[error("unexpected instruction 0x{0:02x}")]
    Instruction(u8),
    /// More of something than any checkpoint has.
    #[error("more than {most} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// An instruction takes a value where there is none.
    #[error("an instruction takes a value from an empty stack")]
    Underflow,
    /// An instruction looks for a mark where there is none.
    #[error("an instruction looks for a mark that was not set")]
    NoMark,
    /// A reference to a place that was not remembered.
    #[error("refers to memo entry {0}, which was not set")]
    NoMemo(u32),
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    Text,
    /// A value of the wrong kind for the instruction.
    #[error("{0}")]
    Kind(&'static str),
}

/// A problem and where the instruction at fault starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PickleError {
    /// Bytes from the start of the pickle.
    pub(crate) offset: u64,
    /// What is wrong.
    pub(crate) problem: PickleProblem,
}
