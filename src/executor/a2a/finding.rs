//! Finds the agent: by its card, unless the profile says which version it speaks.

use std::cell::RefCell;

use tokio::time::Instant;
use url::Url;

use super::A2aStep;
use crate::{
    executor::sending::Draft,
    language::Response,
    plan::a2a::{A2aMethod, Version},
    protocol::{
        ErrorClass, Failure, Lane, ResponseHandler,
        a2a::{Interface, card},
        follow::{Keeps, url_of, with_url},
        head_lines,
        jsonrpc::{MessageConsumer, compose::without_length},
        known::ServerAddress,
        sse::reader::EventConsumer,
    },
};

/// An agent, and how requests to it begin.
pub(super) struct Agent {
    pub version: Version,
    /// Request line and header lines, without the length of a body.
    pub head: Vec<u8>,
}

/// All headers go with a request to the agent: the step is for it.
const KEEPS_ALL: Keeps = Keeps { body: true, authorization: true };
const KEEPS_NO_BODY: Keeps = Keeps { body: false, authorization: true };

impl A2aStep<'_, '_> {
    /// The agent, and when a request to it is due.
    ///
    /// # Errors
    /// Why it is not found, and since when that is known.
    pub(super) async fn find(&self, lane: &mut Lane) -> Result<(Agent, Instant), (ErrorClass, Instant)> {
        let (sender, run) = (&self.sender, &self.sender.user.run);
        if let Some(version) = self.spec.version {
            let head = with_version(without_length(sender.head), version);
            return Ok((Agent { version, head }, self.due.get()));
        }
        let at = ServerAddress { origin: sender.origin.get(), target: head_lines::target_text(sender.head).into() };
        let (interface, due) = if let Some(known) = run.a2a_interfaces.of(&at) {
            (known, self.due.get())
        } else {
            let found = self.ask(lane).await?;
            run.a2a_interfaces.learn(&at, found.0.clone());
            found
        };
        let Interface { url, version } = interface;
        let from = (at.origin, sender.head, &b""[..]);
        let Some((origin, head)) = with_url(&run.network, from, ("POST", &url), KEEPS_ALL) else {
            return Err((ErrorClass::A2aCard, Instant::now()));
        };
        sender.origin.set(origin);
        Ok((Agent { version, head: with_version(without_length(&head), version) }, due))
    }

    /// Asks for the card.
    async fn ask(&self, lane: &mut Lane) -> Result<(Interface, Instant), (ErrorClass, Instant)> {
        let (sender, network) = (&self.sender, &self.sender.user.run.network);
        let place: Option<Url> = url_of(network, sender.origin.get(), sender.head).map(|url| card::url(&url));
        let from = (sender.origin.get(), sender.head, &b""[..]);
        let made = place.and_then(|place| {
            let (_, head) = with_url(network, from, ("GET", &place), KEEPS_NO_BODY)?;
            Some((place, head))
        });
        let Some((place, head)) = made else { return Err((ErrorClass::A2aCard, Instant::now())) };
        let handler = CardHandler { place, found: RefCell::default() };
        let row = (A2aMethod::Card, (sender.rows.card, 0));
        let draft = Draft { ids: row.1, head, body: |_: Option<&str>| None, handler: &handler, due: self.due.get() };
        let sent = sender.send(lane, draft).await;
        self.record(lane, row, (sent.due, sent.end), sent.took(), None);
        match (lane.error(), handler.found.take()) {
            (None, Some(found)) => Ok((found, sent.free)),
            (error, _) => Err((error.unwrap_or(ErrorClass::A2aCard), sent.end)),
        }
    }
}

fn with_version(mut head: Vec<u8>, version: Version) -> Vec<u8> {
    // Without the header, a server takes a request for one of 0.3.
    if version != Version::V0_3 {
        head.extend_from_slice(format!("A2A-Version: {}\r\n", version.as_str()).as_bytes());
    }
    head
}

/// Reads the card.
struct CardHandler {
    /// Where it is.
    place: Url,
    found: RefCell<Option<Interface>>,
}

impl ResponseHandler for CardHandler {
    fn judge(&self, response: &Response<'_>, by_status: Option<Failure>) -> Option<Failure> {
        if by_status.is_some() {
            return by_status;
        }
        match card::interface(response.body, &self.place) {
            Ok(found) => {
                self.found.replace(Some(found));
                None
            }
            Err(failure) => Some(failure),
        }
    }

    fn missed(&self, _: &Response<'_>) -> Option<String> {
        None
    }

    fn events(&self) -> Option<&dyn EventConsumer> {
        None
    }

    fn messages(&self) -> Option<&dyn MessageConsumer> {
        None
    }
}
