//! The order of NAPTR and SRV records (RFC 3263 §4.1, RFC 2782).

use crate::sip::flow::Transport;

/// A NAPTR record, as far as SIP uses it (RFC 3403 §4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naptr {
    /// Lowest first.
    pub order: u16,
    /// Within an order, lowest first.
    pub preference: u16,
    /// `s`: the replacement is a name with SRV records.
    pub flags: String,
    /// `SIP+D2U`, `SIP+D2T`, `SIPS+D2T`.
    pub service: String,
    /// Where to ask on.
    pub replacement: String,
}

/// An SRV record (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    /// Lowest first.
    pub priority: u16,
    /// Share of the load within a priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host; `.` means that the service is decidedly not there.
    pub target: String,
}

/// The SRV names of the services that we speak, best first.
pub(super) fn services(mut records: Vec<Naptr>, secure: bool) -> Vec<(Transport, String)> {
    records.sort_by_key(|n| (n.order, n.preference));
    records
        .into_iter()
        .filter(|n| n.flags.eq_ignore_ascii_case("s"))
        .filter_map(|n| {
            let transport = match n.service.to_ascii_uppercase().as_str() {
                "SIP+D2U" => Transport::Udp,
                "SIP+D2T" => Transport::Tcp,
                "SIPS+D2T" => Transport::Tls,
                _ => return None,
            };
            (!secure || transport.is_secure()).then_some((transport, n.replacement))
        })
        .collect()
}

/// Throws as RFC 2782 wants, from a seed (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// 0 to `max`, both included.
    fn up_to(&mut self, max: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        z % max.saturating_add(1)
    }
}

/// By priority; within one, drawn by weight, those of weight 0 with a small chance.
pub(super) fn by_priority(mut records: Vec<Srv>, dice: &mut Dice) -> Vec<Srv> {
    // RFC 2782: a single "." says that there is no such service.
    records.retain(|s| !s.target.trim_end_matches('.').is_empty());
    records.sort_by_key(|s| (s.priority, s.weight));
    let mut ordered = Vec::with_capacity(records.len());
    while let Some(priority) = records.first().map(|s| s.priority) {
        let group = records.iter().take_while(|s| s.priority == priority);
        let total: u64 = group.map(|s| u64::from(s.weight)).sum();
        let throw = dice.up_to(total);
        let mut running = 0;
        let chosen = records
            .iter()
            .position(|s| {
                running += u64::from(s.weight);
                running >= throw
            })
            .unwrap_or(0);
        ordered.push(records.remove(chosen));
    }
    ordered
}
