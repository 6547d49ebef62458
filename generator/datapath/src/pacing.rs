//! How the two sides of a stream hold back in a scenario.

use crate::interface::{Beat, Scenario};
use rand::Rng;

/// Percentages of cycles in which the two sides of a core with `N` input streams hold back.
pub(crate) struct Stall<const N: usize> {
    /// Of each input stream.
    pub inputs: [u32; N],
    /// Of the receiver.
    pub results: u32,
}

impl<const N: usize> Stall<N> {
    /// Nobody holds back.
    pub(crate) const FULL_SPEED: Stall<N> = Stall { inputs: [0; N], results: 0 };

    fn is_full_speed(&self) -> bool {
        self.inputs == [0; N] && self.results == 0
    }

    /// The scenario that sends `inputs` and expects `results` at this pace; at full speed it takes `cycles`.
    pub(crate) fn scenario<R: Rng + ?Sized>(
        &self,
        random: &mut R,
        name: &str,
        inputs: [Vec<Beat>; N],
        results: Vec<Beat>,
        abort_after: Option<u64>,
        cycles: u64,
    ) -> Scenario {
        let mut paced = |(beats, percent): (Vec<Beat>, u32)| {
            beats.into_iter().map(|beat| (gap(random, percent), beat)).collect::<Vec<_>>()
        };
        let inputs = inputs.into_iter().zip(self.inputs).map(&mut paced).collect();
        Scenario {
            name: name.to_string(),
            inputs,
            outputs: vec![results],
            ready: vec![ready(random, self.results)],
            abort_after,
            cycles: (self.is_full_speed() && abort_after.is_none()).then_some(cycles),
        }
    }
}

/// Cycles for which valid stays low before a beat, of which each comes with a probability of `percent`.
pub(crate) fn gap<R: Rng + ?Sized>(random: &mut R, percent: u32) -> u32 {
    (0..8).take_while(|_| random.random_range(0..100) < percent).count() as u32
}

/// In which of 64 cycles a receiver is ready: all but `percent` of them, and at least one.
pub(crate) fn ready<R: Rng + ?Sized>(random: &mut R, percent: u32) -> u64 {
    let pattern = (0..64).map(|bit| u64::from(random.random_range(0..100) >= percent) << bit).sum::<u64>();
    if pattern == 0 { 1 } else { pattern }
}
