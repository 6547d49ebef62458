//! Statements as text.

use super::super::literal::literal;
use super::super::naming::{instance_name, loop_block};
use super::super::syntax::{
    Case, Clocked, Connection, Expression, Pieces, Reference, Signal, Statement, StatementKind,
};
use super::{Printer, type_text};
use tritloom_hdl::{Bits, InstanceId, LoopId, Register, RegisterId};

impl Printer<'_, '_> {
    /// Statements in order, blank lines where a block begins or ends.
    pub(super) fn body(&mut self, statements: &[Statement]) {
        let mut previous: Option<&StatementKind> = None;
        for statement in statements {
            if previous.is_some_and(|previous| is_apart(previous, &statement.kind)) {
                self.text.at(None);
                self.text.blank();
            }
            self.text.at(statement.location);
            self.statement(&statement.kind);
            previous = Some(&statement.kind);
        }
        self.text.at(None);
    }

    fn statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Banner(title) => self.banner(title),
            StatementKind::Comment(text) => self.comment(text),
            StatementKind::Net(signal, None) => self.declaration("wire", *signal),
            StatementKind::Net(signal, Some(value)) => {
                let lead = format!("wire {}{} = ", self.type_of(*signal), self.names.of(*signal));
                self.expression(&lead, value, ";");
            }
            StatementKind::Variable(signal) => self.declaration("reg", *signal),
            StatementKind::Parameter(signal, value) => {
                let value = self.affine(value);
                let line = format!("localparam {}{} = {value};", self.type_of(*signal), self.names.of(*signal));
                self.text.line(line);
            }
            StatementKind::Assign(targets, value) => self.assign(targets, value),
            StatementKind::Case(case) => self.case(case),
            StatementKind::Clocked(clocked) => self.clocked(clocked),
            StatementKind::Words(memory) => self.words(*memory),
            StatementKind::Ram(ram) => self.ram(ram),
            StatementKind::Rom(memory, reads) => self.rom(*memory, reads),
            StatementKind::CountOnes(width) => self.count_ones(*width),
            StatementKind::Pieces(pieces) => self.pieces(pieces),
            StatementKind::Instance(id, connections) => self.instance(*id, connections),
            StatementKind::Loop(id, body) => self.repeat(*id, body),
            StatementKind::Sink(signal, parts) => self.sink(*signal, parts),
        }
    }

    fn banner(&mut self, title: &str) {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let rule = "/".repeat((title.chars().count() + 6).min(self.text.room()));
        self.text.line(&rule);
        self.text.line(format!("// {title} //"));
        self.text.line(&rule);
        self.text.blank();
    }

    fn comment(&mut self, text: &str) {
        for paragraph in text.lines() {
            if paragraph.trim().is_empty() {
                self.text.line("//");
            } else {
                self.text.wrapped("// ", paragraph);
            }
        }
    }

    fn declaration(&mut self, keyword: &str, signal: Signal) {
        let line = format!("{keyword} {}{};", self.type_of(signal), self.names.of(signal));
        let cycles = self.plan.delay_line(signal).map(|register| self.affine(&register.cycles));
        let remarked = cycles.map(|cycles| format!("{line}  // {cycles} cycles, the oldest lowest"));
        self.text.line(remarked.filter(|remarked| self.text.fits(remarked)).unwrap_or(line));
    }

    fn type_of(&self, signal: Signal) -> String {
        match self.plan.delay_line(signal) {
            Some(register) => {
                let last = register.cycles.clone() * register.shape.width - 1;
                format!("[{}:0] ", self.affine(&last))
            }
            None => type_text(self.plan.declared(signal)),
        }
    }

    fn assign(&mut self, targets: &[Reference], value: &Expression) {
        let target = match targets {
            [target] => self.reference(target),
            targets => self.flat(&Expression::Concat(targets.iter().cloned().map(Expression::Read).collect())),
        };
        self.expression(&format!("assign {target} = "), value, ";");
    }

    fn case(&mut self, case: &Case) {
        let target = self.names.of(case.target).to_string();
        self.text.line("always @* begin");
        self.text.indent(1);
        self.expression("case (", &case.index, ")");
        self.text.indent(1);
        for (position, value) in case.values.iter().enumerate() {
            let label = self.flat(&literal(&Bits::from_u64(position as u64, case.index_width), false));
            self.expression(&format!("{label}: {target} = "), value, ";");
        }
        self.expression(&format!("default: {target} = "), &case.default, ";");
        self.text.outdent(1);
        self.text.line("endcase");
        self.close_block();
    }

    fn clocked(&mut self, clocked: &Clocked) {
        let resets = clocked.assignments.iter().any(|assignment| assignment.reset.is_some());
        if !resets {
            self.open_clocked();
            self.guarded(clocked.enable.as_ref(), |printer| printer.take_next(clocked));
            self.close_block();
            return;
        }
        let (clock, reset) = (self.names.of(Signal::Clock), self.names.of(Signal::Reset));
        let (sensitivity, condition) = (format!("posedge {clock} or negedge {reset}"), format!("!{reset}"));
        self.text.line(format!("always @({sensitivity}) begin"));
        self.text.indent(1);
        self.text.line(format!("if ({condition}) begin"));
        self.text.indent(1);
        for assignment in &clocked.assignments {
            if let Some(value) = &assignment.reset {
                self.text.at(Some(assignment.location));
                let target = self.names.of(Signal::Register(assignment.target));
                self.expression(&format!("{target} <= "), value, ";");
            }
        }
        self.text.outdent(1);
        match &clocked.enable {
            None => self.text.line("end else begin"),
            Some(enable) => self.expression("end else if (", enable, ") begin"),
        }
        self.text.indent(1);
        self.take_next(clocked);
        self.close_block();
        self.close_block();
    }

    fn take_next(&mut self, clocked: &Clocked) {
        for assignment in &clocked.assignments {
            self.text.at(Some(assignment.location));
            let target = self.next_of(assignment.target);
            self.expression(&format!("{target} <= "), &assignment.next, ";");
        }
    }

    /// What takes a register's next value: of a delay line of other lengths in other iterations the place above what has
    /// moved down, for in the shortest nothing may stay.
    fn next_of(&mut self, id: RegisterId) -> String {
        let name = self.names.of(Signal::Register(id)).to_string();
        let Register { cycles, shape, .. } = &self.plan.reading.module.registers[id.index()];
        if cycles.as_constant().is_some() {
            return name;
        }
        self.text.line(format!("{name} <= {name} >> {};", shape.width));
        self.bits(&name, &((cycles.clone() - 1) * shape.width), shape.width)
    }

    /// Synthesis makes one compressor tree of the loop.
    fn count_ones(&mut self, width: u32) {
        let result = self.plan.declared(Signal::CountOnes(width)).width;
        let name = self.names.of(Signal::CountOnes(width));
        let (vector, index) = self.names.counting();
        let range = |width: u32| format!("[{}:0]", width - 1);
        let (bit, run) =
            (format!("{vector}[{index}]"), format!("{index} = 0; {index} < {width}; {index} = {index} + 1"));
        self.text.line(format!("function {} {name};", range(result)));
        self.text.indent(1);
        self.text.line(format!("input {} {vector};", range(width)));
        self.text.line(format!("integer {index};"));
        self.text.line("begin");
        self.text.indent(1);
        self.text.line(format!("{name} = {result}'d0;"));
        self.text.line(format!("for ({run}) begin"));
        self.text.indent(1);
        self.text.line(format!("{name} = {name} + {{{}'d0, {bit}}};", result - 1));
        self.close_block();
        self.close_block();
        self.text.outdent(1);
        self.text.line("endfunction");
    }

    fn pieces(&mut self, pieces: &Pieces) {
        let flat = self.names.of(Signal::Wire(pieces.wire)).to_string();
        let each = self.names.of(Signal::Pieces(pieces.wire)).to_string();
        let (index, block) = self.names.pieces_loop(pieces.wire);
        let (index, block, width) = (index.to_string(), block.to_string(), pieces.width);
        if pieces.flat {
            self.declaration("wire", Signal::Wire(pieces.wire));
        }
        self.open_generate(&index, pieces.count, &block);
        self.declaration("wire", Signal::Pieces(pieces.wire));
        if pieces.flat {
            let place = if width == 1 { index } else { format!("{width}*{index} +: {width}") };
            self.text.line(format!("assign {flat}[{place}] = {each};"));
        }
        if pieces.unread {
            let sink = self.names.sink(Signal::Pieces(pieces.wire)).to_string();
            self.text.line(format!("wire {sink} = &{{1'b0, {each}}};"));
        }
        self.close_generate();
    }

    fn instance(&mut self, id: InstanceId, connections: &[Connection]) {
        let instance = &self.plan.reading.module.instances[id.index()];
        let head = format!("{} {}", instance.module.name, instance_name(&instance.name));
        if connections.is_empty() {
            self.text.line(format!("{head} ();"));
            return;
        }
        self.text.line(format!("{head} ("));
        self.text.indent(1);
        let widest = connections.iter().map(|connection| connection.port.len()).max().unwrap_or(0);
        for (position, Connection { port, to, .. }) in connections.iter().enumerate() {
            let comma = if position + 1 == connections.len() { "" } else { "," };
            self.expression(&format!(".{port:widest$}("), to, &format!("){comma}"));
        }
        self.text.outdent(1);
        self.text.line(");");
    }

    fn repeat(&mut self, id: LoopId, body: &[Statement]) {
        let repeat = &self.plan.reading.module.loops[id.index()];
        self.open_generate(&repeat.name, repeat.count, &loop_block(&repeat.name));
        self.body(body);
        self.text.at(Some(repeat.location));
        self.close_generate();
    }

    /// Regions do not nest: only the outermost loop opens one.
    fn open_generate(&mut self, index: &str, count: u32, block: &str) {
        self.text.line(format!("genvar {index};"));
        if self.depth == 0 {
            self.text.line("generate");
            self.text.indent(1);
        }
        self.depth += 1;
        let clauses = [format!("{index} = 0;"), format!("{index} < {count};"), format!("{index} = {index} + 1")];
        let head = format!("for ({}) begin : {block}", clauses.join(" "));
        if self.text.fits(&head) {
            self.text.line(head);
        } else {
            self.text.line("for (");
            self.text.indent(2);
            let run = clauses.join(" ");
            if self.text.fits(&run) {
                self.text.line(run)
            } else {
                clauses.into_iter().for_each(|clause| self.text.line(clause))
            }
            self.text.outdent(2);
            self.text.line(format!(") begin : {block}"));
        }
        self.text.indent(1);
    }

    fn close_generate(&mut self) {
        self.close_block();
        self.depth -= 1;
        if self.depth == 0 {
            self.text.outdent(1);
            self.text.line("endgenerate");
        }
    }

    fn sink(&mut self, signal: Signal, parts: &[Reference]) {
        let zero = literal(&Bits::zero(1), false);
        let parts = std::iter::once(zero).chain(parts.iter().cloned().map(Expression::Read)).collect();
        let lead = format!("wire {} = &", self.names.sink(signal));
        self.expression(&lead, &Expression::Concat(parts), ";");
    }
}

/// Whether a blank line stands between two statements: around everything that is more than a line, but not
/// between a remark and what it is about, or a variable and the block that assigns it.
fn is_apart(previous: &StatementKind, next: &StatementKind) -> bool {
    if matches!(previous, StatementKind::Comment(_) | StatementKind::Banner(_)) {
        return false;
    }
    let variable = matches!(previous, StatementKind::Variable(_) | StatementKind::Words(_));
    let made = |kind: &StatementKind| matches!(kind, StatementKind::Net(Signal::Node(_), _));
    let clocked = matches!(next, StatementKind::Clocked(_) | StatementKind::Ram(_) | StatementKind::Rom(..));
    let assigned = clocked || made(next) || matches!(next, StatementKind::Case(_) | StatementKind::Variable(_));
    if (variable && assigned) || (made(previous) && clocked) {
        return false;
    }
    let starts = variable || matches!(next, StatementKind::Variable(_) | StatementKind::Words(_));
    let sinks = matches!(next, StatementKind::Sink(..)) && !matches!(previous, StatementKind::Sink(..));
    let outputs = drives_port(next) && !drives_port(previous);
    starts || sinks || outputs || !is_line(previous) || !is_line(next)
}

fn drives_port(kind: &StatementKind) -> bool {
    let StatementKind::Assign(targets, _) = kind else { return false };
    targets.iter().all(|target| matches!(target.signal, Signal::Port(_)))
}

fn is_line(kind: &StatementKind) -> bool {
    matches!(
        kind,
        StatementKind::Net(..) | StatementKind::Assign(..) | StatementKind::Parameter(..) | StatementKind::Sink(..)
    )
}
