//! Guides: what loads, and what is told.

use super::*;

const TOP: &str =
    "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: router\nnodes:\n  router:\n";

#[test]
fn a_good_guide() {
    check(
        &format!(
            "{TOP}    guide:
      steps:
        lamp: {{ say: {{ prompt: hours }}, yes: solved, no: cable }}
        cable: {{ say: {{ prompt: hours }}, next: human }}
      solved: sales
      resume: 7d
      time: 10m
      remind: 30s
  sales: {{ queue: sales }}
"
        ),
        "",
    );
}

#[test]
fn ways_that_lead_nowhere_and_steps_that_are_neither() {
    check(
        &format!(
            "{TOP}    guide:
      steps:
        lamp: {{ say: {{ prompt: hours }}, yes: sovled, no: cabel }}
        cable: {{ say: {{ prompt: hours }}, next: human, yes: solved }}
        solved: {{ say: {{ prompt: hours }}, next: human }}
        light: {{ say: {{ prompt: hours }}, yes: solved, no: nowhere }}
      solved: human
      resume: 99d
      time: 1h
"
        ),
        "
m.yaml:9:46: `sovled` is neither a step of this guide nor a node of this line
    9 |         lamp: { say: { prompt: hours }, yes: sovled, no: cabel }
      |                                              ^^^^^^ did you mean `solved`?
m.yaml:9:58: `cabel` is neither a step of this guide nor a node of this line
    9 |         lamp: { say: { prompt: hours }, yes: sovled, no: cabel }
      |                                                          ^^^^^ did you mean `cable`?
m.yaml:10:16: step `cable` must either ask or tell what to do
   10 |         cable: { say: { prompt: hours }, next: human, yes: solved }
      |                ^ give a question `yes` and `no`, and what is only to be done `next`
m.yaml:11:9: a step can not be called `solved`
   11 |         solved: { say: { prompt: hours }, next: human }
      |         ^^^^^^ use letters, digits, - and _; not solved, human, back or repeat
m.yaml:12:59: `nowhere` is neither a step of this guide nor a node of this line
   12 |         light: { say: { prompt: hours }, yes: solved, no: nowhere }
      |                                                           ^^^^^^^ there are: back, human, router, solved
m.yaml:14:15: `resume` must be from 1m to 31d
   14 |       resume: 99d
      |               ^^^ write it like `resume: 24h`
m.yaml:15:13: `time` must be from 30s to 30m
   15 |       time: 1h
      |             ^^ write it like `time: 5m`",
    );
}

#[test]
fn what_is_missing_or_never_reached() {
    check(
        &format!(
            "{TOP}    guide:
      steps:
        lamp: {{ say: {{ prompt: hours }}, yes: human, no: human }}
        cable: {{ say: {{ prompt: hours }}, next: human }}
      solved: human
"
        ),
        "
m.yaml:8:7: warning: no answer of this guide leads to `solved`
    8 |       steps:
      |       ^ let the answer that shows success do so
m.yaml:10:9: warning: nothing leads to the step `cable`
   10 |         cable: { say: { prompt: hours }, next: human }
      |         ^^^^^ lead there by an answer of another step, or remove it",
    );
    check(
        &format!("{TOP}    guide: {{ steps: {{}} }}\n"),
        "
m.yaml:7:12: a guide has no `solved`
    7 |     guide: { steps: {} }
      |            ^ add `solved: NODE`
m.yaml:7:12: a guide has from 1 to 100 steps, not 0
    7 |     guide: { steps: {} }
      |            ^ write what to try first as the first step",
    );
}
