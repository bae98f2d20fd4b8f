//! Brings the metrics of signalling and voice up to date, every few seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use metrics::{counter, gauge};

use crate::net::media::{MediaPool, MediaStats};
use crate::observe::figures as f;
use crate::task::sip::{SipHandle, SipStats};

/// How old a figure may be.
const EVERY: Duration = Duration::from_secs(5);

/// Runs until signalling has ended.
pub(super) async fn keep(sip: SipHandle, media: MediaPool) {
    while let Ok(stats) = sip.stats().await {
        signalling(&stats);
        voice(&media.stats());
        tokio::time::sleep(EVERY).await;
    }
}

fn signalling(s: &SipStats) {
    let e = &s.endpoint;
    for (method, n) in &e.requests_in {
        counter!(f::SIP_REQUESTS, "method" => *method).absolute(*n);
    }
    for (method, n) in &e.requests_out {
        counter!(f::SIP_REQUESTS_SENT, "method" => *method).absolute(*n);
    }
    let mut classes: BTreeMap<&str, u64> = BTreeMap::new();
    for (status, n) in &e.responses_out {
        let class = match status {
            0..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            500..600 => "5xx",
            600.. => "6xx",
        };
        *classes.entry(class).or_default() += n;
        if *status >= 400 {
            counter!(f::SIP_REFUSED, "status" => status.to_string()).absolute(*n);
        }
    }
    for (class, n) in classes {
        counter!(f::SIP_RESPONSES, "class" => class).absolute(n);
    }
    for (why, n) in [
        ("malformed", e.malformed),
        ("stray", e.stray),
        ("overload", e.overload),
        ("undeliverable", e.undeliverable),
        ("neglected", e.neglected),
        ("not_taken", s.not_taken),
        ("cut_off", s.cut_off),
        ("no_room", s.datagrams_lost),
    ] {
        counter!(f::SIP_DROPPED, "why" => why).absolute(n);
    }
    for (direction, n) in [("absorbed", e.absorbed), ("sent", e.retransmitted)] {
        counter!(f::SIP_REPEATED, "direction" => direction).absolute(n);
    }
    for (table, n) in [
        ("legs", e.legs),
        ("pending_invites", e.pending_invites),
        ("server_transactions", e.server_transactions),
        ("client_transactions", e.client_transactions),
        ("deadlines", e.deadlines),
    ] {
        gauge!(f::SIP_TABLES, "table" => table).set(n as f64);
    }
    counter!(f::SIP_DATAGRAMS).absolute(s.datagrams_in);
    gauge!(f::SIP_CONNECTIONS).set(s.connections as f64);
    gauge!(f::SIP_BINDINGS).set(e.registered as f64);
}

/// A trunk's registration changed.
pub(super) fn trunk(name: &str, registered: bool) {
    gauge!(f::SIP_TRUNKS, "trunk" => name.to_owned()).set(f64::from(u8::from(registered)));
}

fn voice(s: &MediaStats) {
    gauge!(f::RTP_LEGS).set(s.legs as f64);
    for (direction, n) in [
        ("sent", s.sent),
        ("received", s.received),
        ("refused", s.send_failed),
    ] {
        counter!(f::RTP_DATAGRAMS, "direction" => direction).absolute(n);
    }
    counter!(f::RTP_LATE).absolute(s.late_ticks);
    counter!(f::RTP_SKIPPED).absolute(s.skipped_ms);
    for (what, n) in [("events", s.events_lost), ("commands", s.orders_lost)] {
        counter!(f::RTP_LOST_WORDS, "what" => what).absolute(n);
    }
    counter!(f::RTP_PANICS).absolute(s.panics);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe;

    #[test]
    fn what_signalling_and_voice_count_is_rendered() {
        let recorder = observe::recorder();
        let metrics = recorder.handle();
        let mut sip = SipStats {
            connections: 3,
            cut_off: 2,
            ..SipStats::default()
        };
        sip.endpoint.requests_in.insert("INVITE", 7);
        sip.endpoint
            .responses_out
            .extend([(200, 4), (486, 1), (404, 2)]);
        sip.endpoint.legs = 5;
        sip.endpoint.registered = 6;
        let rtp = MediaStats {
            legs: 8,
            send_failed: 9,
            ..MediaStats::default()
        };
        metrics::with_local_recorder(&recorder, || {
            f::describe();
            signalling(&sip);
            voice(&rtp);
            trunk("provider", true);
        });
        let text = metrics.render();
        for line in [
            r#"zeroline_sip_requests_total{method="INVITE"} 7"#,
            r#"zeroline_sip_responses_total{class="2xx"} 4"#,
            r#"zeroline_sip_responses_total{class="4xx"} 3"#,
            r#"zeroline_sip_refused_total{status="404"} 2"#,
            r#"zeroline_sip_dropped_total{why="cut_off"} 2"#,
            r#"zeroline_sip_table_size{table="legs"} 5"#,
            "zeroline_sip_connections 3",
            "zeroline_sip_bindings 6",
            r#"zeroline_sip_trunk_registered{trunk="provider"} 1"#,
            "zeroline_rtp_legs 8",
            r#"zeroline_rtp_datagrams_total{direction="refused"} 9"#,
        ] {
            assert!(text.contains(line), "{line} in:\n{text}");
        }
    }
}
