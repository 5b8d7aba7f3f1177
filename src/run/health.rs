//! `--health`: whether this process lives and whether it is ready, for the probes of Kubernetes. A thread of its own answers,
//! with the priority of the workers: neither the load nor the thread that collects can keep it from that.
//!
//! ```text
//! GET /livez    200, unless the thread that collects has not closed an interval for a minute
//! GET /readyz   200 while there is load, else 503
//! ```

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// A kill at hour 20 for nothing is the worst that a probe can do: what is merely slow is no reason for it.
const PATIENCE: Duration = Duration::from_secs(60);
/// A client that sends nothing, or takes nothing.
const CLIENT_TIME: Duration = Duration::from_secs(1);
/// Out of descriptors, `accept` fails again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const MAX_HEAD: usize = 1_024;

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// Setup, or a wait for the time to start.
    Preparation = 0,
    /// There is load.
    Load = 1,
    /// The load has ended: metrics are delivered, results written.
    End = 2,
}

/// Signs of life of a run.
#[derive(Debug)]
pub(crate) struct Health {
    began: Instant,
    phase: AtomicU8,
    /// Milliseconds from `began` to the last closed interval.
    last_ms: AtomicU64,
}

impl Default for Health {
    fn default() -> Self {
        Self { began: Instant::now(), phase: AtomicU8::new(Phase::Preparation as u8), last_ms: AtomicU64::new(0) }
    }
}

impl Health {
    /// The load has ended.
    pub(crate) fn end(&self) {
        self.phase.store(Phase::End as u8, Relaxed);
    }

    /// An interval was closed: there is load from the first one on.
    pub(crate) fn beat(&self) {
        let (before, load) = (Phase::Preparation as u8, Phase::Load as u8);
        // Another phase stays.
        let _stays = self.phase.compare_exchange(before, load, Relaxed, Relaxed).is_err();
        self.last_ms.store(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX), Relaxed);
    }

    /// Status and text for a path.
    fn answer(&self, path: &str, now: Duration) -> (&'static str, String) {
        const OK: &str = "200 OK";
        const NOT: &str = "503 Service Unavailable";
        let has_load = self.phase.load(Relaxed) == Phase::Load as u8;
        let silent = now.saturating_sub(Duration::from_millis(self.last_ms.load(Relaxed)));
        match path {
            // Setup and delivery take as long as they take.
            "/livez" if !has_load || silent < PATIENCE => (OK, "ok".to_owned()),
            "/livez" => (NOT, format!("no interval was closed for {} s", silent.as_secs())),
            "/readyz" if has_load => (OK, "ok".to_owned()),
            "/readyz" => (NOT, "there is no load".to_owned()),
            _ => ("404 Not Found", "there are /livez and /readyz".to_owned()),
        }
    }
}

/// Answers on a thread of its own until the process ends. Gives the address, which differs from the one asked for when its
/// port is 0.
///
/// # Errors
/// When the address can't be listened on.
pub(crate) fn serve(address: SocketAddr, health: Arc<Health>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let bound = listener.local_addr()?;
    std::thread::Builder::new().name("health".to_owned()).spawn(move || {
        loop {
            match listener.accept() {
                // What goes wrong with a client concerns only the client.
                Ok((stream, _)) => drop(respond(stream, &health)),
                Err(_) => std::thread::sleep(ACCEPT_PAUSE),
            }
        }
    })?;
    Ok(bound)
}

fn respond(mut stream: TcpStream, health: &Health) -> io::Result<()> {
    stream.set_read_timeout(Some(CLIENT_TIME))?;
    stream.set_write_timeout(Some(CLIENT_TIME))?;
    let (mut head, until) = (Vec::new(), Instant::now() + CLIENT_TIME);
    while !head.windows(4).any(|four| four == b"\r\n\r\n") && head.len() < MAX_HEAD && Instant::now() < until {
        let mut piece = [0; MAX_HEAD];
        match stream.read(&mut piece)? {
            0 => return Ok(()),
            read => head.extend_from_slice(&piece[..read]),
        }
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
    let (status, text) = health.answer(path, health.began.elapsed());
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}\n",
        text.len() + 1
    )
}

#[cfg(test)]
mod tests;
