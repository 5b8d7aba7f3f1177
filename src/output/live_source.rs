//! The run as the live page shows it. Runs know reports and control, which outputs do not.

use std::pin::Pin;

use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
};
use tokio::sync::watch;

/// A message to a live page.
#[derive(Debug, Clone)]
pub(crate) struct LiveMessage {
    /// What a page that has it knows: it names this when it comes back.
    pub id: String,
    /// JSON in one line.
    pub data: String,
    /// Whether nothing comes after it.
    pub is_last: bool,
}

/// The answer of the control API.
pub(crate) type ControlAnswer = Pin<Box<dyn Future<Output = Response<Full<Bytes>>>>>;

/// What the live page asks the run.
pub(crate) trait LiveSource {
    /// The page.
    fn page(&self) -> String;

    /// Changes when there is something new to show. As long as there are receivers, a page is open.
    fn changes(&self) -> watch::Receiver<u64>;

    /// What brings a page up to date that knows everything up to the message with this ID; an empty ID knows nothing. None if
    /// there is nothing new.
    fn since(&self, id: &str) -> Option<LiveMessage>;

    /// Answers a request to the control API.
    fn control(&self, request: Request<Incoming>) -> ControlAnswer;
}
