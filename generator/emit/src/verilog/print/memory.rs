//! Memories as text.

use super::super::literal::literal;
use super::super::syntax::{Expression, Ram, ReadPort, Signal};
use super::Printer;
use super::type_text;
use tritloom_hdl::{Bits, MemoryId};

impl Printer<'_, '_> {
    /// `reg [7:0] buffer_mem [0:63];`
    pub(super) fn words(&mut self, id: MemoryId) {
        let memory = &self.plan.reading.module.memories[id.index()];
        let name = self.names.of(Signal::Words(id));
        self.text.line(format!("reg {}{name} [0:{}];", type_text(memory.shape), memory.depth - 1));
    }

    /// Write and read ports of a RAM. All assignments take the old word, as non-blocking ones do.
    pub(super) fn ram(&mut self, ram: &Ram) {
        self.open_clocked();
        let words = self.names.of(Signal::Words(ram.memory)).to_string();
        if let Some((enable, address, data)) = &ram.write {
            self.open_if(enable);
            let address = self.flat(address);
            self.expression(&format!("{words}[{address}] <= "), data, ";");
            self.close_block();
        }
        for (position, read) in ram.reads.iter().enumerate() {
            let target = self.read_target(ram.memory, position);
            let address = self.flat(&read.address);
            self.guarded(read.enable.as_ref(), |printer| printer.text.line(format!("{target} <= {words}[{address}];")));
        }
        self.close_block();
    }

    /// A ROM: a `case` in the clocked block, since initial contents are not synthesizable everywhere.
    pub(super) fn rom(&mut self, id: MemoryId, reads: &[ReadPort]) {
        let memory = &self.plan.reading.module.memories[id.index()];
        let contents = memory.contents.as_deref().unwrap_or_default();
        let signed = memory.shape.signed;
        let address_width = tritloom_hdl::bits_for(u64::from(memory.depth.max(1)) - 1);
        self.open_clocked();
        for (position, read) in reads.iter().enumerate() {
            let target = self.read_target(id, position);
            self.guarded(read.enable.as_ref(), |printer| {
                printer.text.line(format!("case ({})", printer.flat(&read.address)));
                printer.text.indent(1);
                for (address, word) in contents.iter().enumerate() {
                    let label = printer.flat(&literal(&Bits::from_u64(address as u64, address_width), false));
                    printer.expression(&format!("{label}: {target} <= "), &literal(word, signed), ";");
                }
                let zero = literal(&Bits::zero(memory.shape.width), signed);
                printer.expression(&format!("default: {target} <= "), &zero, ";");
                printer.text.outdent(1);
                printer.text.line("endcase");
            });
        }
        self.close_block();
    }

    fn read_target(&self, id: MemoryId, position: usize) -> String {
        self.names.of(Signal::MemoryRead(id, position as u32)).to_string()
    }

    /// `always @(posedge clk_i) begin`
    pub(super) fn open_clocked(&mut self) {
        let clock = self.names.of(Signal::Clock);
        self.text.line(format!("always @(posedge {clock}) begin"));
        self.text.indent(1);
    }

    /// `if (condition) begin`
    pub(super) fn open_if(&mut self, condition: &Expression) {
        self.expression("if (", condition, ") begin");
        self.text.indent(1);
    }

    /// `end`
    pub(super) fn close_block(&mut self) {
        self.text.outdent(1);
        self.text.line("end");
    }

    /// Something under a condition, where there is one.
    pub(super) fn guarded(&mut self, condition: Option<&Expression>, body: impl FnOnce(&mut Self)) {
        match condition {
            None => body(self),
            Some(condition) => {
                self.open_if(condition);
                body(self);
                self.close_block();
            }
        }
    }
}
