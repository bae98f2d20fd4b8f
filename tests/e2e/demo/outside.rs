//! What leaves the house from the demo line: the report of a damaged parcel, and the call to the
//! parcel carrier.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use serde_json::Value;

use super::line::Group;
use super::{House, SOON};
use crate::support::audio::share;
use crate::support::media::Source;
use crate::support::phone::Phone;
use crate::support::server::server;
use crate::support::sip::Msg;
use crate::support::wire::Wire;

/// Settings with a trunk that leads there.
pub fn trunk(at: SocketAddr) -> String {
    format!("[[trunks]]\nname = \"provider\"\nuri = \"sip:{at};transport=udp\"")
}

/// The context card that came with an agent's INVITE, as text.
fn card(invite: &Msg) -> String {
    let context = invite.header("User-to-User").expect("the context");
    let hex = context.split(';').next().unwrap_or_default();
    let bytes: Vec<u8> = (0..hex.len() / 2)
        .filter_map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok())
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

impl House {
    fn all_of(&self, node: &str, language: usize) -> Group {
        self.demo.said_to_the_silent(node, language).swap_remove(0)
    }
}

pub fn a_damaged_parcel_is_reported_and_the_log_tells_of_nobody(house: &House) {
    let languages = house.demo.languages();
    house.at_the_same_time(0..languages, |&language| {
        let mut caller = house.goes(language, "2331415 1 1");
        let said = house.all_of("reported", language);
        // And back in the main menu, without its greeting.
        let menu = house.demo.said_first("welcome", language);
        house.hears(&mut caller, &[said, menu[1..].to_vec()])?;
        caller.hang_up();
        Ok(())
    });
    let sent = |list: &String| list.matches("sent").count() >= languages;
    let all_sent = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        sent(&house.server.command(&["outbox", "list", "--all"]))
    });
    let log = house.server.output();
    assert!(all_sent, "{log}");
    let told = log.lines().filter(|l| l.contains("a damaged parcel"));
    let told: Vec<&str> = told.collect();
    assert_eq!(told.len(), languages, "{log}");
    for line in told {
        assert!(line.ends_with("order=5 caller=\"known\""), "{line}");
        assert!(!line.contains("31415"), "{line}");
    }
}

/// The options that lead to no node of their own: `go: human`, and back to the main menu, which is
/// then said without its greeting.
pub fn money_back_and_the_main_menu_are_options_too(house: &House) {
    house.at_the_same_time(0..house.demo.languages(), |&language| {
        let mut caller = house.goes(language, "2331415 12");
        house.hears(&mut caller, &[house.demo.connecting(language)])?;
        house.reaches_a_person(&mut caller, SOON)?;
        caller.hang_up();
        let mut caller = house.goes(language, "1204515 1  3");
        let mut menu = house.all_of("welcome", language);
        menu.remove(0);
        house.hears(&mut caller, &[menu])?;
        caller.hang_up();
        Ok(())
    });
}

#[test]
fn the_parcel_carrier_is_called_and_talks_with_the_caller() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let house = House::new(server().demo().with(&trunk(at)), 2);
    let mut carrier = Phone::on("carrier", house.server.sip, Wire::Udp(socket));
    carrier.media.say(Source::Tone(900.0));
    let mut caller = house.goes(0, "24");
    let invite = carrier.ring(SOON);
    let to = invite.header("To").unwrap_or_default();
    assert!(to.contains("+441632960200"), "{to}");
    assert_eq!(invite.header("User-to-User"), None);
    let said = house.all_of("carrier", 0);
    assert_eq!(house.hears(&mut caller, &[said]), Ok(()));
    carrier.answer();
    std::thread::sleep(Duration::from_millis(400));
    let heard = caller.media.listen(Duration::from_millis(500));
    assert!(share(&heard, 900.0) > 0.8, "{}", caller.transcript());
    assert_eq!(carrier.hang_up(), 200);
    caller.wait_bye(SOON);
}

pub fn without_a_trunk_a_person_reads_that_the_carrier_is_not_reached(house: &House) {
    house.at_the_same_time(0..house.demo.languages(), |&language| {
        let mut caller = house.goes(language, "24");
        let said = house.all_of("carrier-away", language);
        house.hears(&mut caller, &[said, house.demo.connecting(language)])?;
        let card = card(&house.reaches_a_person(&mut caller, SOON)?);
        caller.hang_up();
        let card: Value = serde_json::from_str(&card).expect("JSON");
        let field = |name: &str| card[name].as_str().expect("a text");
        if field("s") != "Carrier not reached" {
            return Err(card.to_string());
        }
        // And why, in the record.
        let kept = (0..50).any(|_| {
            caller.idle(Duration::from_millis(200));
            let all = ["contacts", "list", "--json", "--limit", "500"];
            let list = house.server.command(&all);
            list.contains(field("c"))
        });
        assert!(kept, "{}", house.server.output());
        let all = house.server.command(&["contacts", "show", field("c")]);
        let told = all.contains("there is no trunk");
        if told { Ok(()) } else { Err(all) }
    });
}
