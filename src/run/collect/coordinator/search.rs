//! The search for the breaking point sees each interval, and what it does is an event.

use super::Coordinator;
use crate::metric::Interval;

impl Coordinator {
    /// Lets the search decide on the next rate, if the run is one.
    pub(super) fn search(&mut self, interval: &Interval) {
        let cpu_seconds = self.assembler.worker_cpu_seconds();
        let searching = self.searching.as_mut().filter(|_| self.control.current().stop.is_none());
        let text = searching.and_then(|searching| searching.observe(interval, cpu_seconds, &self.control));
        text.into_iter().for_each(|text| self.event("search", text));
    }
}
