//! A trunk with an account: the provider is a phone of ours that asks for proof.

use std::net::UdpSocket;
use std::time::Duration;

use crate::people::{RING, hear_each_other};
use crate::support::audio::silent;
use crate::support::digest::proves;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::support::sip::{Msg, param, uri_of, user_of};
use crate::support::wire::Wire;

const USER: &str = "w4711";
const PASSWORD: &str = "open-sesame";
const NUMBER: &str = "+4930901820";
const NONCE: &str = "c0ffee";
const CHALLENGE: &str =
    "Digest realm=\"provider.example\", nonce=\"c0ffee\", qop=\"auth\", algorithm=MD5";

const MENU: &str = r#"
line: main
numbers: ["100", "+4930901820"]
human: support
start: menu
nodes:
  menu:
    menu:
      greeting: { prompt: greeting, text: "To speak to a person, press zero." }
      options:
        1: { say: { prompt: info, text: "one" }, go: plumber }
  plumber: { dial: { number: "+4530901820", ring: 20s } }
"#;

/// The server with an account at its provider, and the provider.
fn with_an_account() -> (Server, Phone) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let server = server()
        .file("menus/main.yaml", MENU.as_bytes())
        .with(&format!(
            "[[trunks]]\nname = \"provider\"\nuri = \"sip:{at};transport=udp\"\n\
             user = \"{USER}\"\npassword = \"{PASSWORD}\"\nnumbers = [\"{NUMBER}\"]\n"
        ))
        .start();
    let outside = Phone::on("5550930", server.sip, Wire::Udp(socket));
    (server, outside)
}

/// Asks for proof of a REGISTER (401) or an INVITE (407), which may bear none yet or a wrong one.
fn challenge(provider: &mut Phone, request: &Msg) {
    let (status, header) = match request.method() {
        "REGISTER" => (401, "WWW-Authenticate"),
        _ => (407, "Proxy-Authenticate"),
    };
    provider.reply(request, status, &[(header, CHALLENGE)]);
}

/// The proof that a request bears, if any.
fn proof(request: &Msg) -> Option<&str> {
    let name = match request.method() {
        "REGISTER" => "Authorization",
        _ => "Proxy-Authorization",
    };
    request.header(name)
}

/// The next REGISTER is asked for proof, and another one comes with it.
fn proven_register(provider: &mut Phone, limit: Duration) -> Msg {
    let first = provider.wait_request("REGISTER", limit, |m| proof(m).is_none());
    challenge(provider, &first);
    let second = provider.wait_request("REGISTER", SOON, |m| proof(m).is_some());
    assert_eq!(first.header("Call-ID"), second.header("Call-ID"));
    assert_eq!(second.cseq(), first.cseq() + 1);
    second
}

/// The next INVITE is asked for proof, and another one comes with it.
fn proven_invite(provider: &mut Phone) -> Msg {
    let first = provider.wait_request("INVITE", SOON, |m| proof(m).is_none());
    challenge(provider, &first);
    let second = provider.wait_request("INVITE", SOON, |m| proof(m).is_some());
    assert_eq!(first.header("Call-ID"), second.header("Call-ID"));
    second
}

#[track_caller]
fn has_proof(request: &Msg) {
    let proof = proof(request).unwrap_or_default();
    assert!(
        proves(proof, USER, PASSWORD, request.method(), NONCE),
        "{proof}"
    );
}

/// What the metrics say before long: whether the trunk is registered.
#[track_caller]
fn registered(server: &Server, wanted: u8) {
    let line = format!("zeroline_sip_trunk_registered{{trunk=\"provider\"}} {wanted}");
    let told = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        server.get("/metrics").is_some_and(|m| m.1.contains(&line))
    });
    assert!(told, "{line}\n{}", server.output());
}

/// A caller (600 Hz) who has asked for the plumber.
fn asks_for_outside(server: &Server, number: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    caller.media.say(Source::Tone(600.0));
    std::thread::sleep(Duration::from_millis(300));
    caller.media.press('1', KeyWay::Event, 100);
    caller
}

#[test]
fn an_account_is_registered_called_and_calls_out() {
    let (mut server, mut provider) = with_an_account();
    let register = proven_register(&mut provider, SOON);
    has_proof(&register);
    let contact = register.header("Contact").unwrap_or_default().to_owned();
    assert_eq!(user_of(uri_of(&contact)), USER);
    assert_eq!(
        user_of(uri_of(register.header("To").unwrap_or_default())),
        USER
    );
    provider.reply(&register, 200, &[("Contact", &contact)]);
    registered(&server, 1);

    // In, by our number in the Request-URI …
    provider.media.say(Source::Tone(600.0));
    provider.call(NUMBER);
    std::thread::sleep(Duration::from_millis(300));
    assert!(!silent(&provider.media.listen(Duration::from_millis(300))));
    assert_eq!(provider.hang_up(), 200);
    // … and to what we registered, with our number in To only.
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(900.0));
    let offer = provider.ours.text();
    let to = format!("<sip:{NUMBER}@provider.example>");
    provider.invite_at(uri_of(&contact), &to, Some(&offer), &[]);
    assert_eq!(provider.wait_answer(SOON), 200, "{}", provider.transcript());
    std::thread::sleep(Duration::from_millis(200));
    provider.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    std::thread::sleep(Duration::from_millis(400));
    hear_each_other(&provider, &agent);
    assert_eq!(provider.hang_up(), 200);
    agent.wait_bye(SOON);

    // Out.
    provider.media.say(Source::Tone(900.0));
    let mut caller = asks_for_outside(&server, "5550931");
    let invite = proven_invite(&mut provider);
    has_proof(&invite);
    assert_eq!(user_of(invite.uri()), "+4530901820");
    provider.answer();
    std::thread::sleep(Duration::from_millis(400));
    hear_each_other(&caller, &provider);
    assert_eq!(caller.hang_up(), 200);
    provider.wait_bye(SOON);

    // The end: it is taken back, with what is known of the challenge.
    server.process().terminate();
    let last = provider.wait_request("REGISTER", SOON, |m| {
        param(m.header("Contact").unwrap_or_default(), "expires") == Some("0")
    });
    has_proof(&last);
    provider.reply(&last, 200, &[]);
    assert!(server.process().wait(SOON).success());
    assert!(!server.output().contains(PASSWORD));
}

#[test]
fn a_wrong_password_is_told_and_tried_again_without_haste() {
    let (mut server, mut provider) = with_an_account();
    let wrong = proven_register(&mut provider, SOON);
    // The provider knows another password: the same challenge once more.
    challenge(&mut provider, &wrong);
    server.process().wait_line("refuses our account", SOON);
    registered(&server, 0);
    assert!(!provider.comes_within("REGISTER", Duration::from_millis(1_500)));

    // Meanwhile calls go on, and who should be called outside by this account comes to a person.
    let mut agent = server.agent("agent1");
    let mut caller = asks_for_outside(&server, "5550932");
    let invite = proven_invite(&mut provider);
    challenge(&mut provider, &invite);
    agent.ring(RING);
    agent.answer();
    server.process().wait_line("our account for a call", SOON);
    assert!(!caller.ended, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);

    // It is put right at the provider's.
    let right = proven_register(&mut provider, Duration::from_secs(10));
    assert_eq!(right.cseq(), wrong.cseq() + 2, "{}", provider.transcript());
    let contact = right.header("Contact").unwrap_or_default().to_owned();
    provider.reply(&right, 200, &[("Contact", &contact)]);
    registered(&server, 1);
    assert!(!server.output().contains(PASSWORD));
}
