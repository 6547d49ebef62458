//! What the words of grids are worth in a mode, added up. Where several grids are, each is a fusion unit of BitFusion, which
//! leaves two words.

use super::grid::{Grid, Words, shifted, shifted_census};
use super::parameters::Config;
use super::rows::Rows;
use super::slicing::Side;
use crate::arith::bit_heap::{BitHeap, PartialSum, Profile};
use tritloom_hdl::{Affine, Census, LaneWire, ModuleBuilder, bits_for};

/// The sum of the words of some grids, each times its place value.
pub(super) struct GridSum<'a> {
    config: &'a Config,
    grids: u32,
    word_bits: u32,
    rows: Option<Rows<'a>>,
    /// What a fusion unit leaves, where grids are units: there are several, and each holds several words.
    unit: Option<PartialSum>,
}

impl GridSum<'_> {
    /// Of so many grids of words of so many bits.
    pub fn new(config: &Config, grids: u32, word_bits: u32) -> GridSum<'_> {
        let mut sum = GridSum { config, grids, word_bits, rows: Rows::new(config, word_bits), unit: None };
        if grids > 1 && sum.places().count() > 1 {
            let mut profile = Profile::new(sum.unit_bits());
            sum.add_grid_profile(&mut profile);
            sum.unit = Some(PartialSum::new(&profile, &config.tree.compression().without_half_adders()));
        }
        sum
    }

    /// Adds the words to the heap of an element. Units are no modules: what buffers the mode must see all that it drives.
    pub fn add(&self, m: &ModuleBuilder, grid: &Grid, words: &Words, heap: &mut BitHeap) {
        m.section("Place values");
        let rows = self.rows.as_ref().map(|rows| rows.lanes(m, self.grids));
        let add = |number: Affine, heap: &mut BitHeap| self.add_grid(m, (grid, words), (number, rows.as_ref()), heap);
        let Some(unit) = &self.unit else {
            (0..self.grids).for_each(|number| add(number.into(), heap));
            return heap.take_back_bias();
        };
        let bias = unit.bias();
        m.comment(&format!(
            "Each fusion unit leaves two words, whose sum is too large by {bias}: a constant of the sum takes that back for all."
        ));
        let left = unit.lanes(m, "unit", self.grids);
        m.repeat("unit", self.grids, |number| {
            let mut heap = BitHeap::new(self.unit_bits());
            add(number.into(), &mut heap);
            let words = unit.reduce(m, "unit", &heap);
            left.iter().zip(words).for_each(|(lanes, word)| lanes.drive(number, &word));
        });
        unit.join_lanes(heap, &left, |_| 0);
    }

    /// Adds the words to the profile of an element's heap.
    pub fn add_profile(&self, profile: &mut Profile) {
        match &self.unit {
            Some(unit) => (0..self.grids).for_each(|_| unit.join_profile(profile, 0)),
            None => {
                (0..self.grids).for_each(|_| self.add_grid_profile(profile));
                profile.take_back_bias();
            }
        }
    }

    /// The primitives before the heap of the element: shifters, and what adds up rows and units.
    pub fn census(&self) -> (Census, Census) {
        let (mut shifters, mut reduction) = (Census::default(), Census::default());
        match &self.rows {
            Some(rows) => {
                shifters.add_census(&rows.shifters(), self.grids.into());
                reduction.add_census(&rows.reduction(), self.grids.into());
            }
            None => self.places().for_each(|place| {
                let mut of_place = Census::default();
                self.place_value(place, &mut of_place);
                shifters.add_census(&of_place, self.grids.into());
            }),
        }
        self.unit.iter().for_each(|unit| reduction.add_census(&unit.census(), self.grids.into()));
        (shifters, reduction)
    }

    /// Adds the words of a grid to a heap. They are biased behind their shifters, so that the bias is the same in every mode.
    fn add_grid(
        &self,
        m: &ModuleBuilder,
        (grid, words): (&Grid, &Words),
        (number, rows): (Affine, Option<&[LaneWire; 2]>),
        heap: &mut BitHeap,
    ) {
        let config = self.config;
        if let (Some(sum), Some(rows)) = (&self.rows, rows) {
            sum.add_up(m, (grid, words), &number, rows);
            return sum.join(m, grid, &number, rows, heap);
        }
        for [activation, weight] in self.places() {
            let name = format!("worth_{activation}_{weight}");
            let shift = |side, position, word| {
                shifted(m, &name, config.slicing(side), position, word, &grid.digit(m, config, side, position))
            };
            let word = shift(Side::Activation, activation, words.at(number.clone(), activation, weight));
            heap.add_biased(&shift(Side::Weight, weight, word), 0, 0);
        }
    }

    fn add_grid_profile(&self, profile: &mut Profile) {
        match &self.rows {
            Some(rows) => rows.join_profile(profile),
            None => self.place_values().for_each(|bits| profile.add_biased(bits, 0, 0)),
        }
    }

    /// Bits of the sum of a unit.
    fn unit_bits(&self) -> u32 {
        match &self.rows {
            Some(rows) => bits_for(rows.most()),
            None => PartialSum::bits(self.place_values().map(|bits| (0, bits))),
        }
    }

    /// Bits of the words of a grid without rows, moved up.
    fn place_values(&self) -> impl Iterator<Item = u32> {
        self.places().map(|place| self.place_value(place, &mut Census::default()))
    }

    /// Bits of the word of a place, moved up, its shifters counted.
    fn place_value(&self, [activation, weight]: [u32; 2], shifters: &mut Census) -> u32 {
        let bits = shifted_census(&self.config.activation, activation, self.word_bits, shifters);
        shifted_census(&self.config.weight, weight, bits, shifters)
    }

    /// Of the places of a grid the digits, that of the activation first.
    fn places(&self) -> impl Iterator<Item = [u32; 2]> + use<> {
        let (activations, weights) = (self.config.activation.count(), self.config.weight.count());
        (0..weights).flat_map(move |weight| (0..activations).map(move |activation| [activation, weight]))
    }
}
