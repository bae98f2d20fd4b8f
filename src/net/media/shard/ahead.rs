//! Hundreds of legs do not fit into a core's cache together. Those whose turn comes next are
//! fetched while the kernel is busy with this one's packet.

use super::Shard;
use crate::media::prefetch::prefetch;

impl Shard {
    /// `turn` names the place whose turn is so many turns away.
    pub(super) fn fetch_ahead(&self, turn: impl Fn(usize) -> Option<u32>) {
        // In two steps: where the rest is, is written in the seat.
        let at = |ahead| self.seats.get(turn(ahead)? as usize)?.as_deref();
        if let Some(seat) = at(2) {
            prefetch(seat);
        }
        if let Some(seat) = at(1) {
            seat.leg.prefetch();
            let partner = seat.partner.and_then(|p| self.seats.get(p as usize));
            if let Some(Some(partner)) = partner {
                prefetch(partner.as_ref());
            }
        }
    }
}
