//! The contract of a receiver: what is asked before data is sent, how requests look, what answers mean.

use url::Url;

use super::{
    Batch,
    delivery::answer::{Answer, Verdict},
};

/// A question asked before data is sent: what do you understand?
#[derive(Debug, Clone)]
pub struct Question {
    /// Where.
    pub url: Url,
    /// Headers.
    pub headers: Vec<(&'static str, &'static str)>,
    /// Body, compressed as the headers say.
    pub body: Vec<u8>,
    /// Whether one can do without the answer.
    pub optional: bool,
}

/// What is spoken below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpVersion {
    /// 1.1.
    One,
    /// 2, known beforehand.
    Two,
}

/// A receiver over HTTP.
pub trait Receiver {
    /// The version of HTTP that it understands.
    fn version(&self) -> HttpVersion {
        HttpVersion::One
    }

    /// Where batches go.
    fn url(&self) -> &Url;

    /// Headers of every batch.
    fn headers(&self) -> Vec<(&'static str, &'static str)>;

    /// A batch as it goes over the wire.
    fn compress(&self, content: &[u8]) -> Vec<u8>;

    /// What an answer to a batch means. `repeated`: an earlier attempt may have been taken without an answer.
    fn judge(&self, answer: &Answer, batch: &Batch, repeated: bool) -> Verdict;

    /// Forgets what was learnt: the receiver may be another now.
    fn forget(&mut self);

    /// What was learnt turned out to be wrong: believe less the next time.
    fn distrust(&mut self) {}

    /// The next question; None once everything is known. `at_ms`: time of what is sent next.
    fn question(&mut self, at_ms: i64) -> Option<Question>;

    /// Learns from the answer to the last question; None when an optional one was not answered.
    ///
    /// # Errors
    /// Why nothing can be learnt from it; the question is asked again later.
    fn learn(&mut self, answer: Option<&Answer>) -> Result<(), String>;

    /// What was learnt, in a few words.
    fn introduction(&self) -> String;
}
