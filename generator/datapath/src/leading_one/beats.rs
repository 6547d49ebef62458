//! Queries, keys and survivors as they pass the streams of the unit.

use super::code::OPERAND_BITS;
use super::golden::{Selection, Survivor};
use super::parameters::Config;
use crate::interface::Beat;
use tritloom_hdl::Bits;

/// The beat of the run stream. `best` is at most `max_k`; a threshold below every score lets all keys through.
pub fn run(config: &Config, head_size: u32, keys: u32, selection: &Selection) -> Beat {
    let nest = config.nest();
    let least = -(1 << (config.score_bits() - 1));
    vec![
        Bits::from_u64(head_size.into(), nest.inner_bits()),
        Bits::from_u64(keys.into(), nest.outer_bits()),
        Bits::from_u64(selection.best.unwrap_or(0) as u64, config.k_bits()),
        Bits::from_i128(selection.threshold.clamp(least, -1 - least).into(), config.score_bits()),
        Bits::from_u64(selection.best.is_some().into(), 1),
    ]
}

/// The beats of a query or a key. Places beyond its end are what `filler` gives: the unit ignores them.
pub fn operands(config: &Config, vector: &[i8], mut filler: impl FnMut() -> i8) -> Vec<Beat> {
    let lanes = config.lanes as usize;
    let mut place = |position: usize| {
        let value = vector.get(position).copied().unwrap_or_else(&mut filler);
        Bits::from_i128(value.into(), OPERAND_BITS)
    };
    let mut beat = |tile: usize| {
        let places = (tile * lanes..(tile + 1) * lanes).map(&mut place);
        vec![Bits::join(&places.collect::<Vec<_>>())]
    };
    (0..config.tiles(vector.len() as u32) as usize).map(&mut beat).collect()
}

/// The result beats of a run over so many `keys`.
pub fn results(config: &Config, survivors: &[Survivor], keys: usize, ranked: bool) -> Vec<Beat> {
    let beat = |survivor: Option<&Survivor>, last: bool| -> Beat {
        let (index, score) = survivor.map_or((0, 0), |survivor| (survivor.index, survivor.score));
        vec![
            Bits::from_u64(index as u64, config.index_bits()),
            Bits::from_i128(score.into(), config.score_bits()),
            Bits::from_u64(survivor.is_some().into(), 1),
            Bits::from_u64(last.into(), 1),
        ]
    };
    let ends_with_a_survivor = match survivors.last() {
        None => false,
        Some(last) => ranked || last.index + 1 == keys,
    };
    let is_last = |place: usize| ends_with_a_survivor && place + 1 == survivors.len();
    let mut beats: Vec<Beat> =
        survivors.iter().enumerate().map(|(place, survivor)| beat(Some(survivor), is_last(place))).collect();
    if !ends_with_a_survivor {
        beats.push(beat(None, true));
    }
    beats
}
