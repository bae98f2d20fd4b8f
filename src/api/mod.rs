//! The HTTP API: what goes on, what was, and what people and programs may change (docs/api.md).
//!
//! It reads the store and the live picture, and speaks to the queue by its handle, as phones do;
//! no call waits for it. [`who`] finds out who asks, [`guard`] holds for every answer, and one file
//! per subject in [`routes`] has the handlers, whose types make the OpenAPI document. Beside it
//! [`pages`] are the console.

pub mod fields;
pub mod guard;
pub mod page;
pub mod pages;
pub mod phone;
pub mod problem;
pub mod routes;
pub mod secret;
pub mod serve;
mod target;
pub mod throttle;
pub mod view;
pub mod who;

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use tokio::sync::{Mutex, mpsc};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use self::guard::UnderWay;
use self::throttle::Throttle;
use crate::config::{self, Config};
use crate::ids::{AgentId, QueueName};
use crate::live::Live;
use crate::observe::drafts::Drafts;
use crate::observe::menus::MenuState;
use crate::observe::prompts::PromptShelf;
use crate::sip::digest::Tickets;
use crate::store::audit::Deed;
use crate::store::people::{Changed, Role, UserRow};
use crate::store::{Reader, Store, StoreError};
use crate::task::callbacks::CallbacksHandle;
use crate::task::clock;
use crate::task::desk::DeskHandle;
use crate::task::queue::QueueHandle;
use crate::task::settings::{InUse, SettingsFile};
use crate::task::tapes::Tapes;

/// Under this path.
pub const BASE: &str = "/api/v1";
/// The administrator of the first start.
pub const FIRST_USER: &str = "admin";

/// What the API works with. Clones are the same.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

/// See [`Api`].
pub struct Parts {
    /// Settings.
    pub settings: InUse,
    /// The record and the promises.
    pub store: Store,
    /// The same, for reading.
    pub reader: Reader,
    /// The people.
    pub queue: QueueHandle,
    /// Those who are to be called back.
    pub callbacks: CallbacksHandle,
    /// Talks that are recorded.
    pub tapes: Tapes,
    /// Calls that are asked for at desks.
    pub desk: DeskHandle,
    /// What goes on.
    pub live: Live,
    /// The menus in use.
    pub menus: MenuState,
    /// Has them read anew.
    pub reload: mpsc::Sender<()>,
    /// The file that settings are written in.
    pub file: SettingsFile,
    /// Checks menus that are being written.
    pub drafts: Drafts,
    /// Knows the prompts.
    pub prompts: PromptShelf,
    /// Who guesses.
    pub throttle: Throttle,
    /// Signs what browsers keep.
    pub key: String,
    /// Passwords for phones in pages.
    pub tickets: Tickets,
    /// Commands with a key that are under way.
    pub under_way: UnderWay,
    /// Held while menus or settings are written and read anew.
    pub publishing: Mutex<()>,
    /// Held from looking at an agent's state to changing it, so that two supervisors do not both
    /// see the same one.
    pub steering: Mutex<()>,
}

/// What an [`Api`] stands on.
pub struct Over {
    /// Settings.
    pub settings: InUse,
    /// The record and the promises.
    pub store: Store,
    /// The people.
    pub queue: QueueHandle,
    /// The menus in use.
    pub menus: MenuState,
    /// Has them read anew.
    pub reload: mpsc::Sender<()>,
    /// The file that settings are written in.
    pub file: SettingsFile,
    /// Checks menus that are being written.
    pub drafts: Drafts,
    /// Knows the prompts.
    pub prompts: PromptShelf,
    /// Those who are to be called back.
    pub callbacks: CallbacksHandle,
    /// Talks that are recorded.
    pub tapes: Tapes,
    /// Calls that are asked for at desks.
    pub desk: DeskHandle,
}

impl Deref for Api {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Api {
    /// Over a running server's parts.
    ///
    /// # Errors
    /// The store could not be used.
    pub async fn new(over: Over) -> Result<Api, StoreError> {
        let Over {
            settings,
            store,
            queue,
            menus,
            reload,
            file,
            drafts,
            prompts,
            callbacks,
            tapes,
            desk,
        } = over;
        let key = store.key("device", secret::random()).await?;
        let tickets = tickets(&store).await?;
        Ok(Api(Arc::new(Parts {
            reader: store.reader(),
            live: store.live().clone(),
            settings,
            store,
            queue,
            callbacks,
            tapes,
            desk,
            menus,
            reload,
            file,
            drafts,
            prompts,
            throttle: Throttle::default(),
            key,
            tickets,
            under_way: UnderWay::default(),
            publishing: Mutex::new(()),
            steering: Mutex::new(()),
        })))
    }

    /// The settings at this moment. An answer that looks twice keeps them.
    pub fn config(&self) -> Arc<Config> {
        self.settings.now()
    }

    /// The queues that an agent answers.
    pub fn queues_of(&self, agent: &AgentId) -> Vec<QueueName> {
        let agent = self.agent(agent);
        agent.map(|a| a.queues).unwrap_or_default()
    }

    /// An agent of the settings.
    pub fn agent(&self, agent: &AgentId) -> Option<config::Agent> {
        let config = self.config();
        config.agents.iter().find(|a| a.id == *agent).cloned()
    }

    /// A queue of the settings.
    pub fn queue(&self, queue: &str) -> Option<config::Queue> {
        let config = self.config();
        let found = config.queues.iter().find(|q| q.name.as_str() == queue);
        found.cloned()
    }
}

/// What makes the passwords of phones in pages.
///
/// # Errors
/// The store could not be used.
pub async fn tickets(store: &Store) -> Result<Tickets, StoreError> {
    Ok(Tickets::new(store.key("ticket", secret::random()).await?))
}

/// Makes the first administrator, where there is nobody yet: their password, which is told once.
///
/// # Errors
/// The store could not be used.
pub async fn first_user(store: &Store) -> Result<Option<String>, StoreError> {
    if !store.reader().users().await?.is_empty() {
        return Ok(None);
    }
    let password = secret::password();
    let Ok(hash) = secret::hash(password.clone()).await else {
        return Ok(None);
    };
    let user = UserRow {
        name: FIRST_USER.to_owned(),
        display: "Administrator".to_owned(),
        role: Role::Admin,
        agent: None,
        password: hash,
        disabled: false,
        created: clock::now().wall,
        signed_in: None,
        version: 1,
    };
    let deed = Deed {
        at: user.created,
        who: "server".to_owned(),
        role: Role::Admin.as_str().to_owned(),
        source: "this machine".to_owned(),
        deed: "user.create".to_owned(),
        target: format!("user {FIRST_USER}"),
        detail: Some("first start".to_owned()),
    };
    let made = store.add_user(user, deed).await?;
    Ok(matches!(made, Changed::Made(())).then_some(password))
}

/// The handlers and what is written of them.
fn parts() -> (Router<Api>, OpenApi) {
    let all = OpenApiRouter::with_openapi(page::document()).nest(BASE, routes::all());
    let (routes, mut document) = all.split_for_parts();
    page::name_operations(&mut document);
    (routes, document)
}

/// The OpenAPI document.
pub fn openapi() -> OpenApi {
    parts().1
}

/// Everything under [`BASE`], and beside it what `more` has.
/// With a `door` browsers can be phones.
pub fn router(api: Api, more: Router, door: Option<phone::Door>) -> Router {
    let (routes, document) = parts();
    let document = Arc::new(document);
    let document = move || {
        let document = Arc::clone(&document);
        async move { Json(document.as_ref().clone()) }
    };
    let phones = match door {
        Some(door) => phone::router(api.clone(), door),
        None => Router::new(),
    };
    routes
        .route(&format!("{BASE}/openapi.json"), get(document))
        .layer(from_fn_with_state(api.clone(), guard::once))
        .layer(from_fn_with_state(api.clone(), who::identify))
        .layer(DefaultBodyLimit::max(guard::MAX_BODY))
        .with_state(api.clone())
        .merge(more)
        .merge(phones)
        .fallback(pages::page)
        .layer(from_fn_with_state(api, guard::guard))
}

#[cfg(test)]
mod tests;
