//! The normal and Student's t distribution.
//!
//! Student's t by the incomplete beta function with Lentz's continued fraction (Numerical Recipes, 3rd edition, §6.4 and
//! §6.14).

/// Steps of the continued fraction; it converges within a few dozen.
const STEPS: u32 = 300;

/// P(Z ≤ z) of the standard normal distribution.
#[must_use]
pub(crate) fn normal_cdf(z: f64) -> f64 {
    // Complementary error function, Numerical Recipes §6.2.2 (relative error 1.2e-7).
    const TERMS: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    if z.is_nan() {
        return f64::NAN;
    }
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let polynomial = TERMS.iter().rev().fold(0.0, |sum, term| sum * t + term);
    let upper = 0.5 * t * (polynomial - x * x).exp();
    if z > 0.0 { 1.0 - upper } else { upper }
}

/// P(|Z| > |z|) of the standard normal distribution.
#[must_use]
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    2.0 * normal_cdf(-z.abs())
}

/// P(|T| > |t|) of Student's t distribution with `freedom` degrees of freedom.
#[must_use]
pub(crate) fn student_two_sided(t: f64, freedom: f64) -> f64 {
    if t.is_nan() || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    if t.is_infinite() {
        return 0.0;
    }
    incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// The t with P(|T| > t) = `share`: half the width of an interval in standard errors.
#[must_use]
pub(crate) fn student_limit(share: f64, freedom: f64) -> f64 {
    if share.is_nan() || share <= 0.0 || freedom.is_nan() || freedom <= 0.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while student_two_sided(high, freedom) > share && high < 1e9 {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if student_two_sided(middle, freedom) > share { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// ln Γ(x) for x > 0, Lanczos' approximation.
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 6] = [
        76.180_091_729_471_46,
        -86.505_320_329_416_77,
        24.014_098_240_830_91,
        -1.231_739_572_450_155,
        0.001_208_650_973_866_179,
        -0.000_005_395_239_384_953,
    ];
    let series = TERMS.iter().zip(1_u8..).fold(1.000_000_000_190_015, |sum, (term, i)| sum + term / (x + f64::from(i)));
    let base = x + 5.5;
    (x + 0.5) * base.ln() - base + (2.506_628_274_631_000_5 * series / x).ln()
}

/// The regularised incomplete beta function.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    }
}

/// The continued fraction of the incomplete beta function.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut above = 1.0;
    let mut below = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = below;
    for step in 1..=STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            below = 1.0 / away_from_zero(1.0 + term * below);
            above = away_from_zero(1.0 + term / above);
            result *= below * above;
        }
        if (below * above - 1.0).abs() < 1e-12 {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests;
