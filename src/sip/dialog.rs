//! Dialogs (RFC 3261 §12): what is kept of one so that requests within it can be sent and
//! recognised. Compact text, since thousands of them idle for hours.

use super::flow::Flow;

/// A dialog, early or confirmed.
#[derive(Clone, Debug)]
pub struct Dialog {
    /// Call-ID.
    pub call_id: Box<str>,
    /// Our From (or To) value with our tag, as it goes into requests.
    pub local: Box<str>,
    /// Their To (or From) value with their tag, as it goes into requests.
    pub remote: Box<[u8]>,
    /// Our tag.
    pub local_tag: Box<str>,
    /// Their tag; empty with peers of RFC 2543.
    pub remote_tag: Box<str>,
    /// Their Contact URI: the Request-URI of our requests (§12.2.1.1).
    pub target: Box<str>,
    /// The route set, in the order in which it is used.
    pub routes: Box<[Box<str>]>,
    /// CSeq number of our last request.
    pub local_cseq: u32,
    /// CSeq number of their last request, once there was one.
    pub remote_cseq: Option<u32>,
    /// Where requests go, as far as packets are concerned.
    pub flow: Flow,
    /// For TLS connections that we open: the name to verify.
    pub server_name: Option<Box<str>>,
    /// No stream leads to the peer: it registered by UDP, or took no stream when it was tried.
    pub datagrams_only: bool,
    /// Whether we sent the INVITE that made it: decides about who waits longer after a
    /// glare (§14.1).
    pub is_caller: bool,
}

/// How a request with this CSeq number relates to those before it (§12.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// It is newer.
    InOrder,
    /// It is older, or the same again: 500.
    OutOfOrder,
}

impl Dialog {
    /// The number of our next request.
    pub fn next_cseq(&mut self) -> u32 {
        // Below 2³¹ (§8.1.1.5); nobody sends so many within one dialog.
        self.local_cseq = (self.local_cseq + 1) & 0x7fff_ffff;
        self.local_cseq
    }

    /// Notes the number of a request of theirs.
    pub fn handle_cseq(&mut self, cseq: u32) -> Sequence {
        match self.remote_cseq {
            Some(last) if cseq <= last => Sequence::OutOfOrder,
            Some(_) | None => {
                self.remote_cseq = Some(cseq);
                Sequence::InOrder
            }
        }
    }

    /// Request-URI and Route values of our next request (§12.2.1.1): loose routing, or the
    /// strict routing of RFC 2543 when the first route has no `lr`.
    pub fn request_uri_and_routes(&self) -> (&str, Vec<&str>) {
        let Some((first, rest)) = self.routes.split_first() else {
            return (&self.target, Vec::new());
        };
        if is_loose(first) {
            (&self.target, self.routes.iter().map(|r| &**r).collect())
        } else {
            let mut routes: Vec<&str> = rest.iter().map(|r| &**r).collect();
            routes.push(&self.target);
            (first, routes)
        }
    }

    /// The URI that decides where packets go: the first route, or the target.
    pub fn next_hop(&self) -> &str {
        self.routes.first().map_or(&self.target, |r| r)
    }
}

fn is_loose(uri: &str) -> bool {
    let params = uri.split_once('?').map_or(uri, |(params, _)| params);
    params.split(';').skip(1).any(|p| {
        let name = p.split_once('=').map_or(p, |(name, _)| name);
        name.eq_ignore_ascii_case("lr")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::flow::Transport;

    fn dialog(routes: &[&str]) -> Dialog {
        Dialog {
            call_id: "c".into(),
            local: "<sip:a@a>;tag=1".into(),
            remote: b"<sip:b@b>;tag=2".to_vec().into(),
            local_tag: "1".into(),
            remote_tag: "2".into(),
            target: "sip:b@10.0.0.2".into(),
            routes: routes.iter().map(|r| Box::from(*r)).collect(),
            local_cseq: 0,
            remote_cseq: None,
            flow: Flow {
                transport: Transport::Udp,
                local: ([127, 0, 0, 1], 5060).into(),
                remote: ([10, 0, 0, 2], 5060).into(),
            },
            server_name: None,
            datagrams_only: false,
            is_caller: true,
        }
    }

    #[test]
    fn loose_and_strict_routing() {
        let d = dialog(&["sip:p1;lr", "sip:p2"]);
        assert_eq!(
            d.request_uri_and_routes(),
            ("sip:b@10.0.0.2", vec!["sip:p1;lr", "sip:p2"])
        );
        let d = dialog(&["sip:p1;x=lr", "sip:p2;lr=on"]);
        assert_eq!(
            d.request_uri_and_routes(),
            ("sip:p1;x=lr", vec!["sip:p2;lr=on", "sip:b@10.0.0.2"])
        );
        assert_eq!(d.next_hop(), "sip:p1;x=lr");
        assert_eq!(dialog(&[]).request_uri_and_routes().0, "sip:b@10.0.0.2");
    }

    #[test]
    fn their_numbers_only_rise() {
        let mut d = dialog(&[]);
        assert_eq!(d.handle_cseq(0), Sequence::InOrder);
        assert_eq!(d.handle_cseq(7), Sequence::InOrder);
        assert_eq!(d.handle_cseq(7), Sequence::OutOfOrder);
        assert_eq!(d.handle_cseq(6), Sequence::OutOfOrder);
        assert_eq!(d.next_cseq(), 1);
    }
}
