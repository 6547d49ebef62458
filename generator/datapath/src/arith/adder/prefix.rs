//! Graphs of parallel prefix computations: which group of neighbouring columns joins which, level by level.

/// Joins the group that ends at `column` with the one below it, which ends at `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrefixNode {
    /// From 1.
    pub level: u32,
    /// The top column of the joined group.
    pub column: u32,
    /// The top column of the lower group.
    pub from: u32,
}

/// The nodes that join every column with all below it; level by level, each level from the low columns up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixGraph {
    /// How many columns there are.
    pub columns: u32,
    /// Inputs before their users.
    pub nodes: Vec<PrefixNode>,
}

impl PrefixGraph {
    /// How many levels there are.
    pub fn depth(&self) -> u32 {
        self.nodes.iter().map(|node| node.level).max().unwrap_or(0)
    }

    /// Each node with the lowest columns of its two groups: the upper one, and the lower one.
    pub fn groups(&self) -> Vec<(PrefixNode, u32, u32)> {
        let mut lowest: Vec<u32> = (0..self.columns).collect();
        let mut groups = Vec::new();
        for level in self.nodes.chunk_by(|left, right| left.level == right.level) {
            let before = lowest.clone();
            for node in level {
                let below = before[node.from as usize];
                groups.push((*node, before[node.column as usize], below));
                lowest[node.column as usize] = below;
            }
        }
        groups
    }
}

/// One column after the other: a ripple of carries.
pub fn serial(columns: u32) -> PrefixGraph {
    let nodes = (1..columns).map(|column| PrefixNode { level: column, column, from: column - 1 }).collect();
    PrefixGraph { columns, nodes }
}

/// Halves joined recursively, every column of the upper half with the top of the lower: `ceil(log2 n)` levels,
/// `n / 2` nodes on each, fan-out up to `n / 2` (Sklansky, "Conditional-sum addition logic", IRE Trans. Electronic
/// Computers 9, 1960).
pub fn sklansky(columns: u32) -> PrefixGraph {
    let mut nodes = Vec::new();
    for (level, span) in levels(columns) {
        let upper_halves = (0..columns).filter(|column| column / span % 2 == 1);
        nodes.extend(upper_halves.map(|column| PrefixNode { level, column, from: column / span * span - 1 }));
    }
    PrefixGraph { columns, nodes }
}

/// A tree up to the top and a tree down to the columns between: `2 n - 2 - log2 n` nodes (Brent and Kung, "A regular
/// layout for parallel adders", IEEE Trans. Computers 31, 1982).
///
/// Every node stands on the earliest level that it can: `2 log2 n - 2` levels from four columns on, one less than in
/// the paper, since the way down does not begin at the top.
pub fn brent_kung(columns: u32) -> PrefixGraph {
    let mut nodes = Vec::new();
    let mut ready = vec![0; columns as usize];
    let mut join = |column: u32, from: u32| {
        let level = 1 + ready[column as usize].max(ready[from as usize]);
        ready[column as usize] = level;
        nodes.push(PrefixNode { level, column, from });
    };
    for (_, span) in levels(columns) {
        (2 * span - 1..columns).step_by(2 * span as usize).for_each(|column| join(column, column - span));
    }
    for (_, span) in levels(columns).rev() {
        (3 * span - 1..columns).step_by(2 * span as usize).for_each(|column| join(column, column - span));
    }
    nodes.sort_by_key(|node| (node.level, node.column));
    PrefixGraph { columns, nodes }
}

/// Every column joined with the one `2^(level - 1)` below: `ceil(log2 n)` levels, fan-out two, `n log2 n - n + 1` nodes
/// (Kogge and Stone, "A parallel algorithm for the efficient solution of a general class of recurrence equations",
/// IEEE Trans. Computers 22, 1973).
pub fn kogge_stone(columns: u32) -> PrefixGraph {
    let mut nodes = Vec::new();
    for (level, span) in levels(columns) {
        nodes.extend((span..columns).map(|column| PrefixNode { level, column, from: column - span }));
    }
    PrefixGraph { columns, nodes }
}

/// The levels of a binary tree over the columns, from 1, with half the columns that a group of that level joins.
fn levels(columns: u32) -> impl DoubleEndedIterator<Item = (u32, u32)> {
    let depth = columns.max(1).next_power_of_two().ilog2();
    (1..=depth).map(|level| (level, 1 << (level - 1)))
}
