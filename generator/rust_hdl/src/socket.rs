//! What stands behind the ports of a part.

use crate::error::PortMismatch;
use crate::golden::{Golden, Values};
use crate::port::{Port, PortShape};
use crate::{Configuration, Direction, SocketError, verilog};
use rust_hdl_core::prelude::{Bit, Clock, In, Signal, Verilog, Wrapper};
use tritloom_hdl::{Design, Evaluator, InputHandle, OutputHandle, PortKind};

/// A core behind the ports of a part: what it computes, when it does, and its Verilog.
pub struct Socket {
    /// The checked design: which beats pass in which cycle.
    evaluator: Evaluator,
    /// What the results are, of a family that has such a model; otherwise the design says it too.
    golden: Option<Golden>,
    /// One for each port of the part, in the part's order.
    pins: Vec<Pin>,
    wrapper: Wrapper,
}

/// A port of the core.
#[derive(Clone, Copy)]
enum Pin {
    Input(InputHandle),
    Output(OutputHandle),
}

impl Socket {
    /// The core of a configuration for a part with these ports, by name, beside clock and reset.
    ///
    /// # Errors
    /// When there is no such core, or the ports differ from the core's, which reports all that do.
    pub fn new(configuration: &Configuration, ports: &[(&str, &dyn Port)]) -> Result<Socket, SocketError> {
        let design = configuration.design()?;
        let mismatches = mismatches(&design, ports);
        if !mismatches.is_empty() {
            return Err(SocketError::Ports { core: configuration.name, mismatches });
        }
        let evaluator = Evaluator::new(&design);
        let pin =
            |name: &str| evaluator.input(name).map(Pin::Input).or_else(|_| evaluator.output(name).map(Pin::Output));
        let pins = ports.iter().map(|(name, _)| pin(name).expect("compared with the core's ports")).collect();
        let golden = Golden::new(configuration, ports)?;
        Ok(Socket { evaluator, golden, pins, wrapper: verilog::wrapper(&design, &configuration.identity()) })
    }

    /// One pass of the simulator: the core's ports follow the part's, in the order of [`Socket::new`].
    pub fn update(&mut self, clock: &Signal<In, Clock>, reset_n: &Signal<In, Bit>, ports: &mut [&mut dyn Port]) {
        for (pin, port) in self.pins.iter().zip(&*ports) {
            if let Pin::Input(handle) = pin {
                self.evaluator.write(*handle, &port.limbs());
            }
        }
        self.evaluator.reset(!reset_n.val());
        if clock.pos_edge() {
            let before = self.values(ports);
            self.golden.iter_mut().for_each(|golden| golden.clock(&before));
            self.evaluator.clock();
        }
        if !reset_n.val() {
            self.golden.iter_mut().for_each(Golden::reset);
        }
        let mut values = self.values(ports);
        self.golden.iter_mut().for_each(|golden| golden.answer(&mut values));
        for ((pin, port), value) in self.pins.iter().zip(ports).zip(values) {
            if let Pin::Output(_) = pin {
                port.drive(&value);
            }
        }
    }

    /// What stands at the ports: outputs as the design has them.
    fn values(&mut self, ports: &[&mut dyn Port]) -> Values {
        let value = |(pin, port): (&Pin, &&mut dyn Port)| match pin {
            Pin::Input(_) => port.limbs(),
            Pin::Output(handle) => self.evaluator.read(*handle).to_vec(),
        };
        self.pins.iter().zip(ports).map(value).collect()
    }

    /// Tells `rust_hdl` which signals the part drives.
    pub fn connect(&self, ports: &mut [&mut dyn Port]) {
        ports.iter_mut().filter(|port| port.shape().direction == Direction::Output).for_each(|port| port.connect());
    }

    /// The body of the part's module, and the core.
    pub fn verilog(&self) -> Verilog {
        Verilog::Wrapper(self.wrapper.clone())
    }
}

fn mismatches(design: &Design, ports: &[(&str, &dyn Port)]) -> Vec<PortMismatch> {
    let of_part = |name: &str| ports.iter().find(|(port, _)| *port == name).map(|(_, port)| port.shape());
    let own = &design.top().ports;
    let differing = own.iter().filter_map(|port| {
        let direction = if port.kind == PortKind::Input { Direction::Input } else { Direction::Output };
        let core = Some(PortShape { direction, width: port.shape.width });
        let part = of_part(&port.name);
        (part != core).then(|| PortMismatch { port: port.name.clone(), part, core })
    });
    let surplus = ports.iter().filter(|(name, _)| own.iter().all(|port| port.name != *name));
    let surplus =
        surplus.map(|(name, port)| PortMismatch { port: (*name).to_owned(), part: Some(port.shape()), core: None });
    differing.chain(surplus).collect()
}
