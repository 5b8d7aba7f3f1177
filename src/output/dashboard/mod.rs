//! The live page: the report of a run that is in progress, in a browser.
//!
//! Serves the page, the stream of what is new, and the control API. Knows neither what the page shows nor what commands mean:
//! the run's [`LiveSource`](super::live_source::LiveSource) does. Start with [`server`].

mod server;

use std::{io, net::SocketAddr, rc::Rc, sync::Arc};

use self::server::DashboardServer;
use super::{
    address::{Address, Place, error::AddressError},
    kind::{BuildError, Context, Output, OutputKind, ParsedOutput, Parts, Reads},
};

/// The kind.
pub(super) struct Dashboard;

/// An address to listen on.
pub(super) struct DashboardOutput {
    listen: SocketAddr,
    /// Host names by which browsers may call it, beside those that can't be registered.
    hosts: Vec<String>,
}

impl OutputKind for Dashboard {
    fn names(&self) -> &'static [&'static str] {
        &["dashboard", "web-dashboard"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        // On this machine only, at the port of k6's.
        let mut address = address.or_default("127.0.0.1:5665").listen()?;
        let hosts = address.options.take("hosts").unwrap_or_default();
        address.options.finish()?;
        let hosts = hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect();
        let output = Arc::new(DashboardOutput { listen: address.listen, hosts });
        // There is nothing to replay.
        Ok(ParsedOutput { place: Place::Listen(address.listen), shown: None, saved: None, output })
    }
}

impl Output for DashboardOutput {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let source = context.live.clone().ok_or(BuildError::NotLive)?;
        let server = DashboardServer::bind(self.listen, context.name, self.hosts.clone(), source);
        Ok(Parts::Serve(Rc::new(server.map_err(|error| refused(self.listen, &error))?)))
    }

    fn reads(&self) -> Reads {
        Reads::Live
    }

    fn is_live_page(&self) -> bool {
        true
    }
}

fn refused(listen: SocketAddr, error: &io::Error) -> io::Error {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "\n  hint: another run may show its page there; take another port, for example dashboard={}:{}, or 0 for a free one",
            listen.ip(),
            listen.port().wrapping_add(1)
        ),
        _ => String::new(),
    };
    io::Error::new(error.kind(), format!("{error}{hint}"))
}
