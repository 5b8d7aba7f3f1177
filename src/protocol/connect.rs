//! Opens connections: name resolution, TCP to each address in turn, a proxy tunnel if configured, TLS.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    io,
    net::SocketAddr,
    rc::Rc,
    sync::Arc,
};

use rustls::pki_types::ServerName;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::Instant,
};

use super::{
    Cause, ErrorClass, Failure, Phase, Probe, RateLimit, Turn,
    names::Names,
    stream::{ByteStream, Scratch},
    tls::Connector,
};
use crate::{
    net::tunnel,
    plan::{
        HttpOptions, Origin,
        http::{Reuse, Version},
    },
};

/// Most origins that values and redirects may add to those of the plan.
const MAX_FOUND: usize = 1_024;

/// State that all connections of a worker share.
pub(crate) struct Network {
    pub http: HttpOptions,
    origins: RefCell<Vec<Rc<Origin>>>,
    most_origins: usize,
    tls: Connector,
    names: Names,
    /// Origins that negotiated HTTP/1.1, or require it.
    plain: RefCell<HashSet<usize>>,
    open: Rc<Cell<u64>>,
    pub scratch: Scratch,
    /// The turns of requests, where their rate is limited.
    pub turn: Turn,
}

/// A connection that was just opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub stream: ByteStream,
    pub mark: OpenMark,
    /// Whether HTTP/2 was negotiated.
    pub multiplexed: bool,
}

/// Counts an open connection for as long as it lives.
#[derive(Debug)]
pub(crate) struct OpenMark(Rc<Cell<u64>>);

impl Drop for OpenMark {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Network {
    /// A network without connections.
    #[must_use]
    pub(crate) fn new(origins: &[Origin], http: HttpOptions, tls: Connector) -> Self {
        Self {
            most_origins: origins.len() + MAX_FOUND,
            origins: RefCell::new(origins.iter().cloned().map(Rc::new).collect()),
            names: Names::new(http.names.clone()),
            http,
            tls,
            plain: RefCell::default(),
            open: Rc::default(),
            scratch: Scratch::default(),
            turn: Turn::default(),
        }
    }

    /// The same network below a limit of requests.
    #[must_use]
    pub(crate) fn limited(self, limit: Option<Arc<RateLimit>>) -> Self {
        Self { turn: Turn::of(limit), ..self }
    }

    /// Number of open connections.
    #[must_use]
    pub(crate) fn open_connections(&self) -> u64 {
        self.open.get()
    }

    /// The origin with this index.
    #[must_use]
    pub(crate) fn server(&self, number: usize) -> Option<Rc<Origin>> {
        self.origins.borrow().get(number).cloned()
    }

    /// The index of an origin, which is added if it is new; None when there are too many.
    #[must_use]
    pub(crate) fn origin(&self, wanted: &Origin) -> Option<usize> {
        let mut origins = self.origins.borrow_mut();
        let known = origins.iter().position(|origin| **origin == *wanted);
        if known.is_none() && origins.len() < self.most_origins {
            origins.push(Rc::new(wanted.clone()));
            return Some(origins.len() - 1);
        }
        known
    }

    /// Whether connections are reused between requests.
    #[must_use]
    pub(crate) fn reuses(&self) -> bool {
        self.http.connections != Reuse::PerRequest
    }

    /// Whether a connection to an origin may use HTTP/2.
    #[must_use]
    pub(crate) fn may_multiplex(&self, origin: usize) -> bool {
        match self.http.version {
            Version::One => false,
            Version::Two => !self.plain.borrow().contains(&origin),
            Version::Auto => {
                self.server(origin).is_some_and(|origin| origin.tls) && !self.plain.borrow().contains(&origin)
            }
        }
    }

    /// Whether a proxy before an origin must tunnel: for TLS, and for HTTP/2 without TLS, which it could not read.
    #[must_use]
    pub(crate) fn needs_tunnel(&self, origin: &Origin, may_multiplex: bool) -> bool {
        origin.tls || self.http.version == Version::Two && may_multiplex
    }

    /// Opens a connection to an origin, marking each phase.
    ///
    /// # Errors
    /// The class of the failure.
    pub(crate) async fn open(&self, position: usize, probe: &mut Probe<'_>) -> Result<Opened, Failure> {
        self.open_with(position, self.may_multiplex(position), probe).await
    }

    /// Opens a connection that is to carry HTTP/1.1, whatever the origin has.
    ///
    /// # Errors
    /// The class of the failure.
    pub(crate) async fn open_http1(&self, position: usize, probe: &mut Probe<'_>) -> Result<Opened, Failure> {
        self.open_with(position, false, probe).await
    }

    async fn open_with(&self, position: usize, may_multiplex: bool, probe: &mut Probe<'_>) -> Result<Opened, Failure> {
        probe.enter(Phase::Dns);
        let origin = self.server(position).ok_or(ErrorClass::Redirect)?;
        self.names.check_not_blocked(&origin.host, origin.port)?;
        let proxy = self.http.proxies.between(&origin.host, origin.port, origin.tls);
        let (host, port) = proxy.map_or((&origin.host, origin.port), |proxy| (&proxy.host, proxy.port));
        let by_proxy = |failure: Failure| match proxy {
            Some(_) => {
                let (place, words) = (format!("{host}:{port}: "), failure.words());
                let words = words.strip_prefix(&place).unwrap_or(&words);
                Failure::text(failure.class, format!("the proxy {place}{words}"))
            }
            None => failure,
        };
        let addresses = self.names.addresses(host, port).await.map_err(by_proxy)?;
        probe.enter(Phase::Connect);
        let begin = Instant::now();
        let mut stream = self.connect_any(&addresses).await.map_err(by_proxy)?;
        self.open.set(self.open.get() + 1);
        let mark = OpenMark(self.open.clone());
        probe.connected(begin.elapsed().as_secs_f64());
        if let Some(proxy) = proxy.filter(|_| self.needs_tunnel(&origin, may_multiplex)) {
            let opened = tunnel::open(&mut stream, (&origin.host, origin.port), proxy).await;
            opened.map_err(|error| Failure::text(ErrorClass::Proxy, error.to_string()))?;
        }
        if !origin.tls {
            let multiplexed = self.http.version == Version::Two && may_multiplex;
            return Ok(Opened { stream: ByteStream::Plain(stream), mark, multiplexed });
        }
        probe.enter(Phase::Tls);
        let begin = Instant::now();
        let name = self.http.tls.server_name.as_ref().unwrap_or(&origin.host);
        let name = ServerName::try_from(name.clone())
            .map_err(|_| Failure::text(ErrorClass::Tls, format!("`{name}` is not a valid server name")))?;
        // Boxed, because the future is large: thousands of users that connect at once without TLS should not pay for it.
        let shaken = Box::pin(self.tls.get(may_multiplex)?.connect(name, stream)).await;
        let stream = shaken.map_err(|error| Failure::of_io(Phase::Tls, error))?;
        probe.secured(begin.elapsed().as_secs_f64());
        let multiplexed = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        match self.http.version {
            // ALPN offered HTTP/2 alone, and the server selected no protocol: it has no HTTP/2.
            Version::Two if !multiplexed && may_multiplex => {
                return Err(Failure::text(ErrorClass::Tls, "the server does not speak HTTP/2 (no `h2` in its ALPN)"));
            }
            Version::Auto if !multiplexed && may_multiplex => {
                self.plain.borrow_mut().insert(position);
            }
            _ => {}
        }
        Ok(Opened { stream: ByteStream::Tls(Box::new(stream)), mark, multiplexed })
    }

    /// From now on an origin is asked over HTTP/1.1 alone, because it requires that.
    pub(crate) fn require_http1(&self, origin: usize) {
        self.plain.borrow_mut().insert(origin);
    }

    async fn connect_any(&self, addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
        let mut last = Failure::from(ErrorClass::NoSocket);
        for address in addresses {
            let connected = match self.names.local_address(*address) {
                None => TcpStream::connect(address).await,
                Some(own) => connect_from(SocketAddr::new(own, 0), *address).await,
            };
            match connected {
                Ok(stream) => {
                    stream.set_nodelay(true).map_err(|error| Failure::of_io(Phase::Connect, error))?;
                    return Ok(stream);
                }
                Err(error) => {
                    let class = ErrorClass::of_io(Phase::Connect, &error);
                    last = Failure::because(class, Cause::Connect(*address, error));
                }
            }
        }
        Err(last)
    }
}

async fn connect_from(own: SocketAddr, peer: SocketAddr) -> io::Result<TcpStream> {
    let socket = if peer.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind(own)?;
    socket.connect(peer).await
}

impl std::fmt::Debug for Network {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Network").field("open", &self.open).finish_non_exhaustive()
    }
}
