//! What goes into the two cores: the beats of their families' scenarios, with gaps and back-pressure.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;
use tritloom_datapath::interface::{Beat, Direction};
use tritloom_datapath::registry;
use tritloom_hdl::Bits;
use tritloom_rust_hdl::{Configuration, Port};

/// How many in a hundred cycles a side holds back.
const STALLED_PERCENT: u32 = 15;

/// The ports of a design by name.
pub type Ports<'a> = [(&'static str, &'a mut dyn Port)];

/// All streams of both cores.
pub struct Traffic {
    streams: Vec<Stream>,
    random: ChaCha8Rng,
}

/// One stream, with the beats that are still to come: to be sent, or expected by the golden model.
struct Stream {
    /// What the names of its ports begin with.
    prefix: String,
    direction: Direction,
    fields: Vec<(String, u32)>,
    beats: VecDeque<Beat>,
    passed: usize,
    /// Whether the driving side is offering, or ready, in this cycle.
    active: bool,
}

impl Traffic {
    /// For so many cycles of cores whose ports' names begin with their prefix.
    pub fn new(cores: &[(&str, Configuration)], cycles: usize, seed: u64) -> Traffic {
        let of_core = |(prefix, configuration): &(&str, Configuration)| streams(prefix, configuration, cycles, seed);
        let streams = cores.iter().flat_map(of_core).collect();
        Traffic { streams, random: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// Before the clock rises: what the surroundings of the design drive.
    pub fn drive(&mut self, ports: &mut Ports<'_>) {
        for stream in &mut self.streams {
            let acts = self.random.random_range(0..100) >= STALLED_PERCENT;
            match stream.direction {
                Direction::Input => stream.offer(acts, ports),
                Direction::Output => stream.active = acts,
            }
            let side = if stream.direction == Direction::Input { "valid" } else { "ready" };
            port(ports, &stream.prefix, side).drive(&[stream.active.into()]);
        }
    }

    /// When the design has settled: beats that pass go on, and results are those of the golden model.
    pub fn pass(&mut self, ports: &mut Ports<'_>) {
        for stream in &mut self.streams {
            let answer = if stream.direction == Direction::Input { "ready" } else { "valid" };
            if stream.active && port(ports, &stream.prefix, answer).limbs().first() == Some(&1) {
                stream.take(ports);
            }
        }
    }

    /// Beats that passed on each stream, by its name.
    pub fn passed(&self) -> impl Iterator<Item = (&str, usize)> {
        self.streams.iter().map(|stream| (stream.prefix.as_str(), stream.passed))
    }
}

impl Stream {
    fn offer(&mut self, acts: bool, ports: &mut Ports<'_>) {
        // A beat that was offered stays until it passes.
        self.active = (self.active || acts) && !self.beats.is_empty();
        if let Some(beat) = self.beats.front().filter(|_| self.active) {
            for ((name, _), value) in self.fields.iter().zip(beat) {
                port(ports, &self.prefix, name).drive(value.limbs());
            }
        }
    }

    fn take(&mut self, ports: &mut Ports<'_>) {
        let beat = self.beats.pop_front();
        if self.direction == Direction::Output {
            let field =
                |(name, width): &(String, u32)| Bits::from_limbs(&port(ports, &self.prefix, name).limbs(), *width);
            let found: Beat = self.fields.iter().map(field).collect();
            assert_eq!(Some(found), beat, "{}, beat {}", self.prefix, self.passed);
        }
        self.active = false;
        self.passed += 1;
    }
}

fn streams(prefix: &str, configuration: &Configuration, cycles: usize, seed: u64) -> Vec<Stream> {
    let family = registry::find(configuration.family).expect("a family of this build");
    let parameters = configuration.parameters().expect("legal");
    let interface = family.interface(&parameters);
    let mut streams: Vec<Stream> = interface
        .streams
        .into_iter()
        .map(|stream| Stream {
            prefix: format!("{prefix}_{}", stream.name),
            direction: stream.direction,
            fields: stream.fields.into_iter().map(|field| (field.name, field.width)).collect(),
            beats: VecDeque::new(),
            passed: 0,
            active: false,
        })
        .collect();
    // An aborted scenario ends in a reset, which the stream of beats leaves out.
    let scenarios = (seed..).flat_map(|seed| family.scenarios(&parameters, seed));
    for scenario in scenarios.filter(|scenario| scenario.abort_after.is_none()) {
        // A beat a cycle: the busiest stream, and with it the core, never runs dry.
        if streams.iter().any(|stream| stream.beats.len() >= cycles) {
            break;
        }
        let inputs = scenario.inputs.into_iter().map(|beats| beats.into_iter().map(|(_, beat)| beat).collect());
        let mut inputs = inputs.collect::<Vec<Vec<Beat>>>().into_iter();
        let mut outputs = scenario.outputs.into_iter();
        for stream in &mut streams {
            let beats = if stream.direction == Direction::Input { inputs.next() } else { outputs.next() };
            stream.beats.extend(beats.unwrap_or_default());
        }
    }
    streams
}

fn port<'a>(ports: &'a mut Ports<'_>, prefix: &str, name: &str) -> &'a mut dyn Port {
    let found = ports
        .iter_mut()
        .find(|(port, _)| port.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) == Some(name));
    &mut *found.unwrap_or_else(|| panic!("no port `{prefix}_{name}`")).1
}
