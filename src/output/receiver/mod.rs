//! The contract of a receiver, the server at the other end of an output: how requests look, how its capabilities are
//! probed, what responses mean.

pub(super) mod hint;
pub(super) mod response;

use url::Url;

use self::response::{Response, ResponseClass};
use super::batch::Batch;

/// A request that is sent before data, to find out what the receiver understands.
#[derive(Debug, Clone)]
pub struct ProbeRequest {
    pub url: Url,
    pub headers: Vec<(&'static str, &'static str)>,
    /// Body, compressed as the headers say.
    pub body: Vec<u8>,
    /// Whether the probe goes on without a response.
    pub optional: bool,
}

/// Why a probe learned nothing about the receiver; it is repeated later.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The response, in one line.
    #[error("{0}")]
    UnexpectedResponse(String),
    /// Only a person can help, with credentials, a path or a database.
    #[error("{0}")]
    Misconfigured(String),
    /// It asks for fewer requests.
    #[error("{0}")]
    RateLimited(String),
    /// It accepted a remote-write 2.0 request without writing it.
    #[error("it answered {0} but wrote nothing: it does not support remote write 2.0")]
    NothingWritten(u16),
    /// Another server is at this address.
    #[error("it answered {0} with a web page: something else is at this address")]
    WebPage(u16),
    /// It answered with a document, which receivers of its protocol don't.
    #[error("{0}")]
    OtherServer(String),
}

impl ProbeError {
    /// Whether it stays as it is until a person helps.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::Misconfigured(_) | Self::NothingWritten(_) | Self::WebPage(_) | Self::OtherServer(_))
    }
}

/// Version of HTTP that a receiver is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1.
    One,
    /// HTTP/2 with prior knowledge.
    Two,
}

/// A receiver over HTTP. Only receivers with capabilities to probe have the methods from `forget` on.
pub trait Receiver {
    /// The version of HTTP that it understands.
    fn version(&self) -> HttpVersion {
        HttpVersion::One
    }

    /// Where batches are sent.
    fn url(&self) -> &Url;

    /// Headers of every batch.
    fn headers(&self) -> Vec<(&'static str, &'static str)>;

    /// A batch as it goes over the wire.
    fn compress(&self, content: &[u8]) -> Vec<u8>;

    /// What a response to a batch means. `repeated`: an earlier attempt may have been accepted without a response.
    fn classify(&self, response: &Response, batch: &Batch, repeated: bool) -> ResponseClass;

    /// The receiver and the protocol in a few words.
    fn describe(&self) -> String;

    /// What the bytes of a batch were encoded for: a dead letter is offered again where this is the same.
    fn dialect(&self) -> String {
        self.describe()
    }

    /// Forgets its capabilities: the server at this address may be another now.
    fn forget(&mut self) {}

    /// It accepted what it doesn't understand: assume less at the next probe.
    fn downgrade(&mut self) {}

    /// The next probe; None once everything is known. `at_ms`: time of the sample that is sent next.
    fn probe_request(&mut self, _at_ms: i64) -> Option<ProbeRequest> {
        None
    }

    /// Takes the response to the last probe; None when an optional one got no response.
    ///
    /// # Errors
    /// When the response shows nothing; the probe is repeated later.
    fn on_probe(&mut self, _response: Option<&Response>) -> Result<(), ProbeError> {
        Ok(())
    }
}
