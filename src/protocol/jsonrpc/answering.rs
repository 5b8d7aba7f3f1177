//! The calls of one request, and their answers: in the body of the response, or one by one in an event stream.

use std::cell::{Cell, RefCell};

use super::{
    answer::{Incoming, read_event},
    calls::Calls,
    matching::{Matching, Outcome},
};
use crate::{
    plan::rpc::RpcSpec,
    protocol::{ErrorClass, Failure},
};

/// What the data of an event is to the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// No answer, or none that is kept.
    Other,
    /// The answer to a call; others are awaited.
    Answer,
    /// The answer to the last of them.
    LastAnswer,
    /// The stream is not what it should be: nothing more is read of it.
    Invalid,
}

/// The calls of a request, and how they are answered.
#[derive(Debug)]
pub(crate) struct Answering<'a> {
    spec: &'a RpcSpec,
    pub calls: Calls,
    /// What the event stream had, if the response is one.
    streamed: RefCell<Option<Streamed>>,
    /// Messages of the server that are no answers.
    pub notifications: Cell<u64>,
}

#[derive(Debug, Default)]
struct Streamed {
    matching: Matching,
    /// What an event is instead of a message.
    invalid: Option<&'static str>,
}

impl<'a> Answering<'a> {
    /// The calls in the body of a request.
    #[must_use]
    pub(crate) fn new(spec: &'a RpcSpec, body: &[u8]) -> Self {
        Self::of(spec, Calls::read(body))
    }

    /// Calls that are known.
    #[must_use]
    pub(crate) fn of(spec: &'a RpcSpec, calls: Calls) -> Self {
        Self { spec, calls, streamed: RefCell::default(), notifications: Cell::default() }
    }

    /// The response is an event stream.
    pub(crate) fn opened(&self) {
        self.streamed.replace(Some(Streamed { matching: Matching::new(&self.calls), ..Streamed::default() }));
    }

    /// Takes the data of an event; `other` takes the messages that are no answers.
    pub(crate) fn take(&self, data: &str, mut other: impl FnMut(Incoming)) -> Taken {
        let mut streamed = self.streamed.borrow_mut();
        let Some(streamed) = streamed.as_mut() else { return Taken::Other };
        if data.trim_ascii().is_empty() {
            // An event that has an id only, from which the stream could be resumed.
            return Taken::Other;
        }
        let messages = match read_event(data.as_bytes()) {
            Ok(messages) => messages,
            Err(words) => {
                streamed.invalid = Some(words);
                return Taken::Invalid;
            }
        };
        let mut has_answer = false;
        for message in messages {
            match message {
                Incoming::Answer(answer) => has_answer |= streamed.matching.take(answer, &self.calls, self.spec),
                message => {
                    self.notifications.set(self.notifications.get() + 1);
                    other(message);
                }
            }
        }
        match has_answer {
            true if streamed.matching.is_complete(&self.calls) => Taken::LastAnswer,
            true => Taken::Answer,
            false => Taken::Other,
        }
    }

    /// Judges a response; see [`Calls::judge`].
    pub(crate) fn judge(&self, body: &[u8], by_status: Option<Failure>) -> (Vec<Outcome>, Option<Failure>) {
        let Some(Streamed { matching, invalid }) = self.streamed.take() else {
            return self.calls.judge(body, self.spec, by_status);
        };
        let is_awaited = self.calls.calls.iter().any(|call| call.id.is_some());
        match (by_status, invalid) {
            (Some(limit), _) if limit.class == ErrorClass::Limited => self.calls.all(Some(limit)),
            (Some(failure), _) if !matching.has_error => self.calls.all(Some(failure)),
            (_, Some(words)) => self.calls.all(Some(Failure::text(ErrorClass::RpcInvalid, words))),
            (None, None) if is_awaited && !matching.has_error && !matching.has_result => {
                let words = "the event stream ended without an answer";
                self.calls.all(Some(Failure::text(ErrorClass::RpcNoAnswer, words)))
            }
            _ => matching.finish(&self.calls, self.spec),
        }
    }
}

#[cfg(test)]
mod tests;
