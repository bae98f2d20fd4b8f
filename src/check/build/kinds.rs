//! What each kind of node makes of keys, of the end of its prompt, and of silence: one function
//! per kind and event, as in the interpreter.

use super::callback::PROMISED;
use super::{At, Builder, End, Reached, Said, State};
use crate::check::graph::{Announcement, Edge, Event};
use crate::ids::Key;
use crate::menu::load::ZeroForm;
use crate::menu::tree::{Again, Callback, Collect, Kind, LanguageId, Line, Menu, Say, Speech};
use crate::menu::walk::situation::{Entered, Phase};

/// Longer entries are not counted digit by digit, lest a few of them fill the memory.
pub const COUNTED: usize = 16;

impl Builder<'_> {
    /// A key that does not ask for a person.
    pub(super) fn key(&self, at: At, key: Key, reached: &mut Reached) {
        match self.line.node(at.node).map(|n| &n.kind) {
            Some(Kind::Menu(menu) | Kind::Language(menu)) => self.menu_key(at, menu, key, reached),
            Some(Kind::Say(say)) => self.say_key(at, say, key, reached, 0),
            Some(Kind::Guide(guide)) => self.guide_key(at, guide, key, reached),
            Some(Kind::Survey(survey)) => self.survey_key(at, survey, key, reached),
            Some(Kind::Callback(callback)) => match at.phase {
                Phase::Entering(so_far) => {
                    self.entry_key(at, &callback.number, so_far, key, reached);
                }
                Phase::Confirming => self.confirm_key(at, &callback.number, key, reached),
                _ => self.callback_key(at, callback, key, reached),
            },
            Some(Kind::Collect(collect)) => match at.phase {
                Phase::Entering(so_far) => self.entry_key(at, collect, so_far, key, reached),
                _ => {
                    self.confirm_key(at, collect, key, reached);
                }
            },
            Some(Kind::Goodbye(_) | Kind::Ask(_) | Kind::Dial(_)) if key == Key::STAR => {
                self.back(at, reached)
            }
            Some(Kind::Send(_)) if key == Key::STAR => reached.push((false, State::Menu(at))),
            Some(Kind::Ask(_) | Kind::Send(_) | Kind::Dial(_)) => {
                reached.push((false, State::Menu(At { ahead: true, ..at })));
            }
            Some(Kind::Goodbye(_) | Kind::Choose(_) | Kind::Queue(_) | Kind::Message(_)) | None => {
                reached.push((false, State::Menu(at)));
            }
        }
    }

    /// The prompt has come to its end.
    pub(super) fn played(&self, at: At, reached: &mut Reached) {
        match self.line.node(at.node).map(|n| &n.kind) {
            Some(Kind::Callback(_)) if at.phase == Phase::Promising => {
                reached.push((false, PROMISED));
            }
            Some(
                Kind::Menu(_)
                | Kind::Language(_)
                | Kind::Collect(_)
                | Kind::Ask(_)
                | Kind::Guide(_)
                | Kind::Survey(_)
                | Kind::Dial(_)
                | Kind::Callback(_),
            ) => {
                let waiting = At {
                    playing: false,
                    ..at
                };
                reached.push((false, State::Menu(waiting)));
            }
            Some(Kind::Say(say)) => self.follow(at, say.go, reached),
            Some(Kind::Goodbye(_)) => reached.push((false, State::End(End::Goodbye))),
            Some(Kind::Choose(_) | Kind::Send(_) | Kind::Queue(_) | Kind::Message(_)) | None => {}
        }
    }

    /// The web service that is asked answers, does not know, or fails.
    pub(super) fn replied(&mut self, at: At, edges: &mut Vec<Edge>) {
        let line = self.line;
        let Some(Kind::Ask(ask)) = line.node(at.node).map(|n| &n.kind) else {
            return;
        };
        for (event, go) in [(Event::Found, ask.go), (Event::Missing, ask.missing)] {
            self.edges(edges, event, |b, reached| b.follow(at, go, reached));
        }
        self.edge(edges, Event::ServiceFailed, false, super::HUMAN);
    }

    /// No key came in time.
    pub(super) fn silence(&self, at: At, reached: &mut Reached) {
        match self.line.node(at.node).map(|n| &n.kind) {
            Some(Kind::Menu(menu) | Kind::Language(menu)) => {
                self.fail(at, menu.again.len(), reached);
            }
            Some(Kind::Collect(collect)) => self.entry_silence(at, collect, reached),
            Some(Kind::Callback(callback)) => match at.phase {
                Phase::Finding | Phase::Storing => {}
                Phase::Promising => reached.push((false, super::HUMAN)),
                _ => self.entry_silence(at, &callback.number, reached),
            },
            Some(Kind::Guide(guide)) => self.guide_silence(at, guide, reached),
            Some(Kind::Survey(survey)) => self.next_question(at, survey, reached),
            // The answer of the web service is waited for, or that none comes.
            Some(Kind::Ask(_)) => {}
            // Whether it is stored is waited for.
            Some(Kind::Send(_)) => {}
            // That somebody answers, or nobody does.
            Some(Kind::Dial(_)) => {}
            // These always play something.
            Some(
                Kind::Say(_)
                | Kind::Choose(_)
                | Kind::Goodbye(_)
                | Kind::Queue(_)
                | Kind::Message(_),
            )
            | None => {
                reached.push((false, super::HUMAN));
            }
        }
    }

    fn entry_silence(&self, at: At, collect: &Collect, reached: &mut Reached) {
        match at.phase {
            Phase::Entering(Entered::Zero) => reached.push((false, super::HUMAN)),
            Phase::Entering(Entered::Enough) => self.complete(at, collect, reached),
            _ => self.fail(at, collect.again.len(), reached),
        }
    }

    fn menu_key(&self, at: At, menu: &Menu, key: Key, reached: &mut Reached) {
        if key == Key::STAR {
            return self.back(at, reached);
        }
        match menu.option(key) {
            Some(choice) => {
                let language = choice.language.map_or(at.language, LanguageId::place);
                self.follow(At { language, ..at }, choice.go, reached);
            }
            None if key.digit() == Some(9) => reached.push((false, self.repeated(at))),
            None => self.fail(at, menu.again.len(), reached),
        }
    }

    /// `passed`: how many `say` the key has cut short already.
    fn say_key(&self, at: At, say: &Say, key: Key, reached: &mut Reached, passed: usize) {
        if key == Key::STAR {
            return self.back(at, reached);
        }
        if !say.interrupt {
            return reached.push((false, State::Menu(At { ahead: true, ..at })));
        }
        let mut next = Reached::new();
        self.follow(at, say.go, &mut next);
        // `#` only skips; any other key is meant for what follows. With more keys that came
        // early, what follows takes them from there.
        if key == Key::HASH || at.ahead || passed > self.graph.tries.len() {
            return reached.append(&mut next);
        }
        for (failed, state) in next {
            match state {
                State::Menu(to) => match self.line.node(to.node).map(|n| &n.kind) {
                    Some(Kind::Say(say)) => self.say_key(to, say, key, reached, passed + 1),
                    Some(
                        Kind::Menu(_)
                        | Kind::Language(_)
                        | Kind::Collect(_)
                        | Kind::Choose(_)
                        | Kind::Ask(_)
                        | Kind::Guide(_)
                        | Kind::Survey(_)
                        | Kind::Send(_)
                        | Kind::Dial(_)
                        | Kind::Callback(_)
                        | Kind::Queue(_)
                        | Kind::Message(_)
                        | Kind::Goodbye(_),
                    )
                    | None => self.key(to, key, reached),
                },
                State::Answered
                | State::Resuming
                | State::Waiting { .. }
                | State::Outside { .. }
                | State::Message { .. }
                | State::End(_) => reached.push((failed, state)),
            }
        }
    }

    fn entry_key(
        &self,
        at: At,
        collect: &Collect,
        so_far: Entered,
        key: Key,
        reached: &mut Reached,
    ) {
        if key.digit().is_some() {
            return self.digit(at, collect, so_far, key, reached);
        }
        if key == Key::STAR && so_far == Entered::Nothing {
            self.back(at, reached);
        } else if key == Key::STAR {
            reached.push((false, self.repeated(at)));
        } else if key == Key::HASH && so_far == Entered::Enough {
            self.complete(at, collect, reached);
        } else {
            self.fail(at, collect.again.len(), reached);
        }
    }

    /// One digit more. Where their number is not kept, what follows from each number that
    /// there can be is an edge.
    fn digit(&self, at: At, collect: &Collect, so_far: Entered, key: Key, reached: &mut Reached) {
        let (min, max) = (collect.min, collect.max);
        // How many digits there can be with this one.
        let counted = usize::from(at.digits) + 1;
        let (fewest, most) = match so_far {
            _ if max <= COUNTED => (counted, counted),
            Entered::Nothing => (1, 1),
            Entered::Zero => (2, 2),
            Entered::Few => (2, min),
            Entered::Enough => (min + 1, max),
        };
        if most >= max {
            self.complete(at, collect, reached);
        }
        let mut taken = |entered| {
            let next = At {
                phase: Phase::Entering(entered),
                digits: match max <= COUNTED {
                    true => at.digits + 1,
                    false => 0,
                },
                playing: false,
                ..at
            };
            reached.push((false, State::Menu(next)));
        };
        if fewest == 1 && max > 1 && key == Key::ZERO {
            return taken(Entered::Zero);
        }
        if fewest < min && fewest < max {
            taken(Entered::Few);
        }
        if most >= min && min < max && fewest < max {
            taken(Entered::Enough);
        }
    }

    /// The entry is complete. At a promise to call back it may be no number that is called.
    fn complete(&self, at: At, collect: &Collect, reached: &mut Reached) {
        if self.callback(at).is_some() {
            self.fail(at, collect.again.len(), reached);
        }
        if collect.confirm.is_some() {
            let read_back = At {
                phase: Phase::Confirming,
                digits: 0,
                playing: true,
                ..at
            };
            reached.push((false, State::Menu(read_back)));
        } else {
            self.accept(at, collect, reached);
        }
    }

    fn accept(&self, at: At, collect: &Collect, reached: &mut Reached) {
        match self.callback(at) {
            Some(callback) => reached.push((false, self.wished(at, callback))),
            None => self.follow(at, collect.go, reached),
        }
    }

    fn callback(&self, at: At) -> Option<&Callback> {
        match &self.line.node(at.node)?.kind {
            Kind::Callback(callback) => Some(callback),
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
            | Kind::Queue(_)
            | Kind::Message(_)
            | Kind::Goodbye(_) => None,
        }
    }

    fn confirm_key(&self, at: At, collect: &Collect, key: Key, reached: &mut Reached) {
        match key.as_char() {
            '1' => self.accept(at, collect, reached),
            '2' | '*' => reached.push((false, self.repeated(at))),
            '9' => reached.push((
                false,
                State::Menu(At {
                    playing: true,
                    ..at
                }),
            )),
            _ => self.fail(at, collect.again.len(), reached),
        }
    }
}

/// How many tries a node grants; 0 where there is nothing to try.
pub(super) fn tries(kind: &Kind) -> usize {
    match kind {
        Kind::Menu(menu) | Kind::Language(menu) => menu.again.len() + 1,
        Kind::Collect(collect) => collect.again.len() + 1,
        Kind::Callback(callback) => callback.number.again.len() + 1,
        Kind::Guide(guide) => {
            let resume = guide.resume.iter().map(|r| r.again.len());
            let steps = guide.steps.iter().map(|s| s.again.len());
            steps.chain(resume).max().unwrap_or(0) + 1
        }
        Kind::Say(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Survey(_)
        | Kind::Send(_)
        | Kind::Dial(_)
        | Kind::Queue(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => 0,
    }
}

/// Whether keys wait for the end of what is said.
pub(super) fn is_deaf(kind: &Kind) -> bool {
    match kind {
        Kind::Say(say) => !say.interrupt,
        Kind::Menu(_)
        | Kind::Language(_)
        | Kind::Collect(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Guide(_)
        | Kind::Survey(_)
        | Kind::Send(_)
        | Kind::Dial(_)
        | Kind::Callback(_)
        | Kind::Queue(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => false,
    }
}

/// Whether it takes digits of which the first may be 0.
pub(super) fn leading_zero(kind: &Kind) -> bool {
    match kind {
        Kind::Collect(collect) => collect.leading_zero,
        Kind::Callback(callback) => callback.number.leading_zero,
        Kind::Menu(_)
        | Kind::Language(_)
        | Kind::Say(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Guide(_)
        | Kind::Survey(_)
        | Kind::Send(_)
        | Kind::Dial(_)
        | Kind::Queue(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => false,
    }
}

/// The prompts that must tell about 0, and whether they do.
pub(super) fn announcements(line: &Line, said: &Said<'_>) -> Vec<Announcement> {
    let mut all = Vec::new();
    for language in 0..said.languages() {
        for (node, n) in line.all_nodes() {
            let mut must = |which: String, speech: &Speech, form| {
                all.push(Announcement {
                    node,
                    language,
                    which,
                    form,
                    told: said.announces(speech, language, form),
                });
            };
            match &n.kind {
                Kind::Menu(menu) | Kind::Language(menu) => {
                    must("its first prompt".to_owned(), &menu.first, ZeroForm::Plain);
                    must("its prompt".to_owned(), &menu.body, ZeroForm::Plain);
                    for (which, speech) in agains(&menu.again) {
                        must(which, speech, ZeroForm::Plain);
                    }
                }
                Kind::Collect(collect) => entry(&mut must, collect),
                Kind::Guide(guide) => {
                    for step in &guide.steps {
                        for (which, speech) in [("first", &step.first), ("later", &step.speech)] {
                            let which = format!("its step `{}`, heard {which},", step.name);
                            must(which, speech, ZeroForm::Plain);
                        }
                        for (which, speech) in agains(&step.again) {
                            let which = format!("{which} at `{}`", step.name);
                            must(which, speech, ZeroForm::Plain);
                        }
                    }
                    if let Some(resume) = &guide.resume {
                        let which = "its question whether to go on".to_owned();
                        must(which, &resume.speech, ZeroForm::Plain);
                        for (which, speech) in agains(&resume.again) {
                            must(which, speech, ZeroForm::Plain);
                        }
                    }
                    let ready = &guide.pause.ready;
                    must("its word before a pause".to_owned(), ready, ZeroForm::Plain);
                }
                Kind::Survey(survey) => {
                    for (question, n) in survey.questions.iter().zip(1..) {
                        let asked = format!("its question {n}");
                        must(asked, &question.speech, ZeroForm::Plain);
                        let wrong = format!("its question {n} after a wrong key");
                        must(wrong, &question.wrong, ZeroForm::Plain);
                    }
                }
                Kind::Callback(callback) => {
                    let offer = "its question about the number".to_owned();
                    must(offer, &callback.offer.after, ZeroForm::Plain);
                    if let Some(slots) = &callback.slots {
                        let times = "its question about the time".to_owned();
                        must(times, &slots.ask, ZeroForm::Plain);
                    }
                    entry(&mut must, &callback.number);
                }
                Kind::Say(_)
                | Kind::Choose(_)
                | Kind::Ask(_)
                | Kind::Send(_)
                | Kind::Dial(_)
                | Kind::Queue(_)
                | Kind::Message(_)
                | Kind::Goodbye(_) => {}
            }
        }
    }
    all
}

/// What is asked for digits must tell of.
fn entry(must: &mut impl FnMut(String, &Speech, ZeroForm), collect: &Collect) {
    let form = match collect.leading_zero {
        true => ZeroForm::ThenHash,
        false => ZeroForm::Plain,
    };
    must("its question".to_owned(), &collect.speech, form);
    for (which, speech) in agains(&collect.again) {
        must(which, speech, form);
    }
}

fn agains(agains: &[Again]) -> impl Iterator<Item = (String, &Speech)> {
    agains.iter().zip(1..).flat_map(|(again, n)| {
        [("silence", &again.silent), ("a wrong key", &again.wrong)]
            .map(|(after, speech)| (format!("its prompt {n} after {after}"), speech))
    })
}
