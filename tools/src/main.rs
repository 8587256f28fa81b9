//! The command line of SaySee.
fn main() {}
