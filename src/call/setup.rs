//! What every call of the server shares, and what is known of one call at its start.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::event::Location;
use super::faults::Faults;
use crate::config::{Features, Recording};
use crate::ids::{
    AgentId, ContactId, Language, LegId, LineName, OutgoingLegIds, PhoneNumber, PromptName,
    QueueName, SkillName,
};
use crate::media::prompt::Prompt;
use crate::menu::tree::Line;
use crate::now::Mono;
use crate::outside::Outside;
use crate::record::card::ContextCard;
use crate::record::timeline::CallbackId;
use crate::sdp::SrtpPolicy;
use crate::sdp::plan::{Codec, Fingerprint};
use crate::sip::flow::Transport;
use crate::sip::leg::Contact;

/// The prompts of the server by language and name, ready to be sent.
#[derive(Debug, Default)]
pub struct Prompts {
    /// Where a prompt is looked for that a language does not have.
    pub fallback: Language,
    /// By language.
    pub languages: HashMap<Language, HashMap<PromptName, Arc<Prompt>>>,
}

impl Prompts {
    /// The prompt of that name in that language.
    pub fn get(&self, language: &Language, name: &PromptName) -> Option<&Arc<Prompt>> {
        self.languages.get(language)?.get(name)
    }

    /// The same, or that of the fallback language: a word in a foreign language is better than
    /// silence.
    pub fn nearest(&self, language: &Language, name: &PromptName) -> Option<&Arc<Prompt>> {
        self.get(language, name)
            .or_else(|| self.get(&self.fallback, name))
    }
}

/// What callers of a queue can ask for by a key while they wait. 0 and 9 are always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingKeys {
    /// 1: to be called back, with the place kept.
    pub callback: bool,
    /// 2: to leave a message.
    pub message: bool,
    /// `*`: back to the menus, with the place kept.
    pub self_service: bool,
}

/// What callers of a queue hear, and what they can do.
#[derive(Clone, Debug, Default)]
pub struct QueueSound {
    /// On entering; `None`: nothing is said.
    pub connecting: Option<PromptName>,
    /// Played over and over; `None`: silence.
    pub music: Option<PromptName>,
    /// Played when the queue says so.
    pub comfort: Option<PromptName>,
    /// Agents hear who it is before the caller is connected.
    pub whisper: bool,
    /// Whether the talks are recorded.
    pub recording: Recording,
    /// Numbers outside can be called.
    pub calls_out: bool,
    /// What they can ask for.
    pub keys: WaitingKeys,
    /// Who is kept for the agent that they know; `None`: nobody.
    pub affinity: Option<Affinity>,
    /// What their talks are written up with, in the order of the digits that agents dial.
    pub wrap_up_codes: Vec<String>,
}

/// When a caller is kept for the agent with whom they talked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Affinity {
    /// How long ago that call may be.
    pub within: Duration,
    /// How long they are kept, while the agent is at work on something else.
    pub hold: Duration,
}

/// What every call of the server shares. Calls that have begun keep theirs when newer menus
/// are loaded.
#[derive(Clone, Debug)]
pub struct CallSetup {
    /// All prompts.
    pub prompts: Arc<Prompts>,
    /// All lines.
    pub lines: HashMap<LineName, Arc<Line>>,
    /// Per queue.
    pub sounds: HashMap<QueueName, QueueSound>,
    /// Ids for the legs that the call opens.
    pub leg_ids: Arc<OutgoingLegIds>,
    /// Codecs that we speak, the preferred first.
    pub codecs: Vec<Codec>,
    /// When voice is encrypted.
    pub srtp: SrtpPolicy,
    /// Trunks whose signalling is encrypted: keys are offered there.
    pub tls_trunks: HashSet<String>,
    /// Of the certificate that browsers are shown; `None`: browsers are not spoken to.
    pub web: Option<Fingerprint>,
    /// Our signalling listeners: media is never sent there.
    pub own_ports: Vec<SocketAddr>,
    /// The longest message.
    pub message_limit: Duration,
    /// How long a transfer rings its target.
    pub transfer_ring: Duration,
    /// Which numbers outside agents may call.
    pub outside: Arc<Outside>,
    /// In which languages the server speaks to agents, if it is not the usual one.
    pub agents: HashMap<AgentId, Language>,
    /// Whose phones are asked to answer by themselves what the queue offers.
    pub auto_answer: HashSet<AgentId>,
    /// What agents dial and press.
    pub features: Features,
    /// Whom the network takes out of the queue is called back.
    pub callback_after_drop: bool,
    /// Where the context cards are to be seen, to which the contact is added; `None`: nowhere.
    pub card_url: Option<String>,
    /// Faults on purpose.
    pub faults: Faults,
}

/// Somebody who is to be called back.
#[derive(Clone, Debug)]
pub struct CallBack {
    /// Which wish.
    pub callback: CallbackId,
    /// Whose people call.
    pub queue: QueueName,
    /// Where.
    pub number: PhoneNumber,
    /// The agent who tried last: where a queue keeps callers for whom they know, they are asked
    /// first.
    pub agent: Option<AgentId>,
    /// By which trunk.
    pub trunk: String,
    /// Since when their place counts.
    pub since: Mono,
    /// In which language they were served.
    pub language: Language,
    /// What they need of who calls, and at which level.
    pub needs: BTreeMap<SkillName, u8>,
    /// How urgent.
    pub priority: u8,
    /// What they did before.
    pub card: ContextCard,
}

/// What is known of a call when it comes in.
#[derive(Clone, Debug)]
pub struct CallStart {
    /// The contact's id.
    pub contact: ContactId,
    /// The caller's leg.
    pub leg: LegId,
    /// The line dialled.
    pub line: LineName,
    /// The number dialled.
    pub dialled: PhoneNumber,
    /// Who calls, unless withheld.
    pub caller: Option<PhoneNumber>,
    /// The caller's display name.
    pub caller_name: String,
    /// The offer of the INVITE, if it had one.
    pub offer: Option<Bytes>,
    /// How its signalling came.
    pub transport: Transport,
    /// From where.
    pub remote: IpAddr,
}

/// What is known of an agent's call when it comes in.
#[derive(Clone, Debug)]
pub struct AgentCallStart {
    /// Names the call at the queue and in logs.
    pub contact: ContactId,
    /// Who calls, by proof.
    pub agent: AgentId,
    /// Their leg.
    pub leg: LegId,
    /// The offer of the INVITE, if it had one.
    pub offer: Option<Bytes>,
    /// How its signalling came.
    pub transport: Transport,
    /// From where.
    pub remote: IpAddr,
    /// What an outside number is shown; `None`: nothing.
    pub number: Option<PhoneNumber>,
    /// Whom they want.
    pub to: Location,
}

/// A call that an agent asks for at their desk: their own phone rings first.
#[derive(Clone, Debug)]
pub struct ClickStart {
    /// Names the call at the queue and in logs.
    pub contact: ContactId,
    /// Who wants it.
    pub agent: AgentId,
    /// Their name, for colleagues.
    pub name: String,
    /// Their phones.
    pub contacts: Vec<Contact>,
    /// What an outside number is shown; `None`: nothing.
    pub number: Option<PhoneNumber>,
    /// Whom they want.
    pub to: Location,
}
