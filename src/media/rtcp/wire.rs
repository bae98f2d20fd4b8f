//! RTCP packets as bytes (RFC 3550 §6.4–6.6).

use super::{ReportBlock, SenderInfo};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const BYE: u8 = 203;
const CNAME: u8 = 1;
const BLOCK_LEN: usize = 24;

/// Writes SR or RR with the name behind it, as every compound must have (RFC 3550 §6.1).
/// `out` is emptied first; no allocation once it has grown.
pub fn write_report(
    ssrc: u32,
    sender: Option<&SenderInfo>,
    block: Option<&ReportBlock>,
    cname: &str,
    out: &mut Vec<u8>,
) {
    out.clear();
    report(ssrc, sender, block, out);
    description(ssrc, cname, out);
}

/// Writes the report that a BYE must follow, the name, and the BYE (RFC 3550 §6.6).
/// `out` is emptied first.
pub fn write_bye(
    ssrc: u32,
    sender: Option<&SenderInfo>,
    block: Option<&ReportBlock>,
    cname: &str,
    out: &mut Vec<u8>,
) {
    write_report(ssrc, sender, block, cname, out);
    header(1, BYE, 1, out);
    out.extend_from_slice(&ssrc.to_be_bytes());
}

fn header(count: u8, kind: u8, words: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(&[0x80 | count & 0x1f, kind]);
    out.extend_from_slice(&words.to_be_bytes());
}

fn report(ssrc: u32, sender: Option<&SenderInfo>, block: Option<&ReportBlock>, out: &mut Vec<u8>) {
    let count = u8::from(block.is_some());
    let words = 1 + 6 * u16::from(count);
    match sender {
        Some(_) => header(count, SENDER_REPORT, words + 5, out),
        None => header(count, RECEIVER_REPORT, words, out),
    }
    out.extend_from_slice(&ssrc.to_be_bytes());
    if let Some(s) = sender {
        out.extend_from_slice(&s.ntp.to_be_bytes());
        out.extend_from_slice(&s.rtp_timestamp.to_be_bytes());
        out.extend_from_slice(&s.packets.to_be_bytes());
        out.extend_from_slice(&s.octets.to_be_bytes());
    }
    if let Some(b) = block {
        let lost = b.lost.clamp(-0x80_0000, 0x7f_ffff).to_be_bytes();
        out.extend_from_slice(&b.ssrc.to_be_bytes());
        out.extend_from_slice(&[b.fraction_lost, lost[1], lost[2], lost[3]]);
        out.extend_from_slice(&b.highest_sequence.to_be_bytes());
        out.extend_from_slice(&b.jitter.to_be_bytes());
        out.extend_from_slice(&b.last_sender_report.to_be_bytes());
        out.extend_from_slice(&b.delay_since_last.to_be_bytes());
    }
}

/// The item is cut at 255 bytes and ended by one to four zeros (RFC 3550 §6.5).
fn description(ssrc: u32, cname: &str, out: &mut Vec<u8>) {
    let name = cname.as_bytes();
    let name = name.get(..255).unwrap_or(name);
    let item = 2 + name.len();
    let zeros = 4 - item % 4;
    header(1, SOURCE_DESCRIPTION, (1 + (item + zeros) / 4) as u16, out);
    out.extend_from_slice(&ssrc.to_be_bytes());
    out.extend_from_slice(&[CNAME, name.len() as u8]);
    out.extend_from_slice(name);
    out.extend_from_slice(&[0; 4][..zeros]);
}

/// One packet of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// From one who sends.
    SenderReport {
        /// Who.
        ssrc: u32,
        /// About its own stream.
        info: SenderInfo,
        /// About the streams it receives.
        blocks: ReportBlocks<'a>,
    },
    /// From one who only listens.
    ReceiverReport {
        /// Who.
        ssrc: u32,
        /// About the streams it receives.
        blocks: ReportBlocks<'a>,
    },
    /// Names; not looked into.
    Description,
    /// A stream is over.
    Bye {
        /// The first of the streams.
        ssrc: u32,
    },
    /// Feedback, extended reports, applications: not looked into.
    Other {
        /// Its packet type.
        packet_type: u8,
    },
}

/// The report blocks of one packet, at most 31.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlocks<'a>(&'a [u8]);

impl Iterator for ReportBlocks<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        let (b, rest) = self.0.split_first_chunk::<BLOCK_LEN>()?;
        self.0 = rest;
        // 24 bits with sign: shifted up and back.
        let lost = i32::from_be_bytes([b[5], b[6], b[7], 0]) >> 8;
        Some(ReportBlock {
            ssrc: u32::from_be_bytes([b[0], b[1], b[2], b[3]]),
            fraction_lost: b[4],
            lost,
            highest_sequence: u32::from_be_bytes([b[8], b[9], b[10], b[11]]),
            jitter: u32::from_be_bytes([b[12], b[13], b[14], b[15]]),
            last_sender_report: u32::from_be_bytes([b[16], b[17], b[18], b[19]]),
            delay_since_last: u32::from_be_bytes([b[20], b[21], b[22], b[23]]),
        })
    }
}

/// The packets of one datagram, as far as they are whole (RFC 3550 §6.1, §A.2). Reduced-size
/// datagrams without a report in front are read as well (RFC 5506).
#[derive(Clone, Copy, Debug)]
pub struct Compound<'a>(&'a [u8]);

impl<'a> Compound<'a> {
    /// Reads a datagram; what is malformed ends the iteration.
    pub fn parse(datagram: &'a [u8]) -> Compound<'a> {
        Compound(datagram)
    }
}

impl<'a> Iterator for Compound<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        let (&[first, packet_type, l0, l1], _) = self.0.split_first_chunk::<4>()?;
        let len = 4 + 4 * usize::from(u16::from_be_bytes([l0, l1]));
        if first >> 6 != 2 || self.0.len() < len {
            self.0 = &[];
            return None;
        }
        let (packet, rest) = self.0.split_at(len);
        self.0 = rest;
        let read = read(first & 0x1f, packet_type, &packet[4..]);
        if read.is_none() {
            self.0 = &[];
        }
        read
    }
}

fn read(count: u8, packet_type: u8, body: &[u8]) -> Option<Packet<'_>> {
    let ssrc = |b: &[u8]| b.first_chunk().map(|c| u32::from_be_bytes(*c));
    let blocks = |b| ReportBlocks(b);
    let wanted = usize::from(count) * BLOCK_LEN;
    match packet_type {
        SENDER_REPORT => {
            let info = body.get(4..24)?;
            let word = |i: usize| info.get(i..).and_then(ssrc);
            Some(Packet::SenderReport {
                ssrc: ssrc(body)?,
                info: SenderInfo {
                    ntp: u64::from(word(0)?) << 32 | u64::from(word(4)?),
                    rtp_timestamp: word(8)?,
                    packets: word(12)?,
                    octets: word(16)?,
                },
                blocks: blocks(body.get(24..24 + wanted)?),
            })
        }
        RECEIVER_REPORT => Some(Packet::ReceiverReport {
            ssrc: ssrc(body)?,
            blocks: blocks(body.get(4..4 + wanted)?),
        }),
        SOURCE_DESCRIPTION => Some(Packet::Description),
        BYE if count == 0 => Some(Packet::Other { packet_type }),
        BYE => Some(Packet::Bye { ssrc: ssrc(body)? }),
        other => Some(Packet::Other { packet_type: other }),
    }
}
