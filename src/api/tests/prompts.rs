//! The prompts: for operators, to be listened to, and what is wrong told in words.

use super::*;
use crate::observe::prompts::{
    PromptFault, PromptShelf, PromptSource, PromptUse, PromptView, PromptsView, Sounds,
};

/// One prompt that can be heard, one whose file went away, and one that is missing.
struct Three;

pub(super) fn shelf() -> PromptShelf {
    PromptShelf::new(Three)
}

impl Sounds for Three {
    fn list(&self) -> Arc<PromptsView> {
        let prompt = |name: &str, source, faults| PromptView {
            language: "en".to_owned(),
            prompt: name.to_owned(),
            words: None,
            length_ms: None,
            source,
            file: None,
            level: None,
            faults,
            uses: vec![PromptUse::default()],
            audio: source == PromptSource::Recorded,
        };
        let missing = PromptFault {
            fault: "missing".to_owned(),
            wrong: true,
            detail: "needed by the server".to_owned(),
            remedy: "record it as en/bye.wav".to_owned(),
        };
        Arc::new(PromptsView {
            prompts: vec![
                prompt("bye", PromptSource::Missing, vec![missing]),
                prompt("digits/1", PromptSource::Recorded, Vec::new()),
                prompt("gone", PromptSource::Recorded, Vec::new()),
            ],
            ..PromptsView::default()
        })
    }

    fn audio(&self, language: &str, prompt: &str) -> Result<Option<Vec<u8>>, (String, String)> {
        match (language, prompt) {
            ("en", "digits/1") => Ok(Some(b"RIFF one".to_vec())),
            ("en", "gone") => Err(("can not be read".to_owned(), "put it back".to_owned())),
            _ => Ok(None),
        }
    }
}

#[tokio::test]
async fn operators_see_and_hear_the_prompts_and_nobody_else_does() {
    let house = House::new().await;
    let olga = house.token(Role::Operator, None).await;
    let told = house.get("/prompts").token(&olga).send().await.ok();
    assert_eq!(told["prompts"][0]["faults"][0]["fault"], "missing");
    assert_eq!(told["prompts"][1]["source"], "recorded");
    let heard = house.get("/prompts/en/digits%2F1/audio").token(&olga);
    let heard = heard.send().await;
    assert_eq!(
        (heard.status.as_u16(), &heard.bytes[..]),
        (200, &b"RIFF one"[..])
    );
    assert_eq!(heard.header("content-type"), "audio/wav");
    // Who has it is not sent it again; who has another is.
    let tag = heard.header("etag").to_owned();
    assert!(tag.len() > 20, "{tag}");
    for (given, status) in [
        (&tag[..], 304),
        ("\"another\"", 200),
        ("\"x\", W/\"y\"", 200),
    ] {
        let again = house.get("/prompts/en/digits%2F1/audio").token(&olga);
        let again = again.header("if-none-match", given).send().await;
        assert_eq!(again.status.as_u16(), status, "{given}");
        assert_eq!(again.header("etag"), tag);
        assert_eq!(again.header("cache-control"), "private, no-cache");
        assert_eq!(again.bytes.is_empty(), status == 304, "{given}");
    }
    for role in [Role::Supervisor, Role::Agent] {
        let token = house.token(role, None).await;
        for path in ["/prompts", "/prompts/en/digits%2F1/audio"] {
            let told = house.get(path).token(&token).send().await;
            assert_eq!(told.problem(403), "not-allowed", "{path}");
        }
    }
    let nobody = house.get("/prompts").send().await;
    assert_eq!(nobody.problem(401), "not-signed-in");
}

#[tokio::test]
async fn what_can_not_be_heard_is_told_with_what_to_do() {
    let house = House::new().await;
    let olga = house.token(Role::Operator, None).await;
    for path in [
        "/prompts/en/bye/audio",
        "/prompts/xx/digits%2F1/audio",
        "/prompts/en/..%2F..%2Fetc%2Fpasswd/audio",
    ] {
        let told = house.get(path).token(&olga).send().await;
        assert_eq!(told.problem(404), "not-found", "{path}");
    }
    let told = house
        .get("/prompts/en/gone/audio")
        .token(&olga)
        .send()
        .await;
    assert_eq!(told.problem(409), "wrong-state");
    assert_eq!(told.json["remedy"], "put it back");
}
