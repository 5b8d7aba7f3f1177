//! A search for the breaking point at work: what it decides becomes the rates of the scenarios.

use crate::{
    analysis::{
        Reason,
        findings::{SearchFindings, SearchVerdict},
        search::{Command, Search},
    },
    control::Control,
    exit::Exit,
    metric::Interval,
    plan::Plan,
    units::show_rate,
};

/// The search of a run.
#[derive(Debug)]
pub(super) struct Searching {
    search: Search,
    /// Rate of each scenario at the start: their shares stay.
    rates: Vec<f64>,
    /// CPU seconds of the workers so far.
    cpu_seconds: f64,
}

impl Searching {
    /// The search of a plan, if it is one; from now on it sets the rates.
    #[must_use]
    pub(super) fn of(plan: &Plan, workers: usize, control: &Control) -> Option<Self> {
        let rates = plan.searched_rates()?;
        control.update(|state| state.is_search = true);
        let search = Search::new(rates.iter().sum(), &plan.thresholds, workers);
        Some(Self { search, rates, cpu_seconds: 0.0 })
    }

    /// Takes the next interval, and the CPU seconds of the workers so far; gives a sentence if it does something.
    pub(super) fn observe(&mut self, interval: &Interval, cpu_seconds: f64, control: &Control) -> Option<String> {
        let used = cpu_seconds - std::mem::replace(&mut self.cpu_seconds, cpu_seconds);
        match self.search.observe(interval, used)? {
            Command::Rate(rate) => {
                let all: f64 = self.rates.iter().sum();
                control.update(|state| state.rates = self.rates.iter().map(|one| Some(one / all * rate)).collect());
                Some(if rate > 0.0 {
                    format!("search: {}", show_rate(rate))
                } else {
                    "search: no arrivals until the target is idle".to_owned()
                })
            }
            Command::End => {
                control.update(|state| state.schedules_over = true);
                Some("search: done".to_owned())
            }
        }
    }

    /// What was found so far.
    #[must_use]
    pub(super) fn findings(&self) -> SearchFindings {
        self.search.findings()
    }

    /// Why the run is invalid: a limit of loadagent is no capacity.
    #[must_use]
    pub(super) fn invalid(&self) -> Option<Reason> {
        let is_limited = self.findings().verdict == SearchVerdict::GeneratorLimited;
        let text = "the search reached the limit of loadagent, not of the target; raise maxVUs, or use more cores";
        is_limited.then(|| Reason::new(Exit::Invalid, text))
    }
}
