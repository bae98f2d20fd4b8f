//! `zeroline graph`: a line as a picture.

use clap::{Args, ValueEnum};

use crate::check::draw::{dot, drawing, mermaid, svg};
use crate::check::{Facts, Said};
use crate::ids::Language;
use crate::menu::load::Lines;
use crate::text::nearest;

/// What is asked for.
#[derive(Clone, Debug, Args, PartialEq)]
pub struct GraphArgs {
    /// Which line; the first without it
    pub line: Option<String>,
    /// How it is written
    #[arg(long, default_value = "mermaid")]
    pub format: Format,
    /// Times and lengths of this language [default: the line's first]
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<String>,
}

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For Markdown pages
    Mermaid,
    /// For Graphviz
    Dot,
    /// An image
    Svg,
}

/// There is nothing to draw; ready to print.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoLine(String);

/// The picture.
///
/// # Errors
/// No line has that name, or it does not speak that language.
pub fn picture(lines: &Lines, facts: &Facts, asked: &GraphArgs) -> Result<String, NoLine> {
    let mut all = lines.with_origins();
    let found = match &asked.line {
        Some(name) => all.find(|(line, _)| line.name.as_str() == name),
        None => all.next(),
    };
    let Some((line, origin)) = found else {
        let names: Vec<&str> = lines.iter().map(|l| l.name.as_str()).collect();
        return Err(none("line", asked.line.as_deref(), &names));
    };
    let language = match &asked.language {
        None => 0,
        Some(tag) => {
            let mut spoken = line.languages();
            let found = spoken.find(|(_, l)| l.as_str() == tag);
            let names: Vec<&str> = line.languages.iter().map(Language::as_str).collect();
            let found = found.map(|(id, _)| id.place());
            found.ok_or_else(|| none("language of the line", Some(tag), &names))?
        }
    };
    let said = Said::new(line, facts, &origin.texts);
    let drawing = drawing(line, &said, language);
    Ok(match asked.format {
        Format::Mermaid => mermaid(&drawing),
        Format::Dot => dot(&drawing),
        Format::Svg => svg(&drawing),
    })
}

fn none(what: &str, name: Option<&str>, there: &[&str]) -> NoLine {
    let name = name.unwrap_or_default();
    NoLine(match nearest(name, there.iter().copied()) {
        Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
        None => format!(
            "there is no {what} `{name}`; there are: {}",
            there.join(", ")
        ),
    })
}
