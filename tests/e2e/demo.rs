//! The demo line by phone, in each of its languages: every node is reached by its keys, says what
//! its recordings say, and lets go to a person by 0 and by silence.

mod closed;
mod guide;
mod languages;
mod line;
mod outside;
mod places;
mod values;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use self::closed::NODES as CLOSED;
use self::line::{Demo, Group, Sound, heard};
use crate::support::agents::Agents;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, Setup, server};
use crate::support::sip::Msg;

/// Each node by the keys that lead there from the main menu; a space is a pause. Those that end
/// in another way than by 0 have that behind them.
const NODES: &[Case] = &[
    ("welcome", "", End::Person),
    ("invoice", "1", End::Person),
    ("invoice-paid", "1204510 1", End::Person),
    ("invoice-open", "1204515 1", End::Person),
    ("invoice-overdue", "1204517 1", End::Person),
    ("no-invoice", "1204519 1", End::Person),
    ("pay", "1204515 1  #", End::Person),
    ("pay-later", "1204515 1  1", End::Person),
    ("orders", "2", End::Person),
    ("order.number", "21", End::Person),
    ("order.on-its-way", "2131415 1", End::Person),
    ("order.delivered", "2131417 1", End::Person),
    ("order.packing", "2131410 1", End::Person),
    ("no-order", "2131419 1", End::Person),
    ("sales", "22", End::Queue),
    ("damaged", "23", End::Person),
    ("amends", "2331415 1", End::Person),
    ("reported", "2331415 1 1", End::Person),
    ("carrier", "24", End::Person),
    ("router", "3", End::Person),
    ("router-works", "3 1 1 1", End::Person),
    ("technician", "3 2 1 2", End::Queue),
    ("hours", "4", End::Person),
    ("more", "5", End::Person),
    ("call-me", "51", End::Person),
    ("write-down", "52", End::Message),
    ("rate", "53", End::Goodbye),
    ("unsettled", "5312", End::Person),
    ("goodbye", "5311", End::Goodbye),
];

/// Visited in calls of their own: `languages` and `outside`.
const ELSEWHERE: [&str; 2] = ["speak", "carrier-away"];

/// Places within nodes (`places`): steps, questions, and numbers that are read back.
const PLACES: &[Case] = &[
    ("invoice/confirm", "1204515", End::Person),
    ("order.number/confirm", "2131415", End::Person),
    ("damaged/confirm", "2331415", End::Person),
    ("router/plug", "3 2", End::Person),
    ("router/power-now", "3 2 1", End::Person),
    ("router/internet", "3 1", End::Person),
    ("router/cable", "3 1 2", End::Person),
    ("router/restart", "3 1 2 1", End::Person),
    ("router/works", "3 1 2 1 1", End::Person),
    ("call-me/number", "51 2", End::Person),
    ("call-me/confirm", "51 2030901821#", End::Person),
    ("pay-later/number", "1204515 1  1 2", End::Person),
    ("pay-later/confirm", "1204515 1  1 2030901821#", End::Person),
    ("rate/settled", "535", End::Goodbye),
];

/// Other ways there, by the options and answers that the keys above leave out; and where silence
/// is what the caller asked for.
const WAYS: &[Case] = &[
    ("invoice", "1204515 1  2", End::Person),
    ("invoice", "1204515 2", End::Person),
    ("order.number", "2131415 2", End::Person),
    ("damaged", "2331415 2", End::Person),
    ("call-me", "53121", End::Person),
    ("call-me/number", "51 2030901821# 2", End::Person),
    ("goodbye", "53122", End::Goodbye),
    ("router/time", "3 3", End::Person),
    ("router/internet", "3 2 1 1", End::Person),
    ("router-works", "3 1 2 1 1 1", End::Person),
    ("technician", "3 1 1 2", End::Queue),
];

/// So long takes silence at most until a person is rung: two long prompts and two waits.
const WAITING: Duration = Duration::from_secs(90);
/// So long takes what is said, with all calls at the same time.
const SAID: Duration = Duration::from_secs(45);

/// A node or a place within one, the keys that lead there, and how it is left.
type Case = (&'static str, &'static str, End);

/// How a caller leaves a node who says nothing more; 0 is a person at all of them.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// To a person.
    Person,
    /// To a person, and at once.
    Queue,
    /// To a person, because of a fault of ours.
    Fault,
    /// By a message.
    Message,
    /// By the goodbye that they chose.
    Goodbye,
}

/// A server with the demo line, and agents who ring and never answer.
struct House {
    demo: Demo,
    server: Server,
    agents: Agents,
}

impl House {
    /// For so many calls at a time.
    fn new(setup: Setup, calls: usize) -> House {
        let agents = Agents::new();
        let server = setup
            .static_agents(calls, agents.at)
            .queue("ring_for = \"120s\"\nwrap_up = \"0s\"")
            .start();
        House {
            demo: Demo::new(),
            server,
            agents,
        }
    }

    /// A call of somebody new.
    fn call(&self) -> Phone {
        static NUMBERS: AtomicU32 = AtomicU32::new(1);
        self.call_from(&format!("55{:05}", NUMBERS.fetch_add(1, Ordering::Relaxed)))
    }

    /// A call that keeps all that it hears.
    fn call_from(&self, number: &str) -> Phone {
        let mut caller = self.server.phone(number);
        caller.ours.codecs.retain(|c| c.0 == 0);
        caller.media.say(Source::Nothing);
        caller.call("100");
        caller.idle(Duration::from_millis(300));
        caller
    }

    /// The keys that lead to the main menu.
    fn to_welcome(&self, language: usize) -> String {
        let open = if self.demo.is_open() { "" } else { "3" };
        format!("{}{open}", language + 1)
    }

    /// Calls, and goes by these keys from the main menu.
    fn goes(&self, language: usize, keys: &str) -> Phone {
        let mut caller = self.call();
        press(&mut caller, &format!("{}{keys}", self.to_welcome(language)));
        caller
    }

    /// Waits until all of this has been heard.
    fn hears(&self, caller: &mut Phone, said: &[Group]) -> Result<(), String> {
        let said = self.demo.sounds(said);
        let packets: usize = said.iter().flatten().map(Sound::packets).sum();
        let until = Instant::now() + SAID;
        loop {
            if caller.media.count() < packets && Instant::now() < until {
                caller.idle(Duration::from_millis(200));
                continue;
            }
            match heard(&came(caller), &said) {
                Ok(()) => return Ok(()),
                Err(what) if Instant::now() > until => return Err(what),
                Err(_) => caller.idle(Duration::from_millis(500)),
            }
        }
    }

    /// Waits until an agent's phone rings for the caller; its INVITE.
    fn reaches_a_person(&self, caller: &mut Phone, patience: Duration) -> Result<Msg, String> {
        let until = Instant::now() + patience;
        loop {
            if let Some((_, invite)) = self.agents.rung_by(&caller.user, Duration::ZERO) {
                return Ok(invite);
            }
            if is_over(caller) {
                return Err("it was ended".to_owned());
            }
            if Instant::now() > until {
                return Err("no phone rang".to_owned());
            }
            caller.idle(Duration::from_millis(100));
        }
    }

    /// The caller does nothing until the call is where silence leads.
    fn is_silent(&self, caller: &mut Phone, end: End) -> Result<(), String> {
        match end {
            End::Message | End::Goodbye => ended(caller, WAITING),
            End::Person | End::Queue | End::Fault => {
                self.reaches_a_person(caller, WAITING).map(|_| ())
            }
        }
    }

    /// One call: by the keys to the node, and from it by 0 or by silence.
    fn visit(&self, node: &str, end: End, keys: &str, way: Way) -> Result<(), String> {
        let language = way.language;
        let mut caller = self.call();
        press(&mut caller, keys);
        if way.silent {
            self.is_silent(&mut caller, end)?;
            let mut said = self.demo.said_to_the_silent(node, language);
            match end {
                End::Person => said.push(self.demo.connecting(language)),
                End::Fault => said.push(self.demo.all_own(&["sys-fault"], language)),
                End::Queue | End::Message | End::Goodbye => {}
            }
            self.hears(&mut caller, &said)?;
        } else {
            let mut said = vec![self.demo.said_first(node, language)];
            self.hears(&mut caller, &said)?;
            if node == "goodbye" {
                return ended(&mut caller, SOON);
            }
            if end != End::Queue {
                press(&mut caller, places::asks_for_person(node));
                said.push(self.demo.connecting(language));
            }
            self.reaches_a_person(&mut caller, SOON)?;
            self.hears(&mut caller, &said)?;
        }
        if !is_over(&caller) {
            caller.hang_up();
        }
        Ok(())
    }

    /// All of these nodes in all languages, at the same time: without a word, or not.
    fn visit_all(&self, cases: &[Case], to_them: impl Fn(usize) -> String, silent: &[bool]) {
        let mut all = Vec::new();
        for (node, keys, end) in cases {
            for language in 0..self.demo.languages() {
                let keys = format!("{}{keys}", to_them(language));
                let ways = silent.iter().map(|&silent| Way { language, silent });
                all.extend(ways.map(|way| (*node, *end, keys.clone(), way)));
            }
        }
        self.at_the_same_time(all.into_iter(), |(node, end, keys, way)| {
            let visited = self.visit(node, *end, keys, *way);
            visited.map_err(|e| format!("{node}, {way:?}: {e}"))
        });
    }

    /// Makes all of these calls; every one must go well.
    fn at_the_same_time<T: Send>(
        &self,
        calls: impl Iterator<Item = T>,
        call: impl Fn(&T) -> Result<(), String> + Sync,
    ) {
        let failed: Vec<String> = std::thread::scope(|s| {
            let mut begun = Vec::new();
            for one in calls {
                // Not all INVITEs in the same instant.
                std::thread::sleep(Duration::from_millis(40));
                let call = &call;
                begun.push(s.spawn(move || call(&one)));
            }
            let ended = begun.into_iter().map(|c| c.join());
            ended
                .filter_map(|e| e.unwrap_or_else(|e| std::panic::resume_unwind(e)).err())
                .collect()
        });
        assert!(failed.is_empty(), "{} failed: {failed:#?}", failed.len());
    }
}

/// How a node is visited.
#[derive(Clone, Copy, Debug)]
struct Way {
    language: usize,
    silent: bool,
}

/// Presses keys one after the other; a space is a pause.
fn press(caller: &mut Phone, keys: &str) {
    for key in keys.chars() {
        match key {
            ' ' => caller.idle(Duration::from_millis(1200)),
            key => {
                caller.media.press(key, KeyWay::Event, 60);
                caller.idle(Duration::from_millis(200));
            }
        }
    }
}

fn is_over(caller: &Phone) -> bool {
    caller.transcript().contains(" < BYE ")
}

/// Waits until the server has ended the call, as after a goodbye.
fn ended(caller: &mut Phone, patience: Duration) -> Result<(), String> {
    let until = Instant::now() + patience;
    while !is_over(caller) {
        if Instant::now() > until {
            return Err("it did not end".to_owned());
        }
        caller.idle(Duration::from_millis(100));
    }
    Ok(())
}

/// All octets of audio that came, in order.
fn came(caller: &Phone) -> Vec<u8> {
    let mut packets = caller.media.packets();
    let Some(first) = packets.first().map(|p| p.seq) else {
        return Vec::new();
    };
    packets.sort_by_key(|p| p.seq.wrapping_sub(first));
    packets.into_iter().flat_map(|p| p.payload).collect()
}

/// With a carrier at the other end of the trunk whose phone rings, and no more.
fn visit_all(silent: bool) {
    let carrier = Agents::new();
    let cases = [NODES, PLACES, if silent { &[] } else { WAYS }].concat();
    let calls = 4 * cases.len();
    // Each with an agent's phone that rings.
    let legs = u16::try_from(2 * calls).expect("a few");
    let setup = server()
        .demo()
        .room_for(legs)
        .with("[messages]\nmax = \"5s\"")
        .with(&outside::trunk(carrier.at));
    let house = House::new(setup, calls);
    house.visit_all(&cases, |language| house.to_welcome(language), &[silent]);
}

#[test]
fn every_node_says_its_recordings_and_zero_reaches_a_person() {
    visit_all(false);
}

#[test]
fn every_node_lets_go_who_is_silent() {
    visit_all(true);
}

/// At the same time: to hear it takes long, and costs little.
#[test]
fn languages_values_reports_and_the_lack_of_a_trunk() {
    let house = House::new(server().demo(), 128);
    let checks: [fn(&House); 9] = [
        languages::each_offers_itself_and_holds_from_then_on,
        values::numbers_sums_days_and_times_are_read_out,
        values::telephone_numbers_are_read_out,
        values::who_is_called_back_where_they_are_hears_that_it_is_stored,
        guide::the_next_call_goes_on_where_the_last_was_left,
        guide::who_needs_time_has_it_and_is_reminded,
        outside::a_damaged_parcel_is_reported_and_the_log_tells_of_nobody,
        outside::money_back_and_the_main_menu_are_options_too,
        outside::without_a_trunk_a_person_reads_that_the_carrier_is_not_reached,
    ];
    std::thread::scope(|s| {
        for check in &checks {
            s.spawn(|| check(&house));
        }
    });
}
