//! Follow-ups, as transcripts: handed over, and not waited for unless they are required.

use super::*;

const LINE: &str = "
  root: { menu: { options: { 1: { say: { prompt: p-one }, go: number }, 2: { say: { prompt: p-two }, go: must } } } }
  number: { collect: { say: { prompt: p-number }, digits: 2, into: account, go: hook } }
  hook:
    send:
      webhook: \"http://x.example/a b/{account}\"
      body: { account: account, from: caller, note: { text: \"{{{account}}} by {caller}\" } }
      go: mail
  mail: { send: { mail: \"office@x.example\", subject: \"{account}\", text: \"Call {account} back.\", go: told } }
  told: { say: { prompt: p-told, go: back } }
  must: { send: { webhook: \"http://x.example/\", required: yes, go: told } }
";

#[track_caller]
fn run(transcript: &str) -> Walk {
    check(&LINE.replace("a b/", ""), transcript)
}

#[test]
fn the_call_goes_on_at_once() {
    run("0.0 > answer < play one+press-1+two+press-2+zero
         1.0 > key 1  < stop, play number+zero
         2.0 > key 47 < stop, account=47, \
         post http://x.example/47 {\"account\":\"47\",\"from\":null,\"note\":\"{47} by -\"}, \
         mail office@x.example: 47: Call 47 back., play told
         2.1 > sent
         2.2 > not sent");
}

#[test]
fn what_is_required_is_waited_for_and_keys_are_kept() {
    run("0.0 > answer < play one+press-1+two+press-2+zero
         1.0 > key 2  < stop, post http://x.example/ {}
         1.1 > key *#
         1.2 > sent   < play told, stop, play one+press-1+two+press-2+zero");
}

#[test]
fn what_is_required_and_can_not_be_stored_ends_with_a_person() {
    let fault = "queue people (fault: a follow-up could not be stored, at must)";
    run(&format!(
        "0.0 > answer < play one+press-1+two+press-2+zero
         1.0 > key 2  < stop, post http://x.example/ {{}}
         1.2 > not sent < {fault}"
    ));
    run(&format!(
        "0.0 > answer < play one+press-1+two+press-2+zero
         1.0 > key 2  < stop, post http://x.example/ {{}}
         11.0 > wait < {fault}"
    ));
    run("0.0 > answer < play one+press-1+two+press-2+zero
         1.0 > key 2  < stop, post http://x.example/ {}
         1.5 > key 0 < queue people (asked, at must)");
}

/// The caller's number is withheld, and is part of the address.
#[test]
fn what_can_not_be_addressed_holds_up_only_where_it_is_required() {
    let line = "
  root: { menu: { options: { 1: { say: { prompt: p-one }, go: hook } } } }
  hook: { send: { webhook: \"http://x.example/{caller}\", go: must } }
  must: { send: { webhook: \"http://x.example/{caller}\", required: yes, go: root } }
";
    let walk = check(
        line,
        "0.0 > answer < play one+press-1+zero
         1.0 > key 1  < stop, queue people (fault: a value that a follow-up needs is not known, at must)",
    );
    let failed = |s: &&Step| matches!(s.what, StepKind::Failed { .. });
    assert_eq!(walk.path().iter().filter(failed).count(), 2);
}
