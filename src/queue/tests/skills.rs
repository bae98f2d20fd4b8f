//! Who gets whom: skills, wishes, urgency, and whose turn it is.

use super::transcript::{check, one, quiet, secs};
use crate::ids::SkillName;
use crate::queue::settings::{AcdSettings, AgentSettings, QueueSettings, Strategy};

/// Agents of one queue `q` with what they can do, as `ann de:3 cards:1`.
fn skilled(queue: QueueSettings, agents: &[&str]) -> AcdSettings {
    let agents = agents.iter().map(|words| {
        let mut words = words.split_whitespace();
        let mut agent = AgentSettings::new(words.next().unwrap(), ["q"]);
        for (skill, level) in words.filter_map(|w| w.split_once(':')) {
            agent
                .skills
                .insert(SkillName::new(skill), level.parse().unwrap());
        }
        agent
    });
    AcdSettings {
        agents: agents.collect(),
        queues: vec![queue],
        ..AcdSettings::default()
    }
}

#[test]
fn a_language_is_waited_for_and_then_less_of_it_will_do() {
    let queue = QueueSettings {
        relax_every: secs(10),
        ..quiet("q")
    };
    check(
        skilled(queue, &["ann de:3", "bob de:1", "eve"]),
        "
        0.0 in ann
        0.0 enter 1 q
        0.5 answer 1
        1.0 in bob
        1.0 in eve
        2.0 enter 2 q de:3
        3.0 enter 3 q
        30.0 wait",
        "
        0.0 in ann < ann ready
        0.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        0.5 answer 1 = 1 with ann after 500ms < ann talking
        1.0 in bob < bob ready
        1.0 in eve < eve ready
        2.0 enter 2 q de:3 < -
        3.0 enter 3 q < bob offered, offer 2 caller 3 of q to bob for 20s
        12.0 (timer) < -
        22.0 (timer) < -
        23.0 (timer) < withdraw 2 caller 3, bob missed, eve offered, offer 3 caller 3 of q to eve for 20s
        30.0 wait < -",
    );
}

#[test]
fn nobody_waits_for_people_who_are_not_here() {
    let queue = QueueSettings {
        relax_every: secs(10),
        ..quiet("q")
    };
    check(
        skilled(queue, &["ann de:3", "bob de:1", "eve"]),
        "
        0.0 in eve
        1.0 enter 1 q de:3
        2.0 answer 1
        3.0 in ann
        3.0 enter 9 q
        3.5 answer 2
        4.0 enter 2 q de:3
        5.0 over eve 1
        6.0 out ann
        7.0 over ann 9",
        "
        0.0 in eve < eve ready
        1.0 enter 1 q de:3 < eve offered, offer 1 caller 1 of q to eve for 20s
        2.0 answer 1 = 1 with eve after 1s < eve talking
        3.0 in ann < ann ready
        3.0 enter 9 q < ann offered, offer 2 caller 9 of q to ann for 20s
        3.5 answer 2 = 9 with ann after 500ms < ann talking
        4.0 enter 2 q de:3 < -
        5.0 over eve 1 < eve ready
        6.0 out ann < -
        7.0 over ann 9 < ann offline, eve offered, offer 3 caller 2 of q to eve for 20s",
    );
}

#[test]
fn a_caller_is_kept_for_the_agent_who_knows_them_while_that_one_is_at_work() {
    check(
        one(quiet("q"), &["ann", "bob"]),
        "
        0.0 in bob
        1.0 in ann
        2.0 enter 1 q @ann:0
        3.0 answer 1
        4.0 enter 2 q @ann:30
        5.0 enter 3 q @ann:30
        6.0 over ann 1
        7.0 answer 2
        8.0 pause ann break
        9.0 over ann 2
        ",
        "
        0.0 in bob < bob ready
        1.0 in ann < ann ready
        2.0 enter 1 q @ann:0 < ann offered, offer 1 caller 1 of q to ann for 20s
        3.0 answer 1 = 1 with ann after 1s < ann talking
        4.0 enter 2 q @ann:30 < -
        5.0 enter 3 q @ann:30 < -
        6.0 over ann 1 < ann ready, ann offered, offer 2 caller 2 of q to ann for 20s
        7.0 answer 2 = 2 with ann after 3s < ann talking
        8.0 pause ann break < -
        9.0 over ann 2 < ann paused(break), bob offered, offer 3 caller 3 of q to bob for 20s",
    );
    check(
        one(quiet("q"), &["ann", "bob"]),
        "
        0.0 in ann
        0.0 enter 1 q
        1.0 answer 1
        2.0 in bob
        3.0 enter 2 q @ann:10
        20.0 wait",
        "
        0.0 in ann < ann ready
        0.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        1.0 answer 1 = 1 with ann after 1s < ann talking
        2.0 in bob < bob ready
        3.0 enter 2 q @ann:10 < -
        13.0 (timer) < bob offered, offer 2 caller 2 of q to bob for 20s
        20.0 wait < -",
    );
}

#[test]
fn urgency_is_worth_a_wait_and_no_more() {
    let settings = AcdSettings {
        priority_worth: secs(60),
        ..one(quiet("q"), &["ann"])
    };
    check(
        settings,
        "
        0.0 enter 1 q
        0.0 in ann
        1.0 enter 2 q
        50.0 enter 3 q 1
        70.0 enter 4 q 1
        71.0 ready ann
        72.0 answer 2
        73.0 over ann 3
        ",
        "
        0.0 enter 1 q < overflow 1 Unstaffed to message
        0.0 in ann < ann ready
        1.0 enter 2 q < ann offered, offer 1 caller 2 of q to ann for 20s
        21.0 (timer) < withdraw 1 caller 2, ann missed
        50.0 enter 3 q 1 < -
        70.0 enter 4 q 1 < -
        71.0 ready ann < ann ready, ann offered, offer 2 caller 3 of q to ann for 20s
        72.0 answer 2 = 3 with ann after 22s < ann talking
        73.0 over ann 3 < ann ready, ann offered, offer 3 caller 2 of q to ann for 20s",
    );
}

#[test]
fn round_robin_asks_around_whatever_the_length_of_the_talks() {
    let queue = QueueSettings {
        strategy: Strategy::RoundRobin,
        ..quiet("q")
    };
    check(
        one(queue, &["ann", "bob"]),
        "
        0.0 in bob
        0.1 in ann
        1.0 enter 1 q
        1.5 answer 1
        2.0 enter 2 q
        2.5 answer 2
        3.0 over bob 1
        9.0 over ann 2
        10.0 enter 3 q",
        "
        0.0 in bob < bob ready
        0.1 in ann < ann ready
        1.0 enter 1 q < bob offered, offer 1 caller 1 of q to bob for 20s
        1.5 answer 1 = 1 with bob after 500ms < bob talking
        2.0 enter 2 q < ann offered, offer 2 caller 2 of q to ann for 20s
        2.5 answer 2 = 2 with ann after 500ms < ann talking
        3.0 over bob 1 < bob ready
        9.0 over ann 2 < ann ready
        10.0 enter 3 q < bob offered, offer 3 caller 3 of q to bob for 20s",
    );
}

#[test]
fn fewest_contacts_does_not_punish_those_who_come_late() {
    let queue = QueueSettings {
        strategy: Strategy::FewestContacts,
        ..quiet("q")
    };
    check(
        one(queue, &["ann", "bob"]),
        "
        0.0 in ann
        1.0 enter 1 q
        1.5 answer 1
        2.0 over ann 1
        3.0 enter 2 q
        3.5 answer 2
        4.0 over ann 2
        5.0 in bob
        6.0 enter 3 q
        6.5 answer 3
        7.0 over ann 3
        8.0 enter 4 q",
        "
        0.0 in ann < ann ready
        1.0 enter 1 q < ann offered, offer 1 caller 1 of q to ann for 20s
        1.5 answer 1 = 1 with ann after 500ms < ann talking
        2.0 over ann 1 < ann ready
        3.0 enter 2 q < ann offered, offer 2 caller 2 of q to ann for 20s
        3.5 answer 2 = 2 with ann after 500ms < ann talking
        4.0 over ann 2 < ann ready
        5.0 in bob < bob ready
        6.0 enter 3 q < ann offered, offer 3 caller 3 of q to ann for 20s
        6.5 answer 3 = 3 with ann after 500ms < ann talking
        7.0 over ann 3 < ann ready
        8.0 enter 4 q < bob offered, offer 4 caller 4 of q to bob for 20s",
    );
}
