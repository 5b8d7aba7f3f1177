//! Waits for SIGINT, SIGTERM and SIGHUP. What follows is decided in `collect/coordinator.rs`, and in `hooks.rs` during setup.

use std::{fs, io};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that end a run.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// The terminal was closed; None under `nohup`, which ignores it.
    hangup: Option<Signal>,
}

impl Signals {
    /// Takes the signals over from the system's default, which would end the process on the spot.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn listen() -> io::Result<Self> {
        let ignored = ignores_hangup(&fs::read_to_string("/proc/self/status").unwrap_or_default());
        let hangup = if ignored { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hangup })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Whether a process of this `/proc/PID/status` was started with SIGHUP ignored: the first bit of its mask.
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests;
