//! Orders from an agent's desk: hold, transfer, ask first.

use super::check;
use super::people::talking;

#[test]
fn the_desk_holds_and_ends_the_hold() {
    check(&talking(
        "5.0 > order hold
         < unbridge caller; caller loops sys-moh; p1 silence; done: with agent agent1 on hold
         6.0 > order hold
         < refused: the caller is on hold already
         9.0 > order resume
         < bridge caller p1; done: with agent agent1
         9.5 > order resume
         < refused: the caller is not on hold
         12.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup
         12.0 > caller over
         < caller close; done agent_ended
         12.1 > facts
         < waited 1 talked 10 held 4",
    ));
}

#[test]
fn what_the_phone_holds_ends_at_the_phone() {
    check(&talking(
        "5.0 > p1 holds
         < p1 200; p1 pcma; caller loops sys-moh; p1 silence
         6.0 > order resume
         < refused: the phone itself holds the caller
         7.0 > order hold
         < unbridge caller; caller loops sys-moh; p1 silence; done: with agent agent1 on hold held by the phone
         8.0 > p1 resumes
         < p1 200; p1 pcma; caller loops sys-moh; p1 silence
         9.0 > order resume
         < bridge caller p1; done: with agent agent1",
    ));
}

#[test]
fn an_order_is_for_whoever_talks_and_for_the_talk_as_it_was() {
    check(&talking(
        "5.0 > order hold as agent2
         < refused: the caller talks with agent1, not with agent2
         5.1 > order hold at 1
         < refused: changed
         5.2 > order hold as agent1
         < unbridge caller; caller loops sys-moh; p1 silence; done: with agent agent1 on hold
         6.0 > p1 bye
         < p1 hangup; p1 close; queue over agent1; caller hangup
         6.1 > order resume
         < refused: no agent talks with this caller now
         6.2 > order look
         < done: with nobody",
    ));
}

#[test]
fn a_transfer_from_the_desk_needs_no_news_at_the_phone() {
    check(&talking(
        "5.0 > order transfer agent agent1 1
         < refused: agent1 talks with the caller already
         5.1 > order transfer agent agent2 1
         < caller loops sys-moh; p2 ports; done: with agent agent1 transferring
         5.2 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         5.3 > order hold
         < refused: the caller is being handed on
         6.0 > p2 busy
         < p2 close; caller silence
         7.0 > order transfer agent agent2 1
         < caller loops sys-moh; p3 ports; done: with agent agent1 transferring
         7.1 > ports p3
         < p3 invite sip:agent2@127.0.2.0
         8.0 > p3 answers
         < p3 pcma; unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue took agent2; bridge caller p3
         9.0 > order hold as agent1
         < refused: the caller talks with agent2, not with agent1",
    ));
}

#[test]
fn a_transfer_to_a_queue_and_to_a_line() {
    check(&talking(
        "5.0 > order transfer queue sales
         < unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue enter sales (transferred); caller hears sys-connecting; done: with nobody",
    ));
    check(&talking(
        "5.0 > order transfer line nowhere
         < caller silence; done: with agent agent1",
    ));
}

/// The agent asks agent2 (p2) from the desk.
fn asking(rest: &str) -> String {
    talking(&format!(
        "5.0 > order consult agent agent2 1
         < unbridge caller; caller loops sys-moh; p1 silence; p1 loops sys-ringback; p2 ports; done: with agent agent1 on hold rings agent agent2
         5.1 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         {rest}"
    ))
}

/// And agent2 has answered.
fn asked(rest: &str) -> String {
    asking(&format!(
        "7.0 > p2 answers
         < p2 pcma; bridge p1 p2
         {rest}"
    ))
}

#[test]
fn the_caller_is_handed_to_whom_the_desk_asked() {
    check(&asked(
        "12.0 > order complete
         < unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue took agent2; bridge caller p2; done: with agent agent2
         13.0 > p1 bye
         20.0 > p2 bye
         < p2 hangup; p2 close; queue over agent2; caller hangup",
    ));
}

#[test]
fn the_agent_is_with_the_caller_again_when_it_comes_to_nothing() {
    check(&asked(
        "12.0 > order cancel
         < p2 hangup; p2 close; bridge caller p1; done: with agent agent1
         13.0 > order cancel
         < refused: nobody is being asked
         13.1 > order complete
         < refused: nobody is being asked",
    ));
    // The colleague hangs up, is busy, or does not answer.
    check(&asked(
        "12.0 > p2 bye
         < p2 hangup; p2 close; bridge caller p1",
    ));
    check(&asking(
        "6.0 > p2 busy
         < p2 close; bridge caller p1
         6.5 > order look
         < done: with agent agent1",
    ));
    check(&asking(
        "40.0 > wait
         < p2 hangup; p2 close; bridge caller p1",
    ));
}

#[test]
fn who_was_on_hold_before_is_on_hold_after() {
    check(&talking(
        "4.0 > order hold
         < unbridge caller; caller loops sys-moh; p1 silence; done: with agent agent1 on hold
         5.0 > order consult agent agent2 1
         < unbridge caller; caller loops sys-moh; p1 silence; p1 loops sys-ringback; p2 ports; done: with agent agent1 on hold rings agent agent2
         5.1 > ports p2
         < p2 invite sip:agent2@127.0.2.0
         6.0 > p2 busy
         < p2 close; unbridge caller; caller loops sys-moh; p1 silence
         7.0 > order resume
         < bridge caller p1; done: with agent agent1",
    ));
}

#[test]
fn what_does_not_fit_while_somebody_is_asked_changes_nothing() {
    check(&asking(
        "6.0 > order three
         < refused: whom the agent asks has not answered yet
         6.1 > order resume
         < refused: the caller waits while somebody is asked
         6.2 > order hold
         < refused: somebody is being asked already
         6.3 > order consult agent agent3 1
         < refused: somebody is being asked already
         6.4 > order transfer queue sales
         < refused: somebody is being asked already
         6.5 > order hang-up
         < refused: somebody is being asked already
         6.6 > p1 refers sales
         < p1 notify 491",
    ));
}

#[test]
fn all_three_talk_by_the_desk_or_by_a_key() {
    check(&asked(
        "12.0 > order three
         < mix caller(p1 p2) p1(caller p2) p2(caller p1); done: with agent agent1, agent agent2 Talks
         13.0 > order hold
         < refused: three talk: the caller is not the agent's alone
         14.0 > order hang-up
         < p1 hangup; p1 close; queue transferring agent1; queue took agent2; bridge caller p2; done: with agent agent2
         20.0 > p2 bye
         < p2 hangup; p2 close; queue over agent2; caller hangup",
    ));
    check(&asked(
        "12.0 > p1 key *
         12.2 > p1 key 3
         < mix caller(p1 p2) p1(caller p2) p2(caller p1)",
    ));
}

#[test]
fn who_completes_before_an_answer_hands_on_to_whoever_answers() {
    check(&asking(
        "6.0 > order complete
         < p2 hangup; p2 close; caller loops sys-moh; p3 ports; done: with agent agent1 on hold transferring
         6.1 > ports p3
         < p3 invite sip:agent2@127.0.2.0
         7.0 > p3 busy
         < p3 close; bridge caller p1",
    ));
}

#[test]
fn an_agent_who_hangs_up_while_asking_hands_the_caller_on() {
    check(&asked(
        "12.0 > p1 bye
         < unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue took agent2; bridge caller p2",
    ));
    check(&asking(
        "6.0 > p1 bye
         < p2 hangup; p2 close; caller loops sys-moh; p3 ports; unbridge caller; p1 hangup; p1 close; queue transferring agent1; caller loops sys-moh",
    ));
    // A phone that is lost has not meant it.
    check(&asked(
        "12.0 > p1 gone
         < p2 hangup; p2 close; unbridge caller; p1 hangup; p1 close; queue return; caller hears sys-agent-lost",
    ));
}

#[test]
fn when_the_caller_leaves_nobody_is_asked_any_more() {
    check(&asked(
        "12.0 > caller bye
         < p2 hangup; p2 close; p1 hangup; p1 close; queue over agent1; caller close; done caller_hung_up",
    ));
}

#[test]
fn a_colleague_of_a_queue_is_asked_through_it() {
    check(&talking(
        "5.0 > order consult queue sales
         < unbridge caller; caller loops sys-moh; p1 silence; p1 loops sys-ringback; side enter sales priority 9; done: with agent agent1 on hold rings queue sales
         6.0 > side offer agent3 1
         < p2 ports
         6.1 > ports p2
         < p2 invite sip:agent3@127.0.2.0
         7.0 > p2 answers
         < p2 pcma; side answered 2
         7.0 > side connect
         < bridge p1 p2
         9.0 > order complete
         < unbridge caller; p1 hangup; p1 close; queue transferring agent1; queue took agent3; bridge caller p2; side over agent3; done: with agent agent3",
    ));
}
