//! The console's pages: what was built from `web/` and is part of the program.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// A file of the console.
#[derive(Debug)]
struct File {
    /// Below the root, without a slash before it.
    path: &'static str,
    bytes: &'static [u8],
    /// The same, compressed, where that is worth it.
    gzip: Option<&'static [u8]>,
}

/// All of them; none where the program was built without the console.
const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/console.rs"));

/// The page that every address of the console begins with.
const INDEX: &str = "index.html";

/// Scripts, styles and data of this server and nothing else; recordings that a page has read already
/// are `blob:`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; \
    manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// In the page in place of what lets a library's own styles in, which is another one in each answer.
const NONCE: &str = "STYLE-NONCE";

/// Names of these have the hash of what is in them: another content has another name.
const HASHED: &str = "assets/";
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Others are asked for again after a while.
const A_WHILE: &str = "public, max-age=3600";

/// Said where the program was built without the console.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Zeroline</title></head><body><h1>The console is not in this program</h1>\
    <p>It was built without. Run <code>.ci/start</code>, or <code>.ci/web</code> and then \
    <code>cargo build</code>; both need Node.js from 20.19 on.</p>\
    <p>Everything else works: phones, the command line, and the API under \
    <code>/api/v1</code>.</p></body></html>";

/// What is not the API's: a file of the console, its page, or nothing.
pub async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().trim_start_matches('/');
    let reads = matches!(method, Method::GET | Method::HEAD);
    if reads && let Some(file) = file(name) {
        return answer(file, &headers);
    }
    if !reads || !is_page(name, &headers) {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    }
    match file(INDEX) {
        Some(index) => front(index),
        None => with_policy(html(NOT_BUILT)),
    }
}

fn file(name: &str) -> Option<&'static File> {
    FILES.iter().find(|f| f.path == name)
}

/// An address of the console: browsers ask for pages, and names of files have a dot. What programs
/// ask for and is not there is told to them as a problem.
fn is_page(name: &str, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|h| h.to_str().ok());
    let browser = accept.is_some_and(|a| a.contains("text/html"));
    let last = name.rsplit('/').next().unwrap_or_default();
    let api = name == "api" || name.starts_with("api/");
    name.is_empty() || (browser && !api && !last.contains('.'))
}

/// The page itself. What draws waves brings styles along: they are taken from whoever knows the nonce.
fn front(index: &'static File) -> Response {
    let nonce = super::secret::random();
    let text = String::from_utf8_lossy(index.bytes).replace(NONCE, &nonce);
    let policy = POLICY.replace(
        "style-src 'self'",
        &format!("style-src 'self' 'nonce-{nonce}'"),
    );
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let mut response = ([(header::CONTENT_TYPE, kind)], text).into_response();
    let Ok(policy) = HeaderValue::from_str(&policy) else {
        return with_policy(response);
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn html(text: &'static str) -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

fn answer(file: &'static File, headers: &HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT_ENCODING);
    let gzip = accepts
        .and_then(|h| h.to_str().ok())
        .is_some_and(|a| a.split(',').any(|e| e.trim().starts_with("gzip")));
    let (bytes, encoded) = match file.gzip {
        Some(bytes) if gzip => (bytes, true),
        Some(_) | None => (file.bytes, false),
    };
    let mut response = Response::new(Body::from(bytes));
    let told = response.headers_mut();
    told.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(kind(file.path)),
    );
    if file.gzip.is_some() {
        let vary = HeaderValue::from_static("accept-encoding");
        told.insert(header::VARY, vary);
    }
    if encoded {
        let encoding = HeaderValue::from_static("gzip");
        told.insert(header::CONTENT_ENCODING, encoding);
    }
    // The page itself is never kept: it names the files that belong together.
    let keep = match file.path {
        INDEX => None,
        path if path.starts_with(HASHED) => Some(FOREVER),
        _ => Some(A_WHILE),
    };
    if let Some(keep) = keep {
        told.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    }
    with_policy(response)
}

fn with_policy(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(POLICY);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(path: &str, accept: &'static str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        page(Method::GET, path.parse().unwrap(), headers).await
    }

    fn header_of(response: &Response, name: header::HeaderName) -> &str {
        let value = response.headers().get(name);
        value.and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    #[tokio::test]
    async fn every_address_of_the_console_is_its_page_and_nothing_else_is() {
        for path in ["/", "/desk", "/contacts/0190-1?x=1.2", "/settings"] {
            let page = ask(path, "text/html,*/*").await;
            assert_eq!(page.status(), 200, "{path}");
            let kind = header_of(&page, header::CONTENT_TYPE);
            assert_eq!(kind, "text/html; charset=utf-8", "{path}");
            let policy = header_of(&page, header::CONTENT_SECURITY_POLICY);
            assert!(policy.contains("script-src 'self';"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
            // What keeps pages is said by the guard: never.
            assert_eq!(header_of(&page, header::CACHE_CONTROL), "");
            // The page is not there in a program that was built without the console.
            if file(INDEX).is_some() {
                let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next();
                let nonce = nonce.unwrap().to_owned();
                let again = ask(path, "text/html").await;
                assert!(!header_of(&again, header::CONTENT_SECURITY_POLICY).contains(&nonce));
                let body = axum::body::to_bytes(page.into_body(), 100_000)
                    .await
                    .unwrap();
                let text = String::from_utf8(body.to_vec()).unwrap();
                assert!(text.contains(&format!("content=\"{nonce}\"")), "{text}");
            }
        }
        for path in ["/api/v1/nothing", "/api", "/assets/gone.js", "/robots.txt"] {
            assert_eq!(ask(path, "text/html").await.status(), 404, "{path}");
        }
        // A program that mistypes is told so.
        assert_eq!(ask("/metricz", "*/*").await.status(), 404);
        let headers = HeaderMap::new();
        let post = page(Method::POST, "/desk".parse().unwrap(), headers).await;
        assert_eq!(post.status(), 404);
    }

    #[tokio::test]
    async fn files_with_a_hash_are_kept_for_ever_and_come_compressed() {
        // None in a program that was built without the console.
        for file in FILES.iter().filter(|f| f.path.starts_with(HASHED)) {
            let path = format!("/{}", file.path);
            let plain = ask(&path, "*/*").await;
            assert_eq!(header_of(&plain, header::CACHE_CONTROL), FOREVER, "{path}");
            assert_eq!(header_of(&plain, header::CONTENT_ENCODING), "");
            assert_ne!(kind(file.path), "application/octet-stream", "{path}");
            let mut headers = HeaderMap::new();
            headers.insert(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static("br, gzip"),
            );
            let small = page(Method::GET, path.parse().unwrap(), headers).await;
            let encoding = header_of(&small, header::CONTENT_ENCODING);
            assert_eq!(encoding == "gzip", file.gzip.is_some(), "{path}");
        }
    }
}
