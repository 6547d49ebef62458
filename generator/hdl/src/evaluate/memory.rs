//! Memories at the clock edge: reads see the old words, then the write lands.

use super::program::Operand;
use super::wide::Whole;
use crate::bits::{Bits, limb_count};

/// One memory of one frame and iteration.
#[derive(Clone, Debug)]
pub(super) struct MemoryState {
    /// Path of given names.
    pub path: String,
    /// Of a word.
    pub width: u32,
    pub depth: u32,
    /// Whether it has a write port or starts unknown.
    pub writable: bool,
    /// Words, each at whole limbs.
    pub words: Vec<u64>,
    pub reads: Vec<ReadPort>,
    pub write: Option<WritePort>,
}

#[derive(Clone, Debug)]
pub(super) struct ReadPort {
    pub enable: Operand,
    pub address: Operand,
    /// Where the word read is kept.
    pub limb: u32,
    /// Where the next one is put until all state changes.
    pub staged: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct WritePort {
    pub enable: Operand,
    pub address: Operand,
    pub data: Whole,
}

/// A use of a word that a memory does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The memory's hierarchical path of given names.
    pub memory: String,
    /// The address asked for; all ones where 64 bits do not hold it.
    pub address: u64,
    /// How many words the memory has.
    pub depth: u32,
    /// Whether it was a write, which is then lost; a read gives zero.
    pub write: bool,
    /// Clock edges before the one at which it happened.
    pub cycle: u64,
}

impl MemoryState {
    /// Reads and writes what the ports ask for; gives the last use of an address beyond the end.
    pub fn clock(&mut self, arena: &mut [u64], cycle: u64) -> Option<OutOfRange> {
        let mut fault = None;
        let limbs = limb_count(self.width);
        for port in &self.reads {
            if port.enable.load(arena) == 0 {
                arena.copy_within(port.limb as usize..port.limb as usize + limbs, port.staged as usize);
                continue;
            }
            let address = port.address.load(arena);
            let target = &mut arena[port.staged as usize..][..limbs];
            match self.words_at(address) {
                Some(first) => target.copy_from_slice(&self.words[first..first + limbs]),
                None => {
                    target.fill(0);
                    fault = Some(self.out_of_range(address, false, cycle));
                }
            }
        }
        if let Some(port) = self.write.filter(|port| port.enable.load(arena) == 1) {
            let address = port.address.load(arena);
            match self.words_at(address) {
                Some(first) => {
                    self.words[first..first + limbs].copy_from_slice(&arena[port.data.limb as usize..][..limbs])
                }
                None => fault = Some(self.out_of_range(address, true, cycle)),
            }
        }
        fault
    }

    /// Every word, the one at address 0 first.
    pub fn contents(&self) -> impl Iterator<Item = Bits> {
        self.words.chunks(limb_count(self.width)).map(|limbs| Bits::from_limbs(limbs, self.width))
    }

    fn words_at(&self, address: u64) -> Option<usize> {
        (address < u64::from(self.depth)).then(|| address as usize * limb_count(self.width))
    }

    fn out_of_range(&self, address: u64, write: bool, cycle: u64) -> OutOfRange {
        OutOfRange { memory: self.path.clone(), address, depth: self.depth, write, cycle }
    }
}
