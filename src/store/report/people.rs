//! What people beside the caller have to do with a talk, in words.

use crate::record::timeline::{ApprovalStep, ConsultStep, Event, Presence};

/// Empty for any other event.
pub(super) fn words(event: &Event) -> String {
    match event {
        Event::Said { by, text, .. } => format!("{by} writes: {text}"),
        Event::Consulted {
            agent, to, step, ..
        } => match step {
            ConsultStep::Rings => format!("{agent} asks {to}"),
            ConsultStep::Talks => format!("{to} answers {agent}"),
            ConsultStep::Failed => format!("{to} does not answer {agent}"),
            ConsultStep::Over => format!("{agent} has asked {to}"),
        },
        Event::Joined { who, presence } => match presence {
            Presence::Talks => format!("{who} joins the talk"),
            Presence::Listens => format!("{who} listens"),
            Presence::Whispers => format!("{who} listens, and speaks to the agent"),
        },
        Event::Parted { who } => format!("{who} leaves the talk"),
        Event::Approval {
            step,
            by,
            what,
            amount,
            unit,
            most,
            note,
            waited_ms,
            ..
        } => {
            let figure = |n: &Option<f64>| {
                let unit = unit.as_deref().unwrap_or_default();
                n.map(|n| format!(" {n} {unit}").trim_end().to_owned())
                    .unwrap_or_default()
            };
            let asked = format!("{what}{}", figure(amount));
            let note = note.as_ref().map(|n| format!(": {n}")).unwrap_or_default();
            let waited = waited_ms.map(|ms| format!(" after {} s", ms / 1000));
            let waited = waited.unwrap_or_default();
            match step {
                ApprovalStep::Asked => format!("{by} asks for approval: {asked}"),
                ApprovalStep::Granted => match most {
                    Some(_) => format!("{by} grants up to{}{waited}{note}", figure(most)),
                    None => format!("{by} grants {asked}{waited}{note}"),
                },
                ApprovalStep::Refused => format!("{by} refuses {asked}{waited}{note}"),
                ApprovalStep::Withdrawn => format!("{by} does not ask for {asked} any more"),
                ApprovalStep::Lapsed => format!("nobody decided about {asked}{waited}"),
            }
        }
        _ => String::new(),
    }
}
