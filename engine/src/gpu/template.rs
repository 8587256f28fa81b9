//! The preprocessor of `shaders/`: text constants, conditions and parts.
//!
//! - `{{NAME}}` is replaced by the constant `NAME`;
//! - `#if NAME == value`, `#else`, `#endif` keep or drop lines; they nest;
//! - `#repeat N COUNT` to `#endrepeat` is written out as often as the constant `COUNT` says, `{{N}}` counting from 0; they
//!   nest, and hold whole `#if`s;
//! - `#include part.wgsl` is replaced by that file of `shaders/parts/`, expanded with the same constants.
//!
//! Text constants instead of WGSL's `override`: Safari gives arrays whose size is an `override` no length at all.

use std::fmt::Write as _;

/// What is wrong with a shader's directives. Only a mistake in `shaders/` leads here; a test expands every variant.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TemplateError {
    /// Line of the file, from 1.
    pub line: usize,
    /// What does not make sense.
    pub problem: String,
}

/// Name and value of a text constant.
pub type Constant<'a> = (&'a str, String);

/// Expands `source`. `part` gives the text of an included file.
///
/// # Errors
/// An unknown constant or part, a malformed directive, a condition left open.
pub fn expand(
    source: &str,
    constants: &[Constant<'_>],
    part: &dyn Fn(&str) -> Option<&'static str>,
) -> Result<String, TemplateError> {
    let lines: Vec<(usize, &str)> = (1..).zip(source.lines()).collect();
    expand_lines(&lines, constants, part)
}

/// Expands numbered lines.
fn expand_lines(
    lines: &[(usize, &str)],
    constants: &[Constant<'_>],
    part: &dyn Fn(&str) -> Option<&'static str>,
) -> Result<String, TemplateError> {
    let mut output = String::new();
    // One entry an open #if: whether its lines are kept, all outer ones considered.
    let mut kept = vec![true];
    let mut next = 0;
    while let Some((line, text)) = lines.get(next).copied() {
        next += 1;
        let fail = |problem: String| TemplateError { line, problem };
        let keeping = kept.last().copied().unwrap_or(true);
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["#if", name, "==", value] => {
                let actual = lookup(constants, name)
                    .ok_or_else(|| fail(format!("unknown constant {name}")))?;
                kept.push(keeping && actual == *value);
            }
            ["#else"] if kept.len() > 1 => {
                let outer = kept[kept.len() - 2];
                kept.pop();
                kept.push(outer && !keeping);
            }
            ["#endif"] if kept.len() > 1 => {
                kept.pop();
            }
            ["#repeat", name, count] => {
                let body = &lines[next..];
                let end = end_of_repeat(body)
                    .ok_or_else(|| fail("a #repeat is still open".to_owned()))?;
                next += end + 1;
                if keeping {
                    let count: usize = lookup(constants, count)
                        .and_then(|count| count.parse().ok())
                        .ok_or_else(|| fail(format!("{count} is no number")))?;
                    for index in 0..count {
                        let mut constants = constants.to_vec();
                        constants.push((name, index.to_string()));
                        output.push_str(&expand_lines(&body[..end], &constants, part)?);
                    }
                }
            }
            ["#include", name] => {
                if keeping {
                    let text = part(name).ok_or_else(|| fail(format!("unknown part {name}")))?;
                    let text = expand(text, constants, part)
                        .map_err(|error| fail(format!("in {name}, {error}")))?;
                    output.push_str(&text);
                }
            }
            [directive, ..] if directive.starts_with('#') => {
                return Err(fail(format!("{} makes no sense here", text.trim())));
            }
            _ if keeping => {
                substitute(text, constants, &mut output).map_err(fail)?;
                output.push('\n');
            }
            _ => {}
        }
    }
    if kept.len() > 1 {
        return Err(TemplateError {
            line: lines.last().map_or(0, |(line, _)| *line),
            problem: "an #if is still open".to_owned(),
        });
    }
    Ok(output)
}

/// Where the `#endrepeat` is that belongs to the `#repeat` just before `lines`.
fn end_of_repeat(lines: &[(usize, &str)]) -> Option<usize> {
    let mut open = 1;
    lines.iter().position(|(_, text)| {
        let directive = text.split_whitespace().next();
        open += usize::from(directive == Some("#repeat"));
        open -= usize::from(directive == Some("#endrepeat"));
        open == 0
    })
}

fn lookup<'a>(constants: &'a [Constant<'_>], name: &str) -> Option<&'a str> {
    constants
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.as_str())
}

fn substitute(text: &str, constants: &[Constant<'_>], output: &mut String) -> Result<(), String> {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after
            .split_once("}}")
            .ok_or_else(|| "{{ without }}".to_owned())?;
        let value = lookup(constants, name).ok_or_else(|| format!("unknown constant {name}"))?;
        // Writing to a String cannot fail.
        let _ = write!(output, "{before}{value}");
        rest = after;
    }
    output.push_str(rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constants() -> Vec<Constant<'static>> {
        vec![("TILE", "32".to_owned()), ("WEIGHT", "q8".to_owned())]
    }

    fn run(source: &str) -> Result<String, TemplateError> {
        expand(source, &constants(), &|name| match name {
            "part.wgsl" => Some("const PART = {{TILE}}u;\n"),
            _ => None,
        })
    }

    #[test]
    fn constants_are_filled_in() {
        assert_eq!(
            run("array<f32, {{TILE}}> {{WEIGHT}};").unwrap(),
            "array<f32, 32> q8;\n"
        );
    }

    #[test]
    fn conditions_nest() {
        let source = "#if WEIGHT == f32\na\n#if TILE == 32\nb\n#else\nc\n#endif\n#else\nd\n#if TILE == 32\ne\n#endif\n#endif\nf";
        assert_eq!(run(source).unwrap(), "d\ne\nf\n");
    }

    #[test]
    fn repeats_nest_and_count() {
        let source = "#repeat A TWO\n#repeat B TWO\n{{A}}{{B}}\n#if A == 1\n!\n#endif\n#endrepeat\n#endrepeat\nz";
        let constants = [("TWO", "2".to_owned())];
        let expanded = expand(source, &constants, &|_| None).unwrap();
        assert_eq!(expanded, "00\n01\n10\n!\n11\n!\nz\n");
    }

    #[test]
    fn parts_are_expanded_where_they_stand() {
        assert_eq!(
            run("a\n#include part.wgsl\nb").unwrap(),
            "a\nconst PART = 32u;\nb\n"
        );
        assert_eq!(
            run("#if WEIGHT == f32\n#include nowhere.wgsl\n#endif").unwrap(),
            ""
        );
    }

    #[test]
    fn mistakes_name_their_line() {
        for (source, line) in [
            ("a\n{{NAME}}", 2),
            ("{{TILE", 1),
            ("#if NAME == 1\n#endif", 1),
            ("#else", 1),
            ("a\n\n#endif", 3),
            ("#if TILE == 32\na", 2),
            ("#include nowhere.wgsl", 1),
            ("#define X", 1),
            ("#repeat A TILE\n#repeat B TILE\n#endrepeat", 1),
            ("a\n#repeat A NAME\n#endrepeat", 2),
            ("#repeat A TILE\n\n{{B}}\n#endrepeat", 3),
            ("#endrepeat", 1),
        ] {
            assert_eq!(run(source).unwrap_err().line, line, "{source}");
        }
    }
}
