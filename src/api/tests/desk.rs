//! What the desk and a line's picture are made of.

use serde_json::json;

use super::*;
use crate::observe::lines::{LineNode, LineView};
use crate::observe::menus::LineTold;

#[tokio::test]
async fn the_desk_learns_reasons_and_codes() {
    let house = House::with("[features]\nreasons = [\"lunch\"]").await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let told = house.get("/agents/anna/choices").token(&anna).send().await;
    assert_eq!(
        told.ok(),
        json!({
            "pause_reasons": ["lunch"],
            // Sales have none.
            "wrap_up_codes": [{ "queue": "support", "codes": ["solved", "promised"] }],
        })
    );
    let nobody = house.get("/agents/eve/choices").token(&anna).send().await;
    assert_eq!(nobody.problem(404), "not-found");
    let stranger = house.get("/agents/anna/choices").send().await;
    assert_eq!(stranger.problem(401), "not-signed-in");
}

#[tokio::test]
async fn a_line_is_drawn_and_a_name_that_is_nearly_right_is_told() {
    let house = House::new().await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let people = LineNode {
        label: "support".to_owned(),
        ..LineNode::default()
    };
    let view = LineView {
        line: "main".to_owned(),
        nodes: vec![people],
        ..LineView::default()
    };
    let line = LineTold {
        line: "main".to_owned(),
        numbers: vec!["100".to_owned()],
        nodes: 0,
        view: view.into(),
    };
    house.api.menus.loaded(clock::now().wall, vec![line]);
    let told = house.get("/lines/main").token(&anna).send().await.ok();
    assert_eq!(told["nodes"][0]["shape"], "step");
    assert_eq!(told["nodes"][0]["label"], "support");
    let near = house.get("/lines/mian").token(&anna).send().await;
    assert_eq!(near.problem(404), "not-found");
    assert_eq!(near.json["remedy"], "did you mean `main`?");
    // The list stays small.
    let all = house.get("/lines").token(&anna).send().await.ok();
    assert!(all["lines"][0].get("view").is_none(), "{all}");
}
