//! `survey`: questions that are answered by one key each.

use std::collections::BTreeMap;

use super::compose::{self, ZeroForm};
use super::line::{Context, RESERVED, word};
use super::source::{Fields, Source};
use super::words::{self, Words, system};
use super::yaml::{At, Data, Yaml};
use super::{announce, nodes, template};
use crate::ids::QueueName;
use crate::menu::system as names;
use crate::menu::tree::{Kind, Line, NodeId, Question, Scale, Survey, Target};

/// The most questions.
const MAX_QUESTIONS: usize = 20;
/// 1 to 5.
const USUAL: Scale = Scale { low: 1, high: 5 };

pub(super) fn survey(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Survey> {
    let like = "survey: { questions: { friendly: \"How friendly were we?\" }, go: … }";
    let mut fields = Fields::new(src, yaml, "a survey", like)?;
    let at = fields.at;
    let intro = fields.take("say").map(|y| words::read(src, cx, y));
    let listed = fields.need(src, "questions", "{ friendly: \"How friendly were we?\" }");
    let usual = scale(src, fields.take("scale"), USUAL);
    let wait = nodes::wait(src, fields.take("wait"), "wait", cx.defaults.wait);
    let go = fields.take("go");
    let go = cx.target(src, go);
    fields.finish(src);

    let mut listed = Fields::new(
        src,
        listed?,
        "`questions`",
        "friendly: \"How friendly were we?\"",
    )?;
    let listed = listed.take_all();
    if listed.is_empty() || listed.len() > MAX_QUESTIONS {
        src.error(
            at,
            format!(
                "a survey has from 1 to {MAX_QUESTIONS} questions, not {}",
                listed.len()
            ),
            "ask little, and more callers answer",
        );
        return None;
    }
    let mut questions = Vec::new();
    let mut good = usual.is_some();
    for (i, (name, at, yaml)) in listed.into_iter().enumerate() {
        let usual = usual.unwrap_or(USUAL);
        match question(src, cx, name, at, yaml, usual, i == 0) {
            Some(question) => questions.push(question),
            None => good = false,
        }
    }
    let intro = match intro {
        Some(words) => Some(words?.speech()),
        None => None,
    };
    good.then_some(Survey {
        intro,
        questions,
        wait,
        go: go?,
    })
}

/// Words, or `{ say: …, scale: 1-3 }`.
fn question(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    name: &str,
    at: At,
    yaml: &Yaml,
    usual: Scale,
    first: bool,
) -> Option<Question> {
    if word(name).is_none() || RESERVED.contains(&name) {
        src.error(
            at,
            format!("a question can not be called `{name}`"),
            "use letters, digits, - and _; not human, back or repeat",
        );
        return None;
    }
    let whole = match &yaml.data {
        Data::Map(pairs) => pairs
            .iter()
            .any(|(k, _)| matches!(k.text(), Some("say" | "scale"))),
        Data::Scalar { .. } | Data::List(_) => false,
    };
    let (said, scale) = if whole {
        let like = "{ say: \"How friendly were we?\", scale: 1-3 }";
        let mut fields = Fields::new(src, yaml, &format!("question `{name}`"), like)?;
        let said = fields.need(src, "say", "\"How friendly were we?\"");
        let said = said.and_then(|y| words::read(src, cx, y));
        let scale = scale(src, fields.take("scale"), usual);
        fields.finish(src);
        (said, scale)
    } else {
        (words::read(src, cx, yaml), Some(usual))
    };
    let (said, scale) = (said?, scale?);
    let keys = keys(src, cx, at, scale)?;
    let mut all = if tells(&said, scale) {
        said
    } else {
        said.then(keys.clone())
    };
    if first {
        all = all.then(system(src, cx, at, names::SURVEY_SKIP)?);
    }
    let wrong = system(src, cx, at, names::WRONG)?.then(keys);
    Some(Question {
        into: template::variable(src, cx, at, name, &[])?,
        speech: compose::with_zero(src, cx, at, all, ZeroForm::Plain)?,
        wrong: compose::with_zero(src, cx, at, wrong, ZeroForm::Plain)?,
        scale,
    })
}

/// "Press a key from one to five."
fn keys(src: &mut Source<'_>, cx: &Context<'_>, at: At, scale: Scale) -> Option<Words> {
    let low = names::digit(usize::from(scale.low));
    let high = names::digit(usize::from(scale.high));
    let parts = [names::SURVEY_FROM, &low, names::SURVEY_TO, &high];
    let words: Option<Vec<Words>> = parts.iter().map(|p| system(src, cx, at, p)).collect();
    words?.into_iter().reduce(Words::then)
}

/// Whether a question tells both ends of its scale by itself, in every language.
fn tells(said: &Words, scale: Scale) -> bool {
    said.per.iter().all(|items| {
        let text: Vec<&str> = items.iter().filter_map(|i| i.text.as_deref()).collect();
        let text = text.join(" ");
        announce::names_digit(&text, usize::from(scale.low))
            && announce::names_digit(&text, usize::from(scale.high))
    })
}

/// `1-5`.
fn scale(src: &mut Source<'_>, yaml: Option<&Yaml>, usual: Scale) -> Option<Scale> {
    let parse = |text: &str| {
        let (low, high) = text.split_once('-')?;
        let (low, high) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
        (1 <= low && low < high && high <= 9).then_some(Scale { low, high })
    };
    match yaml {
        Some(yaml) => src.value(yaml, "scale", "1-5`, from `1-2` to `1-9", parse),
        None => Some(usual),
    }
}

/// The nodes of this line that queues ask after their talks. A line without a node of that name asks
/// nothing, so that lines can share a queue; whether any line has it is seen where all are known.
pub(super) fn named(cx: &Context<'_>) -> Vec<(QueueName, NodeId)> {
    let asked = cx.known.surveys.iter();
    let here = asked.filter_map(|(queue, name)| match cx.named(name.as_str()) {
        Some(Target::Node(id)) => Some((queue.clone(), id)),
        Some(Target::Human | Target::Back | Target::Repeat) | None => None,
    });
    here.collect()
}

/// Those of them that are surveys.
pub(super) fn after_talks(
    src: &mut Source<'_>,
    asked: Vec<(QueueName, NodeId)>,
    line: &Line,
    places: &[At],
) -> BTreeMap<QueueName, NodeId> {
    let mut found = BTreeMap::new();
    for (queue, id) in asked {
        let Some(node) = line.node(id) else { continue };
        if matches!(node.kind, Kind::Survey(_)) {
            found.insert(queue, id);
        } else if leads_to(line, &queue) {
            src.error(
                places.get(usize::from(id.0)).copied().unwrap_or_default(),
                format!(
                    "`{}`, which the queue `{queue}` asks after a talk, is no survey",
                    node.name
                ),
                "make it a `survey`, or name another node under `survey` of [[queues]]",
            );
        }
    }
    found
}

/// Whether callers come to the queue by what the file says, and not by an agent's hand only.
fn leads_to(line: &Line, queue: &QueueName) -> bool {
    line.human == *queue
        || line.nodes().any(|(_, node)| match &node.kind {
            Kind::Queue(to) => to == queue,
            Kind::Callback(callback) => callback.queue == *queue,
            Kind::Menu(_)
            | Kind::Language(_)
            | Kind::Say(_)
            | Kind::Collect(_)
            | Kind::Choose(_)
            | Kind::Ask(_)
            | Kind::Guide(_)
            | Kind::Survey(_)
            | Kind::Send(_)
            | Kind::Dial(_)
            | Kind::Message(_)
            | Kind::Goodbye(_) => false,
        })
}
