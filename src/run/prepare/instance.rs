//! The name of this process among those of a run: the label `instance`, and OpenTelemetry's `service.instance.id`.
//!
//! Two processes whose series are equal overwrite each other in a database. A generated run ID sets them apart; one that was
//! given may be shared, with a process on the same host, too.

use rustix::system::uname;

use crate::plan::Partition;

/// Enough letters that a thousand processes of a run rarely meet.
const LETTERS: usize = 6;

/// The name: what `--instance` says, or the host, its part of the load, and letters where the run ID may be shared.
#[must_use]
pub(super) fn name(given: Option<&str>, run_id_is_given: bool, segment: Partition) -> String {
    if let Some(name) = given {
        return name.to_owned();
    }
    let mut name = uname().nodename().to_string_lossy().into_owned();
    if segment != Partition::WHOLE {
        let (part, of) = segment.place();
        name += &format!("-{part}-of-{of}");
    }
    if run_id_is_given {
        name.push('-');
        name.extend(std::iter::repeat_with(|| fastrand::char('a'..='z')).take(LETTERS));
    }
    name
}

#[cfg(test)]
mod tests;
