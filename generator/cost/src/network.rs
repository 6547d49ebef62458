//! Whole networks: cycles, memory traffic and tokens a second of a core that computes their matrix products.

use crate::evaluation::reuse;
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
    /// The same of a token read: in an array of several rows a beat of weights serves a token in each.
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
        let beats = |layer: &Layer| layer.count * beats(family, parameters, layer);
        let total: u64 = self.products.iter().map(beats).sum();
        let products: u64 = self.products.iter().map(|layer| layer.count).sum();
        // A product needs the results of the one before it: of each the last beat's way through the core is waited for,
        // and the cycle in which its results are taken.
        let cycles_a_token = total * timing.pace.most_cycles * timing.passes + products * (timing.latency_cycles + 1);
        let weight_bits_a_token = total * timing.weight_bits_per_beat * timing.passes;
        let computing = cycles_a_token as f64 / (platform.clock_mhz * 1e6);
        let fetching = weight_bits_a_token as f64 / (8.0 * platform.bandwidth_gb_per_s * 1e9);
        let decode_seconds = f64::max(computing, fetching);
        NetworkEstimate {
            weights: self.weights(),
            cycles_a_token,
            weight_bits_a_token,
            decode_seconds,
            prefill_seconds: decode_seconds / reuse(parameters) as f64,
            memory_bound: fetching > computing,
        }
    }
}

/// Beats of the weight stream that a product takes: tiles where the tile of the core is known, else as many as carry
/// the weights.
fn beats(family: &dyn Family, parameters: &Parameters, layer: &Layer) -> u64 {
    match family.ternary_product(parameters) {
        Some(geometry) => {
            layer.inputs.div_ceil(geometry.lanes().into()) * layer.outputs.div_ceil(geometry.ports.into())
        }
        None => (layer.inputs * layer.outputs).div_ceil(family.timing(parameters).weights_per_beat),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn a_network_without_products_or_sizes_is_refused() {
        let (head, _) = SMALL.split_once("products:").expect("the key");
        assert!(Network::read(&format!("{head}products: []\n")).is_err());
        assert!(Network::read(&SMALL.replace("inputs: 10", "inputs: 0")).is_err());
        assert!(Network::read(&SMALL.replace("inputs: 10", "input: 10")).is_err());
    }
}
