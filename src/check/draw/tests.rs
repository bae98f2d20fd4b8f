use super::*;
use crate::check::tests::{ALL_KINDS, lines};

fn drawn() -> Drawing {
    let (lines, known) = lines("root", ALL_KINDS);
    let (line, origin) = lines.with_origins().next().unwrap();
    let said = Said::new(line, &known.prompts, &origin.texts);
    drawing(line, &said, 0)
}

#[test]
fn every_node_and_every_way_is_drawn() {
    let drawn = drawn();
    let (lines, _) = lines("root", ALL_KINDS);
    let line = lines.iter().next().unwrap();
    assert_eq!(drawn.boxes.len(), line.nodes().count() + 1);
    let by_name = |name: &str| drawn.boxes.iter().position(|b| b.rows[0] == name).unwrap();
    let way = |from: &str, to: &str, label: &str| Lead {
        from: by_name(from),
        to: by_name(to),
        label: label.to_owned(),
    };
    for expected in [
        way("root", "info", "1"),
        way("tongue", "router", "2 de"),
        way("router", "people", "c no"),
        way("router", "rate", "solved"),
        way("rate", "again", ""),
        way("which", "info", "caller +45*"),
        way("which", "root", "else"),
        way("lookup", "quick", "not known"),
        way("account", "noted", "account"),
        way("sub", "people", "1"),
    ] {
        assert!(
            drawn.ways.contains(&expected),
            "{expected:?} in {:?}",
            drawn.ways
        );
    }
    let info = &drawn.boxes[by_name("info")];
    assert_eq!(
        info.rows[1..],
        ["say", "speaks 1.2 s, reached after 4.5 s", "then: back"]
    );
    let targets = line.nodes().flat_map(|(_, n)| n.kind.targets());
    let drawable = targets.filter(|t| !matches!(t, Target::Back | Target::Repeat));
    assert_eq!(drawn.ways.len(), drawable.count());
}

#[test]
fn as_text() {
    let drawn = drawn();
    let mermaid = mermaid(&drawn);
    assert!(
        mermaid.contains("flowchart TD\n  n0{{\"root<br/>menu<br/>"),
        "{mermaid}"
    );
    assert!(mermaid.contains("n0 -->|\"1\"| n12\n"), "{mermaid}");
    let dot = dot(&drawn);
    assert!(dot.contains("n0 -> n12 [label=\"1\"]"), "{dot}");
    assert!(
        dot.contains("label=\"bye\\ngoodbye\\nspeaks 1.2 s"),
        "{dot}"
    );
}

#[test]
fn labels_can_not_break_the_picture() {
    let mut drawn = drawn();
    drawn.boxes[0].rows[0] = "\"<b>&#x\\".to_owned();
    drawn.ways[0].label = "]] --> x \"".to_owned();
    assert!(mermaid(&drawn).contains("n0{{\"#quot;#lt;b#gt;#amp;#35;x\\<br/>"));
    assert!(dot(&drawn).contains("label=\"\\\"<b>&#x\\\\\\nmenu"));
    let svg = svg(&drawn);
    assert!(
        svg.contains("&quot;&lt;b&gt;&amp;#x") && !svg.contains("<b>"),
        "{svg}"
    );
}

#[test]
fn as_an_image() {
    let svg = svg(&drawn());
    assert!(svg.starts_with("<?xml") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("<title>test: 0, silence"));
    for word in ["root", "tongue", "message for people", "caller +45*"] {
        assert!(svg.contains(word), "{word}");
    }
}
