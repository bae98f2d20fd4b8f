//! Calls to outside numbers: what loads, and what is told.

use super::*;

#[test]
fn mistakes() {
    check(
        "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: number\nnodes:
  number: { collect: { say: { prompt: hours }, digits: 4, into: ext, go: a } }
  a: { dial: { number: \"+45{ext}\", missing: b } }
  b: { dial: { number: caller, ring: 1s, missing: c } }
  c: { dial: { number: \"12345\", missing: repeat } }
",
        "
m.yaml:7:24: a number that is called can not have values in it
    7 |   a: { dial: { number: \"+45{ext}\", missing: b } }
      |                        ^^^^^^^^^^ write the whole number: else callers could choose whom we call, at your expense; by `choose` other nodes can be reached for each value
m.yaml:8:24: `caller` does not fit `number`
    8 |   b: { dial: { number: caller, ring: 1s, missing: c } }
      |                        ^^^^^^ write it like `number: \"+4930901820\"`
m.yaml:8:38: `1s` does not fit `ring`
    8 |   b: { dial: { number: caller, ring: 1s, missing: c } }
      |                                      ^^ write it like `ring: 25s`, from `5s` to `2m`
m.yaml:9:14: a number that nobody answers would be called for ever
    9 |   c: { dial: { number: \"12345\", missing: repeat } }
      |              ^ let `missing` lead to a menu, `back` or `human`
m.yaml:9:14: warning: no outside number can be called: there is no trunk
    9 |   c: { dial: { number: \"12345\", missing: repeat } }
      |              ^ configure one under [[trunks]]; until then callers go where `missing` leads",
    );
}

#[test]
fn a_number_that_agents_may_not_call_is_told_and_called_all_the_same() {
    let mut known = known();
    known.trunk = true;
    let text = "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: a\nnodes:
  a: { dial: { number: \"+4590123456\" } }
";
    let (_, warnings) = load("m.yaml", text, &known).unwrap();
    let told: Vec<String> = warnings.iter().map(|m| m.what.clone()).collect();
    assert_eq!(told, ["this number is one that agents may not call"]);
    let fine = text.replace("+4590", "+4530");
    let (_, warnings) = load("m.yaml", &fine, &known).unwrap();
    assert!(warnings.is_empty());
}

#[test]
fn without_a_trunk_it_is_told_and_goes_round_no_circle() {
    check(
        "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: a\nnodes:
  a: { dial: { number: \"12345\", missing: b } }
  b: { dial: { number: \"12346\", missing: a } }
",
        "
m.yaml:6:3: who presses nothing would listen for ever: a → b → a
    6 |   a: { dial: { number: \"12345\", missing: b } }
      |   ^ let one of them go to a menu, `back` or `human`
m.yaml:6:14: warning: no outside number can be called: there is no trunk
    6 |   a: { dial: { number: \"12345\", missing: b } }
      |              ^ configure one under [[trunks]]; until then callers go where `missing` leads
m.yaml:7:14: warning: no outside number can be called: there is no trunk
    7 |   b: { dial: { number: \"12346\", missing: a } }
      |              ^ configure one under [[trunks]]; until then callers go where `missing` leads",
    );
}
