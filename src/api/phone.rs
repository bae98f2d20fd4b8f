//! Browsers as phones: SIP over WebSocket at [`PATH`] (RFC 7118), for pages of ours and for those that
//! the settings name. Who they are SIP finds out itself: callers reach lines only, agents register.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Api;
use super::problem::Problem;
use super::who::{self, Peer};
use crate::net::tcp::StreamContext;
use crate::net::websocket;
use crate::sip::flow::{Flow, Transport};

/// Where.
pub const PATH: &str = "/sip";
/// The subprotocol (RFC 7118 §4.1).
const PROTOCOL: &str = "sip";

/// The way to the SIP task for connections that come by HTTP.
#[derive(Clone, Debug)]
pub struct Door {
    /// Where the endpoint takes messages.
    pub streams: Arc<StreamContext>,
    /// Where the connections come in.
    pub local: SocketAddr,
}

pub(super) fn router(api: Api, door: Door) -> Router {
    Router::new()
        .route(PATH, get(upgrade))
        .with_state((api, door))
}

async fn upgrade(
    State((api, door)): State<(Api, Door)>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    socket: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let socket = match socket {
        Ok(socket) => socket,
        Err(_) => {
            return Problem::of_status(axum::http::StatusCode::UPGRADE_REQUIRED)
                .remedy("this is for SIP over WebSocket (RFC 7118)")
                .into_response();
        }
    };
    if let Err(problem) = may_call(&api, &headers) {
        return problem.into_response();
    }
    let Peer::Net(connection) = peer else {
        return Problem::not_allowed("phones come by the network").into_response();
    };
    // A proxy's connections differ by their ports, those behind it by their addresses.
    let ip = who::source(&api, peer, &headers).unwrap_or(IpAddr::from([0, 0, 0, 0]));
    let flow = Flow {
        transport: Transport::Wss,
        local: door.local,
        remote: SocketAddr::new(ip, connection.port()),
    };
    let max = websocket::max_message(&door.streams);
    let socket = socket
        .protocols([PROTOCOL])
        .max_message_size(max)
        .max_frame_size(max);
    if socket.selected_protocol().is_none() {
        return Problem::of_status(axum::http::StatusCode::BAD_REQUEST)
            .remedy("ask for the subprotocol `sip` (RFC 7118 §4.1)")
            .into_response();
    }
    let streams = Arc::clone(&door.streams);
    socket.on_upgrade(move |socket| websocket::serve(streams, socket, flow))
}

/// A page of ours, one of those in `api.phone_origins`, or no page at all.
fn may_call(api: &Api, headers: &HeaderMap) -> Result<(), Problem> {
    let origin = headers.get(header::ORIGIN).and_then(|o| o.to_str().ok());
    let config = api.config();
    let others = &config.api.phone_origins;
    match origin {
        Some(origin) if others.iter().any(|o| o.eq_ignore_ascii_case(origin)) => Ok(()),
        Some(_) | None => who::own_page(api, headers),
    }
}
