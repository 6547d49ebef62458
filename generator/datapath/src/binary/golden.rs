//! What a core must compute, in plain integers; nothing here is shared with the hardware.

/// The dot product of two vectors of -1 and +1.
pub fn dot_product(activations: &[i8], weights: &[i8]) -> i64 {
    activations.iter().zip(weights).map(|(&x, &w)| i64::from(x) * i64::from(w)).sum()
}

/// How many places differ.
pub fn distance(activations: &[i8], weights: &[i8]) -> i64 {
    activations.iter().zip(weights).filter(|(x, w)| x != w).count() as i64
}

/// Whether at least `threshold` places agree.
pub fn reaches(activations: &[i8], weights: &[i8], threshold: u64) -> bool {
    activations.iter().zip(weights).filter(|(x, w)| x == w).count() as u64 >= threshold
}
