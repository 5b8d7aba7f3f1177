//! Counts of simulated outcomes and the table that shows them.

/// Limit of the normal distribution for an interval of 95 %.
const Z: f64 = 1.959_964;

/// What a case must show.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    /// The rate is at most this: its lower limit must not exceed it.
    AtMost(f64),
    /// The rate is at least this: its upper limit must not be below it.
    AtLeast(f64),
    /// For information.
    Shown,
}

/// One case.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The case in words.
    pub case: String,
    /// Runs with the outcome that is counted.
    pub hits: u64,
    /// All runs.
    pub runs: u64,
    /// What it must show.
    pub bound: Bound,
}

impl Row {
    /// Whether the rate is within its bound, as far as so many runs show.
    pub(crate) fn holds(&self) -> bool {
        let [low, high] = wilson(self.hits, self.runs);
        match self.bound {
            Bound::AtMost(most) => low <= most,
            Bound::AtLeast(least) => high >= least,
            Bound::Shown => true,
        }
    }

    fn text(&self) -> String {
        let [low, high] = wilson(self.hits, self.runs);
        let rate = self.hits as f64 / (self.runs as f64).max(1.0);
        let percent = |share: f64| format!("{:.2} %", 100.0 * share);
        let bound = match self.bound {
            Bound::AtMost(most) => format!("≤ {}", percent(most)),
            Bound::AtLeast(least) => format!("≥ {}", percent(least)),
            Bound::Shown => String::new(),
        };
        let holds = match self.bound {
            Bound::Shown => "",
            _ if self.holds() => "yes",
            _ => "**no**",
        };
        let [low, high, rate] = [low, high, rate].map(percent);
        format!("| {} | {} | {rate} | {low} – {high} | {bound} | {holds} |\n", self.case, self.runs)
    }
}

/// A Markdown table.
pub(crate) fn table(rows: &[Row]) -> String {
    let head = "| case | runs | rate | 95 % interval | required | holds |\n|---|---|---|---|---|---|\n";
    rows.iter().fold(head.to_owned(), |text, row| text + &row.text())
}

/// Counts the runs of which `outcome` is true; the number of the run seeds it.
pub(crate) fn count(runs: u64, mut outcome: impl FnMut(u64) -> bool) -> u64 {
    (0..runs).map(|run| u64::from(outcome(run))).sum()
}

/// Lower and upper limit (95 %) of the true share after `hits` in `trials`: E. B. Wilson, "Probable inference, the law of
/// succession, and statistical inference", JASA 22 (1927).
fn wilson(hits: u64, trials: u64) -> [f64; 2] {
    let n = trials.max(1) as f64;
    let share = hits as f64 / n;
    let scale = 1.0 / (1.0 + Z * Z / n);
    let center = scale * (share + Z * Z / (2.0 * n));
    let half = scale * Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    [(center - half).max(0.0), (center + half).min(1.0)]
}
