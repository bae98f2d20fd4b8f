//! The kinds of nodes, one function each.

use std::collections::BTreeMap;
use std::time::Duration;

use super::compose::{self, ZeroForm};
use super::line::{Context, duration, queue, word};
use super::source::{Fields, Source};
use super::words::{self, Words, system};
use super::yaml::{At, Data, Yaml};
use super::{announce, ask, callback, choose, dial, guide, send, survey, template};
use crate::ids::{NodeName, PromptName, SkillName};
use crate::menu::system as names;
use crate::menu::tree::{Choice, Collect, Confirm, Kind, LanguageId, Menu, Node, Piece, Say};

/// What holds for the whole line unless a node says otherwise.
#[derive(Clone, Copy)]
pub(super) struct Defaults {
    pub wait: Duration,
    pub tries: usize,
}

const KINDS: [&str; 14] = [
    "menu", "language", "say", "collect", "choose", "ask", "guide", "survey", "send", "dial",
    "queue", "callback", "message", "goodbye",
];
/// The most urgent.
const MAX_PRIORITY: u8 = 9;
/// The level of a skill that is needed where none is written.
const USUAL_LEVEL: u8 = 3;
/// The longest entry.
const MAX_DIGITS: usize = 32;

pub(super) fn node(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    name: NodeName,
    at: At,
    yaml: &Yaml,
) -> Option<Node> {
    let mut fields = Fields::new(src, yaml, &format!("node `{name}`"), "say: { prompt: … }")?;
    let label = fields.take("label");
    let label = label.and_then(|y| src.text(y, "label", "Opening hours"));
    let needs = fields.take("needs").map(|y| needs(src, y));
    let urgent = |t: &str| t.parse().ok().filter(|n| *n <= MAX_PRIORITY);
    let priority = fields.take("priority");
    let priority = priority.and_then(|y| src.value(y, "priority", "1`, from `0` to `9", urgent));
    let mut kinds = KINDS
        .into_iter()
        .filter_map(|k| Some((k, fields.take_with_key(k)?)));
    let first = kinds.next();
    if let Some((kind, (at, _))) = kinds.next() {
        src.error(
            at,
            format!("node `{name}` is a `{kind}` and something else as well"),
            "a node is of one kind; make two nodes and join them by `go`",
        );
    }
    drop(kinds);
    fields.finish(src);
    let Some((kind, (_, body))) = first else {
        src.error(
            at,
            format!("node `{name}` does nothing"),
            format!("give it one of: {}", KINDS.join(", ")),
        );
        return None;
    };
    let kind = match kind {
        "menu" => menu(src, cx, body).map(Kind::Menu),
        "language" => languages(src, cx, body).map(Kind::Language),
        "choose" => choose::choose(src, cx, body).map(Kind::Choose),
        "ask" => ask::ask(src, cx, body).map(Kind::Ask),
        "guide" => guide::guide(src, cx, body).map(Kind::Guide),
        "survey" => survey::survey(src, cx, body).map(Kind::Survey),
        "send" => send::send(src, cx, body).map(Kind::Send),
        "dial" => dial::dial(src, cx, body).map(Kind::Dial),
        "callback" => callback::callback(src, cx, body).map(|c| Kind::Callback(Box::new(c))),
        "message" => queue(src, body, "message", cx.known).map(Kind::Message),
        "say" => say(src, cx, body).map(Kind::Say),
        "collect" => collect(src, cx, body).map(Kind::Collect),
        "queue" => queue(src, body, "queue", cx.known).map(Kind::Queue),
        _ => goodbye(src, cx, body),
    };
    Some(Node {
        label: label.map_or_else(|| name.as_str().to_owned(), str::to_owned),
        name,
        needs,
        priority,
        kind: kind?,
    })
}

/// `[cards, router:2]`, each once.
fn needs(src: &mut Source<'_>, yaml: &Yaml) -> BTreeMap<SkillName, u8> {
    let mut needs = BTreeMap::new();
    for item in items(yaml) {
        let parse = |t: &str| SkillName::with_level(t, 1, USUAL_LEVEL);
        let like = "cards` or, with a level from 1 to 5, `cards:2";
        let Some((skill, level)) = src.value(item, "needs", like, parse) else {
            continue;
        };
        if needs.insert(skill.clone(), level).is_some() {
            let what = format!("`{skill}` is there twice");
            src.error(item.at, what, "keep one of them");
        }
    }
    needs
}

fn menu(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Menu> {
    let mut fields = Fields::new(src, yaml, "a menu", "menu: { options: … }")?;
    let greeting = fields.take("greeting").map(|y| words::read(src, cx, y));
    let listed = fields.need(src, "options", "{ 1: { say: { prompt: … }, go: … } }");
    let again = fields.take("again");
    let wait = wait(src, fields.take("wait"), "wait", cx.defaults.wait);
    let tries = tries(src, fields.take("tries"), cx.defaults.tries);
    let at = fields.at;
    fields.finish(src);

    let mut options: [Option<Choice>; 9] = Default::default();
    let mut said: [Option<Words>; 9] = Default::default();
    let mut good = true;
    let listed = listed.and_then(|y| Fields::new(src, y, "`options`", "1: { go: … }"));
    for (key, at, yaml) in listed?.take_all() {
        let Some(i) = option_index(src, key, at) else {
            good = false;
            continue;
        };
        let Some((choice, speech)) = option(src, cx, i + 1, yaml) else {
            good = false;
            continue;
        };
        if let (Some(c), Some(s)) = (options.get_mut(i), said.get_mut(i)) {
            (*c, *s) = (Some(choice), speech);
        }
    }
    if options.iter().all(Option::is_none) && good {
        src.error(
            at,
            "a menu without options",
            "add at least one under `options`",
        );
        return None;
    }
    let greeting = match greeting {
        Some(g) => Some(g?),
        None => None,
    };
    if !good {
        return None;
    }
    finish_menu(src, cx, at, greeting, said, options, again, tries, wait)
}

#[expect(clippy::too_many_arguments, reason = "each is one part of the menu")]
fn finish_menu(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    greeting: Option<Words>,
    said: [Option<Words>; 9],
    options: [Option<Choice>; 9],
    again: Option<&Yaml>,
    tries: usize,
    wait: Duration,
) -> Option<Menu> {
    let (first, body) = compose::menu(src, cx, at, greeting, said, &options)?;
    let again = compose::again(src, cx, at, again, tries, &first, &body)?;
    Some(Menu {
        first,
        body,
        again,
        options,
        wait,
    })
}

/// A menu of languages, in which each speaks for itself: `language: { options: { 1: en, 2: de } }`.
fn languages(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Menu> {
    let mut fields = Fields::new(
        src,
        yaml,
        "a language",
        "language: { options: { 1: en }, go: … }",
    )?;
    let greeting = fields.take("greeting").map(|y| words::read(src, cx, y));
    let listed = fields.need(src, "options", "{ 1: en, 2: de }");
    let go = fields.need(src, "go", "NODE");
    let go = go.and_then(|y| cx.target(src, Some(y)));
    let again = fields.take("again");
    let wait = wait(src, fields.take("wait"), "wait", cx.defaults.wait);
    let tries = tries(src, fields.take("tries"), cx.defaults.tries);
    let at = fields.at;
    fields.finish(src);

    let mut options: [Option<Choice>; 9] = Default::default();
    let mut said: [Option<Words>; 9] = Default::default();
    let mut good = true;
    let listed = listed.and_then(|y| Fields::new(src, y, "`options`", "1: en"));
    for (key, at, yaml) in listed?.take_all() {
        let offered = option_index(src, key, at).zip(language_option(src, cx, key, yaml));
        let Some((i, (id, mut words))) = offered else {
            good = false;
            continue;
        };
        let press = system(src, cx, yaml.at, &names::press(i + 1))?;
        let press = press.per.into_iter().nth(usize::from(id.0));
        if !words.iter().any(|w| w.tells_key) {
            words.extend(press.into_iter().flatten());
        }
        // Whatever language is spoken so far, this is said in its own.
        for item in &mut words {
            if let Piece::Prompt(name) = &item.piece {
                item.piece = Piece::In(id, name.clone());
            }
        }
        let in_all = Words {
            per: vec![words; cx.languages.len()],
        };
        if let (Some(o), Some(s), Some(go)) = (options.get_mut(i), said.get_mut(i), go) {
            let language = Some(id);
            (*o, *s) = (Some(Choice { go, language }), Some(in_all));
        }
    }
    let greeting = match greeting {
        Some(g) => Some(g?),
        None => None,
    };
    go?;
    if !good {
        return None;
    }
    if options.iter().all(Option::is_none) {
        src.error(
            at,
            "no language is offered",
            "write `options: { 1: en, 2: de }`",
        );
        return None;
    }
    finish_menu(src, cx, at, greeting, said, options, again, tries, wait)
}

/// `de`, or `{ language: de, say: … }`.
fn language_option(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    key: &str,
    yaml: &Yaml,
) -> Option<(LanguageId, Vec<words::Item>)> {
    let digit = key.parse().unwrap_or(0);
    let find = |src: &mut Source<'_>, y: &Yaml| {
        let tag = src.text(y, "language", "de")?;
        let id = cx.language(tag);
        if id.is_none() {
            src.error(
                y.at,
                format!("this line does not speak `{tag}`"),
                "add it to `languages` at the top, or offer another",
            );
        }
        id
    };
    let Data::Map(_) = &yaml.data else {
        let id = find(src, yaml)?;
        let language = cx.languages.get(usize::from(id.0))?;
        let Some(name) = announce::own_name(language) else {
            src.error(
                yaml.at,
                format!("we do not know what `{language}` is called"),
                format!("write `{key}: {{ language: {language}, say: \"…\" }}`"),
            );
            return None;
        };
        let sentence = announce::option(language, name, digit)?;
        let mut item = words::voiced(src, cx, language, yaml.at, &sentence)?;
        item.tells_key = true;
        return Some((id, vec![item]));
    };
    let mut fields = Fields::new(src, yaml, "a language", "{ language: de, say: … }")?;
    let id = fields
        .need(src, "language", "de")
        .and_then(|y| find(src, y));
    let said = fields.need(src, "say", "{ prompt: … }");
    fields.finish(src);
    let id = id?;
    let language = cx.languages.get(usize::from(id.0))?;
    Some((
        id,
        words::in_language(src, cx, language, said?, Some(digit))?,
    ))
}

fn option_index(src: &mut Source<'_>, key: &str, at: At) -> Option<usize> {
    match key {
        "0" => src.error(
            at,
            "0 always reaches a person and can not be assigned",
            "use 1 to 9; for the person behind 0 set `human` of the line",
        ),
        "*" => src.error(
            at,
            "* always goes back and can not be assigned",
            "use 1 to 9",
        ),
        "#" => src.error(at, "# ends entries and can not be assigned", "use 1 to 9"),
        _ => match key.parse::<usize>() {
            Ok(n @ 1..=9) if key.len() == 1 => return Some(n - 1),
            Ok(_) | Err(_) => src.error(at, format!("`{key}` is not a key"), "use 1 to 9"),
        },
    }
    None
}

fn option(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    digit: usize,
    yaml: &Yaml,
) -> Option<(Choice, Option<Words>)> {
    let what = format!("option {digit}");
    let mut fields = Fields::new(src, yaml, &what, "{ say: …, go: … }")?;
    let at = fields.at;
    let said = fields.take("say");
    let said = said.map(|y| words::read_for(src, cx, y, Some(digit)));
    let go = fields.need(src, "go", "NODE");
    let go = go.and_then(|y| cx.target(src, Some(y)));
    fields.finish(src);
    let said = match said {
        Some(s) => Some(compose::option(src, cx, at, digit, s?)?),
        None => None,
    };
    let choice = Choice {
        go: go?,
        language: None,
    };
    Some((choice, said))
}

fn say(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Say> {
    let mut fields = Fields::new(src, yaml, "a say", "say: { text: …, go: … }")?;
    let words = words::read_fields(src, cx, &mut fields, None);
    let go = cx.target(src, fields.take("go"));
    let interrupt = src.flag(fields.take("interrupt"), "interrupt", true);
    fields.finish(src);
    Some(Say {
        speech: words?.speech(),
        interrupt,
        go: go?,
    })
}

fn goodbye(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Kind> {
    Some(Kind::Goodbye(words::read(src, cx, yaml)?.speech()))
}

fn collect(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Collect> {
    let mut fields = Fields::new(src, yaml, "a collect", "collect: { say: …, digits: 8, … }")?;
    let question = fields.need(src, "say", "\"Please enter your account number.\"");
    let question = question.and_then(|y| words::read(src, cx, y));
    let digits = fields.need(src, "digits", "8");
    let range = digits.and_then(|y| src.value(y, "digits", "8` or `digits: 4-8", range));
    let leading_zero = src.flag(fields.take("leading_zero"), "leading_zero", false);
    let into = fields.need(src, "into", "account");
    let into = into
        .and_then(|y| Some((y.at, src.value(y, "into", "account", word)?)))
        .and_then(|(at, name)| template::variable(src, cx, at, &name, &[]));
    // What it holds was noted with the variables.
    src.flag(fields.take("sensitive"), "sensitive", false);
    let confirm = src.flag(fields.take("confirm"), "confirm", false);
    let first_wait = wait(src, fields.take("wait"), "wait", cx.defaults.wait);
    let between = wait(
        src,
        fields.take("between"),
        "between",
        Duration::from_secs(3),
    );
    let tries = tries(src, fields.take("tries"), cx.defaults.tries);
    let again = fields.take("again");
    let go = fields.take("go");
    let go = cx.target(src, go);
    let at = fields.at;
    fields.finish(src);

    if let (Some((1, _)), true, Some(digits)) = (range, leading_zero, digits) {
        src.error(
            digits.at,
            "an entry of one digit that may be 0 leaves no way to tell it from the person",
            "ask for at least 2 digits, or leave `leading_zero` out",
        );
        return None;
    }
    let form = if leading_zero {
        ZeroForm::ThenHash
    } else {
        ZeroForm::Plain
    };
    let confirm = if confirm {
        Some(read_back(src, cx, at, cx.defaults.wait)?)
    } else {
        None
    };
    let speech = compose::with_zero(src, cx, at, question?, form)?;
    let again = compose::again_entry(src, cx, at, again, tries, &speech, form)?;
    let (min, max) = range?;
    Some(Collect {
        speech,
        again,
        min,
        max,
        leading_zero,
        into: into?,
        confirm,
        first_wait,
        between,
        go: go?,
    })
}

/// Everything that reading digits back needs, or the mistake that it is not there.
pub(super) fn read_back(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    wait: Duration,
) -> Option<Confirm> {
    let digits: Vec<String> = (0..10).map(names::digit).collect();
    for name in &digits {
        system(src, cx, at, name)?;
    }
    let before = system(src, cx, at, names::YOU_ENTERED)?.speech();
    let after = system(src, cx, at, names::CONFIRM)?.speech();
    let mut names = digits.iter().map(PromptName::new);
    Some(Confirm {
        before,
        digits: std::array::from_fn(|_| names.next().unwrap_or_else(|| PromptName::new(""))),
        after,
        wait,
    })
}

fn range(text: &str) -> Option<(usize, usize)> {
    let (min, max) = text.split_once('-').unwrap_or((text, text));
    let (min, max) = (min.trim().parse().ok()?, max.trim().parse().ok()?);
    (1 <= min && min <= max && max <= MAX_DIGITS).then_some((min, max))
}

pub(super) fn wait(
    src: &mut Source<'_>,
    yaml: Option<&Yaml>,
    key: &str,
    default: Duration,
) -> Duration {
    let Some(yaml) = yaml else { return default };
    let Some(d) = src.value(yaml, key, "5s", duration) else {
        return default;
    };
    if !(Duration::from_secs(1)..=Duration::from_secs(60)).contains(&d) {
        src.error(
            yaml.at,
            format!("`{key}` must be from 1s to 60s"),
            "write it like `5s`",
        );
    }
    d
}

pub(super) fn tries(src: &mut Source<'_>, yaml: Option<&Yaml>, default: usize) -> usize {
    let parse = |t: &str| t.parse().ok().filter(|n| (1..=3).contains(n));
    yaml.and_then(|y| src.value(y, "tries", "2`, from `1` to `3", parse))
        .unwrap_or(default)
}

/// A list, or the one thing that is not a list.
pub(super) fn items(yaml: &Yaml) -> Vec<&Yaml> {
    match &yaml.data {
        Data::List(items) => items.iter().collect(),
        Data::Scalar { .. } | Data::Map(_) => vec![yaml],
    }
}
