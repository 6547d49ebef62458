//! Points of a product of axes, by position.

/// A product of some of the axes of a region, the last one fastest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Which axes.
    pub axes: Vec<usize>,
    /// How many values each has.
    pub lengths: Vec<usize>,
}

impl Grid {
    /// The product of `axes`, of the lengths that they have among all.
    pub fn new(axes: Vec<usize>, all_lengths: &[usize]) -> Grid {
        let lengths = axes.iter().map(|axis| all_lengths[*axis]).collect();
        Grid { axes, lengths }
    }

    /// How many points.
    pub fn size(&self) -> usize {
        self.lengths.iter().product()
    }

    /// Refuses a table of more than `most` points.
    pub fn fits(&self, most: usize, what: impl Fn() -> String) -> Result<(), TooLarge> {
        let points = self.size();
        if points <= most { Ok(()) } else { Err(TooLarge { what: what(), axes: self.axes.clone(), points, most }) }
    }

    /// The position of the point that a region's point has here.
    pub fn position(&self, digits: &[usize]) -> usize {
        self.axes.iter().zip(&self.lengths).fold(0, |position, (axis, length)| position * length + digits[*axis])
    }

    /// Writes the digits of the point at `position` into those of a region's point.
    pub fn place(&self, mut position: usize, digits: &mut [usize]) {
        for (axis, length) in self.axes.iter().zip(&self.lengths).rev() {
            digits[*axis] = position % length;
            position /= length;
        }
    }
}

/// A table that nobody would wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// What is tabulated.
    pub what: String,
    /// The axes of a region that decide it.
    pub axes: Vec<usize>,
    /// Their combinations.
    pub points: usize,
    /// How many there may be.
    pub most: usize,
}

/// The number of a combination of axes of these lengths, the last one fastest.
pub fn number(lengths: &[usize], digits: &[usize]) -> u64 {
    lengths.iter().zip(digits).fold(0, |number, (length, digit)| number * *length as u64 + *digit as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_positions_are_inverse_and_leave_other_axes_alone() {
        let grid = Grid::new(vec![2, 0], &[3, 5, 4]);
        assert_eq!(grid.size(), 12);
        for position in 0..12 {
            let mut digits = [9, 7, 9];
            grid.place(position, &mut digits);
            assert_eq!((grid.position(&digits), digits[1]), (position, 7));
        }
    }
}
