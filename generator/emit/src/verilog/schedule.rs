//! The order of a module's text: that of the design, with every name declared before it is read.
//!
//! What a builder connects later than it declares, such as the next value of a register, waits for the names
//! that it reads. What a loop reads from outside is declared ahead of the loop. Names made for expressions
//! stand right before what first needs them.

use super::connect::Target;
use super::plan::{Plan, is_immediate};
use super::syntax::{Clocked, Signal, Statement, StatementKind};
use std::collections::{BTreeMap, BTreeSet};
use tritloom_hdl::{InstanceId, Item, LoopId, MemoryId, PortId, PortKind, RegisterId, WireId};

/// The statements of a module's body, in order.
pub(super) fn schedule(plan: &Plan) -> Vec<Statement> {
    let mut scheduler = Scheduler { plan, open: Vec::new(), declared: BTreeSet::new(), made: BTreeMap::new() };
    let module = plan.reading.module;
    scheduler.open.push(Scope::default());
    scheduler.items(&module.body);
    let mut outputs = Vec::new();
    for (position, port) in module.ports.iter().enumerate() {
        let id = PortId(position as u32);
        if let PortKind::Output(driver) = port.kind
            && !plan.connections.drives(Target::Port(id))
        {
            let output = plan.output(id, driver);
            // The names that they need stand before all of them.
            let needs = scheduler.needs(&output);
            scheduler.prepare(&needs);
            outputs.push(output);
        }
    }
    outputs.into_iter().for_each(|output| scheduler.push(output));
    without_empty_sections(scheduler.close())
}

/// What a section declares may have moved ahead of it, or need no statement.
fn without_empty_sections(statements: Vec<Statement>) -> Vec<Statement> {
    let banner = |statement: &Statement| matches!(statement.kind, StatementKind::Banner(_));
    let mut filled = Vec::new();
    let mut rest = statements.into_iter().peekable();
    while let Some(statement) = rest.next() {
        if !banner(&statement) || rest.peek().is_some_and(|next| !banner(next)) {
            filled.push(statement);
        }
    }
    filled
}

struct Scheduler<'p, 'a> {
    plan: &'p Plan<'a>,
    /// The scopes around the present place, outermost first.
    open: Vec<Scope>,
    declared: BTreeSet<Signal>,
    /// What the definition of a made name reads.
    made: BTreeMap<Signal, Vec<Signal>>,
}

#[derive(Default)]
struct Scope {
    of: Option<LoopId>,
    statements: Vec<Statement>,
    /// With a signal that is not declared yet.
    waiting: Vec<(Statement, Option<Signal>)>,
}

/// What must be printed before a statement.
#[derive(Default)]
struct Needs {
    /// Names of the design that are not declared yet.
    missing: BTreeSet<Signal>,
    /// Made names that are not declared yet: those of operands first, as the nodes stand.
    made: BTreeSet<Signal>,
}

impl Scheduler<'_, '_> {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            // Registers side by side wait for one another, so that they can share a block.
            if !matches!(item, Item::Register(_)) {
                self.settle();
            }
            self.item(item);
        }
        self.settle();
    }

    fn item(&mut self, item: &Item) {
        let plan = self.plan;
        match item {
            Item::Section(title) => self.push(Statement { kind: StatementKind::Banner(title.clone()), location: None }),
            Item::Comment(text) => self.push(Statement { kind: StatementKind::Comment(text.clone()), location: None }),
            Item::Wire(wire) => self.wire(*wire),
            Item::Drive(wire, position) if plan.connections.drives(Target::Drive(*wire, *position)) => {}
            Item::Drive(wire, position) => self.place(plan.drive(*wire, *position as usize)),
            Item::Register(register) => self.register(*register),
            Item::Memory(memory) => self.memory(*memory),
            Item::Instance(instance) => self.instance(*instance),
            Item::Loop(of) => {
                let repeat = &plan.reading.module.loops[of.index()];
                self.open.push(Scope { of: Some(*of), ..Scope::default() });
                self.items(&repeat.body);
                let body = self.close();
                self.push(Statement { kind: StatementKind::Loop(*of, body), location: Some(repeat.location) });
            }
        }
    }

    fn register(&mut self, id: RegisterId) {
        let clocked = self.plan.clocked(id);
        let waiting = self.open.last().and_then(|scope| scope.waiting.last());
        if waiting.is_some_and(|(before, _)| !same_clocking(before, &clocked)) {
            self.settle();
        }
        self.declare(Signal::Register(id));
        self.wait(clocked, None);
    }

    fn instance(&mut self, id: InstanceId) {
        let ports = &self.plan.reading.module.instances[id.index()].module.ports;
        for (position, port) in ports.iter().enumerate() {
            let port_id = PortId(position as u32);
            if port.kind != PortKind::Input && self.plan.connections.of(id, port_id).is_none() {
                self.declare(Signal::InstanceOutput(id, port_id));
            }
        }
        // What waited for these outputs stands before what reads it in turn.
        self.settle();
        self.place(self.plan.instance(id));
    }

    fn memory(&mut self, id: MemoryId) {
        let memory = &self.plan.reading.module.memories[id.index()];
        if memory.contents.is_none() {
            self.declare(Signal::Words(id));
        }
        for port in 0..memory.reads.len() as u32 {
            self.declare(Signal::MemoryRead(id, port));
        }
        self.settle();
        self.place(self.plan.memory(id));
    }

    fn wire(&mut self, id: WireId) {
        let signal = Signal::Wire(id);
        if !is_immediate(&self.plan.reading, id) || self.plan.connections.drives(Target::Drive(id, 0)) {
            self.declare(signal);
            return;
        }
        let drive = &self.plan.reading.module.wires[id.index()].drives[0];
        let at_once = !self.declared.contains(&signal) && self.plan.case_of_wire(id).is_none();
        if at_once {
            let value = self.plan.driver(id, drive.value);
            let net = Statement { kind: StatementKind::Net(signal, Some(value)), location: Some(drive.location) };
            let needs = self.needs(&net);
            if self.blocker(&needs).is_none() {
                self.prepare(&needs);
                self.declared.insert(signal);
                self.push(net);
                return;
            }
        }
        self.declare(signal);
        self.place(self.plan.drive(id, 0));
    }

    /// Prints a statement, now or as soon as what it reads is declared.
    fn place(&mut self, statement: Statement) {
        let needs = self.needs(&statement);
        match self.blocker(&needs) {
            Some(blocker) => self.wait(statement, Some(blocker)),
            None => {
                self.prepare(&needs);
                self.push(statement);
            }
        }
    }

    /// Prints what waits and can now be printed; registers with one clocking share a block.
    fn settle(&mut self) {
        let waiting = self.open.last_mut().map(|scope| std::mem::take(&mut scope.waiting)).unwrap_or_default();
        let mut still = Vec::new();
        let mut ready: Vec<Statement> = Vec::new();
        for (statement, blocker) in waiting {
            if blocker.is_some_and(|blocker| !self.declared.contains(&blocker)) {
                still.push((statement, blocker));
                continue;
            }
            let needs = self.needs(&statement);
            match self.blocker(&needs) {
                Some(blocker) => still.push((statement, Some(blocker))),
                None => {
                    self.prepare(&needs);
                    if !ready.last_mut().is_some_and(|last| merge(last, &statement)) {
                        ready.push(statement);
                    }
                }
            }
        }
        ready.into_iter().for_each(|statement| self.push(statement));
        if let Some(scope) = self.open.last_mut() {
            scope.waiting.extend(still);
        }
    }

    fn close(&mut self) -> Vec<Statement> {
        self.settle();
        // Everything of this scope is declared by now; what still waits, waits for scopes around it.
        let waiting = self.open.last_mut().map(|scope| std::mem::take(&mut scope.waiting)).unwrap_or_default();
        for (statement, _) in waiting {
            let needs = self.needs(&statement);
            self.prepare(&needs);
            self.push(statement);
        }
        self.open.pop().map(|scope| scope.statements).unwrap_or_default()
    }

    fn wait(&mut self, statement: Statement, blocker: Option<Signal>) {
        if let Some(scope) = self.open.last_mut() {
            scope.waiting.push((statement, blocker));
        }
    }

    fn push(&mut self, statement: Statement) {
        if let Some(scope) = self.open.last_mut() {
            scope.statements.push(statement);
        }
    }

    /// Prints the declaration of a signal in its own scope, once.
    fn declare(&mut self, signal: Signal) {
        let signal = if let Signal::Pieces(wire) = signal { Signal::Wire(wire) } else { signal };
        if !self.declared.insert(signal) {
            return;
        }
        if let Signal::Wire(wire) = signal {
            self.declared.insert(Signal::Pieces(wire));
        }
        let declaration = self.plan.declaration(signal);
        self.push_into(signal, declaration);
    }

    fn push_into(&mut self, signal: Signal, statement: Statement) {
        let scope = self.plan.scope(signal);
        if let Some(scope) = self.open.iter_mut().rev().find(|open| open.of == scope) {
            scope.statements.push(statement);
        }
    }

    /// A signal of the present scope that must be declared first.
    fn blocker(&self, needs: &Needs) -> Option<Signal> {
        let current = self.open.last().and_then(|scope| scope.of);
        needs.missing.iter().copied().find(|signal| self.plan.scope(*signal) == current)
    }

    /// Declares what the scopes around would declare too late, and prints the made names.
    fn prepare(&mut self, needs: &Needs) {
        needs.missing.iter().for_each(|signal| self.declare(*signal));
        for signal in &needs.made {
            if self.declared.insert(*signal) {
                for statement in self.plan.made(*signal) {
                    self.push_into(*signal, statement);
                }
            }
        }
    }

    fn needs(&mut self, statement: &Statement) -> Needs {
        let mut stack = Vec::new();
        statement.visit_reads(&mut |reference| stack.push(reference.signal));
        match &statement.kind {
            StatementKind::Assign(targets, _) => stack.extend(targets.iter().map(|target| target.signal)),
            StatementKind::Instance(_, connections) => {
                let outputs = connections.iter().filter(|connection| !connection.input);
                outputs.for_each(|output| output.to.visit(&mut |target| stack.push(target.signal)));
            }
            _ => {}
        }
        let mut needs = Needs::default();
        while let Some(signal) = stack.pop() {
            if self.declared.contains(&signal) || matches!(signal, Signal::Port(_) | Signal::Clock | Signal::Reset) {
                continue;
            }
            match signal {
                Signal::Node(_) | Signal::CountOnes(_) => {
                    if needs.made.insert(signal) {
                        stack.extend(self.reads_of_made(signal));
                    }
                }
                given => {
                    needs.missing.insert(given);
                }
            }
        }
        needs
    }

    fn reads_of_made(&mut self, signal: Signal) -> Vec<Signal> {
        let plan = self.plan;
        let reads = self.made.entry(signal).or_insert_with(|| {
            let mut reads = Vec::new();
            for statement in plan.made(signal) {
                statement.visit_reads(&mut |reference| reads.push(reference.signal));
            }
            reads
        });
        reads.clone()
    }
}

/// Adds a register to a block of the same clocking.
fn merge(into: &mut Statement, statement: &Statement) -> bool {
    let same = same_clocking(into, statement);
    if let (true, StatementKind::Clocked(block), StatementKind::Clocked(other)) =
        (same, &mut into.kind, &statement.kind)
    {
        block.assignments.extend(other.assignments.iter().cloned());
    }
    same
}

/// Whether two registers can share a block: one enable, and both with a reset or both without.
fn same_clocking(left: &Statement, right: &Statement) -> bool {
    let (StatementKind::Clocked(left), StatementKind::Clocked(right)) = (&left.kind, &right.kind) else {
        return false;
    };
    let resets = |clocked: &Clocked| clocked.assignments.iter().any(|assignment| assignment.reset.is_some());
    left.enable == right.enable && resets(left) == resets(right)
}
