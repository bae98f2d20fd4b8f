//! The lines in use as operators look at them, drawn when they are loaded.

use crate::check::draw::{self, Shape};
use crate::check::report::{InLanguage, Report};
use crate::check::{Facts, Said};
use crate::menu::load::Lines;
use crate::observe::lines::{LanguageFigures, LineNode, LineProof, LineView, LineWay, NodeShape};
use crate::observe::menus::LineTold;

/// What operators see of the lines in use.
pub(super) fn told(lines: &Lines, facts: &Facts, reports: &[Report]) -> Vec<LineTold> {
    let told = lines.with_origins().map(|(line, origin)| {
        let said = Said::new(line, facts, &origin.texts);
        let drawing = draw::drawing(line, &said, 0);
        let names = line.nodes().map(|(_, n)| Some(n.name.to_string()));
        // The people behind 0 come last and have no name.
        let names = names.chain(std::iter::once(None));
        let nodes = drawing.boxes.into_iter().zip(names).map(|(b, node)| {
            let mut rows = b.rows.into_iter();
            LineNode {
                node,
                label: rows.next().unwrap_or_default(),
                kind: rows.next().unwrap_or_default(),
                shape: shape(b.shape),
                details: rows.collect(),
            }
        });
        let ways = drawing.ways.into_iter().map(|w| LineWay {
            from: w.from,
            to: w.to,
            label: w.label,
        });
        let report = reports.iter().find(|r| r.line == line.name.as_str());
        let view = LineView {
            line: line.name.to_string(),
            label: line.label.clone(),
            numbers: line.numbers.clone(),
            languages: line.languages.iter().map(ToString::to_string).collect(),
            human: line.human.to_string(),
            nodes: nodes.collect(),
            ways: ways.collect(),
            proof: report.map(proof),
        };
        LineTold {
            line: line.name.to_string(),
            numbers: line.numbers.clone(),
            nodes: line.nodes().count(),
            view: view.into(),
        }
    });
    told.collect()
}

const fn shape(shape: Shape) -> NodeShape {
    match shape {
        Shape::Menu => NodeShape::Menu,
        Shape::Step => NodeShape::Step,
        Shape::People => NodeShape::People,
        Shape::End => NodeShape::End,
    }
}

fn proof(report: &Report) -> LineProof {
    LineProof {
        states: report.states,
        edges: report.edges,
        dead_ends: report.dead_ends,
        keys_to_person: report.keys_to_person,
        depth: report.depth,
        widest: report.widest.node.clone(),
        widest_options: report.widest.value,
        languages: report.languages.iter().map(figures).collect(),
    }
}

fn figures(l: &InLanguage) -> LanguageFigures {
    LanguageFigures {
        language: l.language.clone(),
        silent_ms: l.silent_ms,
        silent_from_anywhere_ms: l.silent_from_anywhere_ms,
        longest_prompt: l.longest_prompt_ms.node.clone(),
        longest_prompt_ms: l.longest_prompt_ms.value,
        first_option_ms: l.first_option_ms.value,
        effort_mean_ms: l.effort.mean_ms,
        effort_worst_ms: l.effort.worst_ms,
        exact: l.exact,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Options;
    use crate::setup::{self, Purpose};

    #[test]
    fn the_demo_is_drawn_with_its_people_last_and_its_proof() {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            data: Some(dir.path().join("data")),
            ..Options::default()
        };
        let setup = setup::load(&options, Purpose::Check).unwrap_or_else(|m| panic!("{m:?}"));
        let menus = setup.menus;
        let all = told(&menus.lines, &menus.facts, &menus.reports);
        for line in &all {
            let view = &line.view;
            assert_eq!(view.nodes.len(), line.nodes + 1, "{}", line.line);
            let (people, nodes) = view.nodes.split_last().unwrap();
            assert_eq!((&people.node, people.shape), (&None, NodeShape::People));
            assert!(
                nodes
                    .iter()
                    .all(|n| n.node.is_some() && !n.label.is_empty())
            );
            let within = |w: &LineWay| w.from < nodes.len() && w.to < view.nodes.len();
            assert!(view.ways.iter().all(within), "{}", line.line);
            let proof = view.proof.as_ref().unwrap();
            assert_eq!(
                (proof.dead_ends, proof.languages.len()),
                (0, view.languages.len())
            );
        }
        assert!(!all.is_empty());
    }
}
