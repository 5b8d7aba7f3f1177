//! The practice target: an HTTP/1.1 server whose behaviour is known, to measure the generator's numbers against.
//!
//! Owns the options, the server and its request log. It never shares code with the generator beyond `units`: a mistake
//! made twice would look like truth. It never prints, never reads files, never leaves more than a bounded log behind.
//!
//! Start reading at `service` (a request's way through the options), then `window` (what a stall does to time), `shared`
//! (what threads share), `log` (what is counted) and `journal` (what is kept whole, if asked for). `options` holds the table
//! of names, `builtin`, `shop` and `suites` what paths answer, `stream` and `socket` what is sent over time.
//!
//! The clock of planned moments starts with the first request that is neither under `/_target` nor `/metrics`.

mod a2a;
mod bucket;
mod builtin;
mod capacity;
mod clock;
mod control;
mod histogram;
mod journal;
mod latency;
mod leak;
mod log;
mod mcp;
mod options;
mod payload;
mod report;
mod routes;
mod rpc;
mod serve;
mod service;
mod shared;
mod shop;
mod sleeper;
mod socket;
mod stream;
mod suites;
#[cfg(test)]
mod tests;
mod timeline;
mod traces;
mod value_error;
mod window;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::watch;

pub(crate) use report::Report;
use shared::{ServerThread, SharedState};
pub use {options::NAMES, options::TargetOptions};

/// Connections the kernel holds for us; std's 128 would cost a burst of virtual users a second of SYN retries.
const BACKLOG: i32 = 4_096;

/// The target could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The address could not be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A thread, its runtime or its timer could not be made.
    #[error("cannot start a thread of the target")]
    Thread(#[source] io::Error),
}

/// A running target; dropping it stops it.
#[derive(Debug)]
pub struct Target {
    address: SocketAddr,
    shared: Arc<SharedState>,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

/// Binds `listen` and starts the threads; port 0 binds a free port, see `Target::address`.
///
/// # Errors
/// When the address cannot be bound, or a thread, runtime or timer cannot be made.
pub fn start(options: TargetOptions, listen: SocketAddr) -> Result<Target, TargetError> {
    let failed = |source| TargetError::Listen { address: listen, source };
    start_on(options, &TcpListener::bind(listen).map_err(failed)?)
}

/// Starts it on a listener that is bound already.
///
/// # Errors
/// When the listener can't be used or a thread can't be started.
pub(crate) fn start_on(options: TargetOptions, listener: &TcpListener) -> Result<Target, TargetError> {
    let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
    let address = listener.local_addr().map_err(|source| TargetError::Listen { address: unknown, source })?;
    let failed = |source| TargetError::Listen { address, source };
    rustix::net::listen(listener, BACKLOG).map_err(|errno| failed(errno.into()))?;
    listener.set_nonblocking(true).map_err(failed)?;
    let threads = options.threads as usize;
    let mut target = Target {
        address,
        shared: Arc::new(SharedState::new(options)),
        stop: watch::Sender::new(false),
        threads: Vec::new(),
    };
    for index in 0..threads {
        let listener = listener.try_clone().map_err(failed)?;
        target.spawn(index, listener).map_err(TargetError::Thread)?;
    }
    Ok(target)
}

impl Target {
    /// The address listened on, with the port the system chose for port 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The request log so far, the same as `GET /_target/log`.
    #[must_use]
    pub fn report(&self) -> Report {
        self.shared.report()
    }

    /// Stops accepting, closes every connection, answered or not, and waits for the threads.
    pub fn stop(self) {
        drop(self);
    }

    fn spawn(&mut self, index: usize, listener: TcpListener) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let entered = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let server = Arc::new(ServerThread::open(Arc::clone(&self.shared), index)?);
        drop(entered);
        let stop = self.stop.subscribe();
        let thread = std::thread::Builder::new().name(format!("target-{index}")).spawn(move || {
            if index == 0 && !server.shared.options.timeline.outages.is_empty() {
                runtime.spawn(serve::trigger_outages(Arc::clone(&server)));
            }
            runtime.block_on(serve::run(server, listener, stop))
        })?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so on its own; stopping goes on.
            drop(thread.join());
        }
    }
}
