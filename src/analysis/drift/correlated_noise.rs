//! Least squares in first-order autocorrelated noise: S. J. Prais and C. B. Winsten, "Trend estimators and serial
//! correlation", Cowles Commission Discussion Paper 383 (1954). Each value less ρ times the one before leaves
//! independent noise; regressors are transformed alike.

/// A constant and one more regressor, fitted at a given autocorrelation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    /// Coefficient of the regressor.
    pub coefficient: f64,
    /// The coefficient in standard errors.
    pub t: f64,
    /// Logarithm of the likelihood, up to a constant that all fits to the same values share.
    pub log_likelihood: f64,
}

/// Values of which the autocorrelation is taken out, and the same for a constant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transformed {
    rho: f64,
    values: Vec<f64>,
    constant: Vec<f64>,
    // Sums of products.
    constants: f64,
    constant_values: f64,
    // Sum of squares that a constant leaves.
    left: f64,
}

fn transform(values: &[f64], rho: f64) -> Vec<f64> {
    let first = values.first().map(|value| value * (1.0 - rho * rho).sqrt());
    let rest = values.windows(2).map(|pair| pair[1] - rho * pair[0]);
    first.into_iter().chain(rest).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Transformed {
    /// Takes an autocorrelation of `rho` (below one) out of equally spaced values.
    #[must_use]
    pub(crate) fn new(values: &[f64], rho: f64) -> Self {
        // Around the middle, so that a level that is large beside the noise costs no accuracy.
        let center = values.iter().sum::<f64>() / (values.len() as f64).max(1.0);
        let around: Vec<f64> = values.iter().map(|value| value - center).collect();
        let constant = transform(&vec![1.0; values.len()], rho);
        let values = transform(&around, rho);
        let (constants, constant_values) = (dot(&constant, &constant), dot(&constant, &values));
        let left = dot(&values, &values) - constant_values.powi(2) / constants.max(f64::MIN_POSITIVE);
        Self { rho, values, constant, constants, constant_values, left }
    }

    /// The fit of a constant and a line.
    #[must_use]
    pub(crate) fn line(&self) -> Option<Fit> {
        let middle = (self.values.len() as f64 - 1.0) / 2.0;
        let line: Vec<f64> = (0..self.values.len()).map(|index| index as f64 - middle).collect();
        let line = transform(&line, self.rho);
        self.fit(&self.explain(dot(&line, &line), dot(&line, &self.constant), dot(&line, &self.values)))
    }

    /// The likeliest fit of a constant and a step, with the first index of the new level; at least `margin` values on both
    /// sides.
    #[must_use]
    pub(crate) fn best_step(&self, margin: usize) -> Option<(usize, Fit)> {
        let count = self.values.len();
        let rest = 1.0 - self.rho;
        let mut after = 0.0;
        let mut best: Option<(usize, Explained)> = None;
        for first in (1..count).rev() {
            let following = (count - 1 - first) as f64;
            let squares = 1.0 + rest * rest * following;
            let constants = rest * (1.0 + rest * following);
            let products = self.values[first] + rest * after;
            if first >= margin && count - first >= margin {
                let explained = self.explain(squares, constants, products);
                let is_better = best.as_ref().is_none_or(|(_, best)| explained.squares() > best.squares());
                best = if is_better { Some((first, explained)) } else { best };
            }
            after += self.values[first];
        }
        let (first, explained) = best?;
        self.fit(&explained).map(|fit| (first, fit))
    }

    /// What a regressor explains beside the constant, from its sums of products.
    fn explain(&self, squares: f64, constants: f64, products: f64) -> Explained {
        let own = squares - constants * constants / self.constants;
        let shared = products - constants * self.constant_values / self.constants;
        // A regressor that the constant contains explains nothing.
        if own > 1e-9 * squares { Explained { own, shared } } else { Explained { own: 1.0, shared: 0.0 } }
    }

    fn fit(&self, explained: &Explained) -> Option<Fit> {
        let (count, Explained { own, shared }) = (self.values.len() as f64, *explained);
        let freedom = count - 3.0;
        // A fit may be exact, or the values constant: then nothing is left.
        let noise = (self.left - explained.squares()).max(self.left * 1e-12).max(f64::MIN_POSITIVE);
        let log_likelihood = -0.5 * count * (noise / count).ln() + 0.5 * (1.0 - self.rho * self.rho).ln();
        let fit = Fit { coefficient: shared / own, t: shared / (own * noise / freedom).sqrt(), log_likelihood };
        (freedom >= 1.0 && fit.t.is_finite() && fit.log_likelihood.is_finite()).then_some(fit)
    }
}

/// Sums of products of a regressor, less what the constant explains.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Explained {
    /// Of the regressor with itself.
    own: f64,
    /// Of the regressor with the values.
    shared: f64,
}

impl Explained {
    /// Sum of squares that the regressor takes out of the values.
    fn squares(&self) -> f64 {
        self.shared * self.shared / self.own
    }
}

#[cfg(test)]
mod tests;
