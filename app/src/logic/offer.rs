//! The question before a large download.

use crate::logic::format;
use crate::protocol::Offer;
use crate::texts;

/// Downloads up to this are made without asking, bytes.
pub const UNASKED: u64 = 20_000_000;

impl Offer {
    /// Whether the visitor has to be asked: what is stored in the browser costs nothing. Whoever is `sparing` with
    /// data is asked about everything else.
    pub fn needs_asking(&self, sparing: bool) -> bool {
        self.missing() > if sparing { 0 } else { UNASKED }
    }

    /// Bytes that have to be downloaded.
    pub fn missing(&self) -> u64 {
        self.bytes.saturating_sub(self.stored_bytes)
    }

    /// What is going to be downloaded.
    pub fn sentence(&self) -> String {
        let missing = format::bytes(self.missing());
        if self.stored_bytes == 0 {
            texts::offer::whole(&self.name, &missing)
        } else {
            let stored = format::bytes(self.stored_bytes);
            texts::offer::rest(&self.name, &missing, &stored)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(bytes: u64, stored_bytes: u64) -> Offer {
        Offer {
            name: "base".to_owned(),
            host: "packs.example".to_owned(),
            bytes,
            stored_bytes,
        }
    }

    #[test]
    fn only_large_downloads_are_asked_about() {
        assert!(!offer(UNASKED, 0).needs_asking(false));
        assert!(offer(UNASKED + 1, 0).needs_asking(false));
        assert!(!offer(500_000_000, 500_000_000).needs_asking(false));
        assert!(offer(500_000_000, 100_000_000).needs_asking(false));
    }

    #[test]
    fn who_saves_data_is_asked_about_small_ones_too() {
        assert!(offer(2_600_000, 0).needs_asking(true));
        assert!(!offer(2_600_000, 2_600_000).needs_asking(true));
    }

    #[test]
    fn the_size_is_what_is_still_missing() {
        let all = offer(151_000_000, 0).sentence();
        assert_eq!(all, "The model “base” is a download of 151 MB.");
        let rest = offer(151_000_000, 50_000_000).sentence();
        assert!(rest.starts_with("101 MB of the model") && rest.contains("50 MB are here"));
    }
}
