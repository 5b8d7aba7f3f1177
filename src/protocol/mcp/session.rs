//! The sessions of a user.

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};

use tokio::{sync::Mutex, time::Instant};

use crate::{
    plan::{
        StepId,
        mcp::{McpRows, Revision},
    },
    protocol::known::ServerAddress,
};

/// From so many sessions on, those that ended are dropped before another one is added.
const MANY_SESSIONS: usize = 32;

/// The sessions of a user with servers of MCP. Allocated with the first: other users should not carry them.
#[derive(Debug, Default)]
pub(crate) struct McpSessions(OnceCell<Box<RefCell<Vec<Rc<McpSession>>>>>);

impl McpSessions {
    /// The session with a server, open or not.
    pub(crate) fn with(&self, origin: usize, target: &str) -> Rc<McpSession> {
        let mut sessions = self.0.get_or_init(Box::default).borrow_mut();
        let is_meant = |address: &ServerAddress| address.origin == origin && *address.target == *target;
        if let Some(known) = sessions.iter().find(|session| is_meant(&session.address)) {
            return known.clone();
        }
        if sessions.len() >= MANY_SESSIONS {
            // One that a step holds may be about to open.
            sessions.retain(|session| session.opened().is_some() || Rc::strong_count(session) > 1);
        }
        let session = Rc::new(McpSession::new(ServerAddress { origin, target: target.into() }));
        sessions.push(session.clone());
        session
    }

    /// All of them.
    #[must_use]
    pub(crate) fn all(&self) -> Vec<Rc<McpSession>> {
        self.0.get().map(|sessions| sessions.borrow().clone()).unwrap_or_default()
    }
}

/// A session with one server.
#[derive(Debug)]
pub(crate) struct McpSession {
    pub address: ServerAddress,
    open: RefCell<Option<Rc<OpenSession>>>,
    /// Held while it is opened: branches of the user share it.
    pub opening: Mutex<()>,
    last_id: Cell<u64>,
}

/// An open session.
#[derive(Debug)]
pub(crate) struct OpenSession {
    pub revision: Revision,
    /// The id that the server gave it, if it gave one.
    pub id: Option<Box<str>>,
    /// When it was open.
    pub since: Instant,
    /// The head of the last request, for that which ends the session.
    pub head: RefCell<Vec<u8>>,
    /// The rows of the requests that opened it and end it.
    pub rows: McpRows,
    /// The step of the last request, whose settings hold for that as well.
    pub step: Cell<StepId>,
}

impl McpSession {
    fn new(address: ServerAddress) -> Self {
        Self { address, open: RefCell::default(), opening: Mutex::default(), last_id: Cell::default() }
    }

    /// An id that no request of the session had.
    #[must_use]
    pub(crate) fn next_id(&self) -> u64 {
        self.last_id.set(self.last_id.get() + 1);
        self.last_id.get()
    }

    /// The session, if it is open.
    #[must_use]
    pub(crate) fn opened(&self) -> Option<Rc<OpenSession>> {
        self.open.borrow().clone()
    }

    /// The session is open.
    pub(crate) fn open(&self, session: OpenSession) -> Rc<OpenSession> {
        let session = Rc::new(session);
        self.open.replace(Some(session.clone()));
        session
    }

    /// Forgets a session, unless another one is open meanwhile; returns whether it was the one.
    pub(crate) fn forget(&self, session: &Rc<OpenSession>) -> bool {
        let is_it = self.open.borrow().as_ref().is_some_and(|open| Rc::ptr_eq(open, session));
        if is_it {
            self.open.replace(None);
        }
        is_it
    }
}

#[cfg(test)]
mod tests;
