//! The report, the lints and the law profiles, each on a line made for it.

use super::*;
use crate::check::law::Verdict;

fn checked(nodes: &str) -> Checked {
    let (lines, known) = lines("root", nodes);
    check(&lines, &known.prompts, &queues())
}

/// What the lints say, without the lines of the file.
fn doubts(nodes: &str) -> Vec<String> {
    let checked = checked(nodes);
    assert_eq!(checked.findings, []);
    let told = checked.warnings.into_iter();
    told.map(|w| format!("{}: {}", w.line, w.what)).collect()
}

/// Recordings of 1.2 s, the server's own of 0.5 s; 5 s of silence; two tries.
#[test]
fn the_report_counts_and_measures() {
    let checked = checked(FIRST_KINDS);
    let report = &checked.reports[0];
    assert_eq!((report.nodes, report.dead_ends, report.depth), (8, 0, 2));
    assert_eq!(report.keys_to_person, 2);
    assert_eq!(
        (report.widest.value, report.widest.node.as_str()),
        (5, "root")
    );
    let l = &report.languages[0];
    assert!(l.exact);
    // Greeting, five options with their keys, the way to a person: 1.2 + 5 × 1.7 + 0.5. Then 5 s
    // of silence; 0.5 + 9 s and again 5 s; 1 s and 5 s.
    assert_eq!(l.longest_prompt_ms.value, 10_200);
    assert_eq!(
        l.silent_ms,
        Some(10_200 + 5_000 + 9_500 + 5_000 + 1_000 + 5_000)
    );
    assert_eq!(l.first_option_ms.value, 1_200);
    // The first option is told after 1.2 + 1.2 + 0.5 s, each further one 1.7 s later, and it
    // takes 1.63 s to press. `sub` is a menu and no destination; what comes after an entry was
    // not chosen in a menu.
    let info = 2_900 + 1_630;
    let times = [info, info + 1_700, info + 3 * 1_700, info + 4 * 1_700];
    assert_eq!(l.effort.destinations, 4);
    assert_eq!(l.effort.mean_ms, times.iter().sum::<u64>() / 4);
    assert_eq!(
        (l.effort.worst_ms, l.effort.worst.as_deref()),
        (times[3], Some("bye"))
    );
    let text = report::text(report);
    for row in [
        "  dead ends         0\n",
        "silent caller     35.7 s to a person",
    ] {
        assert!(text.contains(row), "{row} in:\n{text}");
    }
}

/// A web service counts with all the time that it may take, a way on by what is known with none.
#[test]
fn what_is_asked_and_known_counts_too() {
    let nodes = "
  root: { ask: { get: \"http://x.example/1\", say: { prompt: p-wait }, take: { y: number }, \
   timeout: 3s, go: which, missing: which } }
  which: { choose: [{ when: { caller: \"+45*\" }, go: human }, { go: menu }] }
  menu: { menu: { options: { 1: { say: { prompt: p-one }, go: info } } } }
  info: { say: { prompt: p-info, go: back } }
";
    let checked = checked(nodes);
    let l = &checked.reports[0].languages[0];
    // 3 s for the answer; 1.2 + 0.5 + 0.5 s and 5 s of silence; again, and what is shorter.
    assert_eq!(l.silent_ms, Some(3_000 + 2_200 + 5_000 + 1_000 + 5_000));
    // The wait is heard out, the ways are walked through, and then the menu.
    assert_eq!(l.effort.worst_ms, 1_200 + 1_700 + 1_630);
}

#[test]
fn machines_find_the_figures_by_stable_names() {
    let json = serde_json::to_value(&checked(FIRST_KINDS).reports[0]).unwrap();
    for pointer in [
        "/line",
        "/file",
        "/nodes",
        "/states",
        "/edges",
        "/dead_ends",
        "/keys_to_person",
        "/depth",
        "/widest/node",
        "/widest/value",
        "/languages/0/language",
        "/languages/0/silent_ms",
        "/languages/0/silent_from_anywhere_ms",
        "/languages/0/longest_prompt_ms/value",
        "/languages/0/first_option_ms/node",
        "/languages/0/effort/mean_ms",
        "/languages/0/effort/worst_ms",
        "/languages/0/effort/worst",
        "/languages/0/effort/destinations",
        "/languages/0/exact",
    ] {
        assert!(json.pointer(pointer).is_some(), "{pointer} in {json}");
    }
}

const OPTION: &str = "{ say: { prompt: p-o }, go: human }";

#[test]
fn gaps_in_the_numbering() {
    let menu = |keys: &str| {
        let options: Vec<String> = keys.chars().map(|k| format!("{k}: {OPTION}")).collect();
        format!(
            "  root: {{ menu: {{ options: {{ {} }} }} }}\n",
            options.join(", ")
        )
    };
    assert_eq!(
        doubts(&menu("124")),
        ["6: `root` goes on after a gap: no key 3"]
    );
    assert_eq!(
        doubts(&menu("34")),
        ["6: `root` goes on after a gap: no key 1, 2"]
    );
    assert_eq!(doubts(&menu("129")), Vec::<String>::new());
    assert_eq!(doubts(&menu("12345678")), ["6: `root` has 8 options"]);
}

#[test]
fn nine_with_two_meanings() {
    let nodes = |nine: &str| {
        format!(
            "  root: {{ menu: {{ options: {{ 1: {{ say: {{ prompt: p-o }}, go: sub }}, 2: {OPTION}, \
             3: {OPTION}, 4: {OPTION}, 9: {OPTION} }} }} }}\n  \
             sub: {{ menu: {{ options: {{ 1: {OPTION}, 2: {OPTION}, 3: {OPTION}{nine} }} }} }}\n"
        )
    };
    let two = ["7: 9 means one thing at `root` and another at `sub`"];
    assert_eq!(doubts(&nodes("")), two);
    assert_eq!(
        doubts(&nodes(&format!(", 9: {}", OPTION.replace("human", "root")))),
        two
    );
    assert_eq!(
        doubts(&nodes(&format!(", 9: {OPTION}"))),
        Vec::<String>::new()
    );
}

#[test]
fn depth_where_breadth_would_do() {
    let small = format!(
        "  root: {{ menu: {{ options: {{ 1: {{ say: {{ prompt: p-o }}, go: sub }}, 2: {OPTION} }} }} }}\n  \
         sub: {{ menu: {{ options: {{ 1: {OPTION}, 2: {OPTION} }} }} }}\n"
    );
    let told = doubts(&small);
    assert_eq!(
        told,
        ["7: the 2 options of `sub` would fit into `root`, which would then have 3"]
    );
    let menu = |name: &str, go: &str| {
        let to = format!("{{ say: {{ prompt: p-o }}, go: {go} }}");
        format!("  {name}: {{ menu: {{ options: {{ 1: {to}, 2: {OPTION}, 3: {OPTION} }} }} }}\n")
    };
    let deep = [("root", "a"), ("a", "b"), ("b", "c"), ("c", "human")];
    let deep: String = deep.map(|(name, go)| menu(name, go)).concat();
    assert_eq!(
        doubts(&deep),
        ["9: `c` is the 4th menu that its callers hear"]
    );
}

#[test]
fn keys_before_their_purpose_and_a_long_greeting() {
    let nodes = "  root: { menu: { greeting: { prompt: p-g, text: \"Press 1 for billing.\" }, \
                 options: { 1: { go: human } } } }\n";
    assert_eq!(
        doubts(nodes),
        ["6: `root` tells key 1 before what it is for"]
    );
    let nodes = "  root: { menu: { greeting: { prompt: [p-a, p-b, p-c, p-d, p-e, p-f, p-g] }, \
                 options: { 1: { say: { prompt: p-o }, go: human } } } }\n";
    assert_eq!(
        doubts(nodes),
        ["6: `root` speaks for 8.4 s before its first option"]
    );
}

#[test]
fn each_warning_names_its_reason() {
    let checked =
        checked("  root: { menu: { options: { 2: { say: { prompt: p-o }, go: human } } } }\n");
    let told = checked.warnings[0].to_string();
    assert!(
        told.contains("warning: ") && told.contains("thinks that they missed"),
        "{told}"
    );
}

#[test]
fn laws_are_judged_by_what_the_line_does() {
    let of = |profile, nodes: &str, wait: u64| -> Vec<(&'static str, Verdict)> {
        let (lines, known) = lines("root", nodes);
        let mut queues = queues();
        queues[0].max_wait = Duration::from_secs(wait);
        let rulings = judge(profile, &lines, &known.prompts, &queues);
        rulings.iter().map(|r| (r.source, r.verdict)).collect()
    };
    let good = format!(
        "  root: {{ menu: {{ options: {{ 1: {OPTION}, 2: {OPTION}, 3: {OPTION}, 4: {OPTION} }} }} }}\n"
    );
    let (menu_at_once, five, minute) = (
        "Decreto-Lei 134/2009, art. 6.º, n.º 3",
        "Decreto-Lei 134/2009, art. 6.º, n.º 5",
        "Decreto-Lei 134/2009, art. 6.º, n.os 2 and 4",
    );
    let met = of(Profile::Pt, &good, 60);
    for source in [menu_at_once, five, minute] {
        assert!(met.contains(&(source, Verdict::Met)), "{met:?}");
    }
    let bad = format!(
        "  root: {{ say: {{ prompt: p-news, go: main }} }}\n{}",
        good.replace("root", "main")
            .replace("4: {", &format!("5: {OPTION}, 4: {{"))
    );
    let unmet = of(Profile::Pt, &bad, 61);
    for source in [menu_at_once, five, minute] {
        assert!(unmet.contains(&(source, Verdict::NotMet)), "{unmet:?}");
    }
    let spain = of(Profile::Es, &good, 60);
    assert_eq!(
        spain.iter().filter(|(_, v)| *v == Verdict::Met).count(),
        3,
        "{spain:?}"
    );
    assert!(spain.contains(&("Ley 10/2025, art. 8.4", Verdict::Yours)));
    let second = "Decreto 11.034/2022, art. 5.º, II";
    assert!(of(Profile::Br, &good, 60).contains(&(second, Verdict::NotMet)));
    let words = "say: { prompt: p-x, text: \"Para reclamações ou cancelamento, 1\" }";
    let told = good.replacen("say: { prompt: p-o }", words, 1);
    assert!(of(Profile::Br, &told, 60).contains(&(second, Verdict::Met)));
    assert!(
        of(Profile::In, &good, 60)
            .iter()
            .any(|(_, v)| *v == Verdict::NotMet)
    );
    assert!(
        of(Profile::Eu, &good, 60)
            .iter()
            .all(|(_, v)| *v != Verdict::NotMet)
    );
}
