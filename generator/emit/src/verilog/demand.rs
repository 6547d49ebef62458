//! What each reader of a node asks of its text. Mirrors how [`super::lower`] prints the reader.

use super::plan::Plan;
use super::reading::{Class, Reading, is_comparison};
use tritloom_hdl::{Affine, NodeId, NodeKind, Operator, PortKind, Register, RegisterId, WireId};

/// A vector of at most so many bits is counted by a sum of its bits; a longer one by a function.
pub(super) const LONGEST_BIT_SUM: u32 = 8;

/// What a reader asks of a node.
pub(super) enum Demand {
    /// Nothing but exact width.
    Inline,
    /// Nothing: it is assigned whole; the name to take if it needs one.
    Root(Option<String>),
    /// Nothing: it is what that wire is.
    Wire(WireId),
    /// To be a plain value; the name to take otherwise.
    Next(RegisterId, String),
    /// No operator on top: the reader widens it.
    Primary,
    /// To be short.
    Short(Option<String>),
    /// To have a name.
    Name,
    /// That these bits can be selected.
    Bits {
        /// In bits.
        low: Affine,
        /// At least one.
        width: u32,
    },
}

/// What stands outside all expressions, in a fixed order.
pub(super) fn root_demands(reading: &Reading) -> Vec<(NodeId, Demand)> {
    let module = reading.module;
    let mut demands = Vec::new();
    for (position, wire) in module.wires.iter().enumerate() {
        for drive in &wire.drives {
            let whole = wire.drives.len() == 1 && drive.lane.is_none() && drive.scope == wire.scope;
            let demand = match whole {
                true => Demand::Wire(WireId(position as u32)),
                false => Demand::Root(Some(format!("{}_lane", wire.name))),
            };
            demands.push((drive.value, demand));
        }
    }
    for port in &module.ports {
        if let PortKind::Output(driver) = port.kind {
            demands.push((driver, Demand::Root(Some(port.name.clone()))));
        }
    }
    for (position, register) in module.registers.iter().enumerate() {
        let id = RegisterId(position as u32);
        demands.extend(register.next.map(|next| (next, Demand::Next(id, next_name(register)))));
        let hint = format!("{}_enable", register.name);
        demands.extend(register.enable.map(|enable| (enable, Demand::Short(Some(hint)))));
    }
    for memory in &module.memories {
        let short = |id: NodeId, hint: &str| (id, Demand::Short(Some(format!("{}_{hint}", memory.name))));
        if let Some(write) = &memory.write {
            demands.push(short(write.enable, "write_enable"));
            demands.push(short(write.address, "write_address"));
            demands.push(short(write.data, "write_data"));
        }
        for read in &memory.reads {
            demands.push(short(read.enable, &format!("{}_enable", read.name)));
            demands.push(short(read.address, &format!("{}_address", read.name)));
        }
    }
    for instance in &module.instances {
        for (port, driver) in &instance.inputs {
            let port = &instance.module.ports[port.index()].name;
            demands.push((*driver, Demand::Short(Some(format!("{}_{port}", instance.name)))));
        }
    }
    demands
}

/// The name of a register's next value, where that is an expression.
fn next_name(register: &Register) -> String {
    match register.stage {
        1 => format!("{}_d", register.name),
        stage => format!("{}_d{stage}", register.name),
    }
}

/// What a node asks of its operands.
pub(super) fn operand_demands(plan: &Plan, id: NodeId) -> Vec<(NodeId, Demand)> {
    let reading = &plan.reading;
    if reading.constant(id).is_some() {
        return Vec::new();
    }
    if let Some(of) = reading.wrapped(id) {
        return arithmetic_demands(reading, of, Some(reading.shape(id).width));
    }
    if let Some(of) = reading.bit_select(id) {
        let NodeKind::Select { index, .. } = reading.node(id).kind else { return Vec::new() };
        return vec![(of, Demand::Name), (index, Demand::Short(None))];
    }
    match &reading.node(id).kind {
        NodeKind::Slice { of, low } => vec![(*of, bits(*low, reading.shape(id).width))],
        NodeKind::Lane { of, index } => {
            let width = reading.shape(id).width;
            vec![(*of, Demand::Bits { low: index.clone() * width, width })]
        }
        NodeKind::Extend(of) => resized(reading, *of, reading.shape(id).width, Demand::Inline),
        NodeKind::Binary(operator, left, right) if is_comparison(*operator) => {
            let width = plan.compared_width(*operator, *left, *right);
            let mut demands = resized(reading, *left, width, Demand::Inline);
            demands.extend(resized(reading, *right, width, Demand::Inline));
            demands
        }
        NodeKind::Select { index, values } => {
            let values = values.iter().map(|value| (*value, Demand::Short(None)));
            std::iter::once((*index, Demand::Short(None))).chain(values).collect()
        }
        NodeKind::Table { index, .. } => vec![(*index, Demand::Short(None))],
        _ if reading.class(id) == Class::Arithmetic => arithmetic_demands(reading, id, None),
        kind => kind.operands().into_iter().map(|operand| (operand, Demand::Inline)).collect(),
    }
}

/// For a result of its own width, or one that is wrapped to `wrap` bits.
fn arithmetic_demands(reading: &Reading, id: NodeId, wrap: Option<u32>) -> Vec<(NodeId, Demand)> {
    let widths = OperandWidths::of(reading, id, wrap);
    let operand = |of: NodeId, width: u32| {
        let top = if wrap.is_some() { Demand::Inline } else { Demand::Primary };
        resized(reading, of, width, top)
    };
    match &reading.node(id).kind {
        NodeKind::Binary(_, left, right) => {
            [operand(*left, widths.left), operand(*right, widths.right)].into_iter().flatten().collect()
        }
        NodeKind::Negate(of) => operand(*of, widths.left),
        NodeKind::AddCarry { left, right, carry } => {
            let summands = [operand(*left, widths.left), operand(*right, widths.right)];
            summands.into_iter().flatten().chain([(*carry, Demand::Inline)]).collect()
        }
        NodeKind::Popcount(of) if reading.shape(*of).width <= LONGEST_BIT_SUM => {
            (0..reading.shape(*of).width).map(|position| (*of, bits(position, 1))).collect()
        }
        kind => kind.operands().into_iter().map(|operand| (operand, Demand::Inline)).collect(),
    }
}

/// What bringing an operand to `width` bits asks of it.
fn resized(reading: &Reading, of: NodeId, width: u32, top: Demand) -> Vec<(NodeId, Demand)> {
    let shape = reading.shape(of);
    if width < shape.width {
        return vec![(of, bits(0, width))];
    }
    if width > shape.width && shape.signed && shape.width > 1 {
        return vec![(of, bits(shape.width - 1, 1)), (of, top)];
    }
    vec![(of, top)]
}

fn bits(low: u32, width: u32) -> Demand {
    Demand::Bits { low: Affine::from(low), width }
}

/// How wide the operands of an arithmetic node are printed.
pub(super) struct OperandWidths {
    pub left: u32,
    pub right: u32,
}

impl OperandWidths {
    /// Verilog widens the operands of an assigned sum to the sum's width; we bring them to one bit less, as lint
    /// tools want it. Wrapped to `wrap` bits, all are brought to just those.
    pub fn of(reading: &Reading, id: NodeId, wrap: Option<u32>) -> OperandWidths {
        let width = reading.shape(id).width;
        let (left, right) = match (&reading.node(id).kind, wrap) {
            (_, Some(wrap)) => (wrap, wrap),
            (NodeKind::Binary(Operator::Multiply, left, _), None)
                if width > WIDEST_SIGNED_PRODUCT && reading.shape(*left).signed =>
            {
                (width, width)
            }
            (NodeKind::Binary(Operator::Multiply, left, right), None) => {
                (reading.shape(*left).width, reading.shape(*right).width)
            }
            _ => (width - 1, width - 1),
        };
        OperandWidths { left, right }
    }
}

/// Verilator 5.006 refuses wider signed products; the unsigned product of operands as wide as the result has the
/// same bits and no such limit.
const WIDEST_SIGNED_PRODUCT: u32 = 512;
