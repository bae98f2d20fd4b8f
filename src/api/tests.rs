//! The API over a real store and a real queue, without sockets: requests in, answers out.

mod commands;
mod contacts;
mod desk;
mod events;
mod orders;
mod people;
mod prompts;
mod publishing;
mod recordings;
mod reports;
mod settings;
mod signalling;
mod signing;
mod talking;
mod trying;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::secret::{TOKEN_PREFIX, digest, random};
use super::who::Peer;
use super::*;
use crate::config::{Layers, Secret};
use crate::live;
use crate::observe::drafts::Drafts;
use crate::queue::acd::Acd;
use crate::sip::leg::Contact;
use crate::store::tokens::TokenMeta;
use crate::task::board::Board;
use crate::task::callbacks::CallbacksHandle;
use crate::task::outbox::OutboxHandle;
use crate::task::queue::{self, Directory};
use crate::task::settings::{InUse, SettingsFile};
use crate::task::tapes::Tapes;

/// The queues `support` (with codes) and `sales`; anna answers both, bert sales only.
const SETTINGS: &str = r#"
    [[queues]]
    name = "support"
    wrap_up_codes = ["solved", "promised"]
    [[queues]]
    name = "sales"
    [[agents]]
    id = "anna"
    password = "secret"
    [[agents]]
    id = "bert"
    password = "secret"
    queues = ["sales"]
    max_tasks = 2
"#;

pub(super) struct House {
    pub api: Api,
    pub router: Router,
    pub reloads: mpsc::Receiver<()>,
    _dir: tempfile::TempDir,
}

/// What was answered.
pub(super) struct Told {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
    pub bytes: Vec<u8>,
}

impl Told {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|h| h.to_str().ok());
        value.unwrap_or_default()
    }

    /// The kind of problem.
    #[track_caller]
    pub fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status.as_u16(), status, "{}", self.json);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let kind = self.json["type"].as_str().unwrap_or_default();
        kind.strip_prefix("urn:zeroline:").unwrap_or(kind)
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.json);
        self.json
    }
}

/// One request that is being written.
pub(super) struct Ask<'h> {
    house: &'h House,
    request: http::request::Builder,
    body: Option<Value>,
    peer: [u8; 4],
}

impl Ask<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn token(self, token: &str) -> Self {
        let value = format!("Bearer {token}");
        self.header("authorization", &value)
    }

    pub fn from(mut self, peer: [u8; 4]) -> Self {
        self.peer = peer;
        self
    }

    pub fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self.header("content-type", "application/json")
    }

    pub async fn send(self) -> Told {
        let body = self.body.map(|b| b.to_string()).unwrap_or_default();
        let mut request = self.request.body(Body::from(body)).unwrap();
        let peer = Peer::Net((self.peer, 40_000).into());
        request.extensions_mut().insert(peer);
        let response = self.house.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Told {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        }
    }
}

/// Who can be reached, besides agents who register.
fn directory(config: &Config) -> Directory {
    Directory {
        trunk: config.trunks.first().map(|t| t.name.clone()),
        outside: Arc::clone(&config.outside),
        ..Directory::default()
    }
}

impl House {
    pub async fn new() -> House {
        House::with("").await
    }

    /// With further settings.
    pub async fn with(more: &str) -> House {
        let dir = tempfile::tempdir().unwrap();
        let text = format!("{more}\n{SETTINGS}\n[store]\ndir = {:?}\n", dir.path());
        let file = dir.path().join("zeroline.toml");
        std::fs::write(&file, &text).unwrap();
        let layers = Layers {
            file: Some(("zeroline.toml".to_owned(), text)),
            ..Layers::default()
        };
        let config = crate::config::load(&layers, Secret::new("demo"));
        let config = Arc::new(config.unwrap_or_else(|m| panic!("{m:?}")));
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let agents = config.agents.iter().map(|a| (a.id.clone(), a.name.clone()));
        let live = live::spawn(7, agents.collect(), Vec::new(), clock::now().wall);
        let store = store.telling(live);
        let acd = Acd::new(crate::server::build::acd(&config));
        let queue = queue::spawn(acd, directory(&config), store.clone());
        let outbox = OutboxHandle::default();
        let settings = InUse::new(config);
        let board = Board::new(queue.clone(), store.clone(), outbox, settings.clone());
        board.begin().await;
        tokio::spawn(board.keep());
        let (reload, reloads) = mpsc::channel(1);
        let api = Api::new(Over {
            settings,
            store,
            queue,
            menus: MenuState::default(),
            reload,
            file: SettingsFile(Arc::new(settings::Filed(file))),
            drafts: Drafts::new(json!({ "line": {} }), publishing::Rules),
            prompts: prompts::shelf(),
            callbacks: CallbacksHandle::default(),
            tapes: Tapes::none(),
            desk: DeskHandle::default(),
        });
        let api = api.await.unwrap();
        House {
            router: router(api.clone(), Router::new(), None),
            api,
            reloads,
            _dir: dir,
        }
    }

    pub fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let uri = match path.starts_with("/api") {
            true => path.to_owned(),
            false => format!("{BASE}{path}"),
        };
        Ask {
            house: self,
            request: Request::builder()
                .method(method)
                .uri(uri)
                .header("host", "desk"),
            body: None,
            peer: [127, 0, 0, 1],
        }
    }

    pub fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    /// A token of this role, for this agent.
    pub async fn token(&self, role: Role, agent: Option<&str>) -> String {
        let token = format!("{TOKEN_PREFIX}{}", random());
        let meta = TokenMeta {
            name: agent.unwrap_or(role.as_str()).to_owned(),
            hash: digest(&token),
            role,
            agent: agent.map(AgentId::new),
            created_by: "test".to_owned(),
            created: clock::now().wall,
            until: None,
        };
        let deed = deed("token.create");
        self.api.store.add_token(meta, deed).await.unwrap();
        token
    }

    /// A user with this password.
    pub async fn user(&self, name: &str, role: Role, password: &str) {
        let user = UserRow {
            name: name.to_owned(),
            display: name.to_owned(),
            role,
            agent: None,
            password: secret::hash(password.to_owned()).await.unwrap(),
            disabled: false,
            created: clock::now().wall,
            signed_in: None,
            version: 1,
        };
        let made = self.api.store.add_user(user, deed("user.create")).await;
        assert_eq!(made.unwrap(), Changed::Made(()));
    }

    /// The agent's phone registers.
    pub async fn phone(&self, agent: &str) {
        let contact = Contact {
            uri: format!("sip:{agent}@192.0.2.9"),
            path: Vec::new(),
            flow: None,
        };
        self.api
            .queue
            .agent(AgentId::new(agent), vec![contact])
            .await;
    }

    pub async fn deeds(&self) -> Vec<String> {
        let filter = crate::store::audit::DeedFilter::default();
        let deeds = self.api.reader.deeds(&filter, 100).await.unwrap();
        let told = deeds.into_iter().rev().map(|d| {
            let d = d.deed;
            format!("{} {} {}", d.who, d.deed, d.target)
        });
        told.collect()
    }
}

pub(super) fn deed(word: &str) -> Deed {
    Deed {
        at: clock::now().wall,
        who: "test".to_owned(),
        role: "admin".to_owned(),
        source: "test".to_owned(),
        deed: word.to_owned(),
        target: String::new(),
        detail: None,
    }
}

#[tokio::test]
async fn everything_is_refused_in_one_shape_and_with_headers_that_protect() {
    let house = House::new().await;
    let nowhere = house.get("/api/v2/nothing").send().await;
    assert_eq!(nowhere.problem(404), "not-found");
    let strange = house.ask(Method::PUT, "/agents").send().await;
    assert_eq!(strange.problem(405), "method");
    assert_eq!(strange.header("allow"), "GET,HEAD");
    let nobody = house.get("/agents").send().await;
    assert_eq!(nobody.problem(401), "not-signed-in");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(nobody.header(name), value);
    }
    assert!(nobody.header("content-security-policy").contains("'none'"));
    let admin = house.token(Role::Admin, None).await;
    let large = json!({ "name": "x".repeat(100_000), "role": "admin" });
    let large = house.post("/tokens").token(&admin).json(large).send().await;
    assert_eq!(large.problem(413), "too-large");
    let form = house
        .post("/tokens")
        .token(&admin)
        .json(json!({ "name": "x", "role": "admin" }))
        .header("content-type", "text/plain")
        .send()
        .await;
    // The first of two counts, as for everybody; a form alone is refused.
    assert!(form.status.is_success(), "{}", form.json);
    let form = house
        .post("/tokens")
        .token(&admin)
        .header("content-type", "text/plain");
    let mut form = form;
    form.body = Some(json!({ "name": "x", "role": "admin" }));
    assert_eq!(form.send().await.problem(415), "media-type");
    let document = house.get("/openapi.json").send().await.ok();
    assert_eq!(document["openapi"], "3.1.0");
}

#[tokio::test]
async fn all_mistakes_are_told_at_once() {
    let house = House::new().await;
    let admin = house.token(Role::Admin, None).await;
    let body = json!({ "user": "a b", "rolle": "agent", "role": "boss", "agent": "nobody", "password": "x" });
    let told = house.post("/users").token(&admin).json(body).send().await;
    assert_eq!(told.problem(422), "wrong-fields");
    let fields: Vec<&str> = told.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["user", "role", "agent", "password", "rolle"]);
    assert!(told.json.to_string().contains("did you mean `role`?"));
    assert!(house.api.reader.users().await.unwrap().is_empty());
}
