//! `zeroline call`: a walk through a line in the terminal, without a phone.

mod input;
mod sound;

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

pub use self::input::{Input, Lines, Terminal, Wish};
pub use self::sound::{Played, Sound};
use super::simulate::chosen;
use super::{NOT_FOUND, OK};
use crate::ids::{Language, PhoneNumber};
use crate::menu::outcome::{WebReply, WebRequest};
use crate::menu::tree::Line;
use crate::now::Wall;
use crate::record::card::ContextCard;
use crate::record::verdict::Stage as StageName;
use crate::rehearse::house::House;
use crate::rehearse::moment::{Happening, Transcript};
use crate::rehearse::offer;
use crate::rehearse::stage::{Incoming, Stage};
use crate::rehearse::trial;
use crate::rehearse::world::{AgentPlan, Service, World};

/// Between two keys that are played.
const BETWEEN_KEYS: Duration = Duration::from_millis(200);
/// For how long a caller speaks who leaves a message by Enter.
const SPEAKS: Duration = Duration::from_secs(5);

/// What call is to be made.
#[derive(Clone, Debug, Default, Args, PartialEq)]
pub struct CallArgs {
    /// The line, by name or number; the first without it
    #[arg(long, value_name = "LINE")]
    pub line: Option<String>,
    /// Press these keys, each group when the line waits for one, tell what happens and exit, like
    /// 2,12345678,0; `-` is silence
    #[arg(long, value_name = "KEYS", value_parser = wishes, allow_hyphen_values = true)]
    pub keys: Option<Wishes>,
    /// At this time of the line's opening hours, like 2026-12-24T17:59 [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// The caller's number, or `withheld`
    #[arg(long, value_name = "NUMBER", default_value = "+15550100")]
    pub from: String,
    /// The language that the caller is known to speak
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<String>,
    /// Nobody is signed in
    #[arg(long)]
    pub nobody: bool,
    /// Do not really ask web services: each fails, and the call goes on to a person
    #[arg(long)]
    pub offline: bool,
    /// Play what is said by `aplay` or `paplay` as well
    #[arg(long)]
    pub audio: bool,
}

/// What is pressed, one after the other.
pub type Wishes = VecDeque<Wish>;

fn wishes(text: &str) -> Result<Wishes, String> {
    let mut all = Wishes::new();
    for group in text.split(',').map(str::trim).filter(|g| !g.is_empty()) {
        if group == "-" {
            all.push_back(Wish::Silence);
            continue;
        }
        let keys = trial::keys(group)
            .ok_or_else(|| format!("`{group}` is no keys; write them like 2,12345678,0"))?;
        all.push_back(Wish::Keys(keys));
    }
    Ok(all)
}

/// Asks a web service, or says why there is no answer.
pub type Web<'a> = &'a mut dyn FnMut(&WebRequest) -> Result<WebReply, String>;

/// With what a call is made.
pub struct Tools<'a> {
    /// Where keys come from.
    pub input: &'a mut dyn Input,
    /// Who asks web services.
    pub web: Web<'a>,
    /// What plays the prompts.
    pub sound: Option<Sound>,
    /// Where it is told.
    pub out: &'a mut dyn Write,
}

/// Makes the call. `now`: when no time is asked for.
///
/// # Errors
/// The output can not be written.
pub fn run(house: &Arc<House>, asked: &CallArgs, now: Wall, tools: Tools<'_>) -> io::Result<u8> {
    let incoming = match incoming(house, asked, now) {
        Ok(incoming) => incoming,
        Err(told) => {
            writeln!(tools.out, "{told}")?;
            return Ok(NOT_FOUND);
        }
    };
    let (incoming, at, language) = incoming;
    let agents = house.acd().agents.iter();
    let agents = agents.map(|a| AgentPlan::ready(a.id.clone()));
    let world = World {
        agents: if asked.nobody {
            Vec::new()
        } else {
            agents.collect()
        },
        otherwise: if asked.offline {
            Service::Dead
        } else {
            Service::Outside
        },
        ..World::default()
    };
    let mut stage = Stage::new(Arc::clone(house), world, at);
    let n = stage.call(incoming);
    if let Some(language) = language {
        stage.speaks(n, language);
    }
    let mut walk = Walking {
        house,
        stage,
        n,
        told: 0,
        tools,
    };
    walk.whole()?;
    walk.end()?;
    Ok(OK)
}

type Wanted = (Incoming, Wall, Option<Language>);

fn incoming(house: &House, asked: &CallArgs, now: Wall) -> Result<Wanted, String> {
    let lines = chosen(house, asked.line.as_deref())?;
    let line: Arc<Line> = lines.into_iter().next().ok_or("there is no line")?;
    let at = match &asked.at {
        None => now,
        Some(text) => trial::local(&line, text)
            .ok_or_else(|| format!("--at: `{text}` is no time; write it like 2026-12-24T17:59"))?,
    };
    let language = asked.language.as_deref().map(Language::new);
    if let Some(language) = &language
        && !line.languages.contains(language)
    {
        let all: Vec<&str> = line.languages.iter().map(Language::as_str).collect();
        let name = &line.name;
        return Err(format!(
            "{name} does not speak `{language}`; it speaks {}",
            all.join(", ")
        ));
    }
    let dialled = asked
        .line
        .as_deref()
        .filter(|l| line.numbers.iter().any(|n| n == l));
    let dialled = dialled.or(line.numbers.first().map(String::as_str));
    let from = (asked.from != "withheld").then(|| PhoneNumber::new(&asked.from));
    let incoming = Incoming {
        dialled: PhoneNumber::new(dialled.unwrap_or_default()),
        line,
        from,
        speaks: Duration::ZERO,
    };
    Ok((incoming, at, language))
}

struct Walking<'h, 't> {
    house: &'h House,
    stage: Stage,
    n: usize,
    /// So much of the transcript has been told.
    told: usize,
    tools: Tools<'t>,
}

impl Walking<'_, '_> {
    fn whole(&mut self) -> io::Result<()> {
        loop {
            self.go_on()?;
            if !self.stage.waits_for_caller(self.n) {
                return Ok(());
            }
            if self.tools.input.shows_keys() {
                self.show_keys()?;
            }
            match self.tools.input.next()? {
                None => return Ok(()),
                Some(Wish::HangUp) => self.stage.hang_up(self.n),
                Some(Wish::Silence) => self.silence(),
                Some(Wish::Keys(keys)) => {
                    for (i, &key) in keys.iter().enumerate() {
                        if i > 0 {
                            let next = self.stage.now().mono + BETWEEN_KEYS;
                            self.stage.run_until(next);
                        }
                        self.stage.press(self.n, key);
                    }
                }
                Some(Wish::Unknown) => {
                    let out = &mut self.tools.out;
                    writeln!(out, "keys are 0-9 * #, Enter is silence, h hangs up")?;
                }
            }
        }
    }

    /// Until the line waits for the caller, or the call is over.
    fn go_on(&mut self) -> io::Result<()> {
        loop {
            self.tell()?;
            if let Some(request) = self.stage.asked_outside(self.n).cloned() {
                let reply = (self.tools.web)(&request);
                self.stage.answer_outside(self.n, reply);
                continue;
            }
            let over = self.stage.verdict(self.n).is_some();
            if over || self.stage.waits_for_caller(self.n) || !self.stage.step() {
                return self.tell();
            }
        }
    }

    /// Says nothing until something happens; to a recording, a few words.
    fn silence(&mut self) {
        if self.stage.place(self.n) == Some(StageName::Message) {
            return self.stage.speak(self.n, SPEAKS);
        }
        self.stage.step();
    }

    fn tell(&mut self) -> io::Result<()> {
        let new = self.stage.moments().get(self.told..).unwrap_or_default();
        self.told += new.len();
        let transcript = Transcript {
            house: self.house,
            moments: new,
            several: false,
        };
        write!(self.tools.out, "{transcript}")?;
        self.tools.out.flush()?;
        let Some(sound) = &mut self.tools.sound else {
            return Ok(());
        };
        for moment in new {
            let Happening::Hears {
                prompts,
                repeat: false,
            } = &moment.what
            else {
                continue;
            };
            for prompt in prompts {
                match sound.play(self.house, prompt, self.tools.input) {
                    Played::Whole => {}
                    // What is said further is passed over as well.
                    Played::Cut => return Ok(()),
                    Played::Silent(why) => {
                        writeln!(self.tools.out, "       !  no sound: {why}")?;
                    }
                }
            }
        }
        Ok(())
    }

    fn show_keys(&mut self) -> io::Result<()> {
        let keys = offer::keys(&self.stage, self.n);
        let told: Vec<String> = keys.iter().map(|(k, what)| format!("{k} {what}")).collect();
        writeln!(self.tools.out, "          [{}]", told.join(" | "))?;
        self.tools.out.flush()
    }

    /// Where the caller ended, and what an agent would see.
    fn end(&mut self) -> io::Result<()> {
        let out = &mut self.tools.out;
        match (self.stage.verdict(self.n), self.stage.walk(self.n)) {
            (Some(verdict), _) => writeln!(out, "\nthe call ended: {verdict}")?,
            (None, Some(walk)) => {
                let at = walk.place().map_or("?", |p| p.as_str());
                writeln!(out, "\nthe line waits for a key at {at}")?;
            }
            (None, None) => writeln!(out, "\nthe call goes on")?,
        }
        match self.stage.card(self.n) {
            Some(card) => tell_card(out, card),
            None => Ok(()),
        }
    }
}

fn tell_card(out: &mut dyn Write, card: &ContextCard) -> io::Result<()> {
    writeln!(out, "the agent's card:")?;
    writeln!(out, "  display   {}", card.short())?;
    if let Some(queue) = &card.queue {
        writeln!(out, "  queue     {queue}")?;
    }
    if let Some(reason) = &card.reason {
        writeln!(out, "  reason    {reason}")?;
    }
    if let Some(language) = &card.language {
        writeln!(out, "  language  {language}")?;
    }
    let mut path: Vec<&str> = Vec::new();
    for step in card.path() {
        if path.last() != Some(&step.node.as_str()) {
            path.push(step.node.as_str());
        }
    }
    writeln!(out, "  path      {}", path.join(" > "))?;
    for (name, value) in card.entries() {
        writeln!(out, "  entry     {name} = {}", value.for_agent())?;
    }
    for what in card.failures() {
        writeln!(out, "  failed    {what}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
