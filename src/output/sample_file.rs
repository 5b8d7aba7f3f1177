//! An output that writes every sample into a file or to standard output: what the sample formats have in common.

use std::sync::Arc;

use super::{
    address::{Address, Place, error::AddressError},
    kind::{BuildError, Context, Output, ParsedOutput, Parts, Reads},
    samples::{SampleFormat, SampleOptions, expansion::MetricSelection},
};

/// Makes a format.
type NewFormat<F> = fn(SampleOptions) -> F;

struct SampleFile<F> {
    place: Place,
    new: NewFormat<F>,
}

/// Reads the address of an output in a sample format; `default` is its usual file.
pub(super) fn parse<F: SampleFormat + 'static>(
    address: Address<'_>,
    default: &str,
    new: NewFormat<F>,
) -> Result<ParsedOutput, AddressError> {
    let file = address.or_default(default).file()?;
    file.options.finish()?;
    let output = Arc::new(SampleFile { place: file.place.clone(), new });
    Ok(ParsedOutput { place: file.place, shown: None, saved: file.saved, output })
}

impl<F: SampleFormat + 'static> Output for SampleFile<F> {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let options = context.sample_options(MetricSelection::default());
        let new = self.new;
        let format = move || new(options.clone());
        context.to_file(&self.place, format().head(), context.records(format)?)
    }

    fn reads(&self) -> Reads {
        Reads::Records
    }
}
