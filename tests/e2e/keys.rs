//! 0 reaches a person at any moment of a prompt, by each way in which keys travel.

use std::time::{Duration, Instant};

use crate::support::agents::Agents;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::SOON;
use crate::support::server::{GREETING, Server, server};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Event,
    Tones,
    Info,
}

/// One call for each tenth of a second of the prompt, all at the same time.
fn zero_at_every_tenth(way: Way) {
    let agents = Agents::new();
    let moments = (GREETING * 10.0) as u64;
    let server = server()
        .static_agents(moments as usize + 10, agents.at)
        .queue("ring_for = \"30s\"\nwrap_up = \"0s\"")
        .start();
    let delays: Vec<Result<Duration, String>> = std::thread::scope(|s| {
        let calls: Vec<_> = (0..moments)
            .map(|tenth| {
                let (server, agents) = (&server, &agents);
                // Not all INVITEs in the same instant.
                std::thread::sleep(Duration::from_millis(15));
                s.spawn(move || zero_after(server, agents, way, tenth))
            })
            .collect();
        calls
            .into_iter()
            .map(|c| c.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
            .collect()
    });
    let failed: Vec<&String> = delays.iter().filter_map(|d| d.as_ref().err()).collect();
    assert!(
        failed.is_empty(),
        "{way:?}: {} of {moments} failed: {failed:#?}",
        failed.len()
    );
    let slowest = delays.iter().flatten().max();
    assert!(
        slowest < Some(&Duration::from_secs(1)),
        "{way:?}: slowest {slowest:?}"
    );
}

fn zero_after(server: &Server, agents: &Agents, way: Way, tenth: u64) -> Result<Duration, String> {
    let number = format!("555{way:?}{tenth}").to_lowercase();
    let mut caller = server.phone(&number);
    caller.media.say(Source::Nothing);
    if way == Way::Tones {
        caller.ours.dtmf = None;
        caller.media.say(Source::Silence);
    }
    caller.call("100");
    let answered = Instant::now();
    std::thread::sleep(Duration::from_millis(tenth * 100).saturating_sub(answered.elapsed()));
    let pressed = Instant::now();
    match way {
        Way::Event => caller.media.press('0', KeyWay::Event, 100),
        Way::Tones => caller.media.press('0', KeyWay::Tones, 100),
        Way::Info => {
            let status = caller.info_relay('0');
            if status != 200 {
                return Err(format!("INFO: {status}"));
            }
        }
    }
    let rung = agents.rung_by(&number, SOON);
    caller.hang_up();
    let (at, _) =
        rung.ok_or_else(|| format!("0.1 s × {tenth}: no phone rang\n{}", caller.transcript()))?;
    Ok(at.saturating_duration_since(pressed))
}

#[test]
fn zero_as_telephone_event() {
    zero_at_every_tenth(Way::Event);
}

#[test]
fn zero_as_tones() {
    zero_at_every_tenth(Way::Tones);
}

#[test]
fn zero_as_info() {
    zero_at_every_tenth(Way::Info);
}

#[test]
fn zero_whose_first_packets_are_lost() {
    let agents = Agents::new();
    let server = server().static_agents(3, agents.at).start();
    for (i, lose) in [&[0, 1, 2][..], &[5, 6], &[0, 1, 2, 3, 4, 5, 6]]
        .into_iter()
        .enumerate()
    {
        let number = format!("555100{i}");
        let mut caller = server.phone(&number);
        caller.call("100");
        caller.media.press_losing('0', KeyWay::Event, 100, lose);
        assert!(
            agents.rung_by(&number, SOON).is_some(),
            "without packets {lose:?}"
        );
        caller.hang_up();
    }
}

#[test]
fn zero_while_something_else_is_said() {
    let agents = Agents::new();
    let server = server().static_agents(1, agents.at).start();
    let mut caller = server.phone("5552000");
    caller.call("100");
    caller.media.press('1', KeyWay::Event, 100);
    caller.media.hears(500.0);
    caller.media.press('0', KeyWay::Event, 100);
    assert!(agents.rung_by("5552000", SOON).is_some());
    caller.hang_up();
}
