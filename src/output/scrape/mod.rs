//! `/metrics` to be scraped: the totals of the run so far.
//!
//! A scraper sees the present; what lies between two scrapes it sees only in sums, which lose nothing.

pub(super) mod exposition;
mod page;
mod server;

use std::{net::SocketAddr, rc::Rc, sync::Arc};

use self::server::ScrapeServer;
use super::{
    address::{Address, Place, error::AddressError},
    kind::{BuildError, Context, DataSource, Output, OutputKind, ParsedOutput, Parts, Reads},
    naming::read_prefix_option,
};

/// The kind.
pub(super) struct Scrape;

/// An address to listen on.
pub(super) struct ScrapeOutput {
    listen: SocketAddr,
    pub(super) prefix: String,
}

impl OutputKind for Scrape {
    fn names(&self) -> &'static [&'static str] {
        &["scrape"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        // On this machine only, at the port that OpenTelemetry's exporters use.
        let mut address = address.or_default("127.0.0.1:9464").listen()?;
        let prefix = read_prefix_option(&mut address.options)?;
        address.options.finish()?;
        let output = Arc::new(ScrapeOutput { listen: address.listen, prefix });
        // There is nothing to replay.
        Ok(ParsedOutput { place: Place::Listen(address.listen), shown: None, saved: None, output })
    }
}

impl Output for ScrapeOutput {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let server = ScrapeServer::bind(self.listen, context.name, &self.prefix, context.labels())?;
        Ok(Parts::Serve(Rc::new(server)))
    }

    fn reads(&self) -> Reads {
        Reads::Live
    }

    fn data_source(&self) -> Option<DataSource> {
        Some(DataSource::Prometheus)
    }
}
