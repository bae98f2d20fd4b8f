//! Follow-ups: what loads, and what is told.

use super::*;

const TOP: &str = "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: welcome\nnodes:\n  \
                   welcome: { menu: { options: { 1: { say: { prompt: hours }, go: pin } } } }\n  \
                   pin: { collect: { say: { prompt: hours }, digits: 4, into: pin, sensitive: yes, go: tell } }\n";

#[test]
fn mistakes() {
    check(
        &format!(
            "{TOP}  tell:
    send:
      webhook: \"http://x.example/{{pin}}\"
      body: {{ a: pin, b: {{ text: \"it is {{pin}}\" }}, c: {{ texts: x }}, d: nothing }}
      subject: \"hello\"
      go: more
  more: {{ send: {{ mail: \"{{caller}}@x.example\", text: \"one {{brace\", body: {{}}, go: human }} }}
"
        ),
        "
m.yaml:10:16: `pin` is sensitive and can not be sent
   10 |       webhook: \"http://x.example/{pin}\"
      |                ^^^^^^^^^^^^^^^^^^^^^^^^ leave it out: what is sensitive is never stored, and what is sent waits in the store; an `ask` may use it
m.yaml:11:18: `pin` is sensitive and can not be sent
   11 |       body: { a: pin, b: { text: \"it is {pin}\" }, c: { texts: x }, d: nothing }
      |                  ^^^ leave it out: what is sensitive is never stored, and what is sent waits in the store; an `ask` may use it
m.yaml:11:34: `pin` is sensitive and can not be sent
   11 |       body: { a: pin, b: { text: \"it is {pin}\" }, c: { texts: x }, d: nothing }
      |                                  ^^^^^^^^^^^^^^ leave it out: what is sensitive is never stored, and what is sent waits in the store; an `ask` may use it
m.yaml:11:56: a member has no key `texts`
   11 |       body: { a: pin, b: { text: \"it is {pin}\" }, c: { texts: x }, d: nothing }
      |                                                        ^^^^^ did you mean `text`?
m.yaml:11:71: nothing on this line is called `nothing`
   11 |  { a: pin, b: { text: \"it is {pin}\" }, c: { texts: x }, d: nothing }
      |                                                            ^^^^^^^ let a `collect` or an `ask` of this line bring it
m.yaml:12:7: `subject` is part of a `mail`
   12 |       subject: \"hello\"
      |       ^^^^^^^ remove it, or write `mail`
m.yaml:14:17: a mail has no `subject`
   14 |   more: { send: { mail: \"{caller}@x.example\", text: \"one {brace\", body: {}, go: human } }
      |                 ^ add `subject: \"… {account} …\"`
m.yaml:14:25: mail can not be sent: the settings do not say through which server
   14 |   more: { send: { mail: \"{caller}@x.example\", text: \"one {brace\", body: {}, go: human } }
      |                         ^^^^^^^^^^^^^^^^^^^^ add a section [mail] with `smtp` and `from` to the settings (docs/settings.md)
m.yaml:14:25: `{caller}@x.example` does not fit `mail`
   14 |   more: { send: { mail: \"{caller}@x.example\", text: \"one {brace\", body: {}, go: human } }
      |                         ^^^^^^^^^^^^^^^^^^^^ write it like `mail: \"office@northwind.example\"`
m.yaml:14:53: a brace without its other half
   14 |   more: { send: { mail: \"{caller}@x.example\", text: \"one {brace\", body: {}, go: human } }
      |                                                     ^^^^^^^^^^^^ write `{NAME}`; a brace itself is `{{`
m.yaml:14:67: `body` is part of a `webhook`
   14 |  { send: { mail: \"{caller}@x.example\", text: \"one {brace\", body: {}, go: human } }
      |                                                            ^^^^ remove it, or write `webhook`",
    );
}

#[test]
fn it_goes_on_by_itself_and_needs_what_it_sends() {
    check(
        "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: tell\nnodes:
  tell: { send: { webhook: \"http://x.example/\", body: { a: order }, go: more } }
  more: { send: { go: tell } }
  number: { collect: { say: { prompt: hours }, digits: 4, into: order, go: tell } }
",
        "
m.yaml:7:17: a send has one way to go
    7 |   more: { send: { go: tell } }
      |                 ^ write `webhook: \"https://…\"` (for an SMS too: the address of your gateway) or `mail: \"office@…\"`",
    );
    check(
        "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: tell\nnodes:
  tell: { send: { webhook: \"http://x.example/\", body: { a: order }, go: more } }
  more: { send: { webhook: \"http://x.example/\", go: tell } }
  number: { collect: { say: { prompt: hours }, digits: 4, into: order, go: tell } }
",
        "
m.yaml:6:3: who presses nothing would listen for ever: tell → more → tell
    6 |   tell: { send: { webhook: \"http://x.example/\", body: { a: order }, go: more } }
      |   ^^^^ let one of them go to a menu, `back` or `human`
m.yaml:6:60: `order` may not be known at `tell`
    6 |   tell: { send: { webhook: \"http://x.example/\", body: { a: order }, go: more } }
      |                                                            ^^^^^ some way leads here without it: bring it on each, or part the ways by `choose` with `when: { order: { known: yes } }`
m.yaml:8:3: warning: nothing leads to `number`
    8 |   number: { collect: { say: { prompt: hours }, digits: 4, into: order, go: tell } }
      |   ^^^^^^ lead there by `go`, or remove it",
    );
}
