//! HTTP/2 without TLS through a proxy, which is gRPC at an `http` port: a tunnel by `CONNECT`. The usual client tunnels only TLS.

use std::{cell::RefCell, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, header::USER_AGENT};
use http_body_util::Full;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{net::TcpStream, time::timeout};

use super::answer::{AGENT, Answer, CONNECT_TIMEOUT, MAX_RESPONSE, PING, read, root_cause};
use crate::net::{proxy::Proxy, tunnel};

/// A client of one receiver behind a proxy.
pub(super) struct TunnelClient {
    proxy: Proxy,
    timeout: Duration,
    open: RefCell<Option<SendRequest<Full<Bytes>>>>,
}

impl TunnelClient {
    pub(super) fn new(proxy: Proxy, timeout: Duration) -> Self {
        Self { proxy, timeout, open: RefCell::new(None) }
    }

    /// Sends a request and reads its response.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn send(&self, mut request: Request<Full<Bytes>>) -> Result<Answer, String> {
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let answer = timeout(self.timeout, self.exchange(request)).await;
        let answer = answer.unwrap_or_else(|_| Err("operation timed out".to_owned()));
        if answer.is_err() {
            self.open.replace(None);
        }
        answer
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        let kept = self.open.borrow().clone().filter(|sender| !sender.is_closed());
        let mut sender = match kept {
            Some(sender) => sender,
            None => {
                timeout(CONNECT_TIMEOUT, self.connect(&request)).await.map_err(|_| "connect timed out".to_owned())??
            }
        };
        self.open.replace(Some(sender.clone()));
        let response = sender.send_request(request).await.map_err(|error| root_cause(&error))?;
        read(response, MAX_RESPONSE, |error| root_cause(&error)).await
    }

    async fn connect(&self, request: &Request<Full<Bytes>>) -> Result<SendRequest<Full<Bytes>>, String> {
        let Proxy { host, port, .. } = &self.proxy;
        let mut stream = TcpStream::connect((host.as_str(), *port)).await.map_err(|error| root_cause(&error))?;
        let place = request.uri().host().unwrap_or_default().trim_matches(['[', ']']);
        let place = (place, request.uri().port_u16().unwrap_or(80));
        tunnel::open(&mut stream, place, &self.proxy).await.map_err(|error| error.to_string())?;
        let mut builder = Builder::new(TokioExecutor::new());
        builder.timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PING);
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|error| root_cause(&error))?;
        // It ends with the last sender; what breaks it is the error of the request.
        tokio::spawn(async { drop(connection.await) });
        Ok(sender)
    }
}
