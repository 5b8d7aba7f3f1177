//! Steps within a stream or a socket: what they can't do.

use crate::plan::Op;

/// Whether only the flow of an iteration can do it: it sends a request, takes a row, runs branches, or ends the iteration.
pub(super) fn needs_a_flow(op: &Op) -> bool {
    matches!(
        op,
        Op::Send(..) | Op::Retry(_) | Op::Row { .. } | Op::Parallel(_) | Op::Detach { .. } | Op::Leave | Op::End
    )
}
