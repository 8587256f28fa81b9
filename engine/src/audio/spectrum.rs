//! Power spectra of frames. The transform is put together from rustfft's radix-4 one alone: its planner would bring every other
//! algorithm into the page's download, and the lengths here are powers of two.

use std::f64::consts::PI;

use rustfft::algorithm::Radix4;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftDirection};

/// Real samples to the power of each bin, for one length.
///
/// Even and odd samples are the real and the imaginary part of a complex signal of half the length, whose transform is taken
/// apart again.
pub struct Spectrum {
    transform: Radix4<f32>,
    /// `exp(-2 pi i k / length)` of the bins below half the rate.
    turns: Vec<Complex<f32>>,
}

/// What a [`Spectrum`] works in.
pub struct Scratch {
    halves: Vec<Complex<f32>>,
    inner: Vec<Complex<f32>>,
}

impl Spectrum {
    /// For frames of `length` samples, a power of two of at least 2.
    pub fn new(length: usize) -> Self {
        let half = length / 2;
        let turn = |bin: usize| {
            let (sine, cosine) = (-2.0 * PI * bin as f64 / length as f64).sin_cos();
            Complex::new(cosine as f32, sine as f32)
        };
        Self {
            transform: Radix4::new(half, FftDirection::Forward),
            turns: (0..half).map(turn).collect(),
        }
    }

    /// Number of bins: half the frame's length and one.
    pub fn bins(&self) -> usize {
        self.turns.len() + 1
    }

    /// Room to work in.
    pub fn scratch(&self) -> Scratch {
        let zero = Complex::new(0.0, 0.0);
        Scratch {
            halves: vec![zero; self.turns.len()],
            inner: vec![zero; self.transform.get_inplace_scratch_len()],
        }
    }

    /// The power of each bin of `frame`, which may be shorter than the length and is followed by zeros then.
    pub fn power(
        &self,
        frame: impl Iterator<Item = f32>,
        scratch: &mut Scratch,
        power: &mut [f32],
    ) {
        let Scratch { halves, inner } = scratch;
        let mut samples = frame.fuse();
        for half in halves.iter_mut() {
            let even = samples.next().unwrap_or(0.0);
            *half = Complex::new(even, samples.next().unwrap_or(0.0));
        }
        self.transform.process_with_scratch(halves, inner);
        let first = halves[0];
        let last = self.turns.len();
        power[0] = (first.re + first.im).powi(2);
        power[last] = (first.re - first.im).powi(2);
        for bin in 1..last {
            let (one, other) = (halves[bin], halves[last - bin].conj());
            let (even, odd) = ((one + other) * 0.5, (one - other) * 0.5);
            // The odd samples' transform is the odd part divided by i.
            let odd = Complex::new(odd.im, -odd.re);
            power[bin] = (even + self.turns[bin] * odd).norm_sqr();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_fourier_sum() {
        for length in [2, 4, 64, 128, 512] {
            let frame: Vec<f32> = (0..length)
                .map(|n| (n * 7919 % 1000) as f32 / 1000.0 - 0.5)
                .collect();
            // The last sample is left out: zeros take its place.
            let frame = &frame[..length - 1];
            let spectrum = Spectrum::new(length);
            let mut power = vec![0.0; spectrum.bins()];
            spectrum.power(frame.iter().copied(), &mut spectrum.scratch(), &mut power);
            for (bin, have) in power.iter().enumerate() {
                let (mut re, mut im) = (0.0, 0.0);
                for (n, sample) in frame.iter().enumerate() {
                    let angle = 2.0 * PI * (bin * n % length) as f64 / length as f64;
                    re += f64::from(*sample) * angle.cos();
                    im -= f64::from(*sample) * angle.sin();
                }
                let want = re * re + im * im;
                let error = (f64::from(*have) - want).abs();
                assert!(error < 1e-4 * (1.0 + want), "{length} {bin}: {have} {want}");
            }
        }
    }
}
