//! Combinations that are not allowed, over the axes that decide it.

use crate::grid::Grid;

/// Some combinations of some axes, whatever the others are.
#[derive(Clone, Debug)]
pub struct Veto {
    /// The axes that decide.
    pub grid: Grid,
    /// At each of their combinations, whether it is not allowed.
    pub broken: Vec<bool>,
}

impl Veto {
    /// Allows everything.
    pub fn nothing() -> Veto {
        Veto { grid: Grid { axes: vec![], lengths: vec![] }, broken: vec![false] }
    }

    /// Whether a combination is not allowed.
    pub fn forbids(&self, digits: &[usize]) -> bool {
        self.broken[self.grid.position(digits)]
    }

    /// Whether none is allowed, whatever values the undecided axes take.
    pub fn hopeless(&self, digits: &[Option<usize>]) -> bool {
        let free: Vec<usize> = self.grid.axes.iter().copied().filter(|axis| digits[*axis].is_none()).collect();
        let lengths = |axis: &usize| self.grid.lengths[self.grid.axes.iter().position(|own| own == axis).unwrap_or(0)];
        let choices = Grid { lengths: free.iter().map(lengths).collect(), axes: free };
        let mut point: Vec<usize> = digits.iter().map(|digit| digit.unwrap_or(0)).collect();
        (0..choices.size()).all(|position| {
            choices.place(position, &mut point);
            self.forbids(&point)
        })
    }
}
