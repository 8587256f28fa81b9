//! The SaySee engine.
