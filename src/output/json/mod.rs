//! k6's JSON lines: every sample, into a file or to standard output.

pub(super) mod format;

use std::sync::Arc;

use self::format::JsonFormat;
use super::{
    address::{Address, Place, error::AddressError},
    kind::{BuildError, Context, Output, OutputKind, ParsedOutput, Parts, Reads},
    samples::{SampleFormat, expansion::Selection},
};

/// The kind.
pub(super) struct Json;

/// A file of JSON lines.
struct JsonOutput {
    place: Place,
}

impl OutputKind for Json {
    fn names(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        let file = address.or_default("metrics.json").file()?;
        file.options.finish()?;
        let output = Arc::new(JsonOutput { place: file.place.clone() });
        Ok(ParsedOutput { place: file.place, shown: None, saved: file.saved, output })
    }
}

impl Output for JsonOutput {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let options = context.sample_options(Selection::default());
        let format = move || JsonFormat::new(options.clone());
        context.to_file(&self.place, format().head(), context.records(format)?)
    }

    fn reads(&self) -> Reads {
        Reads::Records
    }
}
