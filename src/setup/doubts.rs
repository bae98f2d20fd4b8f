//! What loads, and is likely not meant.

use std::time::Duration;

use crate::config::{AgentSecret, Config, SpeechEngineKind};
use crate::media::ports::PortPool;
use crate::menu::load::Lines;
use crate::prompts::PromptLibrary;
use crate::queue::action::OverflowStep;

/// Things that load but are likely not meant.
pub(super) fn doubts(config: &Config, lines: &Lines) -> Vec<String> {
    let mut told = Vec::new();
    for queue in &config.queues {
        if !config.agents.iter().any(|a| a.queues.contains(&queue.name)) {
            told.push(format!(
                "warning: no agent answers the queue `{}`",
                queue.name
            ));
        }
        let out = queue.overflow.iter().find(|step| match step {
            OverflowStep::Outside(_) | OverflowStep::Callback => true,
            OverflowStep::Queue(_) | OverflowStep::Message => false,
        });
        if out.is_some() && config.trunks.is_empty() {
            told.push(format!(
                "warning: nobody can be called for the `overflow` of the queue `{}`: there is no trunk, \
                 so that `outside` and `callback` are left out and callers leave a message; configure \
                 one under [[trunks]]",
                queue.name
            ));
        }
    }
    let dir = config.prompts.dir.as_deref();
    for agent in &config.agents {
        if let Some(language) = &agent.language
            && !PromptLibrary::speaks(dir, language)
        {
            told.push(format!(
                "warning: agent `{}` is spoken to in `{language}`, of which there are no prompts, \
                 and so hears `{}`",
                agent.id, config.prompts.language
            ));
        }
    }
    let skilled = |skill| config.agents.iter().any(|a| a.skills.contains_key(skill));
    for line in lines.iter() {
        for (_, node) in line.nodes() {
            let needed = node.needs.iter().flat_map(|needs| needs.keys());
            for skill in needed.filter(|skill| !skilled(skill)) {
                told.push(format!(
                    "warning: line `{}`, node `{}` needs `{skill}`, which no agent has, so that \
                     nobody is waited for; write it under `skills` of those who have it",
                    line.name, node.name
                ));
            }
        }
    }
    for agent in &config.agents {
        if let Some(AgentSecret::Ha1 { sha256: None, .. }) = agent.secret {
            told.push(format!(
                "warning: agent `{}` has an MD5 secret only, so no agent's phone is offered \
                 SHA-256 (RFC 8760); add `ha1_sha256`",
                agent.id
            ));
        }
    }
    for engine in &config.prompts.engines {
        if let SpeechEngineKind::Http { url, key, .. } = &engine.kind
            && key.is_some()
            && url.starts_with("http://")
        {
            told.push(format!(
                "warning: the key for the speech engine at {url} goes over the network in the \
                 clear; write https:// unless it is on this machine"
            ));
        }
    }
    if !config.trunks.is_empty() && !config.outside.knows_country() {
        told.push(
            "warning: it is not known in which country numbers without `+` are, so their costly ones \
             are not all known; write outside.country, like `+45`"
                .to_owned(),
        );
    }
    for trunk in &config.trunks {
        if !trunk.verify {
            told.push(format!(
                "warning: the TLS certificate of trunk `{}` is not verified: its calls can be \
                 listened to and diverted; name its authority by sip.tls.ca instead",
                trunk.name
            ));
        }
        for number in trunk
            .numbers
            .iter()
            .filter(|n| lines.by_number(n).is_none())
        {
            let name = &trunk.name;
            told.push(format!(
                "warning: no line has the number `{number}` of trunk `{name}`"
            ));
        }
    }
    told.extend(too_few_ports(config));
    told
}

/// Whether the RTP ports carry the calls that are let in: a pair for each caller and for each
/// person who talks to one, of whom there are no more than agents; and those that rest.
fn too_few_ports(config: &Config) -> Option<String> {
    let (first, last) = config.media.ports;
    let pool = PortPool::new(first..=last, Duration::ZERO, 0);
    // Ports rest for seconds after calls of minutes.
    let usable = pool.total() - pool.total() / 16;
    let calls = config.sip.limits.max_calls;
    let people = calls.min(config.agents.len());
    if calls + people <= usable {
        return None;
    }
    // As many as fit, each with a person as long as there is one.
    let fit = usable.saturating_sub(people).max(usable / 2);
    Some(format!(
        "warning: sip.limits.max_calls lets in {calls} calls, but the RTP ports of media.ports \
         ({first}-{last}) carry {fit}, two pairs for one who talks to an agent: the next may find \
         no port to reach a person by; widen media.ports, or lower sip.limits.max_calls to {fit}"
    ))
}
