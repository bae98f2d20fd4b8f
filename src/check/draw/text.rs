//! Mermaid and DOT: for pages that draw them.

use std::fmt::Write as _;

use super::{Drawing, Shape};

/// As a Mermaid flowchart.
pub fn mermaid(drawing: &Drawing) -> String {
    let mut out = format!("---\ntitle: {:?}\n---\nflowchart TD\n", drawing.title);
    for b in &drawing.boxes {
        let rows: Vec<String> = b.rows.iter().map(|r| entities(r)).collect();
        let text = rows.join("<br/>");
        let (open, close) = match b.shape {
            Shape::Menu => ("{{", "}}"),
            Shape::Step => ("[", "]"),
            Shape::People => ("([", "])"),
            Shape::End => ("((", "))"),
        };
        let _ = writeln!(out, "  {}{open}\"{text}\"{close}", b.id);
    }
    each_way(drawing, |from, to, label| {
        let _ = match label {
            "" => writeln!(out, "  {from} --> {to}"),
            _ => writeln!(out, "  {from} -->|\"{}\"| {to}", entities(label)),
        };
    });
    out
}

/// As a DOT graph (Graphviz).
pub fn dot(drawing: &Drawing) -> String {
    let mut out = format!(
        "digraph line {{\n  label={}\n  node [shape=box]\n",
        quoted(&drawing.title)
    );
    for b in &drawing.boxes {
        let look = match b.shape {
            Shape::Menu => "shape=hexagon",
            Shape::Step => "shape=box",
            Shape::People => "shape=box, style=rounded",
            Shape::End => "shape=doublecircle",
        };
        let text = quoted(&b.rows.join("\n"));
        let _ = writeln!(out, "  {} [{look}, label={text}]", b.id);
    }
    each_way(drawing, |from, to, label| {
        let _ = match label {
            "" => writeln!(out, "  {from} -> {to}"),
            _ => writeln!(out, "  {from} -> {to} [label={}]", quoted(label)),
        };
    });
    out.push_str("}\n");
    out
}

fn each_way(drawing: &Drawing, mut say: impl FnMut(&str, &str, &str)) {
    let id = |at: usize| drawing.boxes.get(at).map(|b| b.id.as_str());
    for way in &drawing.ways {
        if let (Some(from), Some(to)) = (id(way.from), id(way.to)) {
            say(from, to, &way.label);
        }
    }
}

/// Mermaid takes no quotes and no markup within its quotes.
fn entities(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' => "#quot;".to_owned(),
            '#' => "#35;".to_owned(),
            '<' => "#lt;".to_owned(),
            '>' => "#gt;".to_owned(),
            '&' => "#amp;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}
