//! Menus that are being written, checked as the start checks them, with every mistake at its place.

use super::{Menus, Read, read_files};
use crate::check::Finding;
use crate::config::Config;
use crate::menu::mistake::{Mistake, Severity};
use crate::observe::drafts::{DraftCall, DraftMistake};

/// What these files would come to, and everything that is to be said of them. Nothing is spoken or
/// written for it.
pub fn check(config: &Config, files: &[(String, String)]) -> (Menus, Vec<DraftMistake>) {
    let Read {
        menus,
        told,
        mistakes,
        findings,
        doubts,
    } = read_files(config, files, None);
    let mut all: Vec<DraftMistake> = mistakes.iter().map(of_mistake).collect();
    all.extend(findings.iter().map(of_finding));
    all.extend(told.into_iter().map(|what| DraftMistake {
        refused: true,
        what,
        ..DraftMistake::default()
    }));
    all.extend(doubts.iter().map(of_mistake));
    (menus, all)
}

fn of_mistake(mistake: &Mistake) -> DraftMistake {
    DraftMistake {
        refused: mistake.severity == Severity::Error,
        file: Some(mistake.file.clone()),
        line: mistake.line,
        column: mistake.column,
        width: mistake.width,
        what: mistake.what.clone(),
        remedy: mistake.remedy.clone(),
        call: None,
    }
}

fn of_finding(finding: &Finding) -> DraftMistake {
    DraftMistake {
        refused: true,
        call: Some(DraftCall {
            line: finding.line.clone(),
            words: finding.call.clone(),
            nodes: finding.path.clone(),
        }),
        ..of_mistake(&finding.mistake)
    }
}
