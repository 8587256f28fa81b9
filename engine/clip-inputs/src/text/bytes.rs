//! How the merges file writes bytes: each of the 256 as one printable character.
//!
//! Bytes that print in Latin-1 stand for themselves and come first; the others are U+0100 onwards.
//! The order is that of the first 256 token ids.

/// Whether a byte stands for itself.
fn is_printable(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF)
}

/// All bytes in the order of their token ids, which is not their numeric order.
pub(super) fn bytes_by_id() -> impl Iterator<Item = u8> {
    let of = |printable| (0..=u8::MAX).filter(move |byte| is_printable(*byte) == printable);
    of(true).chain(of(false))
}

/// Token id of each byte where it does not end a word.
pub(super) fn ids_by_byte() -> [u32; 256] {
    let mut ids = [0; 256];
    for (id, byte) in (0..).zip(bytes_by_id()) {
        ids[usize::from(byte)] = id;
    }
    ids
}

/// The byte behind a character of the merges file.
pub(super) fn byte_of(character: char) -> Option<u8> {
    let code = u32::from(character);
    match u8::try_from(code) {
        Ok(byte) => is_printable(byte).then_some(byte),
        Err(_) => (0..=u8::MAX)
            .filter(|byte| !is_printable(*byte))
            .nth((code - 0x100) as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_one_id() {
        let ids = ids_by_byte();
        assert_eq!(bytes_by_id().count(), 256);
        for (id, byte) in bytes_by_id().enumerate() {
            assert_eq!(ids[usize::from(byte)], id as u32);
        }
        // "!" is token 0, which is why padding reads as exclamation marks.
        assert_eq!(ids[usize::from(b'!')], 0);
        assert_eq!(ids[0], 188);
    }

    #[test]
    fn characters_of_the_file_stand_for_bytes() {
        assert_eq!(byte_of('a'), Some(b'a'));
        assert_eq!(byte_of('Ā'), Some(0));
        assert_eq!(byte_of('Ġ'), Some(b' '));
        assert_eq!(byte_of('ÿ'), Some(0xFF));
        assert_eq!(byte_of('Ń'), Some(0xAD));
        for none in [' ', '\u{AD}', '\u{7F}', 'ń', '日'] {
            assert_eq!(byte_of(none), None, "{none:?}");
        }
    }
}
