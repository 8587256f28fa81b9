//! The bytes of a pickle, read from front to back. Nothing is handed out that is not there.

use super::PickleProblem;

pub(super) struct Input<'a> {
    bytes: &'a [u8],
    /// Bytes read so far.
    position: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> u64 {
        self.position as u64
    }

    /// The next `length` bytes.
    pub(super) fn take(&mut self, length: u64) -> Result<&'a [u8], PickleProblem> {
        let rest = &self.bytes[self.position..];
        let taken = usize::try_from(length)
            .ok()
            .and_then(|length| rest.get(..length))
            .ok_or(PickleProblem::Truncated)?;
        self.position += taken.len();
        Ok(taken)
    }

    /// The next `length` bytes as text.
    pub(super) fn text(&mut self, length: u64) -> Result<&'a str, PickleProblem> {
        str::from_utf8(self.take(length)?).map_err(|_| PickleProblem::Text)
    }

    /// Text up to the next line feed, which is passed over.
    pub(super) fn line(&mut self) -> Result<&'a str, PickleProblem> {
        let rest = &self.bytes[self.position..];
        let length = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or(PickleProblem::Truncated)?;
        let line = self.text(length as u64)?;
        self.position += 1;
        Ok(line)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleProblem> {
        let (array, _) = self.bytes[self.position..]
            .split_first_chunk::<N>()
            .ok_or(PickleProblem::Truncated)?;
        self.position += N;
        Ok(*array)
    }

    pub(super) fn u8(&mut self) -> Result<u8, PickleProblem> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, PickleProblem> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, PickleProblem> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, PickleProblem> {
        self.array().map(u64::from_le_bytes)
    }
}
