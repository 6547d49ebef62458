//! What an array must compute, in plain integers; nothing here is shared with the hardware.

/// `result[m][n] = sum over k of activations[m][k] * weights[n][k]`.
pub fn product(activations: &[Vec<i32>], weights: &[Vec<i32>]) -> Vec<Vec<i128>> {
    let dot = |row: &Vec<i32>, column: &Vec<i32>| {
        row.iter().zip(column).map(|(&x, &w)| i128::from(x) * i128::from(w)).sum::<i128>()
    };
    activations.iter().map(|row| weights.iter().map(|column| dot(row, column)).collect()).collect()
}

/// Zero points of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offsets {
    /// Of all activations.
    pub activation: i32,
    /// Of the weights of each column.
    pub weights: Vec<i32>,
}

impl Offsets {
    /// Zero for so many columns.
    pub fn none(columns: usize) -> Offsets {
        Offsets { activation: 0, weights: vec![0; columns] }
    }
}

/// `result[m][n] = sum over k of (activations[m][k] - offset) * (weights[n][k] - offset of n)`.
pub fn product_of_differences(activations: &[Vec<i32>], weights: &[Vec<i32>], offsets: &Offsets) -> Vec<Vec<i128>> {
    let less = |vector: &Vec<i32>, offset: i32| vector.iter().map(|number| number - offset).collect::<Vec<i32>>();
    let activations: Vec<_> = activations.iter().map(|row| less(row, offsets.activation)).collect();
    let weights: Vec<_> = weights.iter().zip(&offsets.weights).map(|(column, &offset)| less(column, offset)).collect();
    product(&activations, &weights)
}

/// Digit `position` of a weight by A. D. Booth in radix 4: `-2 b1 + b0 + b-1` of the bits there and below.
pub(crate) fn booth_digit(weight: i32, position: u32) -> i32 {
    let doubled = i64::from(weight) << 1 >> (2 * position);
    ((doubled & 1) + (doubled >> 1 & 1) - 2 * (doubled >> 2 & 1)) as i32
}
