//! Delays that grow from lane to lane, and values seen later and later.

use tritloom_hdl::Primitive::{EnabledRegister, ResetRegister};
use tritloom_hdl::{Census, Lanes, MAXIMUM_WIDTH, ModuleBuilder, Primitive, RegisterBuilder, Value, uint};

/// Lane i delayed by i cycles, in which `enable` is one; without it in all.
pub(super) fn skewed(m: &ModuleBuilder, name: &str, lanes: &Lanes, enable: Option<&Value>) -> Lanes {
    let (count, bits) = (lanes.count(), lanes.shape().width);
    let steps: Vec<u32> = (1..count).rev().map(|late| late * bits).collect();
    let stages = Stages::new(m, &format!("{name}_skew"), &steps);
    let before: Vec<&Value> = std::iter::once(lanes.flat()).chain(&stages.values).collect();
    let waiting: Vec<Value> = steps.iter().zip(&before).map(|(&late, value)| value.slice(bits, late)).collect();
    stages.drive(m, &waiting, enable);
    let in_time: Vec<Value> = before.iter().map(|value| value.slice(0, bits)).collect();
    let parts: Vec<&Value> = in_time.iter().rev().collect();
    m.wire(&format!("{name}_skewed"), &m.concat(&parts)).lanes(uint(bits), count)
}

/// Lane i delayed by as many cycles as there are lanes above it: the inverse of [`skewed`].
pub(super) fn aligned(m: &ModuleBuilder, name: &str, lanes: &Lanes, enable: &Value) -> Lanes {
    let (count, bits) = (lanes.count(), lanes.shape().width);
    let steps: Vec<u32> = (1..count).map(|early| early * bits).collect();
    let stages = Stages::new(m, &format!("{name}_align"), &steps);
    let mut together = vec![lanes.lane(0)];
    let joined = (1..count).zip(&stages.values).map(|(lane, held)| m.concat(&[&lanes.lane(lane), held]));
    together.extend(joined);
    let last = together.pop().unwrap_or_else(|| lanes.flat().clone());
    stages.drive(m, &together, Some(enable));
    m.wire(&format!("{name}_aligned"), &last).lanes(uint(bits), count)
}

/// The primitives of [`skewed`], whose registers are of a kind with enable or without.
pub(super) fn skewed_census(register: Primitive, count: u32, bits: u32) -> Census {
    stages_census(register, &(1..count).rev().map(|late| late * bits).collect::<Vec<_>>())
}

/// The primitives of [`aligned`].
pub(super) fn aligned_census(count: u32, bits: u32) -> Census {
    stages_census(EnabledRegister, &(1..count).map(|early| early * bits).collect::<Vec<_>>())
}

fn stages_census(register: Primitive, steps: &[u32]) -> Census {
    let mut census = Census::default();
    groups(steps).iter().for_each(|group| census.add(register, 1, group.iter().sum::<u32>().into()));
    census
}

/// Steps of a delay side by side in as few registers as hold them.
struct Stages {
    /// The present value of each step.
    values: Vec<Value>,
    /// Each with the number of its steps.
    registers: Vec<(RegisterBuilder, usize)>,
}

impl Stages {
    /// Steps of so many bits each.
    fn new(m: &ModuleBuilder, name: &str, steps: &[u32]) -> Stages {
        let (mut values, mut registers) = (Vec::new(), Vec::new());
        for group in groups(steps) {
            let suffix = if registers.is_empty() { String::new() } else { format!("_part{}", registers.len()) };
            let register = m.register(&format!("{name}{suffix}"), uint(group.iter().sum()));
            let mut low = 0;
            for &bits in group {
                values.push(register.value().slice(low, bits));
                low += bits;
            }
            registers.push((register, group.len()));
        }
        Stages { values, registers }
    }

    /// Gives each step its next value.
    fn drive(&self, m: &ModuleBuilder, next: &[Value], enable: Option<&Value>) {
        let mut left = next;
        for (register, steps) in &self.registers {
            let (group, rest) = left.split_at(*steps);
            enable.iter().for_each(|enable| _ = register.enable(enable));
            register.next(&m.concat(&group.iter().rev().collect::<Vec<_>>()));
            left = rest;
        }
    }
}

/// Neighbouring steps that fit one register together.
fn groups(steps: &[u32]) -> Vec<&[u32]> {
    let (mut groups, mut first, mut bits) = (Vec::new(), 0, 0);
    for (position, &step) in steps.iter().enumerate() {
        if bits + step > MAXIMUM_WIDTH {
            groups.push(&steps[first..position]);
            (first, bits) = (position, 0);
        }
        bits += step;
    }
    if first < steps.len() {
        groups.push(&steps[first..]);
    }
    groups
}

/// A value as it is seen 0, 1, ... cycles later, counting those in which an enable is one, if there is one; zero after reset.
pub(super) struct Wave {
    m: ModuleBuilder,
    name: String,
    bits: u32,
    later: Option<RegisterBuilder>,
}

impl Wave {
    /// A value that is still to be given, seen in `count` cycles from its own on.
    pub fn new(m: &ModuleBuilder, name: &str, bits: u32, count: u32) -> Wave {
        let later = (count > 1).then(|| m.register(&format!("{name}_wave"), uint(bits * (count - 1))));
        Wave { m: m.clone(), name: name.to_string(), bits, later }
    }

    /// Whether any of its bits was one in any of the last `cycles`; `None` for no cycles.
    pub fn lately(&self, cycles: u32) -> Option<Value> {
        let later = self.later.as_ref().filter(|_| cycles > 0)?;
        Some(self.m.wire(&format!("{}_lately", self.name), &later.value().slice(0, self.bits * cycles).any()))
    }

    /// Gives the value.
    pub fn drive(&self, value: &Value, enable: Option<&Value>) {
        if let Some(later) = &self.later {
            let next = match later.width() - self.bits {
                0 => value.clone(),
                earlier => self.m.concat(&[&later.value().slice(0, earlier), value]),
            };
            enable.iter().for_each(|enable| _ = later.enable(enable));
            later.reset(0).next(&next);
        }
    }

    /// The value of so many cycles ago: at least one, and fewer than it is seen.
    pub fn ago(&self, cycles: u32) -> Value {
        match &self.later {
            Some(later) => later.value().slice(self.bits * (cycles - 1), self.bits),
            None => unreachable!("a value that is seen once is not seen later"),
        }
    }

    /// A lane for each of `count` cycles, the value of `first` cycles ago first.
    pub fn before(&self, first: u32, count: u32) -> Lanes {
        match &self.later {
            Some(later) => {
                later.value().slice(self.bits * (first - 1), self.bits * count).lanes(uint(self.bits), count)
            }
            None => unreachable!("a value that is seen once is not seen later"),
        }
    }

    /// Gives the value; a lane for each cycle, the value itself first.
    pub fn of(&self, value: &Value, enable: &Value) -> Lanes {
        self.drive(value, Some(enable));
        let Some(later) = &self.later else { return value.lanes(uint(self.bits), 1) };
        let all = self.m.wire(&format!("{}_at", self.name), &self.m.concat(&[later.value(), value]));
        all.lanes(uint(self.bits), all.width() / self.bits)
    }
}

/// The primitives of a [`Wave`] but for [`Wave::lately`].
pub(super) fn wave_census(bits: u32, count: u32) -> Census {
    let mut census = Census::default();
    census.add(ResetRegister, u64::from(count > 1), u64::from(bits) * u64::from(count - 1));
    census
}
