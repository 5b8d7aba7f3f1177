//! Calls of the server in the event stream of an answer: they are answered while the stream is read.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

use serde_json::Value as Json;
use tokio::sync::Notify;

use super::{Sender, opening::Exchange};
use crate::{
    executor::sending::Draft,
    plan::mcp::McpMethod,
    protocol::{
        Lane,
        mcp::{Composer, compose},
    },
};

/// Most calls that wait for their answer: a server must not fill the memory.
const MAX_WAITING: usize = 64;

/// Calls of the server during one request.
#[derive(Debug, Default)]
pub(super) struct ServerCalls {
    waiting: RefCell<VecDeque<(String, Json)>>,
    /// How many there were.
    pub count: Cell<u64>,
    changed: Notify,
    is_over: Cell<bool>,
}

impl ServerCalls {
    /// A call came.
    pub(super) fn push(&self, method: String, id: Json) {
        self.count.set(self.count.get() + 1);
        let mut waiting = self.waiting.borrow_mut();
        if waiting.len() < MAX_WAITING {
            waiting.push_back((method, id));
            self.changed.notify_one();
        }
    }

    /// No further ones come.
    pub(super) fn end(&self) {
        self.is_over.set(true);
        self.changed.notify_one();
    }

    /// Answers them as they come, until the last is answered.
    pub(super) async fn answer(&self, sender: &Sender<'_>, composer: Composer<'_>) {
        let mut lane = Lane::default();
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            match next {
                Some((method, id)) => {
                    let handler = Exchange::accepted();
                    let draft = Draft {
                        ids: (sender.rows.reply, 0),
                        head: composer.head(McpMethod::Reply, b""),
                        body: |_: Option<&str>| Some(compose::reply(&method, &id)),
                        handler: &handler,
                        due: tokio::time::Instant::now(),
                    };
                    sender.send(&mut lane, draft).await;
                    if lane.error().is_some() {
                        // A server that does not take its answers must not hold the user for each of them.
                        self.waiting.borrow_mut().clear();
                    }
                }
                None if self.is_over.get() => return,
                None => self.changed.notified().await,
            }
        }
    }
}
