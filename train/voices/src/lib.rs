//! Synthesised speech for training and evaluation: engines, voices, pronunciations, corpora, microphone degradation.
