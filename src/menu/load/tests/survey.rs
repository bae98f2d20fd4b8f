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

/// Lines share a queue: whoever has the survey asks, and who has not does not.
#[test]
fn what_is_asked_after_a_talk_is_a_survey_of_the_line() {
    let known = Known {
        surveys: [("support".into(), "rate".into())].into(),
        ..known()
    };
    let asked = "line: test\nnumbers: [\"1\"]\nhuman: support\nstart: root\nnodes:\n  root: { say: { prompt: hours } }\n";
    let after = |text: &str| {
        let (line, warnings) = load("m.yaml", text, &known).expect("it loads");
        assert_eq!(warnings, Vec::new());
        line.survey_after(&"support".into()).is_some()
    };
    let rate = "  rate: { survey: { questions: { friendly: { prompt: hours } } } }\n";
    assert!(after(&format!("{asked}{rate}")));
    assert!(!after(asked));
    let menu = format!("{asked}  rate: {{ say: {{ prompt: hours }} }}\n");
    let wrong = load("m.yaml", &menu, &known).expect_err("it is no survey");
    let wrong: Vec<String> = wrong.iter().map(|m| m.what.clone()).collect();
    let what = "`rate`, which the queue `support` asks after a talk, is no survey";
    assert!(wrong.iter().any(|w| w == what), "{wrong:?}");
}
