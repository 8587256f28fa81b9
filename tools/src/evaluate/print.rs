//! Figures as tables: a row a figure, a column a group.

use std::io::Write;

use saysee_measures::confusions::Confusion;

use super::figures::{Figure, Report};

/// Writes the tables of one degradation.
///
/// # Errors
/// When the output is gone.
pub fn print(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "\n{}", report.condition)?;
    let Some((all, parts)) = report.groups.split_first() else {
        return Ok(());
    };
    writeln!(
        out,
        "  {:<48} {:>7}  {:>6}  95 % interval",
        "all", "of", "%"
    )?;
    for figure in &all.figures {
        let Figure {
            name,
            count,
            estimate,
        } = figure;
        let (value, low, high) = (estimate.value, estimate.low, estimate.high);
        writeln!(
            out,
            "  {name:<48} {count:>7}  {value:>6.1}  {low:.1} to {high:.1}"
        )?;
    }
    for group in parts {
        writeln!(out, "  {}: {} utterances", group.name, group.utterances)?;
        for figure in group.figures.iter().filter(|figure| is_main(&figure.name)) {
            let (name, count, estimate) = (&figure.name, figure.count, figure.estimate);
            let (value, low, high) = (estimate.value, estimate.low, estimate.high);
            writeln!(
                out,
                "    {name:<46} {count:>7}  {value:>6.1}  {low:.1} to {high:.1}"
            )?;
        }
    }
    list("taken for another in a sentence", &report.confusions, out)?;
    list("words taken for another", &report.word_confusions, out)
}

/// What is told of each voice and engine; `--json` has the rest.
fn is_main(name: &str) -> bool {
    let main = [
        "R@1",
        "R@10",
        "hit rate, 5 names",
        "word F1",
        "strict 40 ms F1",
    ];
    main.iter().any(|ending| name.ends_with(ending))
}

fn list(title: &str, confusions: &[Confusion], out: &mut impl Write) -> std::io::Result<()> {
    if confusions.is_empty() {
        return Ok(());
    }
    let told = confusions.iter().map(|confusion| {
        format!(
            "{} > {} ({})",
            confusion.said, confusion.named, confusion.times
        )
    });
    writeln!(out, "  {title}: {}", told.collect::<Vec<_>>().join(", "))
}
