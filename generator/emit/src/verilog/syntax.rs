//! The part of Verilog-2005 that is printed, as trees. Signals are named by what they stand for, not by text:
//! names are chosen last, and what reads what is known without parsing.

use tritloom_hdl::{Affine, InstanceId, Location, LoopId, MemoryId, NodeId, PortId, RegisterId, Shape, WireId};

/// Something that has a name in the emitted text of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Signal {
    /// The clock port.
    Clock,
    /// The reset port.
    Reset,
    /// A port.
    Port(PortId),
    /// A wire of the design, flat.
    Wire(WireId),
    /// A wire of the design as one net for each lane: see [`super::chain`].
    Pieces(WireId),
    /// A register's state; of a delay line all values that are on their way, the oldest lowest.
    Register(RegisterId),
    /// The words of a memory.
    Words(MemoryId),
    /// What a read port of a memory fetched.
    MemoryRead(MemoryId, u32),
    /// The net at an output of an instance.
    InstanceOutput(InstanceId, PortId),
    /// The function that counts the ones of a vector of that width.
    CountOnes(u32),
    /// An expression that needs a name.
    Node(NodeId),
}

/// An expression; every one has a width of its own, never one that follows from its surroundings.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    /// A sized constant, as text.
    Literal {
        /// As printed.
        text: String,
        /// Whether Verilog takes it as signed.
        signed: bool,
    },
    /// The value of a signal or of a part of it.
    Read(Reference),
    /// A prefix operator.
    Unary(&'static str, Box<Expression>),
    /// Operands with one operator between each two; more than two only for `& | ^ +`.
    Operation(&'static str, Vec<Expression>),
    /// `condition ? value :` once or several times, then the last value.
    Choose(Vec<(Expression, Expression)>, Box<Expression>),
    /// `{first, second}`, the first on top.
    Concat(Vec<Expression>),
    /// `{count{value}}`
    Replicate(u32, Box<Expression>),
    /// `$signed(value)`
    Signed(Box<Expression>),
    /// `$unsigned(value)`
    Unsigned(Box<Expression>),
    /// A call of [`Signal::CountOnes`].
    CountOnes(u32, Box<Expression>),
}

/// A signal, or a part of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reference {
    /// Which.
    pub signal: Signal,
    /// For [`Signal::Pieces`]: which piece.
    pub piece: Option<Affine>,
    /// How much of it.
    pub part: Part,
    /// Whether the declaration of the signal says `signed`.
    pub declared_signed: bool,
}

/// How much of a signal is read or driven.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// All.
    Whole,
    /// `width` bits from `low` on.
    Bits {
        /// In bits.
        low: Affine,
        /// At least one.
        width: u32,
    },
    /// The one bit that a value names.
    Bit(Box<Expression>),
}

/// A statement and the Rust line that it comes from.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// What it says.
    pub kind: StatementKind,
    /// For the line map.
    pub location: Option<Location>,
}

/// What stands in a module's body.
#[derive(Clone, Debug)]
pub(super) enum StatementKind {
    /// A section's title.
    Banner(String),
    /// A remark.
    Comment(String),
    /// `wire`, with its only driver where that is given at once.
    Net(Signal, Option<Expression>),
    /// `reg`
    Variable(Signal),
    /// `localparam`: the value of an index expression in each iteration.
    Parameter(Signal, Affine),
    /// `assign`; several targets are concatenated, the first on top.
    Assign(Vec<Reference>, Expression),
    /// A combinational `case`.
    Case(Case),
    /// Registers that share their clocking.
    Clocked(Clocked),
    /// The words of a memory, declared.
    Words(MemoryId),
    /// The ports of a RAM.
    Ram(Ram),
    /// The read ports of a ROM.
    Rom(MemoryId, Vec<ReadPort>),
    /// The function that counts the ones of a vector of that width.
    CountOnes(u32),
    /// A lane-driven wire as one net for each piece.
    Pieces(Pieces),
    /// An instance.
    Instance(InstanceId, Vec<Connection>),
    /// A `generate` loop.
    Loop(LoopId, Vec<Statement>),
    /// Reads, for lint, what nothing else reads.
    Sink(Signal, Vec<Reference>),
}

/// `case (index) label: target = value; ... default: ...`
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// Assigned.
    pub target: Signal,
    /// Compared with the labels.
    pub index: Expression,
    /// Of the labels, which count from zero.
    pub index_width: u32,
    /// In label order.
    pub values: Vec<Expression>,
    /// For every other label.
    pub default: Expression,
}

/// One `always @(posedge ...)` block.
#[derive(Clone, Debug)]
pub(super) struct Clocked {
    /// Holds where this is zero.
    pub enable: Option<Expression>,
    /// One for each register; either all have a reset value or none has.
    pub assignments: Vec<Assignment>,
}

/// What a register takes.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    /// Which register.
    pub target: RegisterId,
    /// At reset.
    pub reset: Option<Expression>,
    /// At a clock edge.
    pub next: Expression,
    /// For the line map.
    pub location: Location,
}

/// The clocked part of a RAM.
#[derive(Clone, Debug)]
pub(super) struct Ram {
    /// Which.
    pub memory: MemoryId,
    /// Enable, address and data.
    pub write: Option<(Expression, Expression, Expression)>,
    /// Read ports, in order.
    pub reads: Vec<ReadPort>,
}

/// One read port of a memory.
#[derive(Clone, Debug)]
pub(super) struct ReadPort {
    /// `None` reads at every edge.
    pub enable: Option<Expression>,
    /// Which word.
    pub address: Expression,
}

/// A lane-driven wire as nets of a `generate` loop.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    /// Which wire.
    pub wire: WireId,
    /// Width of a piece.
    pub width: u32,
    /// How many.
    pub count: u32,
    /// Whether the flat wire is there too, for readers of all lanes at once.
    pub flat: bool,
    /// Whether nothing reads some of the pieces.
    pub unread: bool,
}

/// A port of an instance and what it is connected to.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    /// With suffix.
    pub port: String,
    /// An expression for an input, a net for an output.
    pub to: Expression,
    /// Whether it is an input of the instance.
    pub input: bool,
}

impl Expression {
    /// Whether Verilog takes the expression as signed (IEEE 1364-2005, 5.5.1).
    pub fn signed(&self) -> bool {
        match self {
            Expression::Literal { signed, .. } => *signed,
            Expression::Read(reference) => reference.declared_signed && reference.part == Part::Whole,
            Expression::Unary(operator, operand) => matches!(*operator, "~" | "-") && operand.signed(),
            Expression::Operation(operator, operands) => {
                !matches!(*operator, "==" | "!=" | "<" | "<=" | ">" | ">=") && operands.iter().all(Expression::signed)
            }
            Expression::Choose(cases, otherwise) => otherwise.signed() && cases.iter().all(|case| case.1.signed()),
            Expression::Signed(_) => true,
            Expression::Concat(_) | Expression::Replicate(..) | Expression::Unsigned(_) | Expression::CountOnes(..) => {
                false
            }
        }
    }

    /// All of a signal.
    pub fn whole(signal: Signal, declared_signed: bool) -> Expression {
        Expression::Read(Reference { signal, piece: None, part: Part::Whole, declared_signed })
    }

    /// Side by side; nested concatenations become one, and equal neighbours a replication.
    pub fn concat(parts: Vec<Expression>) -> Expression {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Expression::Concat(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        let runs = flat.chunk_by(PartialEq::eq).map(|run| match run {
            [part] => part.clone(),
            parts => Expression::Replicate(parts.len() as u32, Box::new(parts[0].clone())),
        });
        let mut runs: Vec<Expression> = runs.collect();
        if runs.len() == 1 { runs.remove(0) } else { Expression::Concat(runs) }
    }

    /// Every bit inverted; an inversion within, which comes out through exclusive ORs, is undone instead.
    pub fn not(of: Expression) -> Expression {
        match of {
            Expression::Unary("~", of) => *of,
            Expression::Operation("^", operands) if operands.iter().any(Expression::is_inverted) => {
                let last = operands.iter().rposition(Expression::is_inverted);
                let undone =
                    |(position, operand)| if Some(position) == last { Expression::not(operand) } else { operand };
                Expression::chain("^", operands.into_iter().enumerate().map(undone))
            }
            of => Expression::Unary("~", Box::new(of)),
        }
    }

    fn is_inverted(&self) -> bool {
        matches!(self, Expression::Unary("~", _))
    }

    /// Operands of an associative operator; nested uses of the same become one.
    pub fn chain(operator: &'static str, operands: impl IntoIterator<Item = Expression>) -> Expression {
        let mut flat = Vec::new();
        for operand in operands {
            match operand {
                Expression::Operation(inner, operands) if inner == operator => flat.extend(operands),
                operand => flat.push(operand),
            }
        }
        Expression::Operation(operator, flat)
    }

    /// A choice; one in the last place of another becomes a part of it.
    pub fn choose(condition: Expression, on_true: Expression, on_false: Expression) -> Expression {
        match on_false {
            Expression::Choose(mut cases, otherwise) => {
                cases.insert(0, (condition, on_true));
                Expression::Choose(cases, otherwise)
            }
            on_false => Expression::Choose(vec![(condition, on_true)], Box::new(on_false)),
        }
    }

    /// The same value with the signedness that its shape says.
    pub fn typed(self, shape: Shape) -> Expression {
        match (self.signed(), shape.signed) {
            (false, true) => Expression::Signed(Box::new(self)),
            (true, false) => Expression::Unsigned(Box::new(self)),
            _ => self,
        }
    }

    /// Every reference in it, and every function called.
    pub fn visit(&self, visit: &mut dyn FnMut(&Reference)) {
        match self {
            Expression::Literal { .. } => {}
            Expression::Read(reference) => reference.visit(visit),
            Expression::Operation(_, operands) | Expression::Concat(operands) => {
                operands.iter().for_each(|operand| operand.visit(visit));
            }
            Expression::Choose(cases, otherwise) => {
                for (condition, value) in cases {
                    condition.visit(visit);
                    value.visit(visit);
                }
                otherwise.visit(visit);
            }
            Expression::Unary(_, operand)
            | Expression::Replicate(_, operand)
            | Expression::Signed(operand)
            | Expression::Unsigned(operand) => operand.visit(visit),
            Expression::CountOnes(width, operand) => {
                visit(&Reference::whole(Signal::CountOnes(*width), false));
                operand.visit(visit);
            }
        }
    }
}

impl Reference {
    /// All of a signal.
    pub fn whole(signal: Signal, declared_signed: bool) -> Reference {
        Reference { signal, piece: None, part: Part::Whole, declared_signed }
    }

    fn visit(&self, visit: &mut dyn FnMut(&Reference)) {
        visit(self);
        if let Part::Bit(index) = &self.part {
            index.visit(visit);
        }
    }
}

impl Statement {
    /// What it reads, in text order; not what it drives.
    pub fn visit_reads(&self, visit: &mut dyn FnMut(&Reference)) {
        match &self.kind {
            StatementKind::Net(_, Some(value)) | StatementKind::Assign(_, value) => value.visit(visit),
            StatementKind::Case(case) => {
                case.index.visit(visit);
                case.values.iter().for_each(|value| value.visit(visit));
                case.default.visit(visit);
            }
            StatementKind::Clocked(clocked) => {
                clocked.enable.iter().for_each(|enable| enable.visit(visit));
                clocked.assignments.iter().for_each(|assignment| assignment.next.visit(visit));
            }
            StatementKind::Ram(ram) => {
                if let Some((enable, address, data)) = &ram.write {
                    [enable, address, data].into_iter().for_each(|value| value.visit(visit));
                }
                visit_ports(&ram.reads, visit);
            }
            StatementKind::Rom(_, reads) => visit_ports(reads, visit),
            StatementKind::Instance(_, connections) => {
                let inputs = connections.iter().filter(|connection| connection.input);
                inputs.for_each(|connection| connection.to.visit(visit));
            }
            StatementKind::Loop(_, body) => body.iter().for_each(|statement| statement.visit_reads(visit)),
            StatementKind::Banner(_)
            | StatementKind::Comment(_)
            | StatementKind::Net(_, None)
            | StatementKind::Variable(_)
            | StatementKind::Parameter(..)
            | StatementKind::Words(_)
            | StatementKind::CountOnes(_)
            | StatementKind::Pieces(_)
            | StatementKind::Sink(..) => {}
        }
    }
}

fn visit_ports(ports: &[ReadPort], visit: &mut dyn FnMut(&Reference)) {
    for port in ports {
        port.enable.iter().for_each(|enable| enable.visit(visit));
        port.address.visit(visit);
    }
}
