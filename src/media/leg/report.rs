//! RTCP of a leg: our reports about every five seconds, and what the peer's tell.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Leg;
use crate::media::rtcp::{
    Compound, Packet, ReportBlocks, SenderInfo, ntp, report_interval, round_trip, write_bye,
    write_report,
};
use crate::now::{Mono, Now};

/// When the next report is due.
pub(super) struct Reports {
    cname: Arc<str>,
    random: u32,
    due: Mono,
    /// Packets that we had sent at the last report: whether we are a sender (RFC 3550 §6.4).
    sent: u32,
    /// The last sender report of ours: its NTP time, and when it left.
    last: Option<(u64, Mono)>,
    round_trip: Option<Duration>,
}

impl Reports {
    pub(super) fn new(cname: Arc<str>, seed: u32, now: Mono) -> Reports {
        let mut reports = Reports {
            cname,
            random: seed | 1,
            due: now,
            sent: 0,
            last: None,
            round_trip: None,
        };
        reports.due = now + report_interval(true, reports.draw());
        reports
    }

    /// The last round trip that the peer's reports told.
    pub(super) fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// A report about us came at `now`. The clock of the reports goes on from the last one,
    /// so that a wall clock that is set meanwhile does no harm.
    fn reported(&mut self, ssrc: u32, mut blocks: ReportBlocks<'_>, now: Mono) {
        let Some((sent, at)) = self.last else {
            return;
        };
        let since = now.since(at).as_micros() as u64;
        let now = sent
            .wrapping_add((since / 1_000_000) << 32)
            .wrapping_add(((since % 1_000_000) << 32) / 1_000_000);
        if let Some(trip) = blocks
            .find(|b| b.ssrc == ssrc)
            .and_then(|b| round_trip(now, &b))
        {
            self.round_trip = Some(trip);
        }
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
        let to = self.rtcp_destination()?;
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
        if let Some(info) = &info {
            self.reports.last = Some((info.ntp, now.mono));
        }
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

    /// Our good-bye, when the leg is closed: in `out`, and where it goes. None from a leg that
    /// never sent anything (RFC 3550 §6.3.7).
    pub fn bye(&mut self, out: &mut Vec<u8>) -> Option<SocketAddr> {
        if self.out.sent().0 == 0 {
            return None;
        }
        let to = self.rtcp_destination()?;
        let ssrc = self.out.ssrc();
        write_bye(ssrc, None, None, &self.reports.cname, out);
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
        if plan.rtcp_mux {
            return self.destination();
        }
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
                Packet::SenderReport { ssrc, info, blocks } => {
                    self.incoming.sender_report(ssrc, &info, now);
                    self.reports.reported(self.out.ssrc(), blocks, now);
                }
                Packet::ReceiverReport { blocks, .. } => {
                    self.reports.reported(self.out.ssrc(), blocks, now);
                }
                // SIP says when a call is over; a source that ends may begin again.
                Packet::Description | Packet::Bye { .. } | Packet::Other { .. } => {}
            }
        }
    }
}
