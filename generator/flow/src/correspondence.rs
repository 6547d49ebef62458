//! How a broken design keeps what the sound one keeps: a guess from simulation, for a proof to confirm.

use std::collections::BTreeMap;

use tritloom_datapath::rehearsal::rehearse_in;
use tritloom_hdl::{Bits, Design, Evaluator, MUTANT_PORT, State, StateCode, StateKind};

use crate::check::Task;

/// Registers of more bits, and memories with more address bits, are taken as they are.
const MOST_CODE_BITS: u32 = 10;
const SEED: u64 = 1;

/// What a simulation kept, by path.
#[derive(Default)]
struct Trace {
    /// Of the narrow registers: their width, and their values cycle by cycle.
    registers: BTreeMap<String, (u32, Vec<u32>)>,
    /// Of the small memories: the words at the end.
    memories: BTreeMap<String, Vec<Bits>>,
}

/// The codes, other than the plain ones, in which the design with defect `number` keeps what it keeps without one, as far
/// as the scenarios of `task` show.
pub(crate) fn correspondence(broken: &Design, task: &Task, number: u32) -> BTreeMap<String, StateCode> {
    let (sound, other) = (trace(broken, task, 0), trace(broken, task, number));
    let registers = sound.registers.iter().filter_map(|(path, (width, values))| {
        let pairs = values.iter().copied().zip(other.registers.get(path)?.1.iter().copied());
        Some((path, completed(pairs, 1 << width)?))
    });
    let memories = sound.memories.iter().filter_map(|(path, words)| {
        let elsewhere = other.memories.get(path)?;
        let place = |word: &Bits| elsewhere.iter().position(|other| other == word);
        let pairs = words.iter().enumerate().filter_map(|(at, word)| Some((at as u32, place(word)? as u32)));
        Some((path, completed(pairs, words.len().next_power_of_two())?))
    });
    let differs = |code: &StateCode| code.iter().enumerate().any(|(from, &to)| from as u32 != to);
    registers.chain(memories).filter(|(_, code)| differs(code)).map(|(path, code)| (path.clone(), code)).collect()
}

fn trace(broken: &Design, task: &Task, number: u32) -> Trace {
    let mut evaluator = Evaluator::new(broken);
    evaluator.randomise(SEED);
    let width = evaluator.inputs().find(|(name, _)| *name == MUTANT_PORT).map_or(1, |(_, shape)| shape.width);
    let mut trace = Trace::default();
    let awake = evaluator.set(MUTANT_PORT, &Bits::from_u64(number.into(), width));
    let ran = rehearse_in(&mut evaluator, &task.interface, &task.scenarios, |evaluator| {
        let registers = evaluator.state().filter(|state| !matches!(state.kind, StateKind::Word(_)));
        registers.for_each(|state| trace.note(&state));
    });
    if awake.is_err() || ran.is_err() {
        return Trace::default();
    }
    for word in evaluator.state().filter(|state| matches!(state.kind, StateKind::Word(_))) {
        trace.memories.entry(word.path.to_owned()).or_default().push(word.value);
    }
    trace.memories.retain(|_, words| words.len() <= 1 << MOST_CODE_BITS);
    trace
}

impl Trace {
    fn note(&mut self, state: &State) {
        let width = state.value.width();
        if let Some(value) = state.value.to_u64().filter(|_| width <= MOST_CODE_BITS) {
            match self.registers.get_mut(state.path) {
                Some((_, values)) => values.push(value as u32),
                None => _ = self.registers.insert(state.path.to_owned(), (width, vec![value as u32])),
            }
        }
    }
}

/// A permutation of `size` numbers that takes each first of the pairs to its second; the last pair counts where a first
/// comes twice. None where two firsts have one second.
fn completed(pairs: impl Iterator<Item = (u32, u32)>, size: usize) -> Option<StateCode> {
    let mut code: Vec<Option<u32>> = vec![None; size];
    pairs.for_each(|(from, to)| code[from as usize] = Some(to));
    let mut free: Vec<u32> = (0..size as u32).filter(|to| !code.contains(&Some(*to))).collect();
    let unknown = code.iter().filter(|to| to.is_none()).count();
    free.reverse();
    (free.len() == unknown).then(|| code.into_iter().filter_map(|to| to.or_else(|| free.pop())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_completed_to_a_permutation_or_refused() {
        assert_eq!(completed([(0, 2), (3, 1)].into_iter(), 4), Some(vec![2, 0, 3, 1]));
        assert_eq!(completed([(0, 0), (1, 1), (0, 3)].into_iter(), 4), Some(vec![3, 1, 0, 2]));
        assert_eq!(completed([(0, 2), (3, 2)].into_iter(), 4), None);
    }
}
