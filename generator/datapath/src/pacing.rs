//! How the two sides of a stream hold back in a scenario.

use rand::Rng;

/// Cycles for which valid stays low before a beat, of which each comes with a probability of `percent`.
pub(crate) fn gap<R: Rng + ?Sized>(random: &mut R, percent: u32) -> u32 {
    (0..8).take_while(|_| random.random_range(0..100) < percent).count() as u32
}

/// In which of 64 cycles a receiver is ready: all but `percent` of them, and at least one.
pub(crate) fn ready<R: Rng + ?Sized>(random: &mut R, percent: u32) -> u64 {
    let pattern = (0..64).map(|bit| u64::from(random.random_range(0..100) >= percent) << bit).sum::<u64>();
    if pattern == 0 { 1 } else { pattern }
}
