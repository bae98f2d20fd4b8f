//! `zeroline prompts`: what it needs of settings and menus, and what becomes of it.

use std::collections::BTreeMap;
use std::path::Path;

use super::voices::{self, Needs};
use super::{pairs, read_menus, said, settings};
use crate::cli::{self, EngineWord, Options, PromptsCommand, RateWord};
use crate::config::{Config, SpeechEngine, SpeechEngineKind};
use crate::ids::{Language, PromptName};
use crate::menu::load::{Lines, load_all};
use crate::menu::system;
use crate::prompts::commands::{self, Done, Into};
use crate::prompts::report::{Needed, Report};
use crate::prompts::{Encodings, PromptLibrary, Speech, Text, ingest, languages};

/// What the command tells.
#[derive(Debug)]
pub struct Outcome {
    /// For standard output, whole lines.
    pub told: String,
    /// For standard error.
    pub mistakes: Vec<String>,
    /// The exit code.
    pub code: u8,
}

impl From<Done> for Outcome {
    fn from(done: Done) -> Outcome {
        Outcome {
            told: done.told.iter().map(|l| format!("{l}\n")).collect(),
            code: if done.mistakes.is_empty() {
                cli::OK
            } else {
                cli::MISTAKES
            },
            mistakes: done.mistakes.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Does what was asked for.
///
/// # Errors
/// Every mistake in the settings or in what was asked for; nothing was done.
pub fn run(options: &Options, what: PromptsCommand) -> Result<Outcome, Vec<String>> {
    let mut config = settings(options)?;
    Ok(match what {
        PromptsCommand::Report { json } => report(&config, json),
        PromptsCommand::Render {
            transcripts,
            language,
            into,
            engine,
            rate,
            force,
        } => {
            if let Some(word) = engine {
                config.prompts.engines = vec![chosen(&config, word)?];
            }
            let language = language.as_deref().map(self::language).transpose()?;
            let into = into.as_deref().map(|folder| Into {
                folder,
                rate: hertz(rate),
                force,
            });
            render(&config, transcripts.as_deref(), language, into)?
        }
        PromptsCommand::Import {
            files,
            language,
            into,
            rate,
            force,
        } => {
            let folder = match (into, &config.prompts.dir) {
                (Some(folder), _) => folder,
                (None, Some(dir)) => dir.join(self::language(&language)?.as_str()),
                (None, None) => {
                    let remedy = "name it by --into, or set prompts.dir";
                    return Err(vec![format!("there is no prompt folder; {remedy}")]);
                }
            };
            let into = Into {
                folder: &folder,
                rate: hertz(rate),
                force,
            };
            commands::import(&files, into).into()
        }
        PromptsCommand::Prune { remove } => {
            let texts = plain(&texts(&config)?);
            commands::prune(&Speech::from(&config.prompts), &texts, remove).into()
        }
    })
}

fn report(config: &Config, json: bool) -> Outcome {
    let mut told = Vec::new();
    let files = read_menus(config, &mut told);
    let (_, known) = voices::find(config, &files, None, &mut Vec::new());
    let lines = load_all(pairs(&files), &known).unwrap_or_else(|mistakes| {
        told.extend(mistakes.iter().map(ToString::to_string));
        Lines::default()
    });
    let dir = config.prompts.dir.as_deref();
    let mut all = vec![config.prompts.language.clone()];
    all.extend(dir.map(languages).unwrap_or_default());
    all.extend(known.prompts.keys().cloned());
    let (mut library, mut mistakes) = PromptLibrary::read(dir, &all, &[]);
    let speech = Speech::from(&config.prompts);
    for language in &all {
        let unspoken = library.unspoken(language);
        let said = library.speak_named(language, unspoken, &speech, None);
        mistakes.extend(said.err());
    }
    let texts = Needs::of(config, &files, Encodings::default(), &mut Vec::new()).into_texts();
    let texts: Vec<Text> = texts.into_iter().map(|(_, text)| text).collect();
    let spoken = library.promise(&texts, &speech);
    mistakes.extend(spoken.err().into_iter().flatten());
    let report = Report::new(&library, &mistakes, &needed(config, &all, &lines));
    let code = if report.wrong() == 0 && told.is_empty() {
        cli::OK
    } else {
        cli::MISTAKES
    };
    let told = match told.len() {
        0 => Vec::new(),
        n => vec![format!(
            "the menus have {n} mistakes (`zeroline check` tells them), so their prompts are not \
             looked at"
        )],
    };
    Outcome {
        told: if json {
            format!("{}\n", report.json())
        } else {
            report.text()
        },
        mistakes: told,
        code,
    }
}

/// By language, what is played and by whom.
fn needed(config: &Config, all: &[Language], lines: &Lines) -> Needed {
    let mut needed = Needed::new();
    for language in all {
        let prompts = needed.entry(language.clone()).or_default();
        for (name, who) in said(config) {
            let own = system::all().iter().any(|n| n == name.as_str());
            if own || *language == config.prompts.language {
                prompts.entry(name).or_insert_with(|| who.to_owned());
            }
        }
    }
    for line in lines.iter() {
        for (language, name) in line.prompts() {
            let Some(language) = line.language(language) else {
                continue;
            };
            let who = || format!("the line {}", line.name);
            let prompts = needed.entry(language.clone()).or_default();
            prompts.entry(name.clone()).or_insert_with(who);
        }
    }
    needed
}

/// All that lines and the server say without a recording.
fn texts(config: &Config) -> Result<Vec<(PromptName, Text)>, Vec<String>> {
    let mut told = Vec::new();
    let files = read_menus(config, &mut told);
    let mut wrong = Vec::new();
    let needs = Needs::of(config, &files, Encodings::default(), &mut wrong);
    told.extend(wrong.iter().map(ToString::to_string));
    if told.is_empty() {
        Ok(needs.into_texts())
    } else {
        Err(told)
    }
}

fn plain(texts: &[(PromptName, Text)]) -> Vec<(Language, String)> {
    let pair = |(_, t): &(PromptName, Text)| (t.language.clone(), t.text.clone());
    texts.iter().map(pair).collect()
}

fn render(
    config: &Config,
    transcripts: Option<&Path>,
    language: Option<Language>,
    into: Option<Into<'_>>,
) -> Result<Outcome, Vec<String>> {
    let speech = Speech::from(&config.prompts);
    let mut by_language: BTreeMap<Language, Vec<commands::Named>> = BTreeMap::new();
    match (transcripts, language) {
        (Some(file), Some(language)) => {
            let named = commands::read_transcripts(file)
                .map_err(|m| m.iter().map(ToString::to_string).collect::<Vec<_>>())?;
            by_language.insert(language, named);
        }
        (_, language) => {
            for (name, text) in texts(config)? {
                if language.as_ref().is_none_or(|l| *l == text.language) {
                    let named = (name, text.text);
                    by_language.entry(text.language).or_default().push(named);
                }
            }
        }
    }
    let mut all = Done::default();
    for (language, named) in &by_language {
        let mut done = commands::render(&speech, language, named, into);
        all.told.append(&mut done.told);
        all.mistakes.append(&mut done.mistakes);
    }
    if by_language.is_empty() {
        all.told
            .push("the menus say nothing that is not recorded".to_owned());
    }
    Ok(all.into())
}

fn chosen(config: &Config, word: EngineWord) -> Result<SpeechEngine, Vec<String>> {
    let fits = |e: &&SpeechEngine| {
        matches!(
            (&e.kind, word),
            (SpeechEngineKind::Espeak { .. }, EngineWord::EspeakNg)
                | (SpeechEngineKind::Flite { .. }, EngineWord::Flite)
                | (SpeechEngineKind::Http { .. }, EngineWord::Http)
        )
    };
    let set = config.prompts.engines.iter().find(fits).cloned();
    match (set, word) {
        (Some(mut engine), _) => {
            engine.languages.clear();
            Ok(engine)
        }
        (None, EngineWord::EspeakNg) => Ok(SpeechEngine::espeak()),
        (None, EngineWord::Flite) => Ok(SpeechEngine::flite()),
        (None, EngineWord::Http) => Err(vec![
            "--engine: where is it? write kind = \"http\" and url into [[prompts.engines]]".into(),
        ]),
    }
}

fn hertz(rate: RateWord) -> u32 {
    match rate {
        RateWord::Narrow => ingest::NARROW,
        RateWord::Wide => ingest::WIDE,
    }
}

fn language(text: &str) -> Result<Language, Vec<String>> {
    crate::config::language(text)
        .map_err(|remedy| vec![format!("--language: `{text}` does not fit; {remedy}")])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(dir: &Path) -> Options {
        Options {
            data: Some(dir.join("data")),
            prompts: Some(dir.join("prompts")),
            ..Options::default()
        }
    }

    fn parse(command: &str) -> PromptsCommand {
        use clap::Parser;
        let cli = cli::Cli::try_parse_from(command.split_whitespace());
        match cli.map(|cli| cli.command) {
            Ok(Some(cli::Command::Prompts { what })) => {
                what.unwrap_or(PromptsCommand::Report { json: false })
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_folder_that_was_rendered_is_good_and_the_demo_line_speaks_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let d = dir.path();
        std::fs::create_dir_all(d.join("prompts/cs")).unwrap();
        let outcome = |command: String| run(&options(d), parse(&command)).unwrap();
        let all: String = system::all()
            .into_iter()
            .filter(|n| n != system::BEEP && n != system::MUSIC)
            .map(|name| format!("{name} = \"To je {name}.\"\n"))
            .collect();
        std::fs::write(d.join("texts.toml"), all).unwrap();
        std::fs::create_dir_all(d.join("prompts/en")).unwrap();
        let before = outcome("zeroline prompts".to_owned());
        assert_eq!(before.code, cli::MISTAKES);
        assert!(before.told.contains("cs  sys-zero "), "{}", before.told);
        assert!(!before.told.contains("sys-moh") && !before.told.contains("\nen  "));

        let shown = d.display();
        let command = format!(
            "zeroline prompts render --transcripts {shown}/texts.toml --language cs --into \
             {shown}/prompts/cs --engine espeak-ng --rate 8000"
        );
        let rendered = outcome(command);
        assert_eq!((rendered.code, rendered.mistakes), (cli::OK, Vec::new()));
        let after = outcome("zeroline prompts report".to_owned());
        assert_eq!(after.code, cli::OK, "{}", after.told);
        assert!(after.told.ends_with("nothing is wrong\n"), "{}", after.told);
        let json = outcome("zeroline prompts report --json".to_owned()).told;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["wrong"], 0);
        let listed = outcome("zeroline prompts prune".to_owned());
        assert!(
            listed.told.ends_with(" unused; --remove removes them\n"),
            "{}",
            listed.told
        );
    }

    #[test]
    fn what_can_not_be_asked_for_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let mut options = options(dir.path());
        options.prompts = None;
        let told = |command: &str| run(&options, parse(command)).unwrap_err();
        assert_eq!(
            told("zeroline prompts import a.wav --language en"),
            ["there is no prompt folder; name it by --into, or set prompts.dir"]
        );
        let odd = told("zeroline prompts render --language ../x");
        assert!(odd[0].starts_with("--language: `../x` does not fit; write a short name"));
        let http = told("zeroline prompts render --engine http");
        assert!(http[0].starts_with("--engine: where is it?"));
    }
}
