//! Estimates for people.

use super::{Baseline, Estimated, Model};
use crate::commands::table;
use crate::config::Configuration;
use tritloom_cost::{Amounts, Network, NetworkEstimate, Storage, buffer_bits};

impl Model {
    /// Everything of a design: its parts, its throughput, its baselines.
    pub fn text(&self, configuration: &Configuration, own: &Estimated, baselines: &[Baseline]) -> String {
        let mut text = format!("{} in {}\n{}", configuration.name, self.technology.name, self.parts(own));
        text += &throughput(own);
        text += &self.comparisons(configuration, own, baselines);
        if let Some(measured) = &own.measured {
            text += &measured.text(own.energy_fj, self.statistical_fj(own), self.by_statistics(own));
        }
        if let (Some(network), Some(estimate)) = (&self.network, &own.network) {
            text += &self.network_text(network, estimate, own);
        }
        text + "\n"
    }

    fn parts(&self, own: &Estimated) -> String {
        let total = own.evaluation.total();
        let (one, two, three) = if self.technology.is_fpga() {
            ("LUTs", "registers", "% of LUTs")
        } else if own.measured.is_some() {
            ("area um2", "% of area", "energy by statistics fJ")
        } else {
            ("area um2", "% of area", "energy a cycle fJ")
        };
        let parts = own.evaluation.parts.iter().zip(&own.storage);
        let rows = parts.map(|((part, amounts), (_, storage))| self.part_row(part, amounts, &total, storage));
        table(&["part", one, two, three, "memory bits", "register bits"], rows)
    }

    fn part_row(&self, part: &str, amounts: &Amounts, total: &Amounts, storage: &Storage) -> [String; 6] {
        let [one, two, three] = if self.technology.is_fpga() {
            let share = 100.0 * amounts.luts / total.luts;
            [format!("{:.0}", amounts.luts), format!("{:.0}", amounts.registers), format!("{share:.1}")]
        } else {
            let energy_fj = self.activity.energy_a_cycle_fj(part, amounts) + amounts.clock_energy_fj;
            let share = 100.0 * amounts.area_um2 / total.area_um2;
            [format!("{:.1}", amounts.area_um2), format!("{share:.1}"), format!("{energy_fj:.1}")]
        };
        let Storage { memory_bits, register_bits } = storage;
        [part.to_owned(), one, two, three, memory_bits.to_string(), register_bits.to_string()]
    }

    /// A table for each throughput of the design that baselines have.
    fn comparisons(&self, configuration: &Configuration, own: &Estimated, baselines: &[Baseline]) -> String {
        let family = configuration.family.name();
        if baselines.is_empty() {
            let products = own.evaluation.timing.products_a_cycle();
            return format!("\nno baseline\n{}", self.comparison(family, (products, true), own, &[]));
        }
        let mut text = String::new();
        // Baselines of one throughput stand together.
        for together in baselines.chunk_by(|one, other| one.products_a_cycle == other.products_a_cycle) {
            let Baseline { modes, products_a_cycle, .. } = &together[0];
            let of_runs = match modes.len() {
                0 => String::new(),
                1 => format!(" in mode {}", modes[0]),
                _ => format!(" in modes {}", modes.join(", ")),
            };
            text += &format!("\nat equal throughput: {products_a_cycle} products a cycle{of_runs}\n");
            let measured = own.measured.as_ref().is_none_or(|measured| measured.is_of(modes));
            text += &self.comparison(family, (*products_a_cycle, measured), own, together);
        }
        text
    }

    /// A design and baselines that do as many products a cycle; `own_energy`: the design's energy is that of these products.
    fn comparison(
        &self,
        family: &str,
        (products, own_energy): (f64, bool),
        own: &Estimated,
        baselines: &[Baseline],
    ) -> String {
        let baselines = baselines.iter().map(|baseline| (baseline.word.as_str(), &baseline.estimated, true));
        let rows = std::iter::once((family, own, own_energy)).chain(baselines);
        if self.technology.is_fpga() {
            let header = ["design", "LUTs", "registers", "products a cycle", "LUTs a product"];
            table(&header, rows.map(|(word, one, _)| one.row_of_fpga(word, products)))
        } else {
            let header = [
                "design",
                "area um2",
                "shortest delay ps",
                "area there um2",
                "products a cycle",
                "energy a product fJ",
            ];
            table(&header, rows.map(|(word, one, energy)| one.row_of_cells(word, products, energy)))
        }
    }

    fn network_text(&self, network: &Network, estimate: &NetworkEstimate, own: &Estimated) -> String {
        let clock_mhz = own.period_ps.map_or(0.0, |period_ps| 1e6 / period_ps);
        let bound = if estimate.memory_bound { "the memory decides" } else { "the core decides" };
        let prefill = match network.prefill_tokens {
            1 => "1 token is".to_owned(),
            tokens => format!("{tokens} tokens are"),
        };
        let prefill_ms = 1e3 * estimate.prefill_seconds * network.prefill_tokens as f64;
        format!(
            "\n{} at {clock_mhz:.0} MHz and {} GB/s: {:.1} tokens a second ({bound}), {} cycles and {} weight bits a token; \
             {} read in {prefill_ms:.2} ms\n",
            network.network,
            self.bandwidth_gb_per_s,
            estimate.tokens_per_s(),
            estimate.cycles_a_token,
            estimate.weight_bits_a_token,
            prefill,
        )
    }
}

/// At which pace, where a core has several.
fn throughput(own: &Estimated) -> String {
    let timing = &own.evaluation.timing;
    let pace = timing.pace;
    let mut at = String::new();
    if timing.runs > 1 {
        at += &format!(", each exact after {} runs", timing.runs);
    }
    if pace.least_cycles < pace.most_cycles {
        at += &format!(", at the slowest of its paces, {} to {} cycles a beat", pace.least_cycles, pace.most_cycles);
    }
    format!(
        "a cycle: products {}, weights {}, weight bits {}{at}\nbuffer bits: {}, the memories and registers of all parts but \
         the control\n",
        timing.products_a_cycle(),
        timing.weights_a_cycle(),
        timing.weight_bits_a_cycle(),
        buffer_bits(&own.storage),
    )
}

impl Estimated {
    fn row_of_fpga(&self, family: &str, products: f64) -> [String; 5] {
        let total = self.evaluation.total();
        [
            family.to_owned(),
            format!("{:.0}", total.luts),
            format!("{:.0}", total.registers),
            products.to_string(),
            format!("{:.2}", total.luts / products),
        ]
    }

    fn row_of_cells(&self, family: &str, products: f64, energy: bool) -> [String; 6] {
        let total = self.evaluation.total();
        let shown =
            |value: Option<f64>, digits: usize| value.map_or("-".to_owned(), |value| format!("{value:.digits$}"));
        let quick_area_um2 = Some(total.quick_area_um2).filter(|area_um2| *area_um2 > 0.0);
        [
            family.to_owned(),
            format!("{:.1}", total.area_um2),
            shown(self.delay_ps, 0),
            shown(quick_area_um2, 1),
            products.to_string(),
            shown(self.energy_fj.filter(|_| energy).map(|energy_fj| energy_fj / products), 3),
        ]
    }
}
