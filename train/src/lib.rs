//! Makes the bundled pack.
