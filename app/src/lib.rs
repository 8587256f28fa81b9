//! The SaySee page.
