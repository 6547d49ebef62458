//! How a heap is compressed: by which counters, in which order.

/// A circuit that counts the ones among bits of equal weight. All are made of full and half adders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// 2:2. Takes nothing off the heap, but moves a bit to the next column.
    HalfAdder,
    /// 3:2.
    FullAdder,
    /// 4:2: two full adders; the carry of the first goes sideways, into the second of a neighbour in the same stage.
    FourTwo,
    /// 6:3: three full adders and a half adder.
    SixThree,
    /// 7:3: four full adders.
    SevenThree,
}

impl Counter {
    /// The bits of its own column that it takes, not counting the sideways carry of a 4:2.
    pub fn inputs(self) -> usize {
        match self {
            Counter::HalfAdder => 2,
            Counter::FullAdder => 3,
            Counter::FourTwo => 4,
            Counter::SixThree => 6,
            Counter::SevenThree => 7,
        }
    }

    /// What becomes of `inputs` rows where every column holds such counters.
    fn rows(self) -> usize {
        match self {
            Counter::HalfAdder | Counter::FullAdder | Counter::FourTwo => 2,
            Counter::SixThree | Counter::SevenThree => 3,
        }
    }
}

/// Which bits meet first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Stage by stage, in each only as many counters as it takes to get to the next lower of the heights 2, 3, 4, 6,
    /// 9, 13, ... (Dadda, "Some schemes for parallel multipliers", Alta Frequenza 34, 1965).
    Dadda,
    /// Stage by stage, words by three: three become two (Wallace, "A suggestion for a fast multiplier", IEEE Trans. Electronic
    /// Computers 13, 1964). More half adders than Dadda's, and rows of adders as wide as words.
    Wallace,
    /// Column by column, the earliest bits first (Oklobdzija, Villeger, Liu, "A method for speed optimized partial
    /// product reduction", IEEE Trans. Computers 45, 1996; the half adder first as in Stelling, Martel, Oklobdzija,
    /// Ravi, "Optimal circuits for parallel multipliers", IEEE Trans. Computers 47, 1998).
    ///
    /// Larger counters are full and half adders in a fixed order, which could only be later: they are not used. Never
    /// later than [`Order::Dadda`] with the same counters: greed is not optimal, and where Dadda's rows are ready
    /// first, his plan is taken.
    Arrival,
}

/// How a heap is compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compression {
    /// Which counters may be used. Full adders always are: without them not every heap shrinks.
    pub counters: Vec<Counter>,
    /// Which bits meet first.
    pub order: Order,
}

impl Compression {
    /// Compression by full and half adders.
    pub fn full_and_half_adders(order: Order) -> Compression {
        Compression { counters: vec![Counter::FullAdder, Counter::HalfAdder], order }
    }

    /// The same without half adders: for a sum that joins another one. No adder is wasted then, but carries pass through more stages.
    pub fn without_half_adders(mut self) -> Compression {
        self.counters.retain(|counter| *counter != Counter::HalfAdder);
        self
    }

    /// The counter that takes `excess` bits off a column or as many of them as one counter can, where `waiting` bits
    /// may enter counters and `sideways` carries the second half of a 4:2. One bit too many is taken where no counter
    /// takes one alone.
    pub(super) fn fitting(&self, excess: usize, waiting: usize, sideways: usize) -> Option<Counter> {
        let relief = |counter: &Counter| match counter {
            Counter::FourTwo => counter.inputs() - 1 + sideways.min(1),
            _ => counter.inputs() - 1,
        };
        let enterable = || self.available().filter(|counter| counter.inputs() <= waiting);
        let exact = enterable().filter(|counter| relief(counter) <= excess).max_by_key(relief);
        exact.or_else(|| enterable().filter(|_| excess > 0).min_by_key(relief))
    }

    /// Whether it may use others than full and half adders.
    pub(super) fn has_larger_counters(&self) -> bool {
        self.counters.iter().any(|counter| counter.inputs() > 3)
    }

    /// The largest counter but a half adder that `waiting` bits fill.
    pub(super) fn largest(&self, waiting: usize) -> Option<Counter> {
        let filled = self.available().filter(|&counter| counter != Counter::HalfAdder && counter.inputs() <= waiting);
        filled.max_by_key(|counter| counter.inputs())
    }

    /// The largest height below `height` from which every further stage gets to the next lower one.
    pub(super) fn target(&self, height: usize) -> usize {
        let heights = std::iter::successors(Some(2), |&below| self.available().map(|c| highest(c, below)).max());
        heights.take_while(|&target| target < height).last().unwrap_or(2)
    }

    fn available(&self) -> impl Iterator<Item = Counter> + '_ {
        self.counters.iter().copied().chain([Counter::FullAdder])
    }
}

/// From how high a stage of one kind of counter gets to `below`.
fn highest(counter: Counter, below: usize) -> usize {
    below / counter.rows() * counter.inputs() + below % counter.rows()
}
