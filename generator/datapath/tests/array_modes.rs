//! Arrays whose runs name a mode, with elements that only know how to multiply.

mod common;

use common::alone;
use tritloom_datapath::arith::adder::FinalAdder;
use tritloom_datapath::array::{
    self, ControlCensus, Element, ElementCensus, Geometry, Mode, Numbers, Operand, SumForm, SumWidth, Topology,
};
use tritloom_datapath::rehearsal::{Rehearsal, rehearse};
use tritloom_hdl::{Design, Module, ModuleBuilder, Shape, Value, sint, uint};

/// An element that multiplies place by place in every mode, and picks the sum of one.
struct Multipliers(Geometry);

impl Element for Multipliers {
    fn geometry(&self) -> &Geometry {
        &self.0
    }

    fn census(&self) -> ElementCensus {
        let control = ControlCensus { bits: self.0.mode_bits(), stages: 1, read: 1, ..ControlCensus::default() };
        let parts = vec![("element", alone(&self.element()).census())];
        ElementCensus { control, parts, ..ElementCensus::default() }
    }

    fn top_name(&self) -> String {
        "multipliers".to_string()
    }

    fn summary(&self) -> String {
        "An array that multiplies in several modes.".to_string()
    }

    fn column_edge(&self) -> Option<Module> {
        None
    }

    fn element(&self) -> Module {
        let geometry = &self.0;
        let (width, has_modes) = (geometry.kept_bits(), geometry.has_modes());
        let m = ModuleBuilder::new("multiplier_element", "Adds products to a sum.");
        let activations = m.input("activations", uint(geometry.row_bits()));
        let weights = m.input("weights", uint(geometry.column_bits()));
        let control = has_modes.then(|| m.input("control", uint(geometry.mode_bits())));
        let sums: Vec<Value> =
            geometry.modes.iter().map(|mode| dot_product(mode, &activations, &weights, width)).collect();
        let mut products = match &control {
            Some(control) => control.select(&sums),
            None => sums[0].clone(),
        };
        let passes = matches!(geometry.topology, Topology::WeightStationary { .. });
        if geometry.element_stages > 0 {
            let advance = (!passes).then(|| m.input("advance", uint(1)));
            let pipeline = m.pipeline("element", advance.as_ref());
            products = pipeline.stage(0, "products", &products).at(geometry.element_stages);
        }
        if passes {
            let sum = m.input("addend", uint(width)).as_signed() + products;
            m.output("sum", &sum.wrap(width).as_unsigned());
            return m.finish();
        }
        let (first, enable) = (m.input("first", uint(1)), m.input("enable", uint(1)));
        let sum = m.register("sum", sint(width));
        let base = first.mux(&m.sint(0, width), &sum);
        sum.enable(&enable).next(&(base + products).wrap(width));
        m.output("sum", &sum.value().as_unsigned());
        m.finish()
    }
}

fn dot_product(mode: &Mode, activations: &Value, weights: &Value, width: u32) -> Value {
    let number = |operand: &Operand, bus: &Value, place: u32| {
        let bits = bus.slice(operand.offset(place), operand.numbers.bits());
        match operand.numbers {
            Numbers::Integers(Shape { signed: false, .. }) => bits.to_signed(),
            _ => bits.as_signed(),
        }
    };
    let product = |place: u32| {
        let product = number(&mode.activation, activations, place) * number(&mode.weight, weights, place);
        product.extend(width.max(product.width())).wrap(width)
    };
    let first = product(0);
    (1..mode.places).fold(first, |sum, place| (sum + product(place)).wrap(width))
}

fn integers(bits: u32) -> Operand {
    Operand::dense(Numbers::Integers(sint(bits)))
}

/// Weights of `bits` bits in `lanes` of eight.
fn in_lanes(numbers: Numbers, lanes: u32) -> Operand {
    Operand { numbers, lanes, lane_bits: 8, pitch: numbers.bits() }
}

/// The activation is always of eight bits, with or without a sign; weights share lanes.
fn cut_apart(lanes: u32) -> Vec<Mode> {
    let unsigned = Operand::dense(Numbers::Integers(uint(8)));
    let mode = |name: &str, activation, numbers, places| Mode {
        name: name.to_string(),
        activation,
        weight: in_lanes(numbers, lanes),
        places: places * lanes,
    };
    vec![
        mode("int8", integers(8), Numbers::Integers(sint(8)), 1),
        mode("ternary", integers(8), Numbers::Trits, 4),
        mode("unsigned_int4", unsigned, Numbers::Integers(sint(4)), 2),
    ]
}

/// Activations share the bits too.
fn fused() -> Vec<Mode> {
    let mode = |name: &str, bits, places| Mode {
        name: name.to_string(),
        activation: integers(bits),
        weight: integers(bits),
        places,
    };
    vec![mode("int8", 8, 1), mode("int4", 4, 2), mode("int2", 2, 4), mode("int2_half", 2, 2)]
}

fn geometry(modes: Vec<Mode>, element_stages: u32) -> Geometry {
    Geometry {
        topology: Topology::Broadcast,
        rows: 2,
        columns: 3,
        depth: 1,
        activation_bits: 8,
        weight_bits: 8,
        modes,
        passes: 1,
        beat_waits: false,
        dealt: None,
        element_stages,
        zero_points: None,
        sum_width: SumWidth::Exact,
        sum_form: SumForm::Resolved,
        resolve: FinalAdder::Synthesiser,
        max_inner: 37,
        max_columns: 10,
    }
}

fn every_geometry() -> Vec<Geometry> {
    let sets = [cut_apart(1), cut_apart(3), fused(), fused()[..2].to_vec(), fused()[1..2].to_vec()];
    let shapes = sets.into_iter().flat_map(|modes| [0, 2].map(|stages| geometry(modes.clone(), stages)));
    let topologies = [
        Topology::Broadcast,
        Topology::Cube { layers: 3 },
        Topology::OutputStationary,
        Topology::WeightStationary { max_rows: 5 },
    ];
    shapes.flat_map(|shape| topologies.map(|topology| Geometry { topology, ..shape.clone() })).collect()
}

fn hardware(geometry: &Geometry) -> Design {
    array::build(&Multipliers(geometry.clone())).unwrap_or_else(|defects| panic!("{defects}"))
}

fn checked(hardware: &Design, geometry: &Geometry, seed: u64) -> Rehearsal {
    let scenarios = array::scenarios(geometry, &|_| 1, seed);
    rehearse(hardware, &array::interface(geometry), &scenarios, seed).expect("every port is there")
}

#[test]
fn runs_of_every_mode_follow_one_another_exactly_and_without_a_bubble() {
    for (seed, geometry) in every_geometry().iter().enumerate() {
        let report = checked(&hardware(geometry), geometry, seed as u64);
        assert_eq!(report.failures, [], "{geometry:?}");
    }
}

#[test]
fn modes_in_another_order_are_seen() {
    let modes = cut_apart(2);
    let mut swapped = modes.clone();
    swapped.swap(0, 2);
    let report = checked(&hardware(&geometry(modes, 0)), &geometry(swapped, 0), 5);
    assert_ne!(report.failures, []);
}

#[test]
fn the_shell_counts_what_the_formula_says() {
    for geometry in every_geometry() {
        let element = Multipliers(geometry.clone()).census();
        let mut formula = tritloom_hdl::Census::default();
        array::census_by_part(&geometry, element).iter().for_each(|(_, part)| formula.add_census(part, 1));
        let counted = hardware(&geometry).census();
        assert_eq!(formula.iter().collect::<Vec<_>>(), counted.iter().collect::<Vec<_>>(), "{geometry:?}");
    }
}

#[test]
fn one_mode_has_no_field() {
    let fields = |geometry: &Geometry| -> Vec<String> {
        array::interface(geometry).streams[0].fields.iter().map(|field| field.name.clone()).collect()
    };
    assert_eq!(fields(&geometry(cut_apart(1), 0)), ["inner", "columns", "rows", "mode"]);
    assert_eq!(fields(&geometry(cut_apart(1)[..1].to_vec(), 0)), ["inner", "columns", "rows"]);
}
