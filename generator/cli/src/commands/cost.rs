//! `tritloom cost CONFIG...`: the model's estimate, part by part, and the baselines at equal throughput.

use super::measured::Measured;
use super::{Report, load_all, table};
use crate::arguments::{ActivitySource, Cost};
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::verilator;
use crate::roofline::{Roof, roofline};
use crate::{network, technology};
use serde_json::{Value, json};
use std::fs;
use tritloom_cost::{
    Activity, Amounts, Evaluation, Network, NetworkEstimate, Platform, Quantity, Technology, evaluate,
};
use tritloom_datapath::family::Family;
use tritloom_flow::Verilator;

/// What estimates are made with.
struct Model {
    technology: Technology,
    activity: Activity,
    /// What counts toggles, where they are to be measured.
    verilator: Option<Verilator>,
    network: Option<Network>,
    bandwidth_gb_per_s: f64,
    clock_mhz: Option<f64>,
}

/// The estimate of one design.
struct Estimated {
    evaluation: Evaluation,
    /// Of the longest path; `None` where the technology knows no delays.
    delay_ps: Option<f64>,
    period_ps: Option<f64>,
    energy_fj: Option<f64>,
    /// Where that is from measured toggles.
    measured: Option<Measured>,
    network: Option<NetworkEstimate>,
}

/// Estimates every design; nothing is synthesised.
pub fn cost(arguments: &Cost, families: &[&'static dyn Family]) -> Result<Report, Vec<Diagnostic>> {
    let technology = technology::load(&arguments.technology)?;
    let model = Model {
        verilator: counter(arguments.activity, &technology)?,
        technology,
        activity: Activity { toggles_a_cycle: arguments.toggles, zero_weights: arguments.zero_weights },
        network: arguments.network.as_deref().map(network::load).transpose()?,
        bandwidth_gb_per_s: arguments.bandwidth,
        clock_mhz: arguments.clock_mhz,
    };
    let (mut text, mut designs, mut lines) = (String::new(), vec![], vec![]);
    for configuration in load_all(&arguments.configs, families)? {
        let own = model.estimate(&configuration)?;
        let baselines = configuration.baselines().into_iter();
        let compared = baselines.map(|(word, baseline)| Ok((word, model.estimate(&baseline)?)));
        let compared = compared.collect::<Result<Vec<_>, Vec<Diagnostic>>>()?;
        text += &model.text(&configuration, &own, &compared);
        let entries: Vec<Value> =
            compared.iter().map(|(word, estimated)| json!({"baseline": word, "total": estimated.json()})).collect();
        lines.extend(own.roof(&configuration.name));
        designs.push(json!({
            "design": configuration.name, "family": configuration.family.name(), "total": own.json(),
            "parts": parts_json(&own), "baselines": entries, "activity": model.activity_json(&own),
        }));
    }
    if let (Some(path), Some(network)) = (&arguments.roofline, &model.network) {
        let shown = path.display();
        let plot = roofline(&network.network, model.bandwidth_gb_per_s, &lines);
        fs::write(path, plot).map_err(|error| {
            vec![Diagnostic::new(code::UNWRITABLE, format!("`{shown}` cannot be written: {error}"))]
        })?;
    }
    let json = json!({"command": "cost", "status": "ok", "technology": model.technology.name, "designs": designs});
    Ok(Report::passed(text, json))
}

/// What counts toggles, where they are to be measured and the technology knows what they take.
fn counter(source: ActivitySource, technology: &Technology) -> Result<Option<Verilator>, Vec<Diagnostic>> {
    match source {
        ActivitySource::Statistics => Ok(None),
        ActivitySource::Measured if !technology.forms.contains_key(&Quantity::ToggleEnergyFj) => {
            let message =
                format!("the technology {} knows no energies: there is no activity to measure", technology.name);
            Err(vec![
                Diagnostic::new(code::TECHNOLOGY, message).legal("a technology of cells, or `--activity statistics`"),
            ])
        }
        ActivitySource::Measured => verilator().map(Some),
    }
}

impl Model {
    fn estimate(&self, configuration: &Configuration) -> Result<Estimated, Vec<Diagnostic>> {
        let Configuration { family, parameters, .. } = configuration;
        let hardware = configuration.hardware()?;
        let evaluation = evaluate(&self.technology, *family, parameters).refined(&self.technology, &hardware);
        let delay_ps =
            self.technology.gate_delay.and_then(|_| self.technology.light_delay_ps(family.name(), &hardware.gates()));
        let period_ps = self.clock_mhz.map(|clock_mhz| 1e6 / clock_mhz).or(delay_ps);
        let measured = self.verilator.as_ref();
        let measured = measured.map(|verilator| Measured::new(verilator, &self.technology, configuration, &hardware));
        let measured = measured.transpose()?;
        let energy_fj = period_ps.filter(|_| !self.technology.is_fpga()).map(|period_ps| match &measured {
            Some(measured) => evaluation.energy_of_toggles_fj(measured.toggles_a_cycle(), period_ps),
            None => evaluation.energy_a_cycle_fj(&self.activity, period_ps),
        });
        let network = self.network.as_ref().zip(period_ps).map(|(network, period_ps)| {
            let platform = Platform { clock_mhz: 1e6 / period_ps, bandwidth_gb_per_s: self.bandwidth_gb_per_s };
            network.estimate(*family, parameters, &platform)
        });
        Ok(Estimated { evaluation, delay_ps, period_ps, energy_fj, measured, network })
    }

    fn text(&self, configuration: &Configuration, own: &Estimated, baselines: &[(String, Estimated)]) -> String {
        let (name, fpga) = (&configuration.name, self.technology.is_fpga());
        let total = own.evaluation.total();
        let header: &[&str; 4] = if fpga {
            &["part", "LUTs", "registers", "% of LUTs"]
        } else if own.measured.is_some() {
            &["part", "area um2", "% of area", "energy by statistics fJ"]
        } else {
            &["part", "area um2", "% of area", "energy a cycle fJ"]
        };
        let parts = own.evaluation.parts.iter().map(|(part, amounts)| self.part_row(part, amounts, &total));
        let mut text = format!("{name} in {}\n{}", self.technology.name, table(header, parts));
        let rows = std::iter::once((configuration.family.name(), own))
            .chain(baselines.iter().map(|(word, estimated)| (word.as_str(), estimated)));
        text += "\nat equal throughput\n";
        text += &if fpga {
            let header = ["design", "LUTs", "registers", "products a cycle", "LUTs a product"];
            table(&header, rows.map(|(word, one)| one.row_of_fpga(word)))
        } else {
            let header = [
                "design",
                "area um2",
                "shortest delay ps",
                "area there um2",
                "products a cycle",
                "energy a product fJ",
            ];
            table(&header, rows.map(|(word, one)| one.row_of_cells(word)))
        };
        if let Some(measured) = &own.measured {
            text += &measured.text(own.energy_fj, self.statistical_fj(own), self.by_statistics(own));
        }
        if let (Some(network), Some(estimate)) = (&self.network, &own.network) {
            text += &self.network_text(network, estimate, own);
        }
        text + "\n"
    }

    fn activity_json(&self, own: &Estimated) -> Option<Value> {
        let measured = own.measured.as_ref()?;
        Some(measured.json(self.statistical_fj(own), self.by_statistics(own)))
    }

    /// Toggles of a net in a cycle.
    fn by_statistics(&self, estimated: &Estimated) -> f64 {
        estimated.evaluation.toggles_a_cycle(&self.activity)
    }

    fn statistical_fj(&self, estimated: &Estimated) -> Option<f64> {
        estimated.period_ps.map(|period_ps| estimated.evaluation.energy_a_cycle_fj(&self.activity, period_ps))
    }

    fn part_row(&self, part: &str, amounts: &Amounts, total: &Amounts) -> [String; 4] {
        if self.technology.is_fpga() {
            let share = 100.0 * amounts.luts / total.luts;
            return [
                part.to_owned(),
                format!("{:.0}", amounts.luts),
                format!("{:.0}", amounts.registers),
                format!("{share:.1}"),
            ];
        }
        let energy_fj = amounts.toggle_energy_fj * self.activity.of_part(part) + amounts.clock_energy_fj;
        let share = 100.0 * amounts.area_um2 / total.area_um2;
        [part.to_owned(), format!("{:.1}", amounts.area_um2), format!("{share:.1}"), format!("{energy_fj:.1}")]
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

impl Estimated {
    /// Where the network runs under the roofs of the core and of the memory; a multiply-accumulate is two operations.
    fn roof(&self, name: &str) -> Option<Roof> {
        let (network, period_ps) = (self.network.as_ref()?, self.period_ps?);
        let operations = 2.0 * network.weights as f64;
        let intensity = 8.0 * operations / network.weight_bits_a_token as f64;
        let reuse = self.evaluation.reuse as f64;
        Some(Roof {
            name: name.to_owned(),
            peak_gops: 2e3 * self.evaluation.products_a_cycle() / period_ps,
            decode: (intensity, 1e-9 * operations / network.decode_seconds),
            prefill: (intensity * reuse, 1e-9 * operations / network.prefill_seconds),
        })
    }

    fn row_of_fpga(&self, family: &str) -> [String; 5] {
        let (total, products) = (self.evaluation.total(), self.evaluation.products_a_cycle());
        [
            family.to_owned(),
            format!("{:.0}", total.luts),
            format!("{:.0}", total.registers),
            products.to_string(),
            format!("{:.2}", total.luts / products),
        ]
    }

    fn row_of_cells(&self, family: &str) -> [String; 6] {
        let (total, products) = (self.evaluation.total(), self.evaluation.products_a_cycle());
        let shown =
            |value: Option<f64>, digits: usize| value.map_or("-".to_owned(), |value| format!("{value:.digits$}"));
        let quick_area_um2 = Some(total.quick_area_um2).filter(|area_um2| *area_um2 > 0.0);
        [
            family.to_owned(),
            format!("{:.1}", total.area_um2),
            shown(self.delay_ps, 0),
            shown(quick_area_um2, 1),
            products.to_string(),
            shown(self.energy_fj.map(|energy_fj| energy_fj / products), 3),
        ]
    }

    fn json(&self) -> Value {
        let total = self.evaluation.total();
        let mut document = amounts_json(&total);
        document["delay_ps"] = json!(self.delay_ps);
        document["period_ps"] = json!(self.period_ps);
        document["energy_a_cycle_fj"] = json!(self.energy_fj);
        document["products_a_cycle"] = json!(self.evaluation.products_a_cycle());
        document["weight_bits_a_cycle"] = json!(self.evaluation.weight_bits_a_cycle());
        document["latency_cycles"] = json!(self.evaluation.timing.latency_cycles);
        if let Some(estimate) = &self.network {
            document["network"] = json!({
                "tokens_per_s": estimate.tokens_per_s(),
                "cycles_a_token": estimate.cycles_a_token,
                "weight_bits_a_token": estimate.weight_bits_a_token,
                "memory_bound": estimate.memory_bound,
            });
        }
        document
    }
}

fn amounts_json(amounts: &Amounts) -> Value {
    json!({
        Quantity::AreaUm2.name(): amounts.area_um2,
        Quantity::QuickAreaUm2.name(): amounts.quick_area_um2,
        Quantity::ToggleEnergyFj.name(): amounts.toggle_energy_fj,
        Quantity::ClockEnergyFj.name(): amounts.clock_energy_fj,
        Quantity::LeakageNw.name(): amounts.leakage_nw,
        Quantity::Luts.name(): amounts.luts,
        Quantity::Registers.name(): amounts.registers,
    })
}

fn parts_json(estimated: &Estimated) -> Value {
    let parts = estimated.evaluation.parts.iter().map(|(name, amounts)| {
        let mut document = amounts_json(amounts);
        document["part"] = json!(name);
        document
    });
    parts.collect()
}
