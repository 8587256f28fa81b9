//! What networks that see pictures do besides multiplying matrices.

/// Which neighbours of which places of a square are gathered. Places are rows of a matrix, row after row of the square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Places on a side of the square.
    pub side: usize,
    /// Neighbours on a side, the place itself included.
    pub kernel: usize,
    /// From one gathered place to the next.
    pub stride: usize,
    /// Zero places around the square.
    pub padding: usize,
}

impl Window {
    /// Places on a side of what comes out; 0 where the window does not fit.
    pub fn outputs(self) -> usize {
        match (self.side + 2 * self.padding).checked_sub(self.kernel) {
            Some(room) if self.kernel > 0 && self.stride > 0 => room / self.stride + 1,
            _ => 0,
        }
    }
}

/// How many rows become one, column by column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pooling {
    /// The mean.
    Mean,
    /// The largest.
    Maximum,
    /// The sigmoid of `ln(mean(exp))`: the probability of what some rows, or one, are sure of.
    Presence,
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn windows_have_the_outputs_of_a_convolution() {
        let window = |side, kernel, stride, padding| Window {
            side,
            kernel,
            stride,
            padding,
        };
        assert_eq!(window(24, 3, 2, 1).outputs(), 12);
        assert_eq!(window(24, 3, 1, 1).outputs(), 24);
        assert_eq!(window(96, 4, 4, 0).outputs(), 24);
        assert_eq!(window(2, 3, 1, 0).outputs(), 0);
        assert_eq!(window(2, 1, 0, 0).outputs(), 0);
    }
}
