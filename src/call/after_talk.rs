//! An agent has ended the talk, and the queue asks the caller how it was: the survey of the caller's line,
//! in the caller's language. The agent's leg is over by then. Key 0 leads to the people as everywhere; every
//! other end of it is the end of the talk (P6).

use super::machine::{Call, Stage};
use super::menu_stage::MenuStage;
use crate::ids::{AgentId, QueueName};
use crate::media::command::MediaCommand;
use crate::menu::walk::Walk;
use crate::now::Now;
use crate::record::timeline::Event as RecordEvent;
use crate::record::verdict::Verdict;

impl Call {
    /// Asks the caller, whose agent has just been let go. `false`: nobody asks, or they were asked in
    /// this call already.
    pub(super) fn ask_after_talk(&mut self, now: Now, queue: &QueueName, agent: AgentId) -> bool {
        let Some(survey) = self.line.survey_after(queue) else {
            return false;
        };
        if std::mem::replace(&mut self.asked_after_talk, true) {
            return false;
        }
        self.refuse_joining();
        self.media(MediaCommand::Unbridge {
            leg: self.start.leg,
        });
        let record = RecordEvent::TalkEnded {
            agent: agent.clone(),
        };
        self.record(record);
        self.menus = None;
        let walk = Walk::after_talk(self.line.clone(), self.who_walks(), survey, now);
        self.stage = Stage::Menu(Box::new(MenuStage {
            walk,
            playing: None,
            music: None,
            dialling: None,
            before: Vec::new(),
            place: None,
            talked: Some(agent),
        }));
        self.drive_menu(now);
        true
    }
}

impl MenuStage {
    /// How the call ends, if it ends here: by the agent, where they have ended the talk.
    pub(super) fn ends_with(&self, otherwise: Verdict) -> Verdict {
        match &self.talked {
            Some(agent) => Verdict::AgentEnded {
                agent: agent.clone(),
            },
            None => otherwise,
        }
    }
}
