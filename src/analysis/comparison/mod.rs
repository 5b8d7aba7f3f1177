//! Comparison: is a run worse than another, better, or the same?
//!
//! Owns the judgement from blocks: parts of two runs that are long enough to be independent ([`blocks`]), or whole runs
//! when there are several. Requests are no sample: they share what the system does in each second, and tests on them
//! find differences between identical runs. Never says "same" when a difference that matters could hide. Start with
//! [`judge`]; [`runs`] cuts runs into blocks.
//!
//! B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
//! Biometrika 34 (1947), on logarithms: the result is a ratio.

pub(crate) mod blocks;
pub(crate) mod run_data;
pub(crate) mod runs;

use super::{
    judged::Better,
    statistics::{
        distribution::{student_limit, student_two_sided},
        holm,
        sample::{mean, variance},
    },
};

/// Fewer blocks a side than these are inconclusive.
const MIN_BLOCKS: usize = 3;
/// With a larger share of blocks without a value, what is left says nothing of the rest: an outage removes its own evidence.
const MAX_MISSING: f64 = 0.1;

/// How two values are set against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// New divided by base, block by block, for positive values.
    Ratio,
    /// New divided by the mean of base, for counts that may be zero in a block.
    OfMean,
    /// New less base, for shares that may be zero.
    Difference,
}

/// One metric of two runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Metric<'a> {
    /// One value for each block of the base run, or for each run of the base.
    pub base: &'a [f64],
    /// The same of the new run.
    pub new: &'a [f64],
    /// Factor by which the variance of the means is larger than blocks show: see [`blocks::Blocks::inflation`]; 1 for
    /// runs.
    pub inflation: f64,
    /// In which direction it is good.
    pub better: Better,
    /// How the values are set against each other.
    pub scale: Scale,
    /// Whether the blocks lie at the same times of the same varying load, so that each is set against its counterpart.
    pub paired: bool,
    /// Smallest difference that matters: 0.05 is 5 % for a ratio, or 0.05 in the unit of the metric for a difference.
    pub margin: f64,
}

/// The conclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conclusion {
    /// Worse, not by chance, and by more than the margin as far as can be estimated.
    Regressed,
    /// Better, not by chance, and by more than the margin as far as can be estimated.
    Improved,
    /// Any difference is smaller than the margin.
    Same,
    /// The data do not decide.
    Inconclusive(Why),
}

/// Why two runs can't be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Fewer than three blocks on a side.
    TooFewBlocks,
    /// Given the number of metrics, the difference may be chance, or one that matters.
    Noise,
    /// There is a difference, which is estimated to be within the margin and may be beyond it.
    NearMargin,
    /// A run is invalid: its numbers mean nothing.
    Invalid,
}

/// The finding on one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Finding {
    /// The conclusion.
    pub conclusion: Conclusion,
    /// New to base: a ratio (1 is equal) or a difference (0 is equal); NaN with too few blocks.
    pub estimate: f64,
    /// Lower and upper limit (95 %) of the same.
    pub interval: [f64; 2],
    /// Chance of such a difference between equal systems, adjusted for the number of metrics.
    pub p: f64,
}

impl Finding {
    /// The finding without blocks.
    pub(crate) const UNDECIDED: Self = Self {
        conclusion: Conclusion::Inconclusive(Why::TooFewBlocks),
        estimate: f64::NAN,
        interval: [f64::NAN; 2],
        p: f64::NAN,
    };
}

/// Judges several metrics of the same two runs; `alpha` is the chance of any false difference, 0.05 as a rule.
///
/// Between equal systems (50 requests a second, 5 minutes, 10 % common noise) p95 differs in 0.0 / 0.3 / 4.5 % of
/// pairs at an autocorrelation of 0 / 0.5 / 0.9 (`simulation/comparison.rs`). What varies from run to run is not in it: that
/// needs several runs.
#[must_use]
pub(crate) fn judge(metrics: &[Metric], alpha: f64) -> Vec<Finding> {
    let welch: Vec<Option<Welch>> = metrics.iter().map(Welch::of).collect();
    let p: Vec<f64> = welch.iter().map(|welch| welch.map_or(f64::NAN, |welch| welch.p())).collect();
    let findings = metrics.iter().zip(welch).zip(holm::adjust(&p));
    findings.map(|((metric, welch), p)| finding(metric, welch, p, alpha)).collect()
}

/// Difference of two means with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Welch {
    difference: f64,
    error: f64,
    freedom: f64,
}

impl Welch {
    fn of(metric: &Metric) -> Option<Self> {
        let known: Vec<f64> = metric.base.iter().copied().filter(|value| value.is_finite()).collect();
        let base_mean = mean(&known).filter(|mean| *mean > 0.0).unwrap_or(f64::NAN);
        let scaled = |value: &f64| match metric.scale {
            Scale::Ratio if *value > 0.0 => value.ln(),
            Scale::Ratio => f64::NAN,
            Scale::OfMean => value / base_mean,
            Scale::Difference => *value,
        };
        if metric.paired {
            let differences = metric.base.iter().zip(metric.new).map(|(base, new)| scaled(new) - scaled(base));
            return Self::of_pairs(&differences.filter(|one| one.is_finite()).collect::<Vec<_>>(), metric.inflation);
        }
        let finite = |values: &[f64]| -> Vec<f64> { values.iter().map(scaled).filter(|one| one.is_finite()).collect() };
        let (base, new) = (finite(metric.base), finite(metric.new));
        if base.len().min(new.len()) < MIN_BLOCKS {
            return None;
        }
        let (n, m) = (base.len() as f64, new.len() as f64);
        let (a, b) = (variance(&base)? / n, variance(&new)? / m);
        // Equal blocks without any variance: rounding is all the noise there is.
        let least = f64::EPSILON * mean(&base)?.abs().max(1e-300);
        let error = ((a + b) * metric.inflation.max(1.0)).sqrt().max(least);
        let spread = a * a / (n - 1.0) + b * b / (m - 1.0);
        let freedom = if spread > 0.0 { (a + b).powi(2) / spread } else { n + m - 2.0 };
        Some(Self { difference: mean(&new)? - mean(&base)?, error, freedom })
    }

    fn of_pairs(differences: &[f64], inflation: f64) -> Option<Self> {
        if differences.len() < MIN_BLOCKS {
            return None;
        }
        let (count, difference) = (differences.len() as f64, mean(differences)?);
        let error = (variance(differences)? / count * inflation.max(1.0)).sqrt().max(f64::EPSILON);
        Some(Self { difference, error, freedom: count - 1.0 })
    }

    fn p(&self) -> f64 {
        student_two_sided(self.difference / self.error, self.freedom)
    }

    fn interval(&self) -> [f64; 2] {
        let half = student_limit(0.05, self.freedom) * self.error;
        [self.difference - half, self.difference + half]
    }
}

fn finding(metric: &Metric, welch: Option<Welch>, p: f64, alpha: f64) -> Finding {
    let Some(welch) = welch else { return Finding::UNDECIDED };
    let margin = match metric.scale {
        Scale::Ratio => metric.margin.max(0.0).ln_1p(),
        Scale::OfMean | Scale::Difference => metric.margin.max(0.0),
    };
    let [low, high] = welch.interval();
    let is_different = p <= alpha;
    let is_worse = (welch.difference > 0.0) == (metric.better == Better::Lower);
    let conclusion = if is_different && welch.difference.abs() > margin {
        if is_worse { Conclusion::Regressed } else { Conclusion::Improved }
    } else if -margin <= low && high <= margin {
        Conclusion::Same
    } else {
        Conclusion::Inconclusive(if is_different { Why::NearMargin } else { Why::Noise })
    };
    let conclusion = match conclusion {
        Conclusion::Same | Conclusion::Improved if lacks_values(metric) => Conclusion::Inconclusive(Why::TooFewBlocks),
        other => other,
    };
    let shown = |value: f64| match metric.scale {
        Scale::Ratio => value.exp(),
        Scale::OfMean => 1.0 + value,
        Scale::Difference => value,
    };
    Finding { conclusion, estimate: shown(welch.difference), interval: [shown(low), shown(high)], p }
}

/// Whether many blocks of a side have no value.
fn lacks_values(metric: &Metric) -> bool {
    let missing = |values: &[f64]| values.iter().filter(|value| !value.is_finite()).count() as f64;
    [metric.base, metric.new].iter().any(|values| missing(values) > MAX_MISSING * values.len() as f64)
}

#[cfg(test)]
mod tests;
