//! Surveys: what loads, and what is told.

use super::*;

const TOP: &str = "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: rate\nnodes:\n  rate:\n";

#[test]
fn mistakes() {
    check(
        &format!(
            "{TOP}    survey:
      questions:
        friendly: {{ say: {{ prompt: hours }}, scale: 0-5 }}
        human: {{ prompt: hours }}
        caller: {{ prompt: hours }}
      scale: 5-1
      go: human
"
        ),
        "
m.yaml:9:52: `0-5` does not fit `scale`
    9 |         friendly: { say: { prompt: hours }, scale: 0-5 }
      |                                                    ^^^ write it like `scale: 1-5`, from `1-2` to `1-9`
m.yaml:10:9: a question can not be called `human`
   10 |         human: { prompt: hours }
      |         ^^^^^ use letters, digits, - and _; not human, back or repeat
m.yaml:11:9: `caller` is the caller's number
   11 |         caller: { prompt: hours }
      |         ^^^^^^ choose another name
m.yaml:12:14: `5-1` does not fit `scale`
   12 |       scale: 5-1
      |              ^^^ write it like `scale: 1-5`, from `1-2` to `1-9`",
    );
}

#[test]
fn an_answer_may_be_missing_and_a_survey_goes_on_by_itself() {
    check(
        &format!(
            "{TOP}    survey: {{ questions: {{ friendly: {{ prompt: hours }} }}, go: more }}
  more:
    ask: {{ get: \"http://x.example/{{friendly}}\", go: rate, missing: human }}
"
        ),
        "
m.yaml:6:3: who presses nothing would listen for ever: rate → more → rate
    6 |   rate:
      |   ^^^^ let one of them go to a menu, `back` or `human`
m.yaml:9:17: `friendly` may not be known at `more`
    9 |     ask: { get: \"http://x.example/{friendly}\", go: rate, missing: human }
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ some way leads here without it: bring it on each, or part the ways by `choose` with `when: { friendly: { known: yes } }`",
    );
}
