//! The same table as a page for people: `docs/menu-reference.md`.

use std::fmt::Write as _;

use super::mappings;
use super::table::{Field, Mapping, Shape};

/// Everything that menu files know, mapping by mapping, as Markdown.
pub fn page() -> String {
    let mut out = String::from(
        "# Everything that menu files know\n\n\
         Made from the table that `zeroline schema` prints for editors; [menus.md](menus.md) explains \
         and shows it.\nKeys in **bold** must be there. Where words are said, there may be text, \
         `{ prompt: NAME }`, one of these\nfor each language, or a list of them.\n",
    );
    for m in mappings() {
        mapping(&mut out, m);
    }
    out
}

fn mapping(out: &mut String, m: &Mapping) {
    let _ = write!(out, "\n## {}\n\n{}.", m.name, m.about);
    if !m.one_of.is_empty() {
        let all: Vec<String> = m.one_of.iter().map(|k| format!("`{k}`")).collect();
        let _ = write!(out, " Exactly one of {}.", all.join(", "));
    }
    if m.says {
        out.push_str(" Words may stand by language: `en`, `de`.");
    }
    if m.open {
        out.push_str(" Names of your own are keys as well.");
    }
    out.push_str("\n\n| key | what stands there | |\n|---|---|---|\n");
    for Field {
        name,
        about,
        shape,
        needed,
    } in m.fields
    {
        let key = match needed {
            true => format!("**`{name}`**"),
            false => format!("`{name}`"),
        };
        let _ = writeln!(out, "| {key} | {} | {} |", words(shape), cell(about));
    }
}

fn words(shape: &Shape) -> String {
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Flag => "`yes` or `no`".to_owned(),
        Shape::Duration => "a time, like `500ms`, `5s`, `24h`".to_owned(),
        Shape::Tries => "1 to 3".to_owned(),
        Shape::Range => "a number or range, like `8` or `4-8`".to_owned(),
        Shape::Words => "words".to_owned(),
        Shape::Some(one) => format!("{}, or a list", words(one)),
        Shape::List(one) => format!("a list: {}", words(one)),
        Shape::Keys(one) => format!("by key 1 to 9: {}", words(one)),
        Shape::Named(one) => format!("by name: {}", words(one)),
        Shape::Mapping(name) => format!("[{name}](#{name})"),
        Shape::Either(all) => {
            let all: Vec<String> = all.iter().map(words).collect();
            all.join("; or ")
        }
    }
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    /// Written anew with `ZEROLINE_RETELL=1`.
    #[test]
    fn the_reference_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/menu-reference.md");
        let page = super::page();
        if std::env::var_os("ZEROLINE_RETELL").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            there == page,
            "docs/menu-reference.md is not the table: run with ZEROLINE_RETELL=1"
        );
    }
}
