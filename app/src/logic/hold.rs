//! When the order of the pictures may change: never under a finger.
//!
//! While a pointer is down on the pictures, no order changes. While somebody goes through them with the keyboard,
//! orders of an utterance that is still being spoken wait; the answer does not, because it is what they asked for.

/// Who is busy with the pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hold {
    /// A finger or a pressed mouse button is on them.
    pub pointer: bool,
    /// The keyboard's focus is among them.
    pub focus: bool,
}

impl Hold {
    /// Whether a new order waits; `provisional` says that the utterance is still being spoken.
    pub fn waits(self, provisional: bool) -> bool {
        self.pointer || (self.focus && provisional)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finger_holds_everything_and_the_focus_what_is_provisional() {
        let finger = Hold {
            pointer: true,
            focus: false,
        };
        let focus = Hold {
            pointer: false,
            focus: true,
        };
        assert!(finger.waits(true) && finger.waits(false));
        assert!(focus.waits(true) && !focus.waits(false));
        assert!(!Hold::default().waits(true) && !Hold::default().waits(false));
    }
}
