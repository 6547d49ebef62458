//! What a core must compute, in plain integers; nothing here is shared with the hardware.

/// `y[m] = sum over n of weights[m][n] * activations[n]`.
pub fn product(weights: &[Vec<i8>], activations: &[i32]) -> Vec<i64> {
    let row = |row: &Vec<i8>| row.iter().zip(activations).map(|(&w, &x)| i64::from(w) * i64::from(x)).sum();
    weights.iter().map(row).collect()
}
