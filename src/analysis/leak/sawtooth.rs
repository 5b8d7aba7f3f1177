//! Sawtooth: use that grows slowly and falls at once, again and again, as under a garbage collector.

use crate::analysis::statistics::{
    sample::quantile,
    series::{Point, values},
};

/// A fall is at least this share of the range of the use.
const FALL: f64 = 0.5;
/// Falls that make a sawtooth.
const MIN_FALLS: usize = 3;
/// As many rises of the same size to a fall are noise.
const RISES: f64 = 0.25;

/// The lowest value after each fall; None if the use is no sawtooth.
pub(super) fn troughs(points: &[Point]) -> Option<Vec<Point>> {
    let all = values(points);
    let height = FALL * (quantile(&all, 0.95)? - quantile(&all, 0.05)?);
    if height <= 0.0 {
        return None;
    }
    let steps = || points.windows(2).map(|pair| pair[1].value - pair[0].value);
    let falls = steps().filter(|step| -*step > height).count();
    let rises = steps().filter(|step| *step > height).count();
    if falls < MIN_FALLS || rises as f64 > RISES * falls as f64 {
        return None;
    }
    let mut troughs: Vec<Point> = Vec::new();
    let mut was_fall = false;
    for pair in points.windows(2) {
        let is_fall = pair[0].value - pair[1].value > height;
        match troughs.last_mut() {
            // A fall that takes two windows has one end.
            Some(last) if is_fall && was_fall => *last = pair[1],
            _ if is_fall => troughs.push(pair[1]),
            _ => {}
        }
        was_fall = is_fall;
    }
    Some(troughs)
}
