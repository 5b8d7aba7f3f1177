//! The head of a response, kept if the profile reads it or the session acts on it.

use super::buffered_body::SPARE_CAPACITY;

/// Longest head of a response, as in most servers and clients.
pub(crate) const MAX_HEAD: usize = 64 * 1024;

/// Status line and header lines, in a reused buffer.
#[derive(Debug, Default)]
pub struct ResponseHead {
    bytes: Vec<u8>,
    wanted: bool,
    body_is_read: bool,
    actionable: bool,
}

impl ResponseHead {
    /// Starts on the next response. `body_is_read` says that a content coding matters.
    pub fn begin(&mut self, wanted: bool, body_is_read: bool) {
        if self.bytes.capacity() > SPARE_CAPACITY {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
        (self.wanted, self.body_is_read, self.actionable) = (wanted, body_is_read, false);
    }

    /// Checks whether the session acts on a header line: a cookie, a redirect, a challenge, a content coding.
    pub fn inspect(&mut self, status: u16, name: &str) {
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        // By length first: this is on the path of every request.
        self.actionable |= match name.len() {
            8 => is_redirect(status) && is("location"),
            10 => is("set-cookie"),
            16 => (self.body_is_read && is("content-encoding")) || (status == 401 && is("www-authenticate")),
            _ => false,
        };
    }

    /// Whether the session acts on the head; it is kept then.
    #[must_use]
    pub fn is_actionable(&self) -> bool {
        self.actionable
    }

    /// Whether [`ResponseHead::keep`] is to be called.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.wanted || self.actionable
    }

    /// Keeps the head through its blank line, with one blank for each obsolete line folding (RFC 9112, section 5.2).
    pub fn keep(&mut self, head: &[u8]) {
        let mut rest = head;
        while let Some(fold) = next_fold(rest) {
            let (line, next) = rest.split_at(fold);
            self.bytes.extend_from_slice(line.trim_ascii_end());
            self.bytes.push(b' ');
            let blanks = next.iter().skip(1).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            rest = next.get(1 + blanks..).unwrap_or_default();
        }
        self.bytes.extend_from_slice(rest);
    }

    /// The head through its blank line; empty if it is not needed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The position of the first line end that another line continues.
fn next_fold(head: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', head).find(|at| matches!(head.get(at + 1), Some(b' ' | b'\t')))
}

/// Whether a status redirects when it comes with `Location`.
#[must_use]
pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}
