//! How large a pickle may be. The largest public checkpoint, with optimiser state, stays under a
//! hundredth of each; a pickle at every limit costs a few hundred megabytes.

/// Bytes of a pickle.
pub(crate) const MAX_BYTES: u64 = 64 << 20;
/// Instructions, and with them references between values.
pub(super) const MAX_STEPS: usize = 1 << 23;
/// Values in the tree.
pub(super) const MAX_VALUES: usize = 1 << 21;
/// Places remembered for later reference.
pub(super) const MAX_MEMO: usize = 1 << 21;
/// Lists, tuples and dictionaries begun but not finished.
pub(super) const MAX_MARKS: usize = 1 << 14;
