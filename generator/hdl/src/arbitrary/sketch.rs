//! The values that a module under construction has made so far, and how the next ones are drawn from them.

use super::{WIDEST, shape};
use crate::builder::{Affine, Index, Lanes, ModuleBuilder, RegisterBuilder, Value};
use crate::design::Module;
use crate::random::Random;
use crate::shape::{Shape, uint};

/// A module under construction.
pub(super) struct Sketch<'a> {
    pub builder: ModuleBuilder,
    pub random: &'a mut Random,
    /// Modules that may be instantiated.
    pub children: &'a [Module],
    /// Values that may be used in the present scope.
    pool: Vec<Entry>,
    /// Vectors whose lanes may be read in the present scope.
    lanes: Vec<Lanes>,
    /// Registers of the present scope that still need a next value.
    pending: Vec<RegisterBuilder>,
    /// The open loops, outermost first, and how often they run.
    open: Vec<(Index, u32)>,
    names: u32,
}

struct Entry {
    value: Value,
    used: bool,
}

/// What a scope finds when it is entered and leaves as it was.
pub(super) struct Mark {
    pool: usize,
    lanes: usize,
    pending: Vec<RegisterBuilder>,
}

impl<'a> Sketch<'a> {
    pub fn new(builder: ModuleBuilder, random: &'a mut Random, children: &'a [Module]) -> Sketch<'a> {
        Sketch {
            builder,
            random,
            children,
            pool: Vec::new(),
            lanes: Vec::new(),
            pending: Vec::new(),
            open: Vec::new(),
            names: 0,
        }
    }

    pub fn steps(&mut self, count: u32) {
        for _ in 0..count {
            if self.chance(2) {
                self.structure();
            } else {
                (0..3).for_each(|_| self.operator());
            }
        }
    }

    /// A name of its own in the module.
    pub fn name(&mut self, what: &str) -> String {
        self.names += 1;
        format!("{what}{}", self.names)
    }

    /// True once in `count` times.
    pub fn chance(&mut self, count: u32) -> bool {
        self.random.below(count) == 0
    }

    pub fn shape(&mut self, widest: u32) -> Shape {
        shape(self.random, widest)
    }

    /// Puts a value at the disposal of the scope, narrowed where it has grown too wide.
    pub fn add(&mut self, value: Value) {
        let value = if value.width() > WIDEST { self.narrowed(&value, WIDEST) } else { value };
        self.pool.push(Entry { value, used: false });
    }

    /// Puts a vector at the disposal of the scope: its lanes, and itself where it is not too wide.
    pub fn add_lanes(&mut self, lanes: Lanes) {
        self.add(lanes.flat().clone());
        self.lanes.push(lanes);
    }

    /// Some vector of the scope.
    pub fn some_lanes(&mut self) -> Option<Lanes> {
        let count = self.lanes.len() as u32;
        (count > 0).then(|| self.lanes[self.random.below(count) as usize].clone())
    }

    /// Puts a lane at `index` of some vectors at the disposal of the scope; `count` lanes must be there.
    pub fn read_lanes(&mut self, index: impl Into<Affine>, count: u32) {
        let index = index.into();
        for lanes in self.lanes.clone().iter().filter(|lanes| lanes.count() >= count) {
            let lane = match self.random.below(4) {
                0 => lanes.lane(Affine::from(count - 1) - index.clone()),
                1 => lanes.lane(index.clone() + (lanes.count() - count)),
                _ => lanes.lane(index.clone()),
            };
            self.add(lane);
        }
    }

    /// Values that are made from now on may depend on the loop with that index.
    pub fn enter(&mut self, index: Index, count: u32) -> Mark {
        self.open.push((index, count));
        let mark = Mark { pool: self.pool.len(), lanes: self.lanes.len(), pending: std::mem::take(&mut self.pending) };
        let place = self.builder.index(index, crate::bits_for(u64::from(count)));
        self.add(place);
        mark
    }

    /// Forgets the values of the scope; a digest of those that nobody used is what remains.
    pub fn leave(&mut self, mark: Mark) -> Value {
        self.close_scope();
        let unused: Vec<Value> =
            self.pool.drain(mark.pool..).filter(|entry| !entry.used).map(|entry| entry.value).collect();
        self.lanes.truncate(mark.lanes);
        self.pending = mark.pending;
        self.open.pop();
        self.digest(&unused, uint(16))
    }

    /// Gives the registers of the scope their next values.
    pub fn close_scope(&mut self) {
        for register in std::mem::take(&mut self.pending) {
            let next = self.value(register.shape());
            register.next(&next);
            if self.chance(2) {
                let enable = self.bit();
                register.enable(&enable);
            }
        }
    }

    /// Puts a register at the disposal of the scope; its next value is drawn when the scope closes.
    pub fn add_register(&mut self, register: RegisterBuilder) {
        self.add(register.value().clone());
        self.pending.push(register);
    }

    /// How many loops are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// A few cycles, often other ones in each iteration.
    pub fn cycles(&mut self) -> Affine {
        let mut cycles = Affine::from(1 + self.random.below(3));
        for (index, count) in self.open.clone() {
            cycles = match self.random.below(4) {
                0 => cycles,
                1 => cycles + (count - 1) - index,
                factor => cycles + index * (factor - 1),
            };
        }
        cycles
    }

    /// How many values there are, for [`Sketch::value_before`].
    pub fn made(&self) -> usize {
        self.pool.len()
    }

    /// Any value, with a preference for unused ones.
    pub fn any(&mut self) -> Value {
        self.any_before(self.pool.len())
    }

    fn any_before(&mut self, end: usize) -> Value {
        let unused: Vec<usize> = (0..end).filter(|&position| !self.pool[position].used).collect();
        let position = if unused.is_empty() || self.chance(3) {
            self.random.below(end as u32) as usize
        } else {
            unused[self.random.below(unused.len() as u32) as usize]
        };
        self.pool[position].used = true;
        self.pool[position].value.clone()
    }

    /// A value of that shape.
    pub fn value(&mut self, shape: Shape) -> Value {
        let value = self.any();
        self.adapted(&value, shape)
    }

    /// A value of that shape that depends on none but the first `made` of the pool.
    pub fn value_before(&mut self, made: usize, shape: Shape) -> Value {
        let value = self.any_before(made);
        self.adapted(&value, shape)
    }

    /// One unsigned bit.
    pub fn bit(&mut self) -> Value {
        let value = self.any();
        match self.random.below(4) {
            0 => value.any(),
            1 => value.parity(),
            _ => value.bit(self.random.below(value.width())),
        }
    }

    /// The values that nobody used, which are used from now on.
    pub fn take_unused(&mut self) -> Vec<Value> {
        let unused = self.pool.iter_mut().filter(|entry| !entry.used);
        unused
            .map(|entry| {
                entry.used = true;
                entry.value.clone()
            })
            .collect()
    }

    /// One value in which every bit of `values` counts.
    pub fn digest(&mut self, values: &[Value], shape: Shape) -> Value {
        let mut digest = self.builder.constant(crate::Bits::zero(shape.width), false);
        for value in values {
            let mut low = 0;
            while low < value.width() {
                let width = shape.width.min(value.width() - low);
                let part = value.slice(low, width).extend(shape.width);
                let turned = self.builder.concat(&[&digest.slice(0, 5), &digest.slice(5, shape.width - 5)]);
                digest = &turned ^ &part;
                low += width;
            }
        }
        digest
    }

    /// Something made of `value` with another shape.
    pub fn adapted(&mut self, value: &Value, shape: Shape) -> Value {
        let width = value.width();
        let sized = if width > shape.width {
            self.narrowed(value, shape.width)
        } else if width < shape.width && self.chance(2) {
            let filler = self.random.bits(shape.width - width);
            let filler = self.builder.constant(filler, false);
            self.builder.concat(&[value, &filler])
        } else {
            value.extend(shape.width)
        };
        if shape.signed { sized.as_signed() } else { sized.as_unsigned() }
    }

    fn narrowed(&mut self, value: &Value, width: u32) -> Value {
        let spare = value.width() - width;
        match self.random.below(4) {
            0 => value.wrap(width),
            1 => value.saturate(width),
            2 => value.truncate(spare),
            _ => value.slice(self.random.below(spare + 1), width),
        }
    }
}
