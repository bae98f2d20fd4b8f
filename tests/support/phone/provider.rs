//! A phone in the place of a provider: others register with it, and it may ask them for proof.

use super::*;

impl Phone {
    /// Waits for such a request, but for ACK.
    #[track_caller]
    pub fn wait_request(
        &mut self,
        method: &str,
        limit: Duration,
        mut is: impl FnMut(&Msg) -> bool,
    ) -> Msg {
        let what = format!("a {method} as it should be");
        self.wait(&what, limit, |m| m.is(method) && is(m))
    }

    /// Whether such a request comes within this time; it is kept for [`Phone::wait`].
    pub fn comes_within(&mut self, method: &str, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while let Some(m) = self.next(end) {
            let found = m.0.is(method);
            self.pending.push_back(m);
            if found {
                return true;
            }
        }
        false
    }

    /// Answers a request that makes no dialog, or not yet.
    pub fn reply(&mut self, request: &Msg, status: u16, headers: &[(&str, &str)]) {
        let mut m = Msg::response(request, status, "So it is");
        if m.tag("To").is_none() {
            let to = request.header("To").unwrap_or_default();
            m.set("To", format!("{to};tag={}", unique()));
        }
        for (name, value) in headers {
            m = m.with(name, *value);
        }
        let to = self.server;
        self.respond(request, m, to);
    }
}
