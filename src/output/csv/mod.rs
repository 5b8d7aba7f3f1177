//! k6's CSV: every sample, into a file or to standard output.

pub(super) mod format;

use self::format::CsvFormat;
use super::{
    address::{Address, error::AddressError},
    kind::{OutputKind, ParsedOutput},
    sample_file,
};

/// The kind.
pub(super) struct Csv;

impl OutputKind for Csv {
    fn names(&self) -> &'static [&'static str] {
        &["csv"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        sample_file::parse(address, "metrics.csv", CsvFormat::new)
    }
}
