//! Legs of browsers: ICE and DTLS on the leg's own socket.

use super::Shard;
use crate::media::command::MediaEvent;
use crate::net::media::browser::Browser;
use crate::now::Mono;
use crate::sdp::plan::MediaPlan;
use crate::task::clock;
use crate::webrtc::Taken;

impl Shard {
    /// Offer and answer are done, or done again.
    pub(super) fn apply(&mut self, place: u32, plan: MediaPlan, now: Mono) {
        let identity = self.common.config.web.clone();
        let Some(seat) = self.seat(place) else {
            return;
        };
        let at = clock::instant_of(now);
        let plan = match (plan.web.clone(), identity) {
            (Some(web), Some(identity)) => {
                let browser = match seat.browser.take() {
                    Some(mut browser) => {
                        browser.renegotiate(plan, *web, at);
                        browser
                    }
                    None => Box::new(Browser::new(&identity, plan, *web, seat.v6, at)),
                };
                seat.browser.insert(browser).plan()
            }
            (_, _) => plan,
        };
        if seat.leg.apply(plan, now) {
            seat.rtp.disconnect();
        }
        self.browser_turn(place, now);
        self.reslot(place, self.ms + 1);
    }

    /// What a browser has to say about path and keys is taken here. `true`: it was that, or
    /// nothing that is heard; `false`: it is the leg's.
    pub(super) fn browser_takes(
        &mut self,
        place: u32,
        datagram: &[u8],
        from: std::net::SocketAddr,
        now: Mono,
    ) -> bool {
        let Some(browser) = self.seat(place).and_then(|s| s.browser.as_deref_mut()) else {
            return false;
        };
        match browser.receive(datagram, from, clock::instant_of(now)) {
            Some(Taken::Not) => false,
            Some(Taken::Here) => {
                self.browser_turn(place, now);
                true
            }
            None => true,
        }
    }

    /// What is due by the clock.
    pub(super) fn browser_tick(&mut self, place: u32, now: Mono) {
        let Some(browser) = self.seat(place).and_then(|s| s.browser.as_deref_mut()) else {
            return;
        };
        browser.tick(clock::instant_of(now));
        self.browser_turn(place, now);
    }

    /// Sends what waits, and tells the leg what is new.
    fn browser_turn(&mut self, place: u32, now: Mono) {
        let Some(seat) = self.seat(place) else {
            return;
        };
        let Some(browser) = &mut seat.browser else {
            return;
        };
        while let Some((to, datagram)) = browser.poll_transmit() {
            // What is lost is asked for again.
            let _ = seat.rtp.send(&datagram, to);
        }
        let (leg, failed) = (seat.leg.id(), browser.keys_failed());
        if browser.has_news() {
            seat.leg.apply(browser.plan(), now);
            self.reslot(place, self.ms + 1);
        }
        if failed {
            self.events.push((place, MediaEvent::KeysFailed { leg }));
        }
    }
}
