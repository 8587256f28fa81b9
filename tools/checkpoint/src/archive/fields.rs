//! Little-endian fields of the records of a zip archive, one after another. Nothing is handed out that is
//! not there.

/// What is left of a record.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: impl Into<usize>) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count.into())?;
        self.0 = rest;
        Some(taken)
    }

    /// Goes on behind the signature that starts a record.
    pub(super) fn signature(&mut self, signature: u32) -> Option<()> {
        (self.u32()? == signature).then_some(())
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }
}
