//! What callers need of the people, by where they came by.

use super::*;

const LINE: &str = "
  root: { menu: { options: { 1: { say: { prompt: p-one }, go: cards }, 2: { say: { prompt: p-two }, go: theft } } } }
  cards: { needs: [cards, router:2], say: { prompt: p-info, go: back } }
  theft: { needs: cards:5, priority: 2, queue: people }
";

#[test]
fn it_holds_from_a_node_on() {
    let menu = "play one+press-1+two+press-2+zero";
    check(
        LINE,
        &format!(
            "0.0 > answer < {menu}
             1.0 > key 1  < stop, needs cards:3 router:2, play info
             3.0 > key 0  < stop, queue people (asked, at cards)"
        ),
    );
    check(
        LINE,
        &format!(
            "0.0 > answer < {menu}
             1.0 > key 2  < stop, needs cards:5 priority 2, queue people (routed, at theft)"
        ),
    );
}
