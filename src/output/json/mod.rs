//! k6's JSON lines: every sample, into a file or to standard output.

pub(super) mod format;

use self::format::JsonFormat;
use super::{
    address::{Address, error::AddressError},
    kind::{OutputKind, ParsedOutput},
    sample_file,
};

/// The kind.
pub(super) struct Json;

impl OutputKind for Json {
    fn names(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        sample_file::parse(address, "metrics.json", JsonFormat::new)
    }
}
