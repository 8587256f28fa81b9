//! Which part of the scaled picture is kept: the square in its middle.

/// How one side of the picture is scaled, and what of it is kept. All in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Side {
    /// Length as given.
    pub(super) from: usize,
    /// Length after scaling. Of a long and thin picture it does not fit the 32 bits of a page's `usize`.
    pub(super) to: u64,
    /// First pixel kept of the scaled side.
    pub(super) first: u64,
    /// Pixels kept.
    pub(super) kept: usize,
}

/// Width and height, for a square of `size`: the shorter side becomes `size`, the longer one keeps
/// the proportion, rounded down, and half of what is too much is cut off on each side. A half pixel
/// goes to the even neighbour, as Python rounds.
pub(super) fn frame(width: usize, height: usize, size: usize) -> (Side, Side) {
    let short = width.min(height);
    let side = |from: usize| {
        // In floating point, as the reference: the quotient is rounded before it is cut.
        let to = ((size as u64 * from as u64) as f64 / short as f64) as u64;
        let spare = to.saturating_sub(size as u64);
        Side {
            from,
            to,
            first: (spare as f64 / 2.0).round_ties_even() as u64,
            kept: size,
        }
    };
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(width: usize, height: usize) -> (u64, u64) {
        let (horizontal, vertical) = frame(width, height, 224);
        assert_eq!((vertical.to, vertical.first, vertical.kept), (224, 0, 224));
        assert_eq!((horizontal.from, horizontal.kept), (width, 224));
        (horizontal.to, horizontal.first)
    }

    #[test]
    fn the_longer_side_is_rounded_down_and_cut_in_the_middle() {
        assert_eq!(wide(224, 224), (224, 0));
        assert_eq!(wide(300, 200), (336, 56));
        assert_eq!(wide(640, 37), (3874, 1825));
        assert_eq!(wide(1_000_000, 1), (224_000_000, 111_999_888));
        let longest = (22_400_000_000, 11_199_999_888);
        assert_eq!(wide(100_000_000, 1), longest);
    }

    #[test]
    fn half_a_pixel_goes_to_the_even_side() {
        // 1 spare pixel: 0.5 is 0; 3: 1.5 is 2; 5: 2.5 is 2.
        assert_eq!(wide(225, 224), (225, 0));
        assert_eq!(wide(227, 224), (227, 2));
        assert_eq!(wide(229, 224), (229, 2));
    }

    #[test]
    fn a_tall_picture_is_a_wide_one_on_its_side() {
        let (horizontal, vertical) = frame(97, 411, 224);
        assert_eq!((vertical, horizontal), frame(411, 97, 224));
    }
}
