//! Asking web services for a call.

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http_body_util::Full;
use tokio::sync::mpsc;

use crate::call::event::CallEvent;
use crate::menu::outcome::{AskId, MAX_REPLY, WebReply, WebRequest, overdue};
use crate::menu::tree::Method;
use crate::net::http::{HttpClient, HttpError, Limits};

/// Asks. The call goes on meanwhile, and hears of the answer as of anything else.
pub(super) fn ask(
    client: HttpClient,
    ask: AskId,
    request: WebRequest,
    events: mpsc::Sender<CallEvent>,
) {
    tokio::spawn(async move {
        let reply = answer(&client, request).await;
        // The call may be over by then.
        let _ = events.send(CallEvent::Reply(ask, reply)).await;
    });
}

/// The whole answer within the request's time. An error says in words what the service did,
/// without the address: entries are in it.
pub async fn answer(client: &HttpClient, request: WebRequest) -> Result<WebReply, String> {
    let method = match request.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
    };
    let limits = Limits {
        time: request.timeout,
        body: MAX_REPLY,
    };
    let mut built = Request::builder()
        .method(method)
        .uri(&request.url)
        .header(USER_AGENT, concat!("zeroline/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "application/json");
    if request.body.is_some() {
        built = built.header(CONTENT_TYPE, "application/json");
    }
    let body = Full::new(Bytes::from(request.body.unwrap_or_default()));
    let request = built
        .body(body)
        .map_err(|_| "can not be asked by this address".to_owned())?;
    match client.send(request, limits).await {
        Ok(response) => Ok(WebReply {
            status: response.status().as_u16(),
            body: response.into_body().to_vec(),
        }),
        Err(HttpError::Slow(time)) => Err(overdue(time)),
        Err(e) => Err(format!("failed: {e}")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn who_is_too_slow_is_told_in_the_words_of_the_menu() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let time = Duration::from_millis(50);
        let request = WebRequest {
            method: Method::Get,
            url: format!("http://{}/", silent.local_addr().unwrap()),
            body: None,
            timeout: time,
        };
        let told = answer(&HttpClient::new().unwrap(), request).await;
        assert_eq!(told, Err(overdue(time)));
    }
}
