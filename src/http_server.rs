//! A small HTTP/1.1 server over hyper, for the control API and the page that is scraped.
//!
//! Never decides what is served. The practice target doesn't use it: it shares nothing with the generator, drops its
//! connections in planned outages, and has no timer of tokio's.

use std::{convert::Infallible, time::Duration};

use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, task::spawn_local, time::sleep};

/// A client that sends half a head must not hold its connection for ever.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Out of descriptors, `accept` fails again at once; this pause keeps it from a hot loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers requests until the future is dropped. Must run within a `LocalSet`.
pub(crate) async fn serve<A>(listener: TcpListener, answer: impl Fn(Request<Incoming>) -> A + Clone + 'static)
where
    A: Future<Output = Response<Full<Bytes>>> + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let answer = answer.clone();
        spawn_local(async move {
            let service = service_fn(move |request| {
                let response = answer(request);
                async move { Ok::<_, Infallible>(response.await) }
            });
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
            // A connection that the client breaks off concerns only the client.
            drop(server.serve_connection(TokioIo::new(stream), service).await);
        });
    }
}
