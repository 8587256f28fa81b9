//! One button, two ways: a tap starts and stops, a hold lasts as long as the finger.

use crate::logic::recorder::Event;

/// A press that lasts longer is a hold, milliseconds.
pub const TAP_MS: f64 = 250.0;

/// What presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A finger, pen or mouse, by its number.
    Pointer(i32),
    /// A key.
    Key,
}

/// The press that is going on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Press(Option<(Source, f64)>);

impl Press {
    /// `source` goes down at `now` (milliseconds of any steady clock). Nothing follows while something else is down:
    /// a second finger, or a key that repeats.
    pub fn down(&mut self, source: Source, now: f64) -> Option<Event> {
        if self.0.is_some() {
            return None;
        }
        self.0 = Some((source, now));
        Some(Event::Press)
    }

    /// `source` comes up, or is lost.
    pub fn up(&mut self, source: Source, now: f64) -> Option<Event> {
        let (_, since) = self.0.take_if(|(down, _)| *down == source)?;
        Some(Event::Release {
            held: now - since >= TAP_MS,
        })
    }

    /// Whatever is down comes up: the window has lost the keyboard or the finger.
    pub fn lost(&mut self, now: f64) -> Option<Event> {
        let (source, _) = self.0?;
        self.up(source, now)
    }
}

/// Whether a key that was typed somewhere on the page is the one for speaking: V alone. `key` and `code` are those of
/// the browser's event. Where V types no letter of the Latin alphabet its place on the keyboard counts.
pub fn is_shortcut(key: &str, code: &str, modified: bool) -> bool {
    let latin = key.len() == 1 && key.is_ascii();
    let wanted = if latin {
        key.eq_ignore_ascii_case("v")
    } else {
        key.chars().count() == 1 && code == "KeyV"
    };
    wanted && !modified
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGER: Source = Source::Pointer(1);

    #[test]
    fn time_tells_a_tap_from_a_hold() {
        for (milliseconds, held) in [(0.0, false), (249.0, false), (250.0, true), (9_000.0, true)] {
            let mut press = Press::default();
            assert_eq!(press.down(FINGER, 1_000.0), Some(Event::Press));
            assert_eq!(
                press.up(FINGER, 1_000.0 + milliseconds),
                Some(Event::Release { held })
            );
        }
    }

    #[test]
    fn a_second_finger_and_a_repeating_key_change_nothing() {
        let mut press = Press::default();
        press.down(Source::Key, 0.0);
        assert_eq!(press.down(Source::Key, 30.0), None);
        assert_eq!(press.down(FINGER, 40.0), None);
        assert_eq!(press.up(FINGER, 300.0), None);
        assert_eq!(
            press.up(Source::Key, 300.0),
            Some(Event::Release { held: true })
        );
        assert_eq!(press.up(Source::Key, 301.0), None);
    }

    #[test]
    fn what_is_lost_has_come_up() {
        let mut press = Press::default();
        assert_eq!(press.lost(0.0), None);
        press.down(FINGER, 0.0);
        assert_eq!(press.lost(500.0), Some(Event::Release { held: true }));
        assert_eq!(press.lost(501.0), None);
    }

    #[test]
    fn one_key_speaks() {
        assert!(is_shortcut("v", "KeyV", false));
        assert!(is_shortcut("V", "KeyV", false));
        assert!(is_shortcut("v", "Period", false), "Dvorak");
        assert!(is_shortcut("м", "KeyV", false), "Cyrillic");
        assert!(!is_shortcut("v", "KeyV", true));
        for (key, code) in [
            (" ", "Space"),
            ("k", "KeyV"),
            ("Enter", "Enter"),
            ("Process", "KeyV"),
        ] {
            assert!(!is_shortcut(key, code, false), "{key}");
        }
    }
}
