//! The port: the page, and a stream of messages to each browser that shows it.
//!
//! ```text
//! GET /                     the page
//! GET /events?after=ID      server-sent events: what is new since the message with this ID, then each new one
//! …   /v1/…                 the control API
//! ```

#[cfg(test)]
mod tests;

use std::{
    cell::Cell,
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::{Either, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body, Bytes, Frame, Incoming},
    header::{
        ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS,
    },
};
use percent_encoding::percent_decode_str;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::spawn_local,
    time::sleep,
};

use crate::{
    http_server::{self, Connection, origin::OwnNames},
    output::{
        delivery::{
            checkpoint::Checkpoint,
            progress::Progress,
            state::{DeliveryState, SharedDeliveryState},
            stats::DeliveryStats,
        },
        kind::{ServeFuture, ServedPage},
        live_source::LiveSource,
    },
};

/// Streams at a time. A browser opens one for each tab that is looked at.
const MAX_STREAMS: usize = 100;

/// A page that hears nothing for longer takes the connection for dead.
const ALIVE_EVERY: Duration = Duration::from_secs(5);

type PageBody = Either<Full<Bytes>, EventStream>;

/// A page and its port.
pub(super) struct DashboardServer {
    listener: std::net::TcpListener,
    own_names: OwnNames,
    source: Rc<dyn LiveSource>,
    state: SharedDeliveryState,
    streams: Rc<Cell<usize>>,
}

impl DashboardServer {
    /// Opens the port.
    ///
    /// # Errors
    /// When it can't be opened.
    pub(super) fn bind(
        listen: SocketAddr,
        name: &str,
        hosts: Vec<String>,
        source: Rc<dyn LiveSource>,
    ) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let checkpoint = Checkpoint { stats: DeliveryStats::new(name.to_owned()), ..Checkpoint::default() };
        let state = DeliveryState::shared(checkpoint);
        state.borrow_mut().notify(&format!("open http://{}/", shown(listener.local_addr()?)));
        Ok(Self { listener, own_names: OwnNames::new(hosts), source, state, streams: Rc::default() })
    }

    async fn respond(self: Rc<Self>, request: Request<Incoming>) -> Response<PageBody> {
        let path = request.uri().path();
        if path.starts_with("/v1/") {
            return self.source.control(request).await.map(Either::Left);
        }
        if let Err(why) = self.own_names.check(request.headers()) {
            return plain(StatusCode::FORBIDDEN, format!("{why}; or name it: --out 'dashboard=ADDRESS?hosts=NAME'\n"));
        }
        match (request.method(), path) {
            (&Method::GET, "/") => document(self.source.page()),
            (&Method::GET, "/events") => {
                // A browser that connects again by itself says in a header what it has.
                let known = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
                let known = known.map_or_else(|| after(request.uri().query()), str::to_owned);
                let connection = request.extensions().get::<Connection>().cloned();
                self.stream(known, connection)
            }
            (_, "/" | "/events") => {
                let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n".to_owned());
                response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
                response
            }
            _ => plain(StatusCode::NOT_FOUND, "there are /, /events and the control API below /v1/\n".to_owned()),
        }
    }

    fn stream(self: Rc<Self>, known: String, connection: Option<Connection>) -> Response<PageBody> {
        if self.streams.get() >= MAX_STREAMS {
            let text = format!("there are {MAX_STREAMS} pages open already; close some\n");
            return plain(StatusCode::SERVICE_UNAVAILABLE, text);
        }
        let (sender, messages) = mpsc::channel(1);
        let body = EventStream { messages, _open: OpenStream::new(self.streams.clone()) };
        spawn_local(self.feed(known, sender, connection));
        let mut response = Response::new(Either::Right(body));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Its end shows that the last message has gone out.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }

    /// Sends what is new. One that reads slowly gets several seconds at once: nothing waits for it here.
    async fn feed(self: Rc<Self>, mut known: String, sender: mpsc::Sender<Bytes>, connection: Option<Connection>) {
        let mut news = self.source.changes();
        loop {
            news.mark_unchanged();
            if let Some(message) = self.source.since(&known) {
                let kind = if message.is_last { "end" } else { "interval" };
                let event = format!("id: {}\nevent: {kind}\ndata: {}\n\n", message.id, message.data);
                if sender.send(event.into()).await.is_err() {
                    return;
                }
                self.count_message();
                known = message.id;
                if message.is_last {
                    // The run may end its process once no stream waits for changes.
                    drop(sender);
                    if let Some(connection) = connection {
                        connection.closed().await;
                    }
                    return;
                }
            }
            tokio::select! {
                changed = news.changed() => if changed.is_err() { return },
                () = sender.closed() => return,
                () = sleep(ALIVE_EVERY) => {
                    if sender.send(Bytes::from_static(b"event: alive\ndata: {}\n\n")).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn count_message(&self) {
        let mut delivery = self.state.borrow_mut();
        let stats = delivery.stats_mut();
        (stats.sent, stats.acknowledged) = (stats.sent + 1, stats.acknowledged + 1);
    }

    async fn run(self: Rc<Self>, mut progress: watch::Receiver<Progress>) {
        let server = self.clone();
        match self.listener.try_clone().and_then(TcpListener::from_std) {
            Ok(listener) => {
                drop(spawn_local(http_server::serve(listener, move |request| server.clone().respond(request))));
            }
            Err(error) => self.state.borrow_mut().notify(&error.to_string()),
        }
        // Pages are owed nothing: the port stays open while other outputs deliver, and the run does not wait for it.
        self.state.borrow_mut().stats_mut().complete = true;
        while progress.borrow_and_update().give_up.is_none() {
            if progress.changed().await.is_err() {
                return;
            }
        }
    }
}

impl ServedPage for DashboardServer {
    fn state(&self) -> SharedDeliveryState {
        self.state.clone()
    }

    fn serve(self: Rc<Self>, progress: watch::Receiver<Progress>) -> ServeFuture {
        Box::pin(self.run(progress))
    }
}

/// An address that a browser on this machine can open.
fn shown(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip([127, 0, 0, 1].into());
    }
    address
}

/// The value of `after` in a query.
fn after(query: Option<&str>) -> String {
    let value = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("after="));
    percent_decode_str(value.unwrap_or_default()).decode_utf8_lossy().into_owned()
}

fn plain(status: StatusCode, text: String) -> Response<PageBody> {
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(text))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn document(text: String) -> Response<PageBody> {
    let mut response = plain(StatusCode::OK, text);
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // No other page may show it in a frame and have its buttons clicked.
        (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Counts the streams that are open.
struct OpenStream(Rc<Cell<usize>>);

impl OpenStream {
    fn new(streams: Rc<Cell<usize>>) -> Self {
        streams.set(streams.get() + 1);
        Self(streams)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// The body of a stream: messages as they come.
struct EventStream {
    messages: mpsc::Receiver<Bytes>,
    _open: OpenStream,
}

impl Body for EventStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.messages.poll_recv(context).map(|message| message.map(|bytes| Ok(Frame::data(bytes))))
    }
}
