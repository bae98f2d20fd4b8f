//! RTCP of a leg: our reports about every five seconds, and what the peer's tell.

use std::net::SocketAddr;
use std::sync::Arc;

use super::Leg;
use crate::media::rtcp::{Compound, Packet, SenderInfo, ntp, report_interval, write_report};
use crate::now::{Mono, Now};

/// When the next report is due.
pub(super) struct Reports {
    cname: Arc<str>,
    random: u32,
    due: Mono,
    /// Packets that we had sent at the last report: whether we are a sender (RFC 3550 §6.4).
    sent: u32,
}

impl Reports {
    pub(super) fn new(cname: Arc<str>, seed: u32, now: Mono) -> Reports {
        let mut reports = Reports {
            cname,
            random: seed | 1,
            due: now,
            sent: 0,
        };
        reports.due = now + report_interval(true, reports.draw());
        reports
    }

    /// Xorshift: nothing depends on its quality but that legs do not report in step.
    fn draw(&mut self) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        self.random
    }
}

impl Leg {
    /// Our report, when one is due: in `out`, and where it goes. With rtcp-mux it leaves from
    /// the RTP port ([`Leg::muxes`]).
    pub fn report(&mut self, now: Now, out: &mut Vec<u8>) -> Option<SocketAddr> {
        if now.mono < self.reports.due {
            return None;
        }
        let random = self.reports.draw();
        self.reports.due = now.mono + report_interval(false, random);
        let plan = self.plan.as_deref()?;
        let to = if plan.rtcp_mux {
            self.destination()?
        } else {
            self.rtcp_destination()?
        };
        let (packets, octets) = self.out.sent();
        let rate = plan.codec.clock_rate();
        let ms = now.mono.since_start().as_millis() as u64;
        let info = (packets != self.reports.sent).then(|| SenderInfo {
            ntp: ntp(now.wall),
            rtp_timestamp: self.out.ts_at(ms, rate),
            packets,
            octets,
        });
        self.reports.sent = packets;
        let block = self.incoming.report(now.mono);
        let ssrc = self.out.ssrc();
        write_report(
            ssrc,
            info.as_ref(),
            block.as_ref(),
            &self.reports.cname,
            out,
        );
        self.secure.write_rtcp(out).then_some(to)
    }

    /// RTP and RTCP share the RTP port (RFC 5761).
    pub fn muxes(&self) -> bool {
        self.plan.as_deref().is_some_and(|p| p.rtcp_mux)
    }

    /// Behind a NAT the announced address is as wrong for RTCP as it is for RTP: then it is
    /// the one above the source (RFC 3550 §11).
    fn rtcp_destination(&self) -> Option<SocketAddr> {
        let plan = self.plan.as_deref()?;
        let told = plan.remote_rtcp?;
        match (self.lock.locked(), plan.remote_rtp) {
            (Some(source), Some(rtp)) if source.ip() != rtp.ip().to_canonical() => {
                Some(SocketAddr::new(source.ip(), source.port().checked_add(1)?))
            }
            (_, _) => Some(told),
        }
    }

    /// A datagram of RTCP.
    pub fn receive_rtcp(
        &mut self,
        datagram: &[u8],
        clear: &mut Vec<u8>,
        from: SocketAddr,
        now: Mono,
    ) {
        if !self.lock.takes_rtcp(from) {
            self.strangers += 1;
            return;
        }
        let Some(compound) = self.secure.open_rtcp(datagram, clear) else {
            return;
        };
        for packet in Compound::parse(compound) {
            match packet {
                Packet::SenderReport { ssrc, info, .. } => {
                    self.incoming.sender_report(ssrc, &info, now);
                }
                // SIP says when a call is over; a source that ends may begin again.
                Packet::ReceiverReport { .. }
                | Packet::Description
                | Packet::Bye { .. }
                | Packet::Other { .. } => {}
            }
        }
    }
}
