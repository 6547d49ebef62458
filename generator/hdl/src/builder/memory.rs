//! Synchronous-read memories.

use super::ModuleBuilder;
use super::value::Value;
use crate::bits::Bits;
use crate::design::{Item, Memory, MemoryId, MemoryRead, MemoryWrite, NodeKind};
use crate::diagnostic::{Code, Location};
use crate::shape::{Shape, bits_for, uint};

/// A memory whose ports are still to be given.
pub struct MemoryBuilder {
    id: MemoryId,
    module: ModuleBuilder,
    shape: Shape,
    address: Shape,
    name: String,
    /// Whether there are words; a defect is on record otherwise.
    legal: bool,
}

impl ModuleBuilder {
    /// Declares a RAM of `depth` words of `shape`; its contents start unknown.
    #[track_caller]
    pub fn memory(&self, name: &str, shape: Shape, depth: u32) -> MemoryBuilder {
        self.declare_memory(name, shape, depth, None, Location::caller())
    }

    /// Declares a ROM.
    #[track_caller]
    pub fn rom(&self, name: &str, shape: Shape, contents: &[Bits]) -> MemoryBuilder {
        let location = Location::caller();
        if let Some(word) = contents.iter().find(|word| word.width() != shape.width) {
            let message = format!("a word has {} bits where {shape} is needed", word.width());
            self.shared.problem(Code::MemoryShape, name, message, location);
        }
        self.declare_memory(name, shape, contents.len() as u32, Some(contents.to_vec()), location)
    }

    fn declare_memory(
        &self,
        name: &str,
        shape: Shape,
        depth: u32,
        contents: Option<Vec<Bits>>,
        location: Location,
    ) -> MemoryBuilder {
        if depth == 0 {
            self.shared.problem(Code::MemoryShape, name, "a memory of no words".into(), location);
        }
        let legal = self.shared.check_width(shape, location) && depth > 0;
        let scope = self.shared.scope();
        let (given, write, reads) = (name.to_string(), None, Vec::new());
        let id = self.shared.edit(|data| {
            data.memories.push(Memory { name: given, shape, depth, contents, write, reads, scope, location });
            MemoryId(data.memories.len() as u32 - 1)
        });
        self.shared.item(Item::Memory(id));
        let address = uint(bits_for(u64::from(depth.max(1)) - 1));
        MemoryBuilder { id, module: self.clone(), shape, address, name: name.to_string(), legal }
    }
}

impl MemoryBuilder {
    /// The shape that addresses must have.
    pub fn address_shape(&self) -> Shape {
        self.address
    }

    /// Gives the write port: `data` is stored at the clock edge at which `enable` is one.
    #[track_caller]
    pub fn write(&self, enable: &Value, address: &Value, data: &Value) {
        let (location, shared) = (Location::caller(), &self.module.shared);
        let sound = self.legal
            && shared.check_operands(&[enable, address, data], location)
            && self.expect("write enable", enable, uint(1), location)
                & self.expect("write address", address, self.address, location)
                & self.expect("word written", data, self.shape, location);
        let id = |value: &Value| if sound { value.id } else { shared.invalid(uint(1), location).id };
        let port = MemoryWrite { enable: id(enable), address: id(address), data: id(data) };
        let (rom, before) = shared.edit(|module| {
            let memory = &mut module.memories[self.id.index()];
            (memory.contents.is_some(), memory.write.replace(port))
        });
        if rom || before.is_some() {
            let (code, message) = match before {
                Some(_) => (Code::DrivenTwice, format!("memory `{}` has two write ports", self.name)),
                None => (Code::MemoryShape, format!("ROM `{}` is written", self.name)),
            };
            shared.problem(code, &self.name, message, location);
        }
    }

    /// Adds a read port and gives the word read in the last cycle in which `enable` was one.
    #[track_caller]
    pub fn read(&self, name: &str, enable: &Value, address: &Value) -> Value {
        let (location, shared) = (Location::caller(), &self.module.shared);
        let sound = self.legal
            && shared.check_operands(&[enable, address], location)
            && self.expect("read enable", enable, uint(1), location)
                & self.expect("read address", address, self.address, location);
        let id = |value: &Value| if sound { value.id } else { shared.invalid(uint(1), location).id };
        let record = MemoryRead { name: name.to_string(), enable: id(enable), address: id(address) };
        let port = shared.edit(|module| {
            let reads = &mut module.memories[self.id.index()].reads;
            reads.push(record);
            reads.len() as u32 - 1
        });
        if !sound {
            return shared.invalid(self.shape, location);
        }
        shared.node(NodeKind::MemoryRead { memory: self.id, port }, self.shape, location)
    }

    fn expect(&self, what: &str, value: &Value, shape: Shape, location: Location) -> bool {
        let what = format!("the {what} of memory `{}`", self.name);
        self.module.shared.expect_shape(value, shape, &what, location)
    }
}
