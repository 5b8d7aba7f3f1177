//! One thread of the target: accepts, spawns a task for each connection, and drops them all when an outage begins.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::Parts;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::service::serve;
use super::shared::{ServerThread, lock};
use super::socket;

/// Out of descriptors, accepting fails at once, again and again: this wait keeps the core for the open connections.
const AFTER_FAILURE: Duration = Duration::from_millis(10);

/// Serves until `stop` changes or its sender is gone; every connection is closed on the way out.
pub(super) async fn run(
    server: Arc<ServerThread>,
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    tokio::select! {
        biased;
        _ = stop.changed() => Ok(()),
        // Without its timer the server would answer late or never: better none at all.
        failed = server.sleeper.drive() => failed,
        () = accept(&server, &listener) => Ok(()),
    }
}

async fn accept(server: &Arc<ServerThread>, listener: &TcpListener) {
    let mut outages = server.shared.outages.subscribe();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = outages.changed() => connections.abort_all(),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => admit(server, stream, &mut connections),
                Err(_) => server.sleeper.until(std::time::Instant::now() + AFTER_FAILURE).await,
            },
        }
    }
}

fn admit(server: &Arc<ServerThread>, stream: TcpStream, connections: &mut JoinSet<()>) {
    let shared = &server.shared;
    shared.connections.fetch_add(1, Ordering::Relaxed);
    if shared.clock.began().is_some_and(|run| shared.options.timeline.in_outage(run.elapsed())) {
        // A reset rather than a polite end, as from a machine that is down. It may fail on a socket already gone.
        stream.set_zero_linger().ok();
        return;
    }
    connections.spawn(converse(Arc::clone(server), stream));
}

async fn converse(server: Arc<ServerThread>, stream: TcpStream) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let upgrade = Arc::default();
    let service = service_fn(|request| serve(Arc::clone(&server), Arc::clone(&upgrade), request));
    // Malformed requests and resets are the client's doing; hyper has answered what could be answered.
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades().await);
    // Still in the task of the connection, so that an outage ends sockets too.
    let Some((upgraded, plan)) = lock(&upgrade).take() else { return };
    let Ok(upgraded) = upgraded.await else { return };
    let Ok(Parts { io, read_buf, .. }) = upgraded.downcast::<TokioIo<TcpStream>>() else { return };
    socket::converse(&server, io.into_inner(), &read_buf, plan).await;
}

/// Announces each planned outage at its start; one thread does this for all.
pub(super) async fn trigger_outages(server: Arc<ServerThread>) {
    let shared = &server.shared;
    let mut changes = shared.clock.changes();
    let mut planned = shared.options.timeline.outages.iter();
    loop {
        let next = shared.clock.began().and_then(|run| Some(run + planned.as_slice().first()?.from));
        let wait = async {
            match next {
                Some(begin) => server.sleeper.until(begin).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = changes.changed() => planned = shared.options.timeline.outages.iter(),
            () = wait => {
                planned.next();
                shared.outages.send_modify(|count| *count += 1);
            }
        }
    }
}
