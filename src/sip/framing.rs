//! Cuts the byte stream of a TCP or TLS connection into messages (RFC 3261 §18.3) and
//! keep-alives (RFC 5626 §3.5.1).

#[cfg(test)]
mod tests;

use bytes::{Buf, Bytes, BytesMut};

use super::message::{HeaderError, HeaderName, Limits, ParseError, ParseErrorKind, wire};

/// What came out of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// One whole message, in a buffer of its own of exactly its size.
    Message(Bytes),
    /// A keep-alive, CRLF CRLF: to be answered with [`PONG`].
    Ping,
}

/// The answer to [`Frame::Ping`]: one CRLF.
pub const PONG: &[u8] = b"\r\n";

/// Takes the bytes of one connection, however they are split, and gives whole messages.
///
/// Each byte is looked at a constant number of times. The buffer holds one message of at most
/// [`Limits::message`] bytes and what the last [`StreamFramer::push`] brought beyond it.
/// Single CRLFs between messages are ignored.
#[derive(Debug)]
pub struct StreamFramer {
    limits: Limits,
    buffer: BytesMut,
    /// No end of the head lies before this offset.
    searched: usize,
    /// Bytes of the message at the front, once its head is complete.
    whole: Option<usize>,
    dead: bool,
}

impl StreamFramer {
    /// For a new connection.
    pub fn new(limits: Limits) -> StreamFramer {
        StreamFramer {
            limits,
            buffer: BytesMut::new(),
            searched: 0,
            whole: None,
            dead: false,
        }
    }

    /// Takes what was read. Call [`StreamFramer::poll_frame`] until it gives nothing before
    /// the next push. After an error nothing is taken any more.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.dead {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Bytes held back: a message that is not whole yet. A connection that holds some for long
    /// is slow on purpose or broken.
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// The next message or keep-alive.
    ///
    /// # Errors
    /// Where the next message begins can not be known: the head or the body exceeds the
    /// limits, Content-Length is missing, repeated or no number, or this is not SIP. The
    /// connection must be closed, after [`ParseError::response`] was sent if there is one.
    pub fn poll_frame(&mut self) -> Result<Option<Frame>, ParseError> {
        if self.dead {
            return Ok(None);
        }
        self.next().inspect_err(|_| {
            self.dead = true;
            self.buffer = BytesMut::new();
        })
    }

    fn next(&mut self) -> Result<Option<Frame>, ParseError> {
        if self.whole.is_none() {
            // Between messages: keep-alives and stray line ends.
            while self.buffer.starts_with(b"\r\n") {
                match self.buffer.get(2..4) {
                    Some(b"\r\n") => {
                        self.skip(4);
                        return Ok(Some(Frame::Ping));
                    }
                    // It may become a ping yet.
                    None if matches!(self.buffer.get(2), None | Some(b'\r')) => return Ok(None),
                    Some(_) | None => self.skip(2),
                }
            }
            match self.buffer.first() {
                None => return Ok(None),
                Some(b'\r') if self.buffer.len() == 1 => return Ok(None),
                Some(&b) if !wire::may_begin(b) => {
                    return Err(wire::refuse(
                        &Bytes::new(),
                        ParseErrorKind::NotSip,
                        &self.limits,
                    ));
                }
                Some(_) => {}
            }
            if !self.find_head()? {
                return Ok(None);
            }
        }
        match self.whole {
            Some(whole) if self.buffer.len() >= whole => {
                let message = Bytes::copy_from_slice(self.buffer.get(..whole).unwrap_or_default());
                self.skip(whole);
                Ok(Some(Frame::Message(message)))
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Forgets the first `n` bytes.
    fn skip(&mut self, n: usize) {
        self.buffer.advance(n.min(self.buffer.len()));
        self.searched = 0;
        self.whole = None;
        if self.buffer.is_empty() && self.buffer.capacity() > 4096 {
            self.buffer = BytesMut::new(); // an idle connection should cost nothing
        }
    }

    /// Looks for the empty line; whether the head is complete.
    fn find_head(&mut self) -> Result<bool, ParseError> {
        let from = self.searched;
        let found = self
            .buffer
            .get(from..)
            .and_then(|s| s.windows(4).position(|w| w == b"\r\n\r\n"))
            .map(|at| from + at + 4);
        let head = match found {
            Some(head) if head <= self.limits.head => head,
            None if self.buffer.len() < self.limits.head => {
                self.searched = self.buffer.len().saturating_sub(3);
                return Ok(false);
            }
            Some(_) | None => return Err(self.refuse(self.limits.head, ParseErrorKind::TooLarge)),
        };
        let body = match wire::content_length(self.buffer.get(..head).unwrap_or_default()) {
            Ok(Some(body)) => body,
            Ok(None) => {
                let missing = HeaderError::Missing(HeaderName::ContentLength);
                return Err(self.refuse(head, missing.into()));
            }
            Err(kind) => return Err(self.refuse(head, kind)),
        };
        let whole = usize::try_from(body)
            .ok()
            .and_then(|body| body.checked_add(head))
            .filter(|&whole| whole <= self.limits.message);
        match whole {
            Some(whole) => self.whole = Some(whole),
            None => return Err(self.refuse(head, ParseErrorKind::TooLarge)),
        }
        Ok(true)
    }

    fn refuse(&self, head: usize, kind: ParseErrorKind) -> ParseError {
        let head = self.buffer.get(..head).unwrap_or(&self.buffer);
        wire::refuse(&Bytes::copy_from_slice(head), kind, &self.limits)
    }
}
