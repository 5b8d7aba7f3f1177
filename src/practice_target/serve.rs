//! One thread of the target: accepts, spawns a task for each connection, and drops them all when an outage begins.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::service::serve;
use super::world::Lane;

/// Out of descriptors, accepting fails at once, again and again: this wait keeps the core for the open connections.
const AFTER_FAILURE: Duration = Duration::from_millis(10);

/// Serves until `stop` changes or its sender is gone; every connection is closed on the way out.
pub(super) async fn run(lane: Arc<Lane>, listener: TcpListener, mut stop: watch::Receiver<bool>) -> io::Result<()> {
    tokio::select! {
        biased;
        _ = stop.changed() => Ok(()),
        // Without its timer the lane would answer late or never: better none at all.
        failed = lane.sleeper.drive() => failed,
        () = accept(&lane, &listener) => Ok(()),
    }
}

async fn accept(lane: &Arc<Lane>, listener: &TcpListener) {
    let mut outages = lane.world.outages.subscribe();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = outages.changed() => connections.abort_all(),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => admit(lane, stream, &mut connections),
                Err(_) => lane.sleeper.until(std::time::Instant::now() + AFTER_FAILURE).await,
            },
        }
    }
}

fn admit(lane: &Arc<Lane>, stream: TcpStream, connections: &mut JoinSet<()>) {
    let world = &lane.world;
    world.connections.fetch_add(1, Ordering::Relaxed);
    if world.clock.began().is_some_and(|run| world.knobs.timeline.in_outage(run.elapsed())) {
        // A reset rather than a polite end, as from a machine that is down. It may fail on a socket already gone.
        stream.set_zero_linger().ok();
        return;
    }
    connections.spawn(converse(Arc::clone(lane), stream));
}

async fn converse(lane: Arc<Lane>, stream: TcpStream) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(move |request| serve(Arc::clone(&lane), request));
    // Malformed requests and resets are the client's doing; hyper has answered what could be answered.
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}

/// Announces each planned outage at its moment; one thread does this for all.
pub(super) async fn announce_outages(lane: Arc<Lane>) {
    let world = &lane.world;
    let mut changes = world.clock.changes();
    let mut planned = world.knobs.timeline.outages.iter();
    loop {
        let next = world.clock.began().and_then(|run| Some(run + planned.as_slice().first()?.from));
        let wait = async {
            match next {
                Some(moment) => lane.sleeper.until(moment).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = changes.changed() => planned = world.knobs.timeline.outages.iter(),
            () = wait => {
                planned.next();
                world.outages.send_modify(|count| *count += 1);
            }
        }
    }
}
