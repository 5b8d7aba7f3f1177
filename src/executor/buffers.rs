//! Memory for rendered requests, used again and again: as many as are written at once, and not one for each user.

use std::cell::RefCell;

use crate::plan::rendering::Rendered;

/// Most unused buffers that are kept.
const SPARE: usize = 64;

/// The spare buffers of a worker.
#[derive(Debug, Default)]
pub(crate) struct Buffers(RefCell<Vec<Rendered>>);

impl Buffers {
    /// A buffer; what is in it is of no meaning.
    #[must_use]
    pub(crate) fn take(&self) -> Rendered {
        self.0.borrow_mut().pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(crate) fn give_back(&self, buffer: Rendered) {
        let mut spare = self.0.borrow_mut();
        if spare.len() < SPARE && buffer.is_small() {
            spare.push(buffer);
        }
    }
}
