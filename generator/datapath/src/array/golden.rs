//! What an array must compute, in plain integers; nothing here is shared with the hardware.

/// `result[m][n] = sum over k of activations[m][k] * weights[n][k]`.
pub fn product(activations: &[Vec<i32>], weights: &[Vec<i32>]) -> Vec<Vec<i128>> {
    let dot = |row: &Vec<i32>, column: &Vec<i32>| {
        row.iter().zip(column).map(|(&x, &w)| i128::from(x) * i128::from(w)).sum::<i128>()
    };
    activations.iter().map(|row| weights.iter().map(|column| dot(row, column)).collect()).collect()
}
