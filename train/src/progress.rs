//! Progress on the terminal, and in a log where there is none.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` steps.
pub fn bar(what: &'static str, total: usize) -> ProgressBar {
    let bar = ProgressBar::new(total as u64).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg:>10} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// A line above the bar; a plain line with the time since the start when nobody watches.
pub fn log(bar: &ProgressBar, line: String) {
    if bar.is_hidden() {
        println!("{:7.0} s  {line}", bar.elapsed().as_secs_f64());
    } else {
        bar.println(line);
    }
}
