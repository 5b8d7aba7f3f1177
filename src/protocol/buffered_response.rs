//! What is kept of a response: its head and its body, bounded, in memory that is used again.

/// Longest head of a response, as in most servers and clients.
pub const MAX_HEAD: usize = 64 * 1024;
/// Most of a body that is kept for checks; the rest is counted and thrown away.
pub const MAX_BODY: usize = 8 * 1024 * 1024;
/// Memory is given back when it is larger than this.
const SPARE: usize = 64 * 1024;

/// A response's head and body, as far as they are wanted.
#[derive(Debug, Default)]
pub struct BufferedResponse {
    head: Vec<u8>,
    body: Vec<u8>,
    wants_head: bool,
    wants_body: bool,
    notable: bool,
}

impl BufferedResponse {
    /// Starts on the next response.
    pub fn begin(&mut self, wants_head: bool, wants_body: bool) {
        for space in [&mut self.head, &mut self.body] {
            if space.capacity() > SPARE {
                *space = Vec::new();
            }
            space.clear();
        }
        (self.wants_head, self.wants_body, self.notable) = (wants_head, wants_body, false);
    }

    /// Looks at a header line: whether something follows from it (a cookie, a redirect, a challenge, a coding).
    pub fn note(&mut self, status: u16, name: &str) {
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        // By length first: this is on the path of every request.
        self.notable |= match name.len() {
            8 => is_redirect(status) && is("location"),
            10 => is("set-cookie"),
            16 => (self.wants_body && is("content-encoding")) || (status == 401 && is("www-authenticate")),
            _ => false,
        };
    }

    /// Whether something follows from the head; it is kept then.
    #[must_use]
    pub fn is_notable(&self) -> bool {
        self.notable
    }

    /// Whether the head is to be handed to [`BufferedResponse::take_head`].
    #[must_use]
    pub fn needs_head(&self) -> bool {
        self.wants_head || self.notable
    }

    /// Takes the head.
    pub fn take_head(&mut self, head: &[u8]) {
        self.head.extend_from_slice(head);
    }

    /// Takes a piece of the body.
    pub fn take_body(&mut self, data: &[u8]) {
        if self.wants_body {
            let room = MAX_BODY.saturating_sub(self.body.len()).min(data.len());
            self.body.extend_from_slice(data.get(..room).unwrap_or_default());
        }
    }

    /// Puts the decoded body in place of the coded one.
    pub fn decode_to(&mut self, body: Vec<u8>) {
        self.body = body;
    }

    /// The head through its blank line, if it was wanted or something follows from it.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The body, as far as it was wanted.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// Whether a status asks to go elsewhere.
#[must_use]
pub fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}
