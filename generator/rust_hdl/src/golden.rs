//! The golden model behind the ports of a part: it takes the beats that pass, and says what results are.

use crate::port::Port;
use crate::{Configuration, SocketError};
use tritloom_datapath::interface::{self, Beat, Direction};
use tritloom_datapath::reference::{Input, Reference};
use tritloom_hdl::Bits;

/// What stands at the ports of a part, in limbs, in the part's order.
pub(crate) type Values = Vec<Vec<u64>>;

/// A golden model, and the places of its core's streams among the ports of a part.
pub(crate) struct Golden {
    /// The name of the design.
    core: &'static str,
    reference: Reference,
    inputs: Vec<Stream>,
    results: Stream,
    /// The result that is offered.
    offered: Option<Beat>,
}

struct Stream {
    valid: usize,
    ready: usize,
    /// Of each field, its port and its bits.
    fields: Vec<(usize, u32)>,
}

impl Golden {
    /// The model of a configuration whose core has these ports, by name; `None` where its family has none.
    pub fn new(configuration: &Configuration, ports: &[(&str, &dyn Port)]) -> Result<Option<Golden>, SocketError> {
        let (family, parameters) = (configuration.family()?, configuration.parameters()?);
        let Some(reference) = Reference::new(family, &parameters) else { return Ok(None) };
        let streams = family.interface(&parameters).streams;
        let of =
            |side| streams.iter().filter(move |stream| stream.direction == side).map(|one| Stream::new(one, ports));
        let inputs = of(Direction::Input).collect();
        let results = of(Direction::Output).next().expect("a product has results");
        Ok(Some(Golden { core: configuration.name, reference, inputs, results, offered: None }))
    }

    /// A reset.
    pub fn reset(&mut self) {
        self.reference.reset();
        self.offered = None;
    }

    /// A rising edge of the clock, before which these values stood at the ports.
    pub fn clock(&mut self, values: &Values) {
        for (input, stream) in Input::ALL.into_iter().zip(&self.inputs).filter(|(_, stream)| stream.passes(values)) {
            self.reference.take(input, stream.beat(values));
        }
        if self.results.passes(values) {
            self.reference.pass();
            self.offered = None;
        }
    }

    /// Puts the model's result where a result is valid. What the core is not made for has none: there the values stay.
    ///
    /// # Panics
    /// When the design gives another result: a defect of the core or of its model.
    pub fn answer(&mut self, values: &mut Values) {
        if !self.results.is_valid(values) {
            return;
        }
        if self.offered.is_none() {
            self.offered = self.reference.result();
        }
        let Some(golden) = &self.offered else { return };
        let (design, [run, number]) = (self.results.beat(values), self.reference.place());
        assert!(
            *golden == design,
            "core `{}`, run {run}, result {number}: {design:?} by the design, {golden:?} by the golden model",
            self.core
        );
        for ((port, _), field) in self.results.fields.iter().zip(golden) {
            values[*port] = field.limbs().to_vec();
        }
    }
}

impl Stream {
    fn new(stream: &interface::Stream, ports: &[(&str, &dyn Port)]) -> Stream {
        let port = |what: &str| {
            let name = format!("{}_{what}", stream.name);
            ports.iter().position(|(port, _)| *port == name).expect("compared with the core's ports")
        };
        let fields = stream.fields.iter().map(|field| (port(&field.name), field.width)).collect();
        Stream { valid: port("valid"), ready: port("ready"), fields }
    }

    fn is_valid(&self, values: &Values) -> bool {
        values[self.valid].first() == Some(&1)
    }

    fn passes(&self, values: &Values) -> bool {
        self.is_valid(values) && values[self.ready].first() == Some(&1)
    }

    fn beat(&self, values: &Values) -> Beat {
        self.fields.iter().map(|&(port, width)| Bits::from_limbs(&values[port], width)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use rust_hdl_core::prelude::{Bit, In, Signal};

    const CONFIGURATION: Configuration = Configuration {
        name: "small",
        hash: "none",
        family: "sign_flip",
        parameters: &[
            ("lanes", Value::Integer(2)),
            ("ports", Value::Integer(1)),
            ("activation", Value::Choice("int4")),
            ("max_inputs", Value::Integer(2)),
            ("max_outputs", Value::Integer(1)),
        ],
    };
    /// The names of the ports, in the core's order.
    fn ports() -> Vec<String> {
        let (family, parameters) = (CONFIGURATION.family().expect("known"), CONFIGURATION.parameters().expect("legal"));
        let of_stream = |stream: &interface::Stream| {
            let fields = stream.fields.iter().map(|field| field.name.as_str());
            let what = ["valid", "ready"].into_iter().chain(fields);
            what.map(|what| format!("{}_{what}", stream.name)).collect::<Vec<_>>()
        };
        family.interface(&parameters).streams.iter().flat_map(of_stream).collect()
    }

    /// What stands at the ports where these do and all others are zero.
    fn values(set: &[(&str, u64)]) -> Values {
        let value = |port: &String| set.iter().find(|(name, _)| name == port).map_or(0, |(_, value)| *value);
        ports().iter().map(|port| vec![value(port)]).collect()
    }

    const DATA_BITS: u32 = 6;

    /// The model when it has been asked for 1 * 3 - 1 * 5, and the design says `data`; what it answers.
    fn answered(data: u64) -> (Golden, Values) {
        let pin: Signal<In, Bit> = Signal::default();
        let names = ports();
        let ports: Vec<(&str, &dyn Port)> = names.iter().map(|name| (name.as_str(), &pin as &dyn Port)).collect();
        let mut golden = Golden::new(&CONFIGURATION, &ports).expect("legal").expect("a family of products");
        golden.clock(&values(&[("run_valid", 1), ("run_ready", 1), ("run_inputs", 2), ("run_outputs", 1)]));
        golden.clock(&values(&[("activation_valid", 1), ("activation_ready", 1), ("activation_data", 0x53)]));
        golden.clock(&values(&[("weight_valid", 1), ("weight_ready", 1), ("weight_data", 0b1101)]));
        let mut answered = values(&[
            ("result_valid", 1),
            ("result_ready", 1),
            ("result_data", data),
            ("result_keep", 1),
            ("result_last", 1),
        ]);
        golden.answer(&mut answered);
        (golden, answered)
    }

    #[test]
    fn a_result_is_that_of_the_operands_and_passes_once() {
        let minus_two = (1 << DATA_BITS) - 2;
        let (mut golden, mut values) = answered(minus_two);
        assert_eq!(golden.reference.place(), [0, 0]);
        golden.clock(&values);
        assert_eq!(golden.reference.place(), [1, 0]);
        // Nothing is open: what the design says stands.
        let before = values.clone();
        golden.answer(&mut values);
        assert_eq!(values, before);
    }

    #[test]
    #[should_panic(expected = "core `small`, run 0, result 0")]
    fn a_design_that_says_something_else_is_a_defect() {
        answered(7);
    }
}
