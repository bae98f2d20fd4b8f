//! The prompts as the console shows them: the folder and the menus looked at anew, by what the start and
//! `zeroline prompts` are made of. Nothing is spoken or written for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use super::{pairs, read_menus, said, voices};
use crate::config::Config;
use crate::ids::{Language, PromptName};
use crate::menu::load::{Known, Lines, load_all};
use crate::menu::system;
use crate::observe::prompts::{
    PromptFault, PromptLanguage, PromptLevel, PromptSource, PromptUse, PromptView, PromptsView,
    Sounds,
};
use crate::prompts::report::{Fault, Finding, Needed, Report};
use crate::prompts::{Check, PromptLibrary, Speech};
use crate::task::settings::InUse;

/// Folders in folders, at most, when it is looked whether something changed.
const MAX_DEPTH: usize = 4;

type Name = (Language, PromptName);
type Uses = BTreeMap<Name, BTreeSet<PromptUse>>;

/// The prompts of these settings.
pub struct Shelf {
    settings: InUse,
    /// What was found, and what by.
    last: Mutex<Option<(Read, Arc<Looked>)>>,
}

/// The settings, and the state of menus and folders, in which something was found.
type Read = (Arc<Config>, String);

/// What was found.
struct Looked {
    view: Arc<PromptsView>,
    library: PromptLibrary,
}

impl Shelf {
    /// Nothing is read yet.
    pub fn new(settings: InUse) -> Shelf {
        Shelf {
            settings,
            last: Mutex::new(None),
        }
    }

    /// Looks, unless nothing has changed since the last time.
    fn looked(&self) -> Arc<Looked> {
        let mut told = Vec::new();
        let config = self.settings.now();
        let files = read_menus(&config, &mut told);
        let state = state(&config, &files, &told);
        // Who comes meanwhile waits, and is given the same.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(((by, of), looked)) = last.as_ref()
            && Arc::ptr_eq(by, &config)
            && *of == state
        {
            return Arc::clone(looked);
        }
        let looked = Arc::new(look(&config, &files, told));
        *last = Some(((config, state), Arc::clone(&looked)));
        looked
    }
}

impl Sounds for Shelf {
    fn list(&self) -> Arc<PromptsView> {
        Arc::clone(&self.looked().view)
    }

    fn audio(&self, language: &str, prompt: &str) -> Result<Option<Vec<u8>>, (String, String)> {
        let looked = self.looked();
        let shown = |p: &&PromptView| p.language == language && p.prompt == prompt;
        if !looked.view.prompts.iter().any(|p| shown(&p)) {
            return Ok(None);
        }
        let name = (Language::new(language), PromptName::new(prompt));
        let speech = Speech::from(&self.settings.now().prompts);
        let wav = looked.library.wav(&name.0, &name.1, &speech);
        wav.map_err(|wrong| (wrong.what, wrong.remedy))
    }
}

/// What the list depends on: the menus, and which files are in the folders of prompts.
fn state(config: &Config, files: &[(String, String)], told: &[String]) -> String {
    let mut state = told.join("\n");
    for (name, text) in files {
        state.push_str(&format!("{name}\0{}\0{text}\0", text.len()));
    }
    if let Some(dir) = &config.prompts.dir {
        walk(dir, 0, &mut state);
    }
    walk(&config.prompts.cache, MAX_DEPTH - 1, &mut state);
    state
}

fn walk(dir: &Path, depth: usize, state: &mut String) {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        let Ok(about) = path.metadata() else { continue };
        let changed = about
            .modified()
            .ok()
            .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        let changed = changed.unwrap_or_default().as_nanos();
        state.push_str(&format!("{}\0{}\0{changed}\n", path.display(), about.len()));
        if about.is_dir() && depth < MAX_DEPTH {
            walk(&path, depth + 1, state);
        }
    }
}

fn look(config: &Config, files: &[(String, String)], mut told: Vec<String>) -> Looked {
    let mut wrong = Vec::new();
    let (library, known) = voices::gather(config, files, None, &mut wrong);
    let known = Known {
        unrecorded: true,
        ..known
    };
    let lines = load_all(pairs(files), &known).unwrap_or_else(|mistakes| {
        told.extend(mistakes.iter().map(ToString::to_string));
        Lines::default()
    });
    let uses = uses(config, &library, &lines);
    let mut needed = Needed::new();
    for ((language, name), by) in &uses {
        let who = by.iter().next().map(who).unwrap_or_default();
        let of = needed.entry(language.clone()).or_default();
        of.insert(name.clone(), who);
    }
    let report = Report::new(&library, &wrong, &needed);
    let mut faults: BTreeMap<Name, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        match &finding.language {
            Some(language) => {
                let name = PromptName::new(&finding.prompt);
                let of = faults.entry((language.clone(), name)).or_default();
                of.push(finding);
            }
            None => told.push(format!(
                "{}: {}; {}",
                finding.prompt, finding.detail, finding.remedy
            )),
        }
    }
    let mut texts: BTreeMap<Name, &str> = BTreeMap::new();
    for (_, origin) in lines.with_origins() {
        for (name, words) in &origin.texts {
            if let Some(words) = words.first() {
                texts.entry(name.clone()).or_insert(words);
            }
        }
    }
    let all: BTreeSet<&Name> = uses.keys().chain(faults.keys()).collect();
    let speech = Speech::from(&config.prompts);
    let mut prompts: Vec<PromptView> = all
        .into_iter()
        .map(|name| {
            let facts = library.facts(&name.0).get(&name.1);
            let check = library.check(&name.0, &name.1);
            let own = facts.and_then(|f| f.transcript.as_deref());
            let words = own.or(texts.get(name).copied()).map(str::to_owned);
            let source = source(&library, &speech, name, words.as_deref());
            // Words that the menu file has need not be written down once more.
            let told = |f: &&&Finding| f.fault != Fault::NoTranscript || words.is_none();
            let found = faults.get(name).into_iter().flatten().filter(told);
            PromptView {
                language: name.0.to_string(),
                prompt: name.1.to_string(),
                length_ms: facts.and_then(|f| f.length).map(ms),
                source,
                file: check.filter(|c| !c.embedded).map(|c| c.file.clone()),
                level: check.map(level),
                faults: found.map(|f| fault(f)).collect(),
                uses: uses.get(name).into_iter().flatten().cloned().collect(),
                audio: !matches!(source, PromptSource::Unspoken | PromptSource::Missing)
                    && (words.is_some() || check.is_some() || source == PromptSource::BuiltIn),
                words,
            }
        })
        .collect();
    prompts.sort_by_cached_key(|p| (rank(p), p.language.clone(), p.prompt.clone()));
    let languages: BTreeSet<&str> = prompts.iter().map(|p| p.language.as_str()).collect();
    let view = PromptsView {
        languages: languages
            .into_iter()
            .map(|l| figures(l, &prompts))
            .collect(),
        lines: lines.iter().map(|l| l.name.to_string()).collect(),
        prompts,
        mistakes: told,
    };
    Looked {
        view: Arc::new(view),
        library,
    }
}

/// Who plays what. A text that is recorded under another name is there by that name alone.
fn uses(config: &Config, library: &PromptLibrary, lines: &Lines) -> Uses {
    let mut uses = Uses::new();
    let mut add = |language: &Language, name: &PromptName, by: PromptUse| {
        let made = library.get(language, name).map(|p| p.name.clone());
        let name = made.unwrap_or_else(|| name.clone());
        uses.entry((language.clone(), name)).or_default().insert(by);
    };
    let languages = library
        .languages()
        .chain(lines.iter().flat_map(|l| &l.languages));
    let languages: BTreeSet<&Language> = languages.collect();
    let server: BTreeSet<String> = system::all().into_iter().map(|n| n.to_string()).collect();
    for (name, who) in said(config) {
        let own = server.contains(name.as_str());
        let queue = config.queues.iter().find(|q| q.name.as_str() == who);
        let by = PromptUse {
            queue: queue.map(|q| q.name.to_string()),
            ..PromptUse::default()
        };
        for language in &languages {
            if own || **language == config.prompts.language {
                add(language, &name, by.clone());
            }
        }
    }
    for line in lines.iter() {
        for (id, node, language, name) in line.pieces() {
            let Some(language) = line.language(language) else {
                continue;
            };
            let named = line.is_aside(id).is_none();
            let by = PromptUse {
                line: Some(line.name.to_string()),
                node: named.then(|| node.name.to_string()),
                label: named.then(|| node.label.clone()),
                queue: None,
                value: name.is_none(),
            };
            match name {
                Some(name) => add(language, name, by),
                None => {
                    for (name, _) in voices::vocabulary(language) {
                        add(language, &name, by.clone());
                    }
                }
            }
        }
    }
    uses
}

fn who(by: &PromptUse) -> String {
    match (&by.line, &by.queue) {
        (Some(line), _) => format!("the line {line}"),
        (None, Some(queue)) => queue.clone(),
        (None, None) => "the server".to_owned(),
    }
}

fn source(
    library: &PromptLibrary,
    speech: &Speech,
    (language, name): &Name,
    words: Option<&str>,
) -> PromptSource {
    match (library.check(language, name), library.get(language, name)) {
        (Some(check), _) if check.embedded => PromptSource::BuiltIn,
        (Some(_), _) => PromptSource::Recorded,
        // Shared by languages that have none of their own, or a pause.
        (None, Some(_)) => PromptSource::BuiltIn,
        (None, None) if !library.facts(language).contains_key(name) => PromptSource::Missing,
        (None, None) => match words.and_then(|w| speech.cached(language, w)) {
            Some(_) => PromptSource::Spoken,
            None => PromptSource::Unspoken,
        },
    }
}

fn level(check: &Check) -> PromptLevel {
    let tenths = |x: f64| x.is_finite().then(|| (x * 10.0).round() / 10.0);
    PromptLevel {
        loudness: tenths(check.level.loudness),
        peak: tenths(check.level.peak),
        clipped: check.clipped,
    }
}

fn fault(finding: &Finding) -> PromptFault {
    PromptFault {
        fault: finding.fault.id(),
        wrong: finding.fault.is_wrong(),
        detail: finding.detail.clone(),
        remedy: finding.remedy.clone(),
    }
}

fn figures(language: &str, prompts: &[PromptView]) -> PromptLanguage {
    let of = || prompts.iter().filter(|p| p.language == language);
    PromptLanguage {
        language: language.to_owned(),
        prompts: of().count(),
        length_ms: of().filter_map(|p| p.length_ms).sum(),
        wrong: of().filter(|p| p.faults.iter().any(|f| f.wrong)).count(),
    }
}

/// What is missing comes first, then what else is to be mended; the words of values come last.
fn rank(prompt: &PromptView) -> u8 {
    let value = !prompt.uses.is_empty() && prompt.uses.iter().all(|u| u.value);
    match prompt.source {
        PromptSource::Missing => 0,
        _ if prompt.faults.iter().any(|f| f.wrong) => 1,
        _ if value => 3,
        _ => 2,
    }
}

fn ms(length: std::time::Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, Secret};
    use crate::prompts::ingest::{Master, wav};

    /// A server whose line plays two recordings, one of which is missing, and says a text.
    fn shelf(dir: &Path) -> Shelf {
        let menus = dir.join("menus");
        std::fs::create_dir_all(&menus).unwrap();
        std::fs::create_dir_all(dir.join("prompts/en")).unwrap();
        let line = "line: main\nnumbers: [\"100\"]\nhuman: support\nstart: hello\nnodes:\n  hello:\n    \
                    label: Hello\n    say: { prompt: [greeting, jingle], go: news }\n  news: { say: { \
                    text: \"Nothing is new.\", go: human } }\n";
        std::fs::write(menus.join("main.yaml"), line).unwrap();
        let text = format!(
            "[[queues]]\nname = \"support\"\n[store]\ndir = {:?}\n[lines]\ndir = {menus:?}\n[prompts]\ndir \
             = {:?}\n[[prompts.engines]]\nkind = \"espeak-ng\"\n",
            dir.join("data"),
            dir.join("prompts"),
        );
        let layers = Layers {
            file: Some(("zeroline.toml".to_owned(), text)),
            ..Layers::default()
        };
        let config = crate::config::load(&layers, Secret::new("demo"));
        Shelf::new(InUse::new(Arc::new(
            config.unwrap_or_else(|m| panic!("{m:?}")),
        )))
    }

    /// A tone of one second at this level, 1 is the scale.
    fn tone(dir: &Path, name: &str, level: f64) {
        let wave = (0..16_000).map(|i| (f64::from(i) * 0.3).sin() * level * 32_767.0);
        let master = Master {
            samples: wave.map(|s| s as i16).collect(),
            rate: 16_000,
        };
        let file = dir.join(format!("prompts/en/{name}.wav"));
        std::fs::write(file, wav::encode(&master)).unwrap();
    }

    fn find<'v>(view: &'v PromptsView, name: &str) -> &'v PromptView {
        let mut all = view.prompts.iter();
        all.find(|p| p.prompt.starts_with(name))
            .unwrap_or_else(|| panic!("no {name}: {:?}", view.mistakes))
    }

    fn words(prompt: &PromptView) -> Vec<&str> {
        prompt.faults.iter().map(|f| f.fault.as_str()).collect()
    }

    #[test]
    fn what_is_missing_comes_first_with_who_needs_it_and_changes_are_seen() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = shelf(dir.path());
        tone(dir.path(), "greeting", 0.01);
        tone(dir.path(), "old", 0.1);
        let view = shelf.list();
        assert_eq!(view.mistakes, Vec::<String>::new());
        assert_eq!(view.lines, ["main"]);
        let jingle = find(&view, "jingle");
        assert_eq!(
            (jingle.source, jingle.audio),
            (PromptSource::Missing, false)
        );
        assert_eq!(words(jingle), ["missing"]);
        assert_eq!(jingle.uses[0].node.as_deref(), Some("hello"));
        assert_eq!(jingle.uses[0].label.as_deref(), Some("Hello"));
        let greeting = find(&view, "greeting");
        assert_eq!(greeting.source, PromptSource::Recorded);
        assert_eq!(words(greeting), ["too_quiet", "no_transcript"]);
        assert_eq!(greeting.length_ms, Some(1000));
        assert!(greeting.level.unwrap().loudness.unwrap() < -30.0);
        assert!(greeting.file.as_deref().unwrap().ends_with("greeting.wav"));
        let old = find(&view, "old");
        assert_eq!(
            (words(old), old.uses.len()),
            (vec!["no_transcript", "unused"], 0)
        );
        let news = find(&view, "text-");
        assert_eq!(news.source, PromptSource::Unspoken);
        assert_eq!(news.words.as_deref(), Some("Nothing is new."));
        let first: Vec<&str> = view
            .prompts
            .iter()
            .take(2)
            .map(|p| p.prompt.as_str())
            .collect();
        assert_eq!(first, ["jingle", "greeting"]);
        let en = view.languages.iter().find(|l| l.language == "en").unwrap();
        assert_eq!(en.wrong, 2);
        // Nothing changed: nothing is read again.
        assert!(Arc::ptr_eq(&view, &shelf.list()));
        tone(dir.path(), "jingle", 0.1);
        std::fs::write(
            dir.path().join("prompts/en/transcripts.toml"),
            "jingle = \"Tada\"\n",
        )
        .unwrap();
        let view = shelf.list();
        let jingle = find(&view, "jingle");
        assert_eq!((words(jingle), jingle.audio), (Vec::new(), true));
        assert_eq!(jingle.words.as_deref(), Some("Tada"));
        // A recording of a text of the menus: its words stand there, nobody writes them once more.
        let text = find(&view, "text-").prompt.clone();
        tone(dir.path(), &text, 0.1);
        let view = shelf.list();
        let news = find(&view, &text);
        assert_eq!(news.source, PromptSource::Recorded);
        assert_eq!(news.words.as_deref(), Some("Nothing is new."));
        assert_eq!(words(news), Vec::<&str>::new());
    }

    #[test]
    fn what_can_be_heard_is_a_wav_file_and_nothing_else_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = shelf(dir.path());
        tone(dir.path(), "greeting", 0.1);
        let bytes = std::fs::read(dir.path().join("prompts/en/greeting.wav")).unwrap();
        assert_eq!(shelf.audio("en", "greeting"), Ok(Some(bytes)));
        for (language, name) in [
            ("en", "jingle"),
            ("en", "../../data/x"),
            ("xx", "greeting"),
            ("..", "prompts/en/greeting"),
        ] {
            assert_eq!(shelf.audio(language, name), Ok(None), "{language}/{name}");
        }
        let music = shelf.audio("en", system::MUSIC).unwrap().unwrap();
        assert!(music.starts_with(b"RIFF"));
        // What the list calls audible can be heard.
        for p in shelf.list().prompts.iter().filter(|p| p.audio) {
            let heard = shelf.audio(&p.language, &p.prompt);
            assert!(matches!(heard, Ok(Some(_))), "{} {heard:?}", p.prompt);
        }
    }

    #[test]
    fn menus_that_do_not_load_are_told_and_the_recordings_stay() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = shelf(dir.path());
        tone(dir.path(), "greeting", 0.1);
        std::fs::write(dir.path().join("menus/main.yaml"), "line: main\nstart: x\n").unwrap();
        let view = shelf.list();
        assert!(!view.mistakes.is_empty());
        assert_eq!(find(&view, "greeting").source, PromptSource::Recorded);
        assert!(view.prompts.iter().any(|p| p.prompt == system::MUSIC));
    }
}
