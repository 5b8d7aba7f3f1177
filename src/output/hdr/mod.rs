//! `HdrHistogram` interval log: a line per push and trend, into a file or to standard output.

pub(super) mod encoder;

use std::{sync::Arc, time::Duration};

use self::encoder::HdrEncoder;
use super::{
    address::{Address, Place, error::AddressError},
    kind::{BuildError, Context, Output, OutputKind, ParsedOutput, Parts},
};

/// The kind.
pub(super) struct Hdr;

/// An interval log.
pub(super) struct HdrOutput {
    place: Place,
    pub(super) interval: Option<Duration>,
}

impl OutputKind for Hdr {
    fn names(&self) -> &'static [&'static str] {
        &["hdr"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        let mut file = address.or_default("metrics.hlog").file()?;
        let interval = file.options.take_interval()?;
        file.options.finish()?;
        let output = Arc::new(HdrOutput { place: file.place.clone(), interval });
        Ok(ParsedOutput { place: file.place, shown: None, saved: file.saved, output })
    }
}

impl Output for HdrOutput {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let started = context.header.started_at_ms;
        let feed = context.intervals(self.interval, move || HdrEncoder::new(started))?;
        context.to_file(&self.place, HdrEncoder::new(started).head(), feed)
    }
}
