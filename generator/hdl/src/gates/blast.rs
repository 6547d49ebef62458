//! From the nodes of a design to gates.

use super::arithmetic::Word;
use super::graph::{Bit, Carries, Graph};
use super::state::State;
use super::{FlipFlop, Gates, LutDevice};
use crate::bits::Bits;
use crate::design::{Design, InstanceId, LoopId, NodeId, NodeKind, Operator, Port, PortKind, Reduction};
use crate::hierarchy::{Hierarchy, Place};
use crate::wiring::{Segment, segments};
use std::collections::HashSet;

/// How often what is known of flip-flops is carried through the gates once more.
const ROUNDS: usize = 8;

/// Builds the gates of a hierarchy.
pub(super) struct Blaster<'a> {
    design: &'a Design,
    pub(super) hierarchy: Hierarchy<'a>,
    pub(super) graph: Graph,
    /// By number of a place.
    known: Vec<Option<Vec<Bit>>>,
    /// By number of a place, how often it is read, and how often it was when all was built before.
    readers: Vec<u32>,
    readers_before: Vec<u32>,
    pub(super) state: State,
    /// The bits of the top's inputs, by port.
    inputs: Vec<Vec<Bit>>,
    pub(super) device: Option<LutDevice>,
    /// What enters memories of the device, and the look-up tables that they take.
    pub(super) into_memories: Vec<Bit>,
    pub(super) memory_luts: u64,
}

impl<'a> Blaster<'a> {
    pub(super) fn new(design: &'a Design, kept: &[String], device: Option<LutDevice>, carries: Carries) -> Blaster<'a> {
        let hierarchy = Hierarchy::around(design, kept);
        let state = State::of(&hierarchy);
        let known = vec![None; hierarchy.places];
        let (readers, readers_before) = (vec![0; hierarchy.places], vec![]);
        let graph = Graph::new(carries);
        let (inputs, into_memories) = (vec![], vec![]);
        Blaster {
            design,
            hierarchy,
            graph,
            known,
            readers,
            readers_before,
            state,
            inputs,
            device,
            into_memories,
            memory_luts: 0,
        }
    }

    /// Builds the gates again until nothing more is known of the flip-flops: which never change, and which are equal.
    pub(super) fn gates(mut self) -> Gates {
        for _ in 1..ROUNDS {
            let (flip_flops, _) = self.build();
            if !self.state.learn(&flip_flops) {
                break;
            }
        }
        let (flip_flops, outputs) = self.build();
        let mut gates = self.finish(flip_flops, outputs);
        gates.drop_unread();
        gates
    }

    /// What has been built.
    pub(super) fn finish(self, flip_flops: Vec<FlipFlop>, mut outputs: Vec<Bit>) -> Gates {
        outputs.extend(self.into_memories);
        let (inputs, memory_luts) = (self.inputs.concat(), self.memory_luts);
        Gates { graph: self.graph, inputs, flip_flops, outputs, memory_luts }
    }

    /// Builds the gates of what is known: flip-flops and the bits that leave.
    pub(super) fn build(&mut self) -> (Vec<FlipFlop>, Vec<Bit>) {
        self.graph = Graph::new(self.graph.carries);
        self.into_memories.clear();
        self.memory_luts = 0;
        let ports = self.design.top().ports.iter();
        let width = |port: &Port| if port.kind == PortKind::Input { port.shape.width } else { 0 };
        self.inputs = ports.map(|port| (0..width(port)).map(|_| self.graph.source()).collect()).collect();
        self.known.fill(None);
        self.readers_before = std::mem::replace(&mut self.readers, vec![0; self.known.len()]);
        self.state.open(&mut self.graph);
        let outputs = self.outputs();
        let mut flip_flops = self.flip_flops();
        // Of equal ones the first stands for all, and constants need none.
        let mut met = HashSet::new();
        flip_flops.retain(|flip_flop| flip_flop.state.constant().is_none() && met.insert(flip_flop.state));
        (flip_flops, outputs)
    }

    fn outputs(&mut self) -> Vec<Bit> {
        let mut outputs = vec![];
        for port in &self.design.top().ports {
            if let PortKind::Output(node) = port.kind {
                outputs.extend(self.word(Place { frame: 0, node, iteration: 0 }).bits);
            }
        }
        for frame in self.hierarchy.open_frames().collect::<Vec<_>>() {
            let module = self.hierarchy.layout(frame).module;
            for (number, instance) in module.instances.iter().enumerate() {
                if !self.hierarchy.is_closed(frame, InstanceId(number as u32)) {
                    continue;
                }
                for iteration in 0..self.hierarchy.layout(frame).iterations(instance.scope) {
                    for (_, driver) in &instance.inputs {
                        let place = self.hierarchy.read(frame, *driver, instance.scope, iteration);
                        outputs.extend(self.word(place).bits);
                    }
                }
            }
        }
        outputs
    }

    /// The value at a place.
    pub(super) fn word(&mut self, place: Place) -> Word {
        let reading = self.segments(place);
        self.require(reading.iter().filter_map(|segment| segment.place).collect());
        self.count_readers(&reading);
        self.read(place, &reading)
    }

    /// The value at a place whose bits are all there.
    pub(super) fn known_word(&self, place: Place) -> Word {
        self.read(place, &self.segments(place))
    }

    fn count_readers(&mut self, reading: &[Segment]) {
        for place in reading.iter().filter_map(|segment| segment.place) {
            self.readers[self.hierarchy.number(place)] += 1;
        }
    }

    /// Whether a single node, output or flip-flop reads the value at `place`.
    pub(super) fn is_read_once(&self, place: Place) -> bool {
        self.readers_before[self.hierarchy.number(place)] == 1
    }

    pub(super) fn segments(&self, place: Place) -> Vec<Segment> {
        segments(&self.hierarchy, place, 0, self.hierarchy.node(place).shape.width)
    }

    fn read(&self, place: Place, reading: &[Segment]) -> Word {
        let mut bits = vec![];
        for Segment { place, low, width } in reading {
            let (low, width) = (*low as usize, *width as usize);
            match place.and_then(|place| self.known[self.hierarchy.number(place)].as_ref()) {
                Some(known) => bits.extend_from_slice(&known[low..low + width]),
                None => bits.extend(std::iter::repeat_n(Bit::ZERO, width)),
            }
        }
        Word { bits, signed: self.hierarchy.node(place).shape.signed }
    }

    /// Depth first, without recursion: logic may be deep.
    fn require(&mut self, mut stack: Vec<Place>) {
        while let Some(&place) = stack.last() {
            let number = self.hierarchy.number(place);
            if self.known[number].is_some() {
                stack.pop();
                continue;
            }
            let operands = self.hierarchy.node(place).kind.operands();
            let operands: Vec<Place> = operands.iter().map(|operand| self.hierarchy.operand(place, *operand)).collect();
            let readings: Vec<Vec<Segment>> = operands.iter().map(|operand| self.segments(*operand)).collect();
            let waiting = stack.len();
            let places = readings.iter().flatten().filter_map(|segment| segment.place);
            stack.extend(places.filter(|place| self.known[self.hierarchy.number(*place)].is_none()));
            if stack.len() == waiting {
                let words: Vec<Word> =
                    operands.iter().zip(&readings).map(|(operand, reading)| self.read(*operand, reading)).collect();
                readings.iter().for_each(|reading| self.count_readers(reading));
                self.known[number] = Some(self.compute(place, words));
                stack.pop();
            }
        }
    }

    fn compute(&mut self, place: Place, words: Vec<Word>) -> Vec<Bit> {
        let node = self.hierarchy.node(place);
        let width = node.shape.width as usize;
        if self.graph.has_chains()
            && let Some(sum) = self.sum_of_summands(place)
        {
            return sum;
        }
        match (&node.kind, words.as_slice()) {
            (NodeKind::Constant(bits), _) => constant(bits),
            (NodeKind::Input(port), _) => self.inputs[port.index()].clone(),
            (NodeKind::Index(affine), _) => {
                let value = self.hierarchy.affine(place, affine);
                constant(&Bits::from_i128(i128::from(value), node.shape.width))
            }
            (NodeKind::Register(_) | NodeKind::MemoryRead { .. }, _) => self.state.word(self.hierarchy.number(place)),
            (NodeKind::Not(_), [a]) => a.bits.iter().map(|bit| !*bit).collect(),
            (NodeKind::Negate(_), [a]) => {
                let zero = vec![Bit::ZERO; width];
                self.graph.subtract(&zero, &a.extended(width))
            }
            (NodeKind::Reduce(reduction, _), [a]) => vec![self.reduce(*reduction, a)],
            (NodeKind::Popcount(_), [a]) => {
                let mut columns = vec![Default::default(); width];
                columns[0] = a.bits.iter().copied().collect();
                self.graph.add_columns(columns)
            }
            (NodeKind::Binary(operator, ..), [a, b]) => self.binary(*operator, a, b, width),
            (NodeKind::AddCarry { .. }, [a, b, carry]) => {
                self.graph.add(&a.extended(width), &b.extended(width), carry.bits[0])
            }
            (NodeKind::Extend(_), [a]) => a.extended(width),
            (NodeKind::Mux { .. }, [select, a, b]) => {
                let pairs = a.bits.iter().zip(&b.bits);
                pairs.map(|(a, b)| self.graph.mux(select.bits[0], *a, *b)).collect()
            }
            (NodeKind::OneHot { selects, .. }, words) => {
                let (selects, values) = words.split_at(selects.len());
                (0..width).map(|position| self.one_hot(selects, values, position)).collect()
            }
            (NodeKind::Select { .. }, [index, values @ ..]) => {
                let words: Vec<Vec<Bit>> = values.iter().map(|value| value.bits.clone()).collect();
                let last = words.last().cloned();
                self.graph.select(&index.bits, words, last)
            }
            (NodeKind::Table { entries, .. }, [index]) => {
                let words = entries.iter().map(constant).collect();
                self.graph.select(&index.bits, words, Some(vec![Bit::ZERO; width]))
            }
            _ => (0..width).map(|_| self.graph.source()).collect(),
        }
    }

    fn reduce(&mut self, reduction: Reduction, a: &Word) -> Bit {
        match reduction {
            Reduction::And => self.graph.tree(a.bits.clone(), Graph::and),
            Reduction::Or => self.graph.tree(a.bits.clone(), Graph::or),
            Reduction::Xor => self.graph.tree(a.bits.clone(), Graph::xor),
        }
    }

    fn one_hot(&mut self, selects: &[Word], values: &[Word], position: usize) -> Bit {
        let terms: Vec<Bit> = selects
            .iter()
            .zip(values)
            .map(|(select, value)| self.graph.and(select.bits[0], value.bits[position]))
            .collect();
        self.graph.tree(terms, Graph::or)
    }

    fn binary(&mut self, operator: Operator, a: &Word, b: &Word, width: usize) -> Vec<Bit> {
        let graph = &mut self.graph;
        let mut bitwise = |operation: fn(&mut Graph, Bit, Bit) -> Bit| -> Vec<Bit> {
            a.bits.iter().zip(&b.bits).map(|(a, b)| operation(graph, *a, *b)).collect()
        };
        match operator {
            Operator::And => bitwise(Graph::and),
            Operator::Or => bitwise(Graph::or),
            Operator::Xor => bitwise(Graph::xor),
            Operator::Add => graph.add(&a.extended(width), &b.extended(width), Bit::ZERO),
            Operator::Subtract => graph.subtract(&a.extended(width), &b.extended(width)),
            Operator::Multiply => graph.multiply(a, b, width),
            Operator::Equal => vec![graph.equal(a, b)],
            Operator::NotEqual => vec![!graph.equal(a, b)],
            Operator::Less => vec![graph.less(a, b)],
            Operator::LessEqual => vec![!graph.less(b, a)],
        }
    }

    /// The bits of a node that is read in an iteration of a scope.
    pub(super) fn bits(&mut self, frame: u32, node: NodeId, scope: Option<LoopId>, iteration: u32) -> Vec<Bit> {
        let place = self.hierarchy.read(frame, node, scope, iteration);
        self.word(place).bits
    }
}

fn constant(bits: &Bits) -> Vec<Bit> {
    (0..bits.width()).map(|position| Bit::from(bits.bit(position))).collect()
}
