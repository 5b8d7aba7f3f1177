//! Opening connections: name look-up (cached), TCP over each address in turn, TLS.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    io,
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};

use rustls::pki_types::ServerName;
use tokio::{
    net::{TcpStream, lookup_host},
    time::Instant,
};
use tokio_rustls::TlsConnector;

use super::{
    ErrorClass, Probe, Stage,
    stream::{Scratch, Stream},
};
use crate::plan::Origin;

/// How long a looked-up name is trusted; k6's default.
const NAME_TTL: Duration = Duration::from_secs(300);

/// Servers a worker knows at once.
const MOST_ORIGINS: usize = 1_000;

/// What all connections of a worker share.
pub struct Network {
    /// Those of the plan first; others come from values and redirects.
    origins: RefCell<Vec<Origin>>,
    tls: TlsConnector,
    names: RefCell<HashMap<usize, (Instant, Rc<[SocketAddr]>)>>,
    open: Rc<Cell<u64>>,
    /// The worker's read buffer.
    pub scratch: Scratch,
}

/// Counts an open connection for as long as it lives.
#[derive(Debug)]
pub struct OpenMark(Rc<Cell<u64>>);

impl Drop for OpenMark {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Network {
    /// A network without connections.
    #[must_use]
    pub fn new(origins: &[Origin], tls: TlsConnector) -> Self {
        Self {
            origins: RefCell::new(origins.to_vec()),
            tls,
            names: RefCell::default(),
            open: Rc::default(),
            scratch: Scratch::default(),
        }
    }

    /// The number of an origin, new or known; None when there are too many to know another.
    #[must_use]
    pub fn origin(&self, wanted: &Origin) -> Option<usize> {
        let mut origins = self.origins.borrow_mut();
        let known = origins.iter().position(|origin| origin == wanted);
        if known.is_none() && origins.len() < MOST_ORIGINS {
            origins.push(wanted.clone());
            return Some(origins.len() - 1);
        }
        known
    }

    /// The origin of a number.
    #[must_use]
    pub fn origin_at(&self, number: usize) -> Option<Origin> {
        self.origins.borrow().get(number).cloned()
    }

    /// Connections that are open now.
    #[must_use]
    pub fn open_connections(&self) -> u64 {
        self.open.get()
    }

    /// Opens a connection to an origin of the plan, marking each phase.
    ///
    /// # Errors
    /// The class of the failure.
    pub async fn open(&self, origin: usize, probe: &mut Probe<'_>) -> Result<(Stream, OpenMark), ErrorClass> {
        let tls = self.origins.borrow()[origin].tls;
        probe.enter(Stage::Dns);
        let addresses = self.look_up(origin).await.map_err(|error| ErrorClass::of_io(Stage::Dns, &error))?;
        probe.enter(Stage::Connect);
        let begin = Instant::now();
        let stream = connect_any(&addresses).await.map_err(|error| ErrorClass::of_io(Stage::Connect, &error))?;
        self.open.set(self.open.get() + 1);
        let mark = OpenMark(self.open.clone());
        probe.connected(begin.elapsed().as_secs_f64());
        if !tls {
            return Ok((Stream::Plain(stream), mark));
        }
        probe.enter(Stage::Tls);
        let begin = Instant::now();
        let name = ServerName::try_from(self.origins.borrow()[origin].host.clone()).map_err(|_| ErrorClass::Tls)?;
        let stream = self.tls.connect(name, stream).await.map_err(|error| ErrorClass::of_io(Stage::Tls, &error))?;
        probe.secured(begin.elapsed().as_secs_f64());
        Ok((Stream::Tls(Box::new(stream)), mark))
    }

    async fn look_up(&self, origin: usize) -> io::Result<Rc<[SocketAddr]>> {
        if let Some((until, addresses)) = self.names.borrow().get(&origin)
            && *until > Instant::now()
        {
            return Ok(addresses.clone());
        }
        let Origin { host, port, .. } = self.origins.borrow()[origin].clone();
        let addresses: Rc<[SocketAddr]> = lookup_host((host.as_str(), port)).await?.collect();
        if addresses.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.names.borrow_mut().insert(origin, (Instant::now() + NAME_TTL, addresses.clone()));
        Ok(addresses)
    }
}

async fn connect_any(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl std::fmt::Debug for Network {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Network").field("open", &self.open).finish_non_exhaustive()
    }
}
