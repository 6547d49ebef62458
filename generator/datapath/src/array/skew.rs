//! Delays that grow from lane to lane, and values seen later and later.

use tritloom_hdl::Primitive::ResetRegister;
use tritloom_hdl::{Affine, Census, Lanes, ModuleBuilder, Primitive, RegisterBuilder, Value, uint};

/// Lane i delayed by i cycles, in which `enable` is one; without it in all. A lane is a `unit`: a row or a column.
pub(super) fn skewed(m: &ModuleBuilder, (name, unit): (&str, &str), lanes: &Lanes, enable: Option<&Value>) -> Lanes {
    let (count, lanes) = (lanes.count(), bare(lanes));
    let skewed = m.lanes(&format!("{name}_skewed"), lanes.shape(), count);
    skewed.drive(0, &lanes.lane(0));
    if count > 1 {
        m.repeat(&format!("late_{unit}"), count - 1, |before| {
            let line = m.delay_line(&format!("{name}_skew"), &lanes.lane(before + 1), before + 1, enable);
            skewed.drive(before + 1, &line);
        });
    }
    (*skewed).clone()
}

/// Lane i delayed by as many cycles as there are lanes above it: the inverse of [`skewed`].
pub(super) fn aligned(m: &ModuleBuilder, name: &str, lanes: &Lanes, enable: &Value) -> Lanes {
    let (last, lanes) = (lanes.count() - 1, bare(lanes));
    let aligned = m.lanes(&format!("{name}_aligned"), lanes.shape(), last + 1);
    if last > 0 {
        m.repeat("early_lane", last, |lane| {
            let line =
                m.delay_line(&format!("{name}_align"), &lanes.lane(lane), Affine::from(last) - lane, Some(enable));
            aligned.drive(lane, &line);
        });
    }
    aligned.drive(last, &lanes.lane(last));
    (*aligned).clone()
}

/// The bits of lanes.
fn bare(lanes: &Lanes) -> Lanes {
    lanes.flat().lanes(uint(lanes.shape().width), lanes.count())
}

/// The primitives of [`skewed`] or [`aligned`], whose registers are of a kind with enable or without.
pub(super) fn skew_census(register: Primitive, count: u32, bits: u32) -> Census {
    let (count, mut census) = (u64::from(count), Census::default());
    census.add_together(register, count - 1, count * (count - 1) / 2 * u64::from(bits));
    census
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
