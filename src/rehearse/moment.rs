//! The transcript of a stage: what happened, when and to whom.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::house::House;
use crate::ids::{AgentId, Key, LineName, NodeName, PhoneNumber};
use crate::media::prompt::Prompt;
use crate::menu::outcome::{Step, StepKind};
use crate::record::timeline::Event;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Since the start of the stage.
    pub at: Duration,
    /// To which caller, in the order of their coming; `None`: to nobody in particular.
    pub caller: Option<usize>,
    /// What.
    pub what: Happening,
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A caller calls.
    Calls {
        /// Which line.
        line: LineName,
        /// Who.
        from: Option<PhoneNumber>,
    },
    /// The caller hears this.
    Hears {
        /// One after the other.
        prompts: Vec<Arc<Prompt>>,
        /// Over and over: music.
        repeat: bool,
    },
    /// What was heard is cut short.
    Hush,
    /// The caller presses a key.
    Presses {
        /// Which.
        key: Key,
        /// A digit of a sensitive entry: never shown.
        secret: bool,
    },
    /// The caller speaks for so long.
    Speaks(Duration),
    /// The caller hangs up.
    HangsUp,
    /// A follow-up is handed over.
    Sends {
        /// By which node.
        node: NodeName,
    },
    /// An outside number is called.
    Dials,
    /// A web service is asked.
    Asks {
        /// By which node.
        node: NodeName,
    },
    /// What came of it, in words.
    Reply(String),
    /// A message is being taken.
    Records,
    /// Something was made to go wrong.
    Trouble(String),
    /// What the caller hears, or waits for, was made to fail: if nothing else comes between, they
    /// come to people for that reason. No line of the transcript.
    Fails(Failing),
    /// An agent's phone is there.
    SignsIn(AgentId),
    /// An agent's phone is gone.
    SignsOut(AgentId),
    /// What the contact's record tells.
    Record(Event),
}

/// When it shows that something was made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// The call is told now.
    Now,
    /// What is waited for does not come, or comes as a failure, by then.
    Within(Duration),
    /// The end of what is said is never told. Who is interrupted before it does not miss it.
    Untold {
        /// So long it takes to say.
        length: Duration,
        /// The call has missed the end by then.
        within: Duration,
    },
}

impl Happening {
    /// What the contact's record tells.
    pub fn recorded(&self) -> Option<&Event> {
        match self {
            Happening::Record(event) => Some(event),
            Happening::Calls { .. }
            | Happening::Hears { .. }
            | Happening::Hush
            | Happening::Presses { .. }
            | Happening::Speaks(_)
            | Happening::HangsUp
            | Happening::Dials
            | Happening::Asks { .. }
            | Happening::Sends { .. }
            | Happening::Reply(_)
            | Happening::Records
            | Happening::Trouble(_)
            | Happening::Fails(_)
            | Happening::SignsIn(_)
            | Happening::SignsOut(_) => None,
        }
    }
}

/// The transcript, ready to print; sensitive digits and numbers do not show.
pub struct Transcript<'a> {
    /// Where it happened.
    pub house: &'a House,
    /// What.
    pub moments: &'a [Moment],
    /// More than one caller: each line says who.
    pub several: bool,
}

impl fmt::Display for Transcript<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for moment in self.moments {
            let Some(told) = told(self.house, &moment.what) else {
                continue;
            };
            let at = moment.at.as_secs_f64();
            match moment.caller {
                Some(n) if self.several => writeln!(f, "{at:>8.1}  [{}] {told}", n + 1)?,
                Some(_) | None => writeln!(f, "{at:>8.1}  {told}")?,
            }
        }
        Ok(())
    }
}

/// What is said in a list of prompts.
pub fn words(house: &House, prompts: &[Arc<Prompt>]) -> String {
    let words: Vec<String> = prompts.iter().map(|p| house.words(p)).collect();
    words.join(" ")
}

/// In words; `None`: not worth a line.
fn told(house: &House, what: &Happening) -> Option<String> {
    Some(match what {
        Happening::Calls { line, from: None } => format!("calls {line}, number withheld"),
        Happening::Calls {
            line,
            from: Some(n),
        } => format!("calls {line} from {n}"),
        Happening::Hears { repeat: true, .. } => "hears music".to_owned(),
        Happening::Hears { prompts, .. } => format!("hears \"{}\"", words(house, prompts)),
        Happening::Hush => "  (cut short)".to_owned(),
        Happening::Presses { secret: true, .. } => "presses •".to_owned(),
        Happening::Presses { key, .. } => format!("presses {}", key.as_char()),
        Happening::Speaks(time) => format!("speaks for {:.1} s", time.as_secs_f64()),
        Happening::HangsUp => "hangs up".to_owned(),
        Happening::Dials => "  (an outside number is called)".to_owned(),
        Happening::Asks { node } => format!("  (the web service of {node} is asked)"),
        Happening::Sends { node } => format!("  (a follow-up is handed over by {node})"),
        Happening::Reply(what) => format!("  (the web service {what})"),
        Happening::Records => "  (recording)".to_owned(),
        Happening::Trouble(what) => format!("! {what}"),
        Happening::SignsIn(agent) => format!("! {agent} signs in"),
        Happening::SignsOut(agent) => format!("! the phone of {agent} is gone"),
        Happening::Fails(_) => return None,
        Happening::Record(event) => return recorded(event),
    })
}

fn recorded(event: &Event) -> Option<String> {
    Some(match event {
        Event::Step { step } => return stepped(step),
        Event::Entry { name, value } => format!("  {name} = {}", value.for_agent()),
        Event::Queued { queue, reason, .. } => format!("-> queue {queue} ({reason})"),
        Event::Overflowed { queue, cause, to } => {
            format!("  (queue {queue} can not keep them: {cause:?}, on to {to:?})")
        }
        Event::Offered { agent } => format!("  (rings {agent})"),
        Event::Missed { agent, cause } => format!("  ({agent} did not take it: {cause:?})"),
        Event::Connected { agent } => format!("-> talks with {agent}"),
        Event::TalkEnded { agent } => format!("-> {agent} ends the talk"),
        Event::Judged {
            question, answer, ..
        } => format!("  {question} = {answer}"),
        Event::CallbackStored { .. } => "  (the wish to be called back is stored)".to_owned(),
        Event::MessageStored { .. } => "  (the message is stored)".to_owned(),
        Event::CallingBack { .. } => "  (is called back)".to_owned(),
        Event::CalledInVain { .. } => "  (is not reached)".to_owned(),
        Event::CallbackCancelled { .. } => "  (the callback is cancelled)".to_owned(),
        Event::LetterStored { .. } => "  (the follow-up is stored)".to_owned(),
        Event::Fault { what } => format!("! fault: {what}"),
        Event::Transferred { to } => format!("-> transferred to {to}"),
        Event::TransferFailed { to, .. } => format!("  (the transfer to {to} failed)"),
        Event::Ended { verdict } => format!("-> end: {verdict}"),
        Event::Started { .. }
        | Event::Answered
        | Event::WrappedUp { .. }
        | Event::LookedBack
        | Event::Consulted { .. }
        | Event::Said { .. }
        | Event::Approval { .. }
        | Event::Joined { .. }
        | Event::Parted { .. }
        | Event::Recording { .. }
        | Event::Held { .. }
        | Event::Resumed { .. }
        | Event::AgentLost { .. }
        | Event::TransferStarted { .. }
        | Event::Media { .. } => return None,
    })
}

fn stepped(step: &Step) -> Option<String> {
    let node = &step.node;
    Some(match &step.what {
        StepKind::Entered { .. } => format!("at {node}"),
        StepKind::Wrong { key } => format!("  ({} means nothing at {node})", key.as_char()),
        StepKind::Silent => format!("  (silent at {node})"),
        StepKind::Collected { digits } => format!("  ({digits} digits at {node})"),
        StepKind::Language { language } => format!("  (goes on in {language})"),
        StepKind::Answered { found: false } => format!("  (not known, at {node})"),
        StepKind::Tried { step, answer } => format!("  ({step}: {answer}, at {node})"),
        StepKind::Failed { what } => format!("! at {node}: {what}"),
        StepKind::Pressed { .. } | StepKind::Answered { found: true } => return None,
    })
}
