//! SIP messages, as much as a test phone needs (RFC 3261 §7).

/// A request or response.
#[derive(Clone, Debug, PartialEq)]
pub struct Msg {
    /// Request line or status line.
    pub start: String,
    /// In order, names as they came, compact forms spelled out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Msg {
    /// A request without headers.
    pub fn request(method: &str, uri: &str) -> Msg {
        Msg {
            start: format!("{method} {uri} SIP/2.0"),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The response to `request`, with what must be copied from it (RFC 3261 §8.2.6).
    pub fn response(request: &Msg, status: u16, reason: &str) -> Msg {
        let mut m = Msg {
            start: format!("SIP/2.0 {status} {reason}"),
            headers: Vec::new(),
            body: Vec::new(),
        };
        for name in ["Via", "Record-Route", "From", "To", "Call-ID", "CSeq"] {
            for value in request.all(name) {
                m.headers.push((name.into(), value.into()));
            }
        }
        m
    }

    /// One more header.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Msg {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The header with another value.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
    }

    /// A body of this type.
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Msg {
        self.body = body.into();
        self.with("Content-Type", content_type)
    }

    /// On the wire; Content-Length is added.
    pub fn bytes(&self) -> Vec<u8> {
        let mut s = format!("{}\r\n", self.start);
        for (n, v) in &self.headers {
            s.push_str(&format!("{n}: {v}\r\n"));
        }
        if self.header("Content-Length").is_none() {
            s.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        s.push_str("\r\n");
        let mut b = s.into_bytes();
        b.extend_from_slice(&self.body);
        b
    }

    /// The first message in `bytes` and its length; `None` when more must come.
    pub fn parse(bytes: &[u8]) -> Option<(Msg, usize)> {
        let head_end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..head_end]).replace("\r\n ", " ");
        let mut lines = head.split("\r\n");
        let start = lines.next()?.to_owned();
        let headers: Vec<(String, String)> = lines
            .filter_map(|l| l.split_once(':'))
            .map(|(n, v)| (long_form(n.trim()).to_owned(), v.trim().to_owned()))
            .collect();
        let m = Msg {
            start,
            headers,
            body: Vec::new(),
        };
        let length: usize = m
            .header("Content-Length")
            .and_then(|v| v.parse().ok())
            .unwrap_or(0);
        let body = bytes.get(head_end + 4..head_end + 4 + length)?.to_vec();
        Some((Msg { body, ..m }, head_end + 4 + length))
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        let rest = self.start.strip_prefix("SIP/2.0 ")?;
        rest.split(' ').next()?.parse().ok()
    }

    /// The method of a request; for a response that of its CSeq.
    pub fn method(&self) -> &str {
        if self.status().is_some() {
            self.header("CSeq")
                .and_then(|c| c.split_whitespace().nth(1))
                .unwrap_or("")
        } else {
            self.start.split(' ').next().unwrap_or("")
        }
    }

    /// A request with this method.
    pub fn is(&self, method: &str) -> bool {
        self.status().is_none() && self.method() == method
    }

    /// The number in CSeq.
    pub fn cseq(&self) -> u32 {
        self.header("CSeq")
            .and_then(|c| c.split_whitespace().next()?.parse().ok())
            .unwrap_or(0)
    }

    /// First header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter();
        named
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// All headers of this name; lists parted by commas are left as they are.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// The tag parameter of From or To.
    pub fn tag(&self, name: &str) -> Option<&str> {
        param(self.header(name)?, "tag")
    }

    /// The URI of the Request-Line.
    pub fn uri(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or("")
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The URI within a From, To, Contact, Route … value.
pub fn uri_of(value: &str) -> &str {
    match (value.find('<'), value.find('>')) {
        (Some(a), Some(b)) if a < b => &value[a + 1..b],
        _ => value.split(';').next().unwrap_or(value).trim(),
    }
}

/// The user part of a URI.
pub fn user_of(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, r)| r);
    rest.split_once('@').map_or("", |(u, _)| u)
}

/// A parameter after the URI.
pub fn param<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let after = value.rfind('>').map_or(value, |i| &value[i + 1..]);
    after
        .split(';')
        .skip(1)
        .filter_map(|p| p.split_once('='))
        .find(|(n, _)| n.trim().eq_ignore_ascii_case(name))
        .map(|(_, v)| v.trim())
}

fn long_form(name: &str) -> &str {
    match name {
        "v" => "Via",
        "f" => "From",
        "t" => "To",
        "i" => "Call-ID",
        "m" => "Contact",
        "l" => "Content-Length",
        "c" => "Content-Type",
        "k" => "Supported",
        "r" => "Refer-To",
        "x" => "Session-Expires",
        "e" => "Content-Encoding",
        "s" => "Subject",
        other => other,
    }
}
