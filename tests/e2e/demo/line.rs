//! What callers of the demo line should hear: its recordings, found as the server finds them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zeroline::cli::Options;
use zeroline::ids::PromptName;
use zeroline::menu::load::Lines;
use zeroline::menu::say;
use zeroline::menu::tree::{Again, Kind, Line, Node, Piece, Speech};
use zeroline::prompts::{embedded, ingest};
use zeroline::setup::{Purpose, load};

use super::places::parted;
use crate::support::audio::Law;

/// A recording: its language and its name.
pub type Said = (String, PromptName);
/// Recordings that are heard one after the other, without a gap.
pub type Group = Vec<Said>;
/// Values by their names, as they are read.
pub type Values = HashMap<&'static str, say::Value>;

/// The line as it is built in.
pub struct Demo {
    lines: Lines,
    decoded: Mutex<HashMap<Said, Arc<Vec<u8>>>>,
}

impl Demo {
    pub fn new() -> Demo {
        let setup = load(&Options::default(), Purpose::Check).expect("the built-in line");
        Demo {
            lines: setup.menus.lines,
            decoded: Mutex::default(),
        }
    }

    pub fn line(&self) -> &Arc<Line> {
        self.lines.by_number("100").expect("the line")
    }

    pub fn languages(&self) -> usize {
        self.line().languages.len()
    }

    /// By the real clock: whoever calls at night is offered less first.
    pub fn is_open(&self) -> bool {
        let now = zeroline::task::clock::now().wall;
        self.lines.calendars().values().all(|c| c.is_open(now))
    }

    pub fn node(&self, name: &str) -> &Node {
        let mut nodes = self.line().nodes();
        let found = nodes.find(|(_, n)| n.name.as_str() == name);
        found.expect("a node of the line").1
    }

    /// A recording by its name, in a language of the line.
    pub fn own(&self, name: PromptName, language: usize) -> Said {
        (self.line().languages[language].as_str().to_owned(), name)
    }

    /// A speech in a language, up to the first value that is not known here.
    pub fn speech(&self, speech: &Speech, language: usize, values: &Values) -> Group {
        let line = self.line();
        let (_, said) = speech.all().nth(language).expect("a language");
        let mut group = Group::new();
        for piece in &said.pieces {
            match piece {
                Piece::Prompt(name) => group.push(self.own(name.clone(), language)),
                Piece::In(other, name) => {
                    let other = line.language(*other).expect("a language");
                    group.push((other.as_str().to_owned(), name.clone()));
                }
                Piece::Value { variable, form } => {
                    let variable = line.variable(*variable).expect("a value");
                    let Some(value) = values.get(variable.name.as_str()) else {
                        break;
                    };
                    let tag = line.languages[language].as_str();
                    let reader = say::Language::from_tag(tag).expect("a language that is read");
                    let read = say::say(reader, value, form).prompts();
                    group.extend(read.into_iter().map(|name| self.own(name, language)));
                }
            }
        }
        assert!(!group.is_empty(), "nothing that is known is said");
        group
    }

    /// What is said at a node when it is reached, as far as it does not depend on what is known;
    /// two recordings at most.
    pub fn said_first(&self, place: &str, language: usize) -> Group {
        let mut said = self.said_at(place, language).swap_remove(0);
        said.truncate(2);
        said
    }

    /// All that is said at a node to somebody who does not react.
    pub fn said_to_the_silent(&self, place: &str, language: usize) -> Vec<Group> {
        if let (node, Some(within)) = parted(place) {
            let mut said = self.said_at(place, language);
            said.extend(self.said_on_within(node, within, language));
            return said;
        }
        let node = place;
        let speech = |speech: &Speech| self.speech(speech, language, &Values::new());
        let own = |names: &[&str]| self.all_own(names, language);
        let mut said = self.said_at(node, language);
        let kind = &self.node(node).kind;
        let agains: &[Again] = match kind {
            Kind::Menu(m) | Kind::Language(m) => &m.again,
            Kind::Collect(c) => &c.again,
            Kind::Guide(g) => &g.steps[0].again,
            _ => &[],
        };
        said.extend(agains.iter().map(|a| speech(&a.silent)));
        match kind {
            Kind::Message(_) => {
                said.push(own(&["sys-message-short", "sys-beep"]));
                said.push(own(&["sys-message-saved"]));
            }
            Kind::Survey(survey) => {
                let later = survey.questions.iter().skip(1);
                said.extend(later.map(|q| speech(&q.speech)));
                said.extend(self.said_at("goodbye", language));
            }
            Kind::Dial(_) => said.extend(self.said_at("carrier-away", language)),
            // Their own number is read out twice.
            Kind::Callback(c) => said.extend([speech(&c.offer.before), speech(&c.offer.before)]),
            _ => {}
        }
        said
    }

    fn said_at(&self, place: &str, language: usize) -> Vec<Group> {
        let (node, within) = parted(place);
        if let Some(within) = within {
            return vec![self.said_within(node, within, language)];
        }
        let speech = |speech: &Speech| self.speech(speech, language, &Values::new());
        let said = match &self.node(node).kind {
            Kind::Menu(m) | Kind::Language(m) => speech(&m.first),
            Kind::Say(s) => speech(&s.speech),
            Kind::Collect(c) => speech(&c.speech),
            Kind::Guide(g) => speech(&g.steps[0].first),
            Kind::Callback(c) => speech(c.intro.as_ref().expect("words")),
            Kind::Survey(s) => {
                let intro = speech(s.intro.as_ref().expect("words"));
                return vec![intro, speech(&s.questions[0].speech)];
            }
            Kind::Goodbye(s) => speech(s),
            Kind::Dial(d) => speech(d.meanwhile.as_ref().expect("words")),
            Kind::Queue(_) => self.connecting(language),
            Kind::Message(_) => self.all_own(&["sys-message-intro", "sys-beep"], language),
            Kind::Ask(a) => speech(a.meanwhile.as_ref().expect("words")),
            Kind::Choose(_) | Kind::Send(_) => {
                panic!("they say nothing of their own")
            }
        };
        vec![said]
    }

    /// What is said on the way to a person.
    pub fn connecting(&self, language: usize) -> Group {
        self.all_own(&["sys-connecting"], language)
    }

    /// Recordings of the server's own.
    pub fn all_own(&self, names: &[&str], language: usize) -> Group {
        let own = |name: &&str| self.own(PromptName::new(*name), language);
        names.iter().map(own).collect()
    }

    /// How the groups sound.
    pub fn sounds(&self, said: &[Group]) -> Vec<Vec<Sound>> {
        let sound = |said: &Said| Sound {
            name: format!("{}/{}", said.0, said.1),
            octets: self.decoded(said),
        };
        let group = |group: &Group| group.iter().map(sound).collect();
        said.iter().map(group).collect()
    }

    fn decoded(&self, said: &Said) -> Arc<Vec<u8>> {
        let mut decoded = self.decoded.lock().expect("no panic");
        let entry = decoded.entry(said.clone());
        Arc::clone(entry.or_insert_with(|| Arc::new(decode(said))))
    }
}

/// A recording as it is sent, in µ-law.
pub struct Sound {
    name: String,
    octets: Arc<Vec<u8>>,
}

impl Sound {
    /// How many packets of 20 ms it takes.
    pub fn packets(&self) -> usize {
        self.octets.len().div_ceil(160)
    }
}

/// What has no words is there once, for all languages.
fn decode((language, name): &Said) -> Vec<u8> {
    let of = |l: &str| embedded::recordings(l).find(|r| r.name == name.as_str());
    let found = of(language).or_else(|| of(embedded::LANGUAGE));
    let found = found.unwrap_or_else(|| panic!("no recording {language}/{name}"));
    let sound = ingest::decode(found.bytes).expect("a recording");
    assert_eq!(sound.rate, 8000, "{name}");
    let pcm = sound.samples.iter().map(|s| (s * 32_768.0).round() as i16);
    pcm.map(|s| Law::Mu.encode(s)).collect()
}

/// What recordings say, in words.
pub fn words(said: &[Said]) -> String {
    let words = said.iter().map(|(language, name)| {
        let transcripts = embedded::transcripts(language).expect("a language");
        let of = |l: &'static str| l.strip_prefix(name.as_str())?.strip_prefix(" = \"");
        let text = transcripts.lines().find_map(of).expect("a transcript");
        text.trim_end_matches('"')
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether the groups come one after the other, each of them whole and without a gap; else which
/// one did not.
pub fn heard(came: &[u8], said: &[Vec<Sound>]) -> Result<(), String> {
    let mut from = 0;
    for group in said {
        let mut starts = (from..came.len()).step_by(160);
        let Some(end) = starts.find_map(|at| whole(came, at, group)) else {
            let names: Vec<&str> = group.iter().map(|s| s.name.as_str()).collect();
            return Err(format!(
                "not heard in {:.1} s behind {:.1} s: {}",
                came.len() as f64 / 8000.0,
                from as f64 / 8000.0,
                names.join(", ")
            ));
        };
        from = end;
    }
    Ok(())
}

/// Where a group ends that begins here; each recording begins with a packet.
fn whole(came: &[u8], from: usize, group: &[Sound]) -> Option<usize> {
    group.iter().try_fold(from, |at, sound| {
        let heard = came.get(at..at + sound.octets.len())?;
        let same = sound.octets.iter().zip(heard).all(|(a, b)| same(*a, *b));
        same.then(|| at + sound.octets.len().next_multiple_of(160))
    })
}

/// The server's encoder cuts as ITU-T G.711 describes, ours takes the nearest value: they may be a
/// step apart, and no more.
fn same(a: u8, b: u8) -> bool {
    let step = |b: u8| {
        let step = i32::from(!b & 0x7f);
        if b & 0x80 == 0 { -step } else { step }
    };
    (step(a) - step(b)).abs() <= 1
}
