//! The figures as text for people.

use std::fmt::Write as _;

use super::Report;

/// As text: one figure a row.
pub fn text(report: &Report) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    row("nodes", report.nodes.to_string());
    row(
        "states",
        format!("{} with {} edges", report.states, report.edges),
    );
    row("dead ends", report.dead_ends.to_string());
    row(
        "keys to a person",
        match report.keys_to_person {
            1 => "1".to_owned(),
            n => format!("1, and {n} in an entry (0 and #, or * and 0)"),
        },
    );
    row(
        "depth",
        format!(
            "{} {}",
            report.depth,
            if report.depth == 1 { "menu" } else { "menus" }
        ),
    );
    row(
        "widest menu",
        format!(
            "{} options, and 0, at {}",
            report.widest.value, report.widest.node
        ),
    );
    for l in &report.languages {
        let least = if l.exact { "" } else { "at least " };
        let name = |what: &str| match report.languages.len() {
            1 => what.to_owned(),
            _ => format!("{what} ({})", l.language),
        };
        let start = l
            .silent_ms
            .map_or_else(String::new, |ms| format!("{} to a person; ", seconds(ms)));
        row(
            &name("silent caller"),
            format!(
                "{least}{start}{} from anywhere",
                seconds(l.silent_from_anywhere_ms)
            ),
        );
        row(
            &name("longest prompt"),
            format!(
                "{least}{} at {}",
                seconds(l.longest_prompt_ms.value),
                l.longest_prompt_ms.node
            ),
        );
        row(
            &name("first option"),
            format!(
                "{least}{} at most, at {}",
                seconds(l.first_option_ms.value),
                l.first_option_ms.node
            ),
        );
        let worst = l.effort.worst.as_deref().unwrap_or("none");
        row(
            &name("effort"),
            format!(
                "{least}{} on average to where an option leads, {} at worst ({worst})",
                seconds(l.effort.mean_ms),
                seconds(l.effort.worst_ms)
            ),
        );
    }
    let wide = rows
        .iter()
        .map(|(n, _)| n.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = format!("{} ({}): proven\n", report.line, report.file);
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:wide$}  {value}");
    }
    text
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}
