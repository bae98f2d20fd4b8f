//! When each leg sends: the 20 ms of a packet in slots of 1 ms, over which the legs are
//! spread, so that a thousand packets do not leave at once.

/// Milliseconds of audio in a packet, and the number of slots.
pub const FRAME_MS: u64 = 20;

/// The legs by the slot in which they send. A leg is a number of the owner's choosing.
#[derive(Debug, Default)]
pub struct Slots {
    slots: [Vec<u32>; FRAME_MS as usize],
}

impl Slots {
    /// No leg yet.
    pub fn new() -> Slots {
        Slots::default()
    }

    /// The legs that send at millisecond `ms`.
    pub fn at(&self, ms: u64) -> &[u32] {
        &self.slots[(ms % FRAME_MS) as usize]
    }

    /// Puts a leg in the emptiest slot of the `choice` milliseconds from `ms` on, and says
    /// at which millisecond it sends first. The earliest of equally empty ones is taken.
    pub fn place(&mut self, leg: u32, ms: u64, choice: u64) -> u64 {
        let choice = choice.clamp(1, FRAME_MS);
        let mut best = ms;
        for at in ms..ms.saturating_add(choice) {
            if self.at(at).len() < self.at(best).len() {
                best = at;
            }
        }
        self.slots[(best % FRAME_MS) as usize].push(leg);
        best
    }

    /// Puts a leg in the first slot from `ms` on with fewer than `crowd` legs, or, if the
    /// `choice` milliseconds have none, in the emptiest of them; says at which millisecond it
    /// sends first.
    pub fn place_soon(&mut self, leg: u32, ms: u64, choice: u64, crowd: usize) -> u64 {
        let choice = choice.clamp(1, FRAME_MS);
        match (ms..ms.saturating_add(choice)).find(|at| self.at(*at).len() < crowd) {
            Some(at) => self.place(leg, at, 1),
            None => self.place(leg, ms, choice),
        }
    }

    /// Takes a leg out of the slot that it has at `ms` (any multiple of 20 ms away).
    pub fn remove(&mut self, leg: u32, ms: u64) {
        let slot = &mut self.slots[(ms % FRAME_MS) as usize];
        if let Some(i) = slot.iter().position(|&l| l == leg) {
            slot.swap_remove(i);
        }
    }

    /// How long from `ms` until a slot with a leg in it; `None`: nobody sends.
    pub fn wait(&self, ms: u64) -> Option<u64> {
        (0..FRAME_MS).find(|d| !self.at(ms.wrapping_add(*d)).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legs_spread_evenly() {
        let mut slots = Slots::new();
        for leg in 0..1000 {
            slots.place(leg, 7, FRAME_MS);
        }
        assert!((0..FRAME_MS).all(|ms| slots.at(ms).len() == 50));
    }

    #[test]
    fn many_in_a_hurry_wait_only_for_a_crowd() {
        let mut slots = Slots::new();
        let first: Vec<u64> = (0..13).map(|leg| slots.place_soon(leg, 40, 3, 4)).collect();
        assert_eq!(first, [40, 40, 40, 40, 41, 41, 41, 41, 42, 42, 42, 42, 40]);
    }

    #[test]
    fn who_is_in_a_hurry_sends_at_once() {
        let mut slots = Slots::new();
        slots.place(1, 40, 1);
        assert_eq!(slots.place(2, 40, 1), 40);
        assert_eq!(slots.place(3, 40, 3), 41);
        assert_eq!(slots.at(60), [1, 2]);
        slots.remove(1, 80);
        assert_eq!(slots.at(60), [2]);
        assert_eq!(slots.wait(62), Some(18));
        assert_eq!(Slots::new().wait(0), None);
    }
}
