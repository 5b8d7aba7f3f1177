//! k6's CSV: every sample, into a file or to standard output.

pub(super) mod format;

use std::sync::Arc;

use self::format::CsvFormat;
use super::{
    address::{Address, Place, error::AddressError},
    kind::{BuildError, Context, Output, OutputKind, ParsedOutput, Parts, Reads},
    samples::{SampleFormat, expansion::Selection},
};

/// The kind.
pub(super) struct Csv;

/// A CSV file.
struct CsvOutput {
    place: Place,
}

impl OutputKind for Csv {
    fn names(&self) -> &'static [&'static str] {
        &["csv"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        let file = address.or_default("metrics.csv").file()?;
        file.options.finish()?;
        let output = Arc::new(CsvOutput { place: file.place.clone() });
        Ok(ParsedOutput { place: file.place, shown: None, saved: file.saved, output })
    }
}

impl Output for CsvOutput {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let options = context.sample_options(Selection::default());
        let format = move || CsvFormat::new(options.clone());
        context.to_file(&self.place, format().head(), context.records(format)?)
    }

    fn reads(&self) -> Reads {
        Reads::Records
    }
}
