//! A small HTTP/1.1 server over hyper, for the control API, the live page and the page that is scraped; and the rule by which
//! browsers are refused that show another page.
//!
//! Never decides what is served. The practice target doesn't use it: it shares nothing with the generator, drops its
//! connections in planned outages, and has no timer of tokio's.

pub(crate) mod origin;
mod write_limit;

use std::{convert::Infallible, error::Error, time::Duration};

use hyper::{
    Request, Response,
    body::{Body, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::watch, task::spawn_local, time::sleep};

use write_limit::WriteLimit;

/// A client that sends half a head must not hold its connection for ever.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Out of descriptors, `accept` fails again at once; this pause keeps it from a hot loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The connection that a request came on, among the extensions of the request.
#[derive(Debug, Clone)]
pub(crate) struct Connection(watch::Receiver<()>);

impl Connection {
    /// Waits until it is closed, and everything that was written has gone out.
    pub(crate) async fn closed(mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

/// Answers requests until the future is dropped. Must run within a `LocalSet`.
pub(crate) async fn serve<A, B>(listener: TcpListener, answer: impl Fn(Request<Incoming>) -> A + Clone + 'static)
where
    A: Future<Output = Response<B>> + 'static,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let answer = answer.clone();
        spawn_local(async move {
            let (open, connection) = watch::channel(());
            let service = service_fn(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(Connection(connection.clone()));
                let response = answer(request);
                async move { Ok::<_, Infallible>(response.await) }
            });
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
            // A connection that the client breaks off concerns only the client.
            drop(server.serve_connection(TokioIo::new(WriteLimit::new(stream)), service).await);
            drop(open);
        });
    }
}
