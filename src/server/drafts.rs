//! Menus that are being written in the console, judged by what a reload, `zeroline call` and `zeroline
//! test` are made of.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::pictures;
use crate::config::Config;
use crate::menu::load::schema::{FileKind, schema};
use crate::observe::drafts::{DraftMistake, DraftView, Drafts, Judge, MenuFile};
use crate::observe::walks::{TestsView, WalkAsked, WalkView};
use crate::rehearse::house::House;
use crate::setup::{self, Menus};
use crate::task::clock;
use crate::task::settings::InUse;

/// By these settings.
pub(super) fn of(settings: InUse) -> Drafts {
    let schemas = FileKind::ALL.map(|kind| (kind.word().to_owned(), schema(kind)));
    let loader = Loader {
        settings,
        last: Mutex::new(None),
    };
    Drafts::new(Value::Object(schemas.into_iter().collect()), loader)
}

/// A house, and what it was made of.
struct Walked {
    files: Vec<MenuFile>,
    config: Arc<Config>,
    house: Arc<House>,
}

struct Loader {
    settings: InUse,
    /// Who walks through a line asks for the same files with each move.
    last: Mutex<Option<Walked>>,
}

impl Loader {
    fn read(&self, files: &[MenuFile]) -> (Menus, Vec<DraftMistake>) {
        let pair = |f: &MenuFile| (f.file.clone(), f.text.clone());
        let files: Vec<(String, String)> = files.iter().map(pair).collect();
        setup::drafts::check(&self.settings.now(), &files)
    }

    /// `None`: they do not load.
    fn house(&self, files: &[MenuFile]) -> Option<Arc<House>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let config = self.settings.now();
        if let Some(last) = last.as_ref()
            && last.files == files
            && Arc::ptr_eq(&last.config, &config)
        {
            return Some(Arc::clone(&last.house));
        }
        let (menus, _) = self.read(files);
        menus.lines.iter().next()?;
        let house = setup::rehearse::house_of(&config, &menus);
        *last = Some(Walked {
            files: files.to_vec(),
            config,
            house: Arc::clone(&house),
        });
        Some(house)
    }
}

impl Judge for Loader {
    fn check(&self, files: &[MenuFile]) -> DraftView {
        let (menus, mistakes) = self.read(files);
        let lines = pictures::told(&menus.lines, &menus.facts, &menus.reports);
        let view = |l: crate::observe::menus::LineTold| Arc::unwrap_or_clone(l.view);
        DraftView {
            ok: !mistakes.iter().any(|m| m.refused),
            mistakes,
            lines: lines.into_iter().map(view).collect(),
        }
    }

    fn walk(
        &self,
        files: &[MenuFile],
        asked: &WalkAsked,
    ) -> Result<WalkView, (&'static str, String)> {
        let house = self
            .house(files)
            .ok_or_else(|| ("files", "do not load: mend what the check tells".to_owned()))?;
        setup::walk::walk(&house, asked, clock::now().wall)
    }

    fn tests(&self, files: &[MenuFile]) -> TestsView {
        let (menus, mistakes) = self.read(files);
        if menus.lines.iter().next().is_none() {
            let wrong = mistakes.iter().filter(|m| m.refused);
            return TestsView {
                mistakes: wrong.map(|m| m.what.clone()).collect(),
                ..TestsView::default()
            };
        }
        setup::walk::run_tests(&self.settings.now(), &menus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, Secret};
    use crate::prompts::embedded;

    fn loader() -> Drafts {
        let text = "[store]\ndir = \"data\"".to_owned();
        let layers = Layers {
            file: Some(("zeroline.toml".to_owned(), text)),
            ..Layers::default()
        };
        let config = crate::config::load(&layers, Secret::new("demo"));
        of(InUse::new(Arc::new(
            config.unwrap_or_else(|m| panic!("{m:?}")),
        )))
    }

    fn demo(change: impl Fn(&str) -> String) -> Vec<MenuFile> {
        let file = |(file, text): &(&str, &str)| MenuFile {
            file: (*file).to_owned(),
            text: change(text),
        };
        embedded::DEMO.iter().map(file).collect()
    }

    #[test]
    fn a_draft_is_drawn_with_its_figures_and_each_mistake_has_its_place() {
        let drafts = loader();
        let good = drafts.judge.check(&demo(str::to_owned));
        assert!(good.ok, "{:?}", good.mistakes);
        assert!(good.lines.iter().all(|l| l.proof.is_some()));
        let bad = drafts
            .judge
            .check(&demo(|t| t.replace("go: orders", "go: order-s")));
        assert!(!bad.ok);
        let wrong: Vec<_> = bad.mistakes.iter().filter(|m| m.refused).collect();
        let mistake = wrong.first().expect("a mistake");
        assert!(
            mistake
                .file
                .as_deref()
                .is_some_and(|f| f.ends_with("demo.yaml"))
        );
        assert!(mistake.line > 1 && mistake.column > 1 && mistake.width > 0);
        assert!(!mistake.remedy.is_empty());
    }

    #[test]
    fn what_breaks_the_promise_comes_with_a_call_that_is_on_the_graph() {
        let drafts = loader();
        let files = [MenuFile {
            file: "main.yaml".to_owned(),
            text: "line: main\nnumbers: [\"100\"]\nhuman: support\nstart: welcome\nnodes:\n  welcome: { \
                   say: { text: \"We are closed.\", go: bye } }\n  bye: { goodbye: \"Good bye.\" }\n"
                .to_owned(),
        }];
        let told = drafts.judge.check(&files);
        let mistake = told.mistakes.iter().find(|m| m.call.is_some());
        let mistake = mistake.unwrap_or_else(|| panic!("{:?}", told.mistakes));
        let call = mistake.call.as_ref().unwrap();
        assert_eq!(call.nodes, ["welcome", "bye"].map(|n| Some(n.to_owned())));
        assert!(call.words.ends_with("hang-up"), "{}", call.words);
        assert_eq!(told.lines.len(), 1);
        assert!(told.lines[0].proof.is_none());
    }

    #[test]
    fn what_does_not_load_can_not_be_walked_and_what_does_can() {
        let drafts = loader();
        let asked = WalkAsked::default();
        let broken = demo(|t| t.replace("start: speak", "start: nowhere"));
        let told = drafts
            .judge
            .walk(&broken, &asked)
            .map_err(|(field, _)| field);
        assert_eq!(told.unwrap_err(), "files");
        assert!(!drafts.judge.tests(&broken).mistakes.is_empty());
        let walked = drafts.judge.walk(&demo(str::to_owned), &asked).unwrap();
        assert!(walked.waits);
    }
}
