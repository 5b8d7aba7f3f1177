//! Thinning as a whole.
