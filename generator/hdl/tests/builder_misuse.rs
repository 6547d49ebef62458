//! Whatever is done to the builder, it never panics: in the end there is a design, or there are diagnostics.

use proptest::prelude::*;
use tritloom_hdl::{
    Affine, Bits, Design, Evaluator, ForwardWire, Index, InstanceBuilder, LaneWire, Lanes, MemoryBuilder, Module,
    ModuleBuilder, Pipeline, RegisterBuilder, Shape, Staged, Value, sint, uint,
};

/// One step of a user: what to do, and numbers to choose its operands by.
type Step = (u8, [u32; 4]);

/// Everything that a user may have at hand, of several open modules at once, of open and of closed loops.
struct User {
    builders: Vec<ModuleBuilder>,
    modules: Vec<Module>,
    values: Vec<Value>,
    lanes: Vec<Lanes>,
    indices: Vec<Index>,
    forwards: Vec<ForwardWire>,
    lane_wires: Vec<LaneWire>,
    registers: Vec<RegisterBuilder>,
    memories: Vec<MemoryBuilder>,
    instances: Vec<InstanceBuilder>,
    pipelines: Vec<Pipeline>,
    staged: Vec<Staged>,
    names: u32,
}

fn pick<T>(list: &[T], number: u32) -> &T {
    &list[number as usize % list.len()]
}

fn width(number: u32) -> u32 {
    const WIDTHS: [u32; 16] = [1, 1, 1, 1, 2, 3, 4, 8, 8, 8, 64, 65, 0, 65_536, 65_537, u32::MAX];
    *pick(&WIDTHS, number)
}

fn shape(number: u32) -> Shape {
    if number & 1 == 0 { uint(width(number >> 1)) } else { sint(width(number >> 1)) }
}

fn count(number: u32) -> u32 {
    *pick(&[1, 2, 2, 3, 4, 5, 8, 0, 300, u32::MAX], number)
}

fn bits(number: u32) -> Bits {
    Bits::from_u64(u64::from(number), width(number >> 3).min(100))
}

impl User {
    fn new() -> User {
        let child = ModuleBuilder::new("child", "Two ports.");
        child.output("y", &child.input("x", uint(8)));
        let (top, other) = (ModuleBuilder::new("top", "Misused."), ModuleBuilder::new("other", "Incomplete, too."));
        let mut user = User {
            modules: vec![child.finish()],
            values: vec![top.input("x", uint(8)), top.input("flag", uint(1)), other.input("x", uint(8))],
            lanes: vec![top.input_lanes("vector", sint(4), 4, ""), top.input_lanes("flags", uint(1), 8, "")],
            indices: Vec::new(),
            forwards: vec![other.forward("forward", uint(8))],
            lane_wires: vec![other.lanes("lane_wire", sint(4), 4)],
            registers: vec![other.register("register", uint(8))],
            memories: vec![other.memory("memory", uint(8), 256)],
            instances: Vec::new(),
            pipelines: vec![top.pipeline("pipeline", None)],
            staged: Vec::new(),
            names: 0,
            builders: vec![top, other],
        };
        user.indices.push(index_of_a_closed_loop(&user.builders[0]));
        user.instances.push(user.builders[1].instance("child", &user.modules[0]));
        user.staged.push(user.pipelines[0].stage(1, "staged", &user.values[0]));
        user
    }

    fn name(&mut self, number: u32) -> String {
        self.names += 1;
        match number % 40 {
            0 => "wire".to_string(),
            1 => String::new(),
            2 => "x_q".to_string(),
            3 => "twice".to_string(),
            4 => "\u{1F980} \n".to_string(),
            _ => format!("name{}", self.names),
        }
    }

    fn affine(&self, [a, b, ..]: [u32; 4]) -> Affine {
        let index = *pick(&self.indices, a);
        match b % 6 {
            0 => index.into(),
            1 => index + 1,
            2 => Affine::from(b >> 3) - index,
            3 => index * u32::MAX * (b >> 3) + *pick(&self.indices, b >> 3),
            4 => Affine::from(a >> 4 & 7),
            _ => index * 2 + *pick(&self.indices, b >> 3),
        }
    }

    fn run(&mut self, steps: &mut std::slice::Iter<Step>, m: &ModuleBuilder) {
        while let Some(&(what, numbers)) = steps.next() {
            match what {
                0..4 => {
                    let (name, m) = (self.name(numbers[0]), pick(&self.builders, numbers[1]).clone());
                    m.clone().repeat(&name, count(numbers[2]), |index| {
                        self.indices.push(index);
                        self.run(steps, &m);
                    });
                }
                4..6 => return,
                6..40 => self.operate(what, numbers),
                _ => self.describe(what, numbers, m),
            }
        }
    }

    /// Makes a value out of others.
    fn operate(&mut self, what: u8, [a, b, c, d]: [u32; 4]) {
        let (x, y, z) = (pick(&self.values, a), pick(&self.values, b), pick(&self.values, c));
        let made = match what {
            6 => x + y,
            7 => x - y,
            8 => x * y,
            9 => x & y,
            10 => x | y,
            11 => x ^ y,
            12 => !x,
            13 => -x,
            14 => x.slice(width(b), width(c)),
            15 => x.bit(width(b)),
            16 => x.top_bit(),
            17 => x.as_signed(),
            18 => x.as_unsigned(),
            19 => x.to_signed(),
            20 => x.extend(width(b)),
            21 => x.wrap(width(b)),
            22 => x.truncate(width(b)),
            23 => x.saturate(width(b)),
            24 => x.shift_left(width(b)),
            25 => x.replicate(count(b)),
            26 => x.add_with_carry(y, z),
            27 => x.equals(y),
            28 => x.differs(y),
            29 => x.less(y),
            30 => x.less_equal(y),
            31 => pick(&[x.all(), x.any(), x.parity(), x.popcount()], d).clone(),
            32..34 => x.mux(y, z),
            34 => x.select(&self.values[..(b as usize % 5).min(self.values.len())]),
            35 => x.table(&[bits(b), bits(c), bits(b)][..d as usize % 4], shape(b)),
            36 => pick(&self.lanes, a).lane(self.affine([b, c, 0, 0])),
            37 => pick(&self.lanes, a).lane(width(b)),
            38 => pick(&self.staged, a).at(count(b)),
            _ => pick(&self.lane_wires, a).lane(self.affine([b, c, 0, 0])),
        };
        self.values.push(made);
    }

    /// Declares something, or drives something that was declared.
    fn describe(&mut self, what: u8, numbers: [u32; 4], m: &ModuleBuilder) {
        let [a, b, c, d] = numbers;
        let name = self.name(d);
        let m = if d & 64 == 0 { m.clone() } else { pick(&self.builders, d >> 7).clone() };
        let (x, y, z) = (pick(&self.values, a).clone(), pick(&self.values, b).clone(), pick(&self.values, c).clone());
        match what {
            40 => self.values.push(m.input(&name, shape(a))),
            41 => self.lanes.push(m.input_lanes(&name, shape(a), count(b), "")),
            42..45 => m.output(&name, &x),
            45 => m.output_lanes(&name, pick(&self.lanes, a), ""),
            46 => m.port_order(&["x", "nothing", &name]),
            47 => self.values.push(m.uint(u64::from(a), width(b))),
            48 => self.values.push(m.sint(-i64::from(a), width(b))),
            49 => self.values.push(m.constant(bits(a), b & 1 == 0)),
            50 => self.values.push(m.index(self.affine(numbers), width(c))),
            51 | 52 => self.values.push(m.wire(&name, &x)),
            53 => self.forwards.push(m.forward(&name, shape(a))),
            54 => self.lane_wires.push(m.lanes(&name, shape(a), count(b))),
            55 => self.values.push(m.concat(&[&x, &y, &z][..d as usize % 4])),
            56 => self.values.push(m.one_hot(&[(&x, &y), (&y, &z)][..d as usize % 3])),
            57 => self.values.push(m.delay(&name, &x, Some(&y).filter(|_| d & 1 == 0))),
            58 => self.registers.push(m.register(&name, shape(a))),
            59 => self.memories.push(m.memory(&name, shape(a), count(b))),
            60 => self.memories.push(m.rom(&name, shape(a), &[bits(b), bits(c)])),
            61 => self.instances.push(m.instance(&name, pick(&self.modules, a))),
            62 => self.pipelines.push(m.pipeline(&name, Some(&x).filter(|_| d & 1 == 0))),
            63 => self.staged.push(pick(&self.pipelines, a).stage(b % 3, &name, &y)),
            64 => self.staged.push(pick(&self.pipelines, a).control(count(b), &name, &y)),
            65 => self.values.push((**pick(&self.forwards, a)).clone()),
            66 => self.lanes.push((**pick(&self.lane_wires, a)).clone()),
            67..70 => pick(&self.forwards, a).drive(&y),
            70..73 => pick(&self.lane_wires, a).drive(self.affine([b, c, 0, 0]), &z),
            73 => self.values.push(pick(&self.registers, a).value().clone()),
            74..76 => pick(&self.registers, a).next(&y),
            76 => drop(pick(&self.registers, a).enable(&y).reset(u64::from(c))),
            77 => pick(&self.memories, a).write(&x, &y, &z),
            78 => self.values.push(pick(&self.memories, a).read(&name, &y, &z)),
            79 => drop(pick(&self.instances, a).connect("x", &y)),
            80 => drop(pick(&self.instances, a).connect(&name, &y)),
            81 => self.values.push(pick(&self.instances, a).output("y")),
            82 => self.lanes.push(pick(&self.instances, a).output_lanes("y", shape(b))),
            83 => self.lanes.push(x.lanes(shape(b), count(c))),
            84 => self.values.extend(pick(&self.lanes, a).iter().into_iter().take(3)),
            85 => self.modules.push(m.clone().finish()),
            86 => {
                let cycles = if d & 1 == 0 { self.affine(numbers) } else { width(c).into() };
                self.values.push(m.delay_line(&name, &x, cycles, Some(&y).filter(|_| d & 2 == 0)));
            }
            _ => m.comment(&name),
        }
    }
}

fn index_of_a_closed_loop(m: &ModuleBuilder) -> Index {
    let mut escaped = None;
    m.repeat("closed", 3, |index| escaped = Some(index));
    escaped.unwrap_or_else(|| unreachable!("the body of a loop is described once"))
}

/// What is accepted can be counted and run.
fn exercise(design: &Design) {
    design.census();
    let wide = |shape: Shape| shape.width > 10_000;
    let heavy = |module: &Module| {
        module.loops.iter().any(|repeat| repeat.count > 10) || module.nodes.iter().any(|node| wide(node.shape))
    };
    if design.modules.iter().any(heavy) {
        return;
    }
    let mut evaluator = Evaluator::new(design);
    evaluator.randomise(1);
    (0..3).for_each(|_| evaluator.clock());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_that_a_user_does_panics(steps in prop::collection::vec((0u8..90, any::<[u32; 4]>()), 0..60)) {
        let mut user = User::new();
        let m = user.builders[0].clone();
        user.run(&mut steps.iter(), &m);
        let finished: Vec<Module> = user.builders.iter().map(|builder| builder.clone().finish()).collect();
        for module in user.modules.into_iter().chain(finished) {
            if let Ok(design) = Design::new(module) {
                exercise(&design);
            }
        }
    }
}
