//! Nodes that several lines share: what loads, and what is told.

use super::*;
use crate::menu::tree::Target;

const ACCOUNT: &str = "fragment: account
start: ask
exits: [known, unknown]
nodes:
  ask: { collect: { say: { prompt: hours }, digits: 8, into: account, go: lookup } }
  lookup: { ask: { get: \"http://crm.local/{account}\", take: { tier: text }, go: known, missing: unknown } }
";
const LINE: &str = "line: test
numbers: [\"100\"]
human: support
start: welcome
use: { account: { known: tiers, unknown: human } }
nodes:
  welcome: { menu: { options: { 1: { say: { prompt: opt-hours }, go: account } } } }
  tiers: { choose: [{ when: { tier: gold }, go: sales }, { go: human }] }
  sales: { queue: sales }
";

fn all(files: &[(&str, &str)]) -> Result<Lines, Vec<Mistake>> {
    load_all(files.iter().copied(), &known())
}

#[track_caller]
fn told_of(files: &[(&str, &str)], expected: &str) {
    let told = match all(files) {
        Ok(lines) => lines.warnings,
        Err(mistakes) => mistakes,
    };
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    let trim = |s: &str| s.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let told = told.join("\n");
    assert!(
        trim(&told) == trim(expected.trim_matches('\n')),
        "told:\n{told}\n\nexpected:\n{expected}"
    );
}

#[test]
fn its_nodes_are_the_line_s_and_its_exits_lead_where_the_line_says() {
    told_of(&[("account.yaml", ACCOUNT), ("m.yaml", LINE)], "");
    let lines = all(&[("m.yaml", LINE), ("account.yaml", ACCOUNT)]).unwrap();
    let line = lines.by_number("100").unwrap();
    let node = |name: &str| line.nodes().find(|(_, n)| n.name.as_str() == name).unwrap();
    let (ask, _) = node("account.ask");
    assert_eq!(node("welcome").1.kind.targets(), [Target::Node(ask)]);
    let (tiers, _) = node("tiers");
    let lookup = node("account.lookup").1;
    assert_eq!(lookup.kind.targets(), [Target::Node(tiers), Target::Human]);
    // A second line binds the exits in its own way.
    let other = LINE
        .replace("line: test", "line: other")
        .replace("\"100\"", "\"200\"")
        .replace(
            "known: tiers, unknown: human",
            "known: sales, unknown: back",
        );
    let told = all(&[("m.yaml", LINE), ("o.yaml", &other), ("a.yaml", ACCOUNT)]);
    let told = told.unwrap().warnings;
    assert!(
        told.iter()
            .all(|m| m.file == "o.yaml" && m.what.contains("tiers")),
        "{told:?}"
    );
}

#[test]
fn mistakes_within_name_both_files_and_are_told_once() {
    let wrong = ACCOUNT
        .replace("go: lookup", "go: lokup")
        .replace("{account}", "{tier}");
    let other = LINE
        .replace("line: test", "line: other")
        .replace("\"100\"", "\"200\"");
    told_of(
        &[("account.yaml", &wrong), ("m.yaml", LINE), ("o.yaml", &other)],
        "
account.yaml:5:75: `lokup` is neither a node nor an exit of the fragment `account` (used by m.yaml:5)
    5 | t: { say: { prompt: hours }, digits: 8, into: account, go: lokup } }
      |                                                            ^^^^^ did you mean `lookup`?",
    );
    // The same analysis of what is known where as on the line itself.
    let wrong = ACCOUNT.replace("{account}", "{tier}");
    told_of(
        &[("account.yaml", &wrong), ("m.yaml", LINE)],
        "
account.yaml:6:25: `tier` may not be known at `account.lookup` (used by m.yaml:5)
    6 |   lookup: { ask: { get: \"http://crm.local/{tier}\", take: { tier: text }, go: known, missing: unknown } }
      |                         ^^^^^^^^^^^^^^^^^^^^^^^^^ some way leads here without it: bring it on each, or part the ways by `choose` with `when: { tier: { known: yes } }`",
    );
}

#[test]
fn a_line_can_not_be_named_from_within() {
    let wrong = ACCOUNT.replace("missing: unknown", "missing: sales");
    let told = all(&[("account.yaml", &wrong), ("m.yaml", LINE)]).unwrap_err();
    assert_eq!(
        told[0].what,
        "`sales` is neither a node nor an exit of the fragment `account` (used by m.yaml:5)"
    );
    // Nor its inside from the line.
    let wrong = LINE.replace("go: account }", "go: account.lookup }");
    let told = all(&[("account.yaml", ACCOUNT), ("m.yaml", &wrong)]).unwrap_err();
    assert_eq!(told[0].what, "`account.lookup` is not a node of this line");
}

#[test]
fn uses_that_are_wrong() {
    let uses = |uses: &str| LINE.replace("{ account: { known: tiers, unknown: human } }", uses);
    told_of(
        &[
            ("account.yaml", ACCOUNT),
            ("m.yaml", &uses("[account, acount, more]")),
        ],
        "
m.yaml:5:7: the fragment `account` has exits that lead nowhere yet
    5 | use: [account, acount, more]
      |       ^^^^^^^ write `use: { account: { known: NODE, unknown: NODE } }`
m.yaml:5:16: there is no fragment `acount`
    5 | use: [account, acount, more]
      |                ^^^^^^ did you mean `account`?
m.yaml:5:24: there is no fragment `more`
    5 | use: [account, acount, more]
      |                        ^^^^ write one: a file that begins with `fragment: more`",
    );
    let wrong = uses("{ account: { knwon: tiers, unknown: nowhere } }");
    let wrong = wrong.replace("  sales: {", "  account: {");
    told_of(
        &[("account.yaml", ACCOUNT), ("m.yaml", &wrong)],
        "
m.yaml:5:8: the fragment `account` has exits that lead nowhere yet
    5 | use: { account: { knwon: tiers, unknown: nowhere } }
      |        ^^^^^^^ write `use: { account: { known: NODE } }`
m.yaml:5:8: `account` is a fragment here and a node as well
    5 | use: { account: { knwon: tiers, unknown: nowhere } }
      |        ^^^^^^^ the node is in line 9; call it something else
m.yaml:5:19: the fragment `account` has no exit `knwon`
    5 | use: { account: { knwon: tiers, unknown: nowhere } }
      |                   ^^^^^ did you mean `known`?
m.yaml:5:42: `nowhere` is not a node of this line
    5 | use: { account: { knwon: tiers, unknown: nowhere } }
      |                                          ^^^^^^^ there are: account, back, human, repeat, tiers, welcome
m.yaml:8:49: `sales` is not a node of this line
    8 |   tiers: { choose: [{ when: { tier: gold }, go: sales }, { go: human }] }
      |                                                 ^^^^^ there are: account, back, human, repeat, tiers, welcome",
    );
}

#[test]
fn files_of_fragments_that_are_wrong_or_of_no_use() {
    let wrong =
        "fragment: account\nstart: aks\nexits: [ask, human]\nnodes:\n  ask: { queue: support }\n";
    told_of(
        &[("account.yaml", wrong), ("m.yaml", LINE)],
        "
account.yaml:2:8: `aks` is not a node of this fragment
    2 | start: aks
      |        ^^^ did you mean `ask`?
account.yaml:3:9: an exit can not be called `ask`
    3 | exits: [ask, human]
      |         ^^^ use letters, digits, - and _, and no other name of this fragment; `human` and `back` need no exit
account.yaml:3:14: an exit can not be called `human`
    3 | exits: [ask, human]
      |              ^^^^^ use letters, digits, - and _, and no other name of this fragment; `human` and `back` need no exit",
    );
    let alone = "line: test\nnumbers: [\"100\"]\nhuman: support\nstart: sales\nnodes:\n  sales: { queue: sales }\n";
    told_of(
        &[("account.yaml", ACCOUNT), ("m.yaml", alone)],
        "
account.yaml:1:11: warning: no line uses the fragment `account`
    1 | fragment: account
      |           ^^^^^^^ write `use: [account]` in one, or remove the file",
    );
}
