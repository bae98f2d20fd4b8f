//! What all calls on a stage share: lines, queues, prompts and what is said in them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::call::faults::Faults;
use crate::call::setup::{CallSetup, Prompts, QueueSound};
use crate::ids::{Language, LineName, PromptName, QueueName};
use crate::media::prompt::Prompt;
use crate::menu::load::PromptFacts;
use crate::menu::tree::Line;
use crate::queue::settings::AcdSettings;
use crate::sdp::plan::{Codec, Direction};
use crate::sdp::{KEY_MATERIAL, KeyMaterial, LocalMedia, Preference, Session, SrtpPolicy};

/// What a person needs to say a word, and to begin: how long a text takes that has no sound yet.
const PER_WORD: Duration = Duration::from_millis(380);
const TO_BEGIN: Duration = Duration::from_millis(300);

/// What a house is built from.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The lines.
    pub lines: Vec<Arc<Line>>,
    /// By language, what is known of each prompt.
    pub prompts: BTreeMap<Language, BTreeMap<PromptName, PromptFacts>>,
    /// Where a prompt is looked for that a language does not have.
    pub fallback: Language,
    /// Queues and agents.
    pub acd: AcdSettings,
    /// What callers of the queues hear.
    pub sounds: HashMap<QueueName, QueueSound>,
    /// The shortest message, and the longest.
    pub message: (Duration, Duration),
    /// How long a transfer rings its target.
    pub transfer_ring: Duration,
}

/// What all calls share. Nothing in it changes.
#[derive(Debug)]
pub struct House {
    pub(super) setup: Arc<CallSetup>,
    pub(super) acd: AcdSettings,
    pub(super) message_min: Duration,
    /// What the callers' phones offer.
    pub(super) offer: Bytes,
    lines: Vec<Arc<Line>>,
    names: Vec<PromptName>,
    /// By the address of a prompt.
    said: HashMap<usize, Said>,
}

#[derive(Debug)]
struct Said {
    language: Language,
    text: Option<String>,
}

impl House {
    /// A house of these lines, queues and prompts.
    pub fn new(plan: Plan) -> House {
        let mut said = HashMap::new();
        let mut languages = HashMap::new();
        for (language, facts) in plan.prompts {
            let mut prompts = HashMap::new();
            for (name, facts) in facts {
                let length = facts.length.unwrap_or_else(|| {
                    let text = facts.transcript.as_deref().unwrap_or_default();
                    time_to_say(text)
                });
                let prompt = Arc::new(Prompt::new(name.clone(), length, []));
                said.insert(
                    address(&prompt),
                    Said {
                        language: language.clone(),
                        text: facts.transcript,
                    },
                );
                prompts.insert(name, prompt);
            }
            languages.insert(language, prompts);
        }
        let all = languages.values().flat_map(HashMap::keys);
        let names: BTreeSet<PromptName> = all.cloned().collect();
        let named = |l: &Arc<Line>| (l.name.clone(), Arc::clone(l));
        let setup = CallSetup {
            prompts: Arc::new(Prompts {
                fallback: plan.fallback,
                languages,
            }),
            lines: plan.lines.iter().map(named).collect(),
            sounds: plan.sounds,
            leg_ids: Arc::default(),
            codecs: vec![Codec::Pcmu],
            srtp: SrtpPolicy::Never,
            tls_trunks: HashSet::new(),
            web: None,
            own_ports: Vec::new(),
            message_limit: plan.message.1,
            transfer_ring: plan.transfer_ring,
            outside: Arc::default(),
            agents: HashMap::new(),
            auto_answer: Default::default(),
            features: Default::default(),
            card_url: None,
            callback_after_drop: true,
            faults: Faults::default(),
        };
        House {
            setup: Arc::new(setup),
            acd: plan.acd,
            message_min: plan.message.0,
            offer: Session::new(1).offer(&phone(40_000)),
            lines: plan.lines,
            names: names.into_iter().collect(),
            said,
        }
    }

    /// The lines, in the order of their files.
    pub fn lines(&self) -> &[Arc<Line>] {
        &self.lines
    }

    /// The line of that name.
    pub fn line(&self, name: &LineName) -> Option<&Arc<Line>> {
        self.setup.lines.get(name)
    }

    /// The line behind a dialled number.
    pub fn by_number(&self, number: &str) -> Option<&Arc<Line>> {
        self.lines
            .iter()
            .find(|l| l.numbers.iter().any(|n| n == number))
    }

    /// Queues and agents.
    pub fn acd(&self) -> &AcdSettings {
        &self.acd
    }

    /// What is said in a prompt; its name in angle brackets when nobody wrote that down.
    pub fn words(&self, prompt: &Arc<Prompt>) -> String {
        let text = self.said.get(&address(prompt)).and_then(|s| s.text.clone());
        text.unwrap_or_else(|| format!("<{}>", prompt.name))
    }

    /// The language of a prompt.
    pub fn language(&self, prompt: &Arc<Prompt>) -> Option<&Language> {
        self.said.get(&address(prompt)).map(|s| &s.language)
    }

    /// The same house in which these prompts have gone missing since the start.
    pub(super) fn setup_without(&self, missing: &[PromptName]) -> Arc<CallSetup> {
        if missing.is_empty() {
            return Arc::clone(&self.setup);
        }
        let whole = &self.setup.prompts;
        let left = whole.languages.iter().map(|(language, prompts)| {
            let left = prompts.iter().filter(|(name, _)| !missing.contains(name));
            let left = left.map(|(name, prompt)| (name.clone(), Arc::clone(prompt)));
            (language.clone(), left.collect())
        });
        let prompts = Prompts {
            fallback: whole.fallback.clone(),
            languages: left.collect(),
        };
        let setup = &self.setup;
        Arc::new(CallSetup {
            prompts: Arc::new(prompts),
            lines: setup.lines.clone(),
            sounds: setup.sounds.clone(),
            leg_ids: Arc::clone(&setup.leg_ids),
            codecs: setup.codecs.clone(),
            srtp: setup.srtp,
            tls_trunks: setup.tls_trunks.clone(),
            web: None,
            own_ports: Vec::new(),
            message_limit: setup.message_limit,
            transfer_ring: setup.transfer_ring,
            outside: Arc::clone(&setup.outside),
            agents: HashMap::new(),
            auto_answer: Default::default(),
            features: setup.features.clone(),
            card_url: None,
            callback_after_drop: true,
            faults: Faults::default(),
        })
    }

    /// Names of all prompts, sorted.
    pub(super) fn prompt_names(&self) -> &[PromptName] {
        &self.names
    }
}

/// Prompts are told apart by where they are: a name stands for one in each language.
fn address(prompt: &Arc<Prompt>) -> usize {
    Arc::as_ptr(prompt).addr()
}

fn time_to_say(text: &str) -> Duration {
    let words = u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX);
    TO_BEGIN + PER_WORD.saturating_mul(words.min(1_000))
}

/// The audio of a phone: plain G.711.
pub(super) fn phone(port: u16) -> LocalMedia {
    LocalMedia {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        rtp_port: port,
        rtcp_port: port + 1,
        codecs: vec![Codec::Pcmu],
        rtcp_mux: false,
        preference: Preference::Theirs,
        dtmf: true,
        direction: Direction::SendRecv,
        srtp: SrtpPolicy::Never,
        secure_signalling: false,
        web: None,
        keys: KeyMaterial([1; KEY_MATERIAL]),
        peer: None,
        own_ports: Vec::new(),
    }
}
