//! Curves of a run: a row of numbers every few steps in `curves.csv`, and a picture of them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::error::TrainError;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 160.0;
const MARGIN: f64 = 56.0;
/// Colours that stay apart for the colour-blind, on white.
const COLOUR: &str = "#1b6ca8";

/// The curves of a run.
pub struct Curves {
    path: PathBuf,
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

impl Curves {
    /// Curves of these names in a folder; rows from `step` on, which a run that was interrupted wrote after
    /// its last checkpoint, are dropped. The first number of a row is its step.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn open(folder: &Path, names: &[&str], step: usize) -> Result<Self, TrainError> {
        let path = folder.join("curves.csv");
        let mut rows = Vec::new();
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                for line in text.lines().skip(1) {
                    let row: Vec<f64> = line.split(',').map_while(|n| n.parse().ok()).collect();
                    if row.len() == names.len() + 1 && row[0] <= step as f64 {
                        rows.push(row);
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(TrainError::file(&path)(error)),
        }
        Ok(Self {
            path,
            names: names.iter().map(|&name| name.to_owned()).collect(),
            rows,
        })
    }

    /// Adds a row.
    pub fn add(&mut self, step: usize, values: &[f64]) {
        let mut row = vec![step as f64];
        row.extend_from_slice(values);
        self.rows.push(row);
    }

    /// Writes `curves.csv`, and `curves.svg` beside it.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn save(&self) -> Result<(), TrainError> {
        let mut text = format!("step,{}\n", self.names.join(","));
        for row in &self.rows {
            let numbers: Vec<String> = row.iter().map(f64::to_string).collect();
            text.push_str(&numbers.join(","));
            text.push('\n');
        }
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(TrainError::file(folder))?;
        }
        std::fs::write(&self.path, text).map_err(TrainError::file(&self.path))?;
        let picture = self.path.with_extension("svg");
        std::fs::write(&picture, self.svg()).map_err(TrainError::file(&picture))
    }

    /// One panel a curve, above each other, over the same steps.
    pub fn svg(&self) -> String {
        let height = self.names.len() as f64 * HEIGHT;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             font-family=\"sans-serif\" font-size=\"11\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        );
        let last = self.rows.last().map_or(1.0, |row| row[0].max(1.0));
        for (index, name) in self.names.iter().enumerate() {
            let top = index as f64 * HEIGHT + 20.0;
            let bottom = (index + 1) as f64 * HEIGHT - 20.0;
            let values = || self.rows.iter().map(|row| (row[0], row[index + 1]));
            let known = || values().map(|(_, value)| value).filter(|v| v.is_finite());
            let low = known().fold(f64::INFINITY, f64::min);
            let high = known().fold(f64::NEG_INFINITY, f64::max);
            let span = (high - low).max(1e-9);
            let points: Vec<String> = values()
                .filter(|(_, value)| value.is_finite())
                .map(|(step, value)| {
                    let x = MARGIN + step / last * (WIDTH - MARGIN - 16.0);
                    let y = bottom - (value - low) / span * (bottom - top);
                    format!("{x:.1},{y:.1}")
                })
                .collect();
            let _ = writeln!(
                svg,
                "<text x=\"{MARGIN}\" y=\"{:.0}\" font-weight=\"bold\">{name}</text>\
                 <path d=\"M{MARGIN} {top:.0}V{bottom:.0}H{:.0}\" fill=\"none\" stroke=\"#999\"/>",
                top - 6.0,
                WIDTH - 16.0,
            );
            if points.is_empty() {
                continue;
            }
            let right = WIDTH - 16.0;
            let _ = writeln!(
                svg,
                "<g text-anchor=\"end\"><text x=\"{0}\" y=\"{1:.0}\">{high:.3}</text>\
                 <text x=\"{0}\" y=\"{bottom:.0}\">{low:.3}</text>\
                 <text x=\"{right}\" y=\"{2:.0}\">step {last}</text></g>\
                 <polyline points=\"{3}\" fill=\"none\" stroke=\"{COLOUR}\"/>",
                MARGIN - 6.0,
                top + 8.0,
                bottom + 14.0,
                points.join(" "),
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_after_the_last_checkpoint_are_written_again() {
        let folder = std::env::temp_dir().join(format!("saysee-curves-{}", std::process::id()));
        let names = ["phones", "rate"];
        let mut curves = Curves::open(&folder, &names, 0).unwrap();
        curves.add(10, &[3.5, 0.1]);
        curves.add(20, &[f64::NAN, 0.2]);
        curves.add(30, &[2.5, 0.3]);
        curves.save().unwrap();
        let mut again = Curves::open(&folder, &names, 20).unwrap();
        assert_eq!(again.rows.len(), 2);
        again.add(30, &[2.0, 0.3]);
        again.save().unwrap();
        let text = std::fs::read_to_string(folder.join("curves.csv")).unwrap();
        assert_eq!(text, "step,phones,rate\n10,3.5,0.1\n20,NaN,0.2\n30,2,0.3\n");
        let svg = std::fs::read_to_string(folder.join("curves.svg")).unwrap();
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(!svg.contains("NaN"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
