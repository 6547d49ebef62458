//! Whole networks: cycles, memory traffic and tokens a second of a core that computes their matrix products.

use crate::technology::{TechnologyError, read};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::Parameters;

/// The matrix products of a network, token by token.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// What it is called.
    pub network: String,
    /// Where its shapes are from.
    pub source: String,
    /// Tokens read before the first is told.
    pub prefill_tokens: u64,
    /// Tokens told.
    pub decode_tokens: u64,
    /// The products of one token.
    #[serde(deserialize_with = "some_products")]
    pub products: Vec<Layer>,
}

/// Products of one shape, `y = W x`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// What the matrix does.
    pub name: String,
    /// Columns of W.
    #[serde(deserialize_with = "size")]
    pub inputs: u64,
    /// Rows of W.
    #[serde(deserialize_with = "size")]
    pub outputs: u64,
    /// How often a token needs one of this shape, each with weights of its own.
    #[serde(deserialize_with = "size")]
    pub count: u64,
}

fn some_products<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<Layer>, D::Error> {
    let products = Vec::deserialize(reader)?;
    if products.is_empty() { Err(D::Error::custom("it has no products")) } else { Ok(products) }
}

fn size<'de, D: Deserializer<'de>>(reader: D) -> Result<u64, D::Error> {
    match u64::deserialize(reader)? {
        0 => Err(D::Error::custom("a product has a size of zero")),
        size => Ok(size),
    }
}

/// What a core runs on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Platform {
    /// The clock.
    pub clock_mhz: f64,
    /// Of the memory that holds the weights.
    pub bandwidth_gb_per_s: f64,
}

/// How a network runs on a core.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkEstimate {
    /// Weights of a token.
    pub weights: u64,
    /// Cycles of a token, as if the weights were always there.
    pub cycles_a_token: u64,
    /// Bits of weights fetched for a token, padding included.
    pub weight_bits_a_token: u64,
    /// Seconds of a token told: computing and fetching overlap, the slower decides.
    pub decode_seconds: f64,
    /// The same of a token read: a beat of weights serves a token in each row of an array, and one of each vector for
    /// which it stays.
    pub prefill_seconds: f64,
    /// Whether the memory decides, not the core.
    pub memory_bound: bool,
}

impl NetworkEstimate {
    /// Tokens told in a second.
    pub fn tokens_per_s(&self) -> f64 {
        1.0 / self.decode_seconds
    }
}

impl Network {
    /// Reads a file's text.
    pub fn read(text: &str) -> Result<Network, TechnologyError> {
        read(text)
    }

    /// Weights of a token.
    pub fn weights(&self) -> u64 {
        self.products.iter().map(|layer| layer.inputs * layer.outputs * layer.count).sum()
    }

    /// How it runs on a core.
    pub fn estimate(&self, family: &dyn Family, parameters: &Parameters, platform: &Platform) -> NetworkEstimate {
        let timing = family.timing(parameters);
        let tile = family.ternary_product(parameters);
        // Beats of the weight stream: tiles where the tile of the core is known, else as many as carry the weights.
        let beats = |layer: &Layer| match &tile {
            Some(tile) => layer.inputs.div_ceil(tile.lanes().into()) * layer.outputs.div_ceil(tile.ports.into()),
            None => (layer.inputs * layer.outputs).div_ceil(timing.weights_per_beat),
        };
        let beats = |layer: &Layer| layer.count * beats(layer);
        let total: u64 = self.products.iter().map(beats).sum();
        let products: u64 = self.products.iter().map(|layer| layer.count).sum();
        // Where a beat stays for several vectors, each is a token of its own. Where beats are loaded first, once a run, a vector
        // takes the cycles of a beat for all of them together.
        let cycles_of_a_vector = timing.cycles_a_beat() / timing.vectors;
        let (cycles_a_beat, of_vectors, passes) = match timing.loaded_for {
            None => (cycles_of_a_vector, 0, timing.passes),
            Some(_) => (timing.runs, total.div_ceil(timing.rows) * cycles_of_a_vector, 1),
        };
        // What vectors wait for once a tile; of the last one of a product the latency tells it.
        let begins = timing.cycles_to_vectors * total.div_ceil(timing.rows).saturating_sub(products);
        // A product needs the results of the one before it: of each the last beat's way through the core is waited for,
        // and the cycle in which its results are taken.
        let waiting = products * (timing.latency_cycles + 1);
        let cycles_a_token = total * cycles_a_beat + begins + of_vectors + waiting;
        let weight_bits_a_token = total * timing.weight_bits_per_beat * passes * timing.runs;
        let seconds = |cycles: f64| cycles / (platform.clock_mhz * 1e6);
        let fetching = weight_bits_a_token as f64 / (8.0 * platform.bandwidth_gb_per_s * 1e9);
        let computing = seconds(cycles_a_token as f64);
        let prefill_seconds = match timing.loaded_for {
            None => f64::max(computing, fetching / timing.vectors as f64) / timing.rows as f64,
            Some(vectors) => {
                let shared = (cycles_a_token - of_vectors) as f64 / vectors as f64;
                f64::max(seconds(shared + of_vectors as f64), fetching / vectors as f64)
            }
        };
        NetworkEstimate {
            weights: self.weights(),
            cycles_a_token,
            weight_bits_a_token,
            decode_seconds: f64::max(computing, fetching),
            prefill_seconds,
            memory_bound: fetching > computing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;
    use tritloom_datapath::registry;

    const SMALL: &str = "network: small\nsource: none\nprefill_tokens: 1\ndecode_tokens: 1\nproducts:\n  \
                         - {name: q, inputs: 10, outputs: 7, count: 3}\n";

    #[test]
    fn cycles_are_tiles_and_latency_and_the_slower_side_decides() {
        let network = Network::read(SMALL).expect("legal");
        let family = registry::find("sign_flip").expect("a family");
        let given = [("lanes", 4u64), ("ports", 2), ("max_inputs", 64), ("max_outputs", 64)];
        let parameters = registry::resolve(family, given).expect("legal");
        let latency = family.timing(&parameters).latency_cycles;
        let fast_memory = Platform { clock_mhz: 1.0, bandwidth_gb_per_s: 1e6 };
        let estimate = network.estimate(family, &parameters, &fast_memory);
        assert_eq!((estimate.weights, estimate.memory_bound), (210, false));
        assert_eq!(estimate.cycles_a_token, 3 * (3 * 4 + latency + 1));
        assert!((estimate.tokens_per_s() - 1e6 / estimate.cycles_a_token as f64).abs() < 1e-6);
        let slow_memory = Platform { clock_mhz: 1e6, bandwidth_gb_per_s: 1e-6 };
        assert!(network.estimate(family, &parameters, &slow_memory).memory_bound);
    }

    #[test]
    fn weights_that_stay_are_computed_with_for_each_token_and_fetched_once_for_all() {
        let network = Network::read(SMALL).expect("legal");
        let family = registry::find("tint").expect("a family");
        let estimate = |order: &str, bandwidth_gb_per_s: f64| {
            let sizes = "lanes: 4, ports: 2, max_inputs: 64, max_outputs: 64";
            let text = format!("tint: {{{sizes}, loop_order: {order}, max_vectors: 8}}");
            let Sample { parameters, .. } = Sample::of_identity(&[family], &text).expect("legal");
            network.estimate(family, &parameters, &Platform { clock_mhz: 1.0, bandwidth_gb_per_s })
        };
        let (staying, passing) = (estimate("weight_stationary", 1e6), estimate("output_stationary", 1e6));
        assert_eq!(staying.decode_seconds, staying.prefill_seconds);
        assert_eq!(staying.cycles_a_token, passing.cycles_a_token);
        let starved = estimate("weight_stationary", 1e-9);
        assert_eq!(starved.decode_seconds, 8.0 * starved.prefill_seconds);
    }

    #[test]
    fn beats_that_are_loaded_first_meet_as_many_tokens_as_a_run_has_rows() {
        let network = Network::read(SMALL).expect("legal");
        let estimate = |family: &str, bandwidth_gb_per_s: f64| {
            let family = registry::find(family).expect("a family");
            let sizes = "rows: 5, columns: 7, depth: 2, max_inner: 64, max_columns: 64, max_rows: 8";
            let text = format!("{}: {{{sizes}, topology: weight_stationary}}", family.name());
            let Sample { parameters, .. } = Sample::of_identity(&[family], &text).expect("legal");
            let latency = family.timing(&parameters).latency_cycles;
            (network.estimate(family, &parameters, &Platform { clock_mhz: 1.0, bandwidth_gb_per_s }), latency)
        };
        // Three products of one tile each: 5 beats of weights, and a vector.
        let (plain, latency) = estimate("bit_weight", 1e6);
        assert_eq!(plain.cycles_a_token, 3 * (5 + 1 + latency + 1));
        // Eight tokens after one another: 5 beats of weights, and 8 vectors.
        let cycles = (3 * (5 + 8 + latency + 1)) as f64;
        assert!((plain.prefill_seconds * 1e6 - cycles / 8.0).abs() < 1e-9);
        let (starved, _) = estimate("bit_weight", 1e-9);
        assert_eq!(starved.decode_seconds, 8.0 * starved.prefill_seconds);
        assert!(starved.memory_bound);
        // A draft and its rest load their weights twice.
        let (nested, latency) = estimate("nested", 1e6);
        assert_eq!(nested.cycles_a_token, 3 * (2 * (5 + 1) + latency + 1));
        // Bits of int8, or digits of two bits: weights enter once, and each vector takes all of their passes.
        for (family, passes) in [("bit_serial", 8), ("booth_flex_serial", 4)] {
            let (serial, latency) = estimate(family, 1e6);
            assert_eq!(serial.cycles_a_token, 3 * (5 + passes + latency + 1), "{family}");
            assert_eq!(serial.weight_bits_a_token, plain.weight_bits_a_token, "{family}");
            let cycles = (3 * (5 + 8 * passes + latency + 1)) as f64;
            assert!((serial.prefill_seconds * 1e6 - cycles / 8.0).abs() < 1e-9, "{family}");
        }
    }

    #[test]
    fn vectors_that_are_dealt_out_begin_later_in_every_tile() {
        // Two tiles of the inner dimension, in one of columns: the most digits of a vector in each of its passes.
        let network = Network::read(&SMALL.replace("inputs: 10", "inputs: 20")).expect("legal");
        for (name, settings, cycles, to_digits) in
            [("bit_weight", "step: opt3, ", 4 * 2, 2), ("sparse_serial", "serial: activations, ", 4, 1)]
        {
            let family = registry::find(name).expect("a family");
            let sizes = "rows: 5, columns: 7, depth: 2, max_inner: 64, max_columns: 64, max_rows: 8";
            let text = format!("{name}: {{{settings}{sizes}, topology: weight_stationary}}");
            let Sample { parameters, .. } = Sample::of_identity(&[family], &text).expect("legal");
            let latency = family.timing(&parameters).latency_cycles;
            let platform = Platform { clock_mhz: 1.0, bandwidth_gb_per_s: 1e6 };
            let estimate = network.estimate(family, &parameters, &platform);
            // The second tile begins behind the first one, and what its first digits take the latency counts.
            assert_eq!(estimate.cycles_a_token, 3 * (2 * (5 + cycles) + to_digits + latency + 1), "{name}");
        }
    }

    #[test]
    fn a_network_without_products_or_sizes_is_refused() {
        let (head, _) = SMALL.split_once("products:").expect("the key");
        assert!(Network::read(&format!("{head}products: []\n")).is_err());
        assert!(Network::read(&SMALL.replace("inputs: 10", "inputs: 0")).is_err());
        assert!(Network::read(&SMALL.replace("inputs: 10", "input: 10")).is_err());
    }
}
