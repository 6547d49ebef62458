//! `tritloom cost CONFIG...`: the model's estimate, part by part, and the baselines at equal throughput.

mod text;

use super::measured::Measured;
use super::mode::mode_numbers;
use super::{Report, load_all};
use crate::arguments::{ActivitySource, Cost};
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::verilator;
use crate::output::{check_file, write_file};
use crate::roofline::{Roof, roofline};
use crate::{network, technology};
use serde_json::{Value, json};
use std::path::PathBuf;
use tritloom_cost::{
    Activity, Amounts, Evaluation, Network, NetworkEstimate, Platform, Quantity, Storage, Technology, buffer_bits,
    evaluate, storage_by_part,
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
    /// Of its parts, in the same order.
    storage: Vec<(&'static str, Storage)>,
    /// Of the longest path; `None` where the technology knows no delays.
    delay_ps: Option<f64>,
    period_ps: Option<f64>,
    energy_fj: Option<f64>,
    /// Where that is from measured toggles.
    measured: Option<Measured>,
    network: Option<NetworkEstimate>,
}

/// A baseline, which does as many products a cycle as its design in some of the design's modes.
struct Baseline {
    word: String,
    /// Those modes; none where the design has none.
    modes: Vec<String>,
    products_a_cycle: f64,
    estimated: Estimated,
}

/// Estimates every design; nothing is synthesised.
pub fn cost(arguments: &Cost, families: &[&'static dyn Family]) -> Result<Report, Vec<Diagnostic>> {
    let read = || arguments.configs.iter().map(PathBuf::as_path);
    arguments.roofline.as_deref().map(|path| check_file(path, read())).transpose()?;
    if let (Some(mode), ActivitySource::Statistics) = (&arguments.mode, arguments.activity) {
        let message = format!("`--mode {mode}` says in which mode activity is measured, and nothing measures it");
        return Err(vec![Diagnostic::new(code::USAGE, message).legal("`--mode` with `--activity measured`")]);
    }
    let configurations = load_all(&arguments.configs, families)?;
    let modes = mode_numbers(configurations.iter(), arguments.mode.as_deref())?;
    let technology = technology::load(&arguments.technology)?;
    let model = Model {
        verilator: counter(arguments.activity, &technology)?,
        technology,
        activity: Activity {
            toggles_a_cycle: arguments.toggles,
            zero_weights: arguments.zero_weights,
            sign_bits: arguments.sign_bits,
            sign_changes: arguments.sign_changes,
            weight_sign_changes: arguments.weight_sign_changes,
        },
        network: arguments.network.as_deref().map(network::load).transpose()?,
        bandwidth_gb_per_s: arguments.bandwidth,
        clock_mhz: arguments.clock_mhz,
    };
    let (mut text, mut designs, mut lines) = (String::new(), vec![], vec![]);
    for (configuration, mode) in configurations.into_iter().zip(modes) {
        let own = model.estimate(&configuration, mode)?;
        let baselines = model.baselines(&configuration, &own)?;
        text += &model.text(&configuration, &own, &baselines);
        let entries: Vec<Value> = baselines.iter().map(Baseline::json).collect();
        lines.extend(own.roof(&configuration.name));
        designs.push(json!({
            "design": configuration.name, "family": configuration.family.name(), "total": own.json(),
            "parts": parts_json(&own), "baselines": entries, "activity": model.activity_json(&own),
        }));
    }
    if let (Some(path), Some(network)) = (&arguments.roofline, &model.network) {
        let plot = roofline(&network.network, model.bandwidth_gb_per_s, &lines);
        write_file(path, plot.as_bytes())?;
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
    /// Activity is measured in a mode, or else in that of the widest operands.
    fn estimate(&self, configuration: &Configuration, mode: Option<usize>) -> Result<Estimated, Vec<Diagnostic>> {
        let Configuration { family, parameters, .. } = configuration;
        let hardware = configuration.hardware()?;
        let evaluation = evaluate(&self.technology, *family, parameters).refined(&self.technology, &hardware);
        let delay_ps =
            self.technology.gate_delay.and_then(|_| self.technology.light_delay_ps(family.name(), &hardware.gates()));
        let period_ps = self.clock_mhz.map(|clock_mhz| 1e6 / clock_mhz).or(delay_ps);
        let measured = self.verilator.as_ref();
        let measured =
            measured.map(|verilator| Measured::new(verilator, &self.technology, (configuration, mode), &hardware));
        let measured = measured.transpose()?;
        let energy_fj = period_ps.filter(|_| !self.technology.is_fpga()).map(|period_ps| match &measured {
            Some(measured) => evaluation.energy_of_toggles_fj(measured.toggles_a_cycle(), period_ps),
            None => evaluation.energy_a_cycle_fj(&self.activity, period_ps),
        });
        let network = self.network.as_ref().zip(period_ps).map(|(network, period_ps)| {
            let platform = Platform { clock_mhz: 1e6 / period_ps, bandwidth_gb_per_s: self.bandwidth_gb_per_s };
            network.estimate(*family, parameters, &platform)
        });
        let storage = storage_by_part(*family, parameters);
        Ok(Estimated { evaluation, storage, delay_ps, period_ps, energy_fj, measured, network })
    }

    fn baselines(&self, configuration: &Configuration, own: &Estimated) -> Result<Vec<Baseline>, Vec<Diagnostic>> {
        let modes = configuration.family.modes(&configuration.parameters);
        let by_mode = own.evaluation.timing.products_by_mode(&modes);
        let baseline = |(word, configuration): (String, Configuration)| {
            let estimated = self.estimate(&configuration, None)?;
            let products_a_cycle = estimated.evaluation.timing.products_a_cycle();
            let equal = by_mode.iter().filter(|(_, products)| *products == products_a_cycle);
            let modes = equal.filter_map(|(mode, _)| mode.clone()).collect();
            Ok(Baseline { word, modes, products_a_cycle, estimated })
        };
        configuration.baselines().into_iter().map(baseline).collect()
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
}

impl Estimated {
    /// Where the network runs under the roofs of the core and of the memory; a multiply-accumulate is two operations.
    fn roof(&self, name: &str) -> Option<Roof> {
        let (network, period_ps) = (self.network.as_ref()?, self.period_ps?);
        let operations = 2.0 * network.weights as f64;
        let intensity = 8.0 * operations / network.weight_bits_a_token as f64;
        let reuse = self.evaluation.timing.reuse() as f64;
        Some(Roof {
            name: name.to_owned(),
            peak_gops: 2e3 * self.evaluation.timing.products_a_cycle() / period_ps,
            decode: (intensity, 1e-9 * operations / network.decode_seconds),
            prefill: (intensity * reuse, 1e-9 * operations / network.prefill_seconds),
        })
    }

    fn json(&self) -> Value {
        let (total, timing) = (self.evaluation.total(), &self.evaluation.timing);
        let mut document = amounts_json(&total);
        document["delay_ps"] = json!(self.delay_ps);
        document["period_ps"] = json!(self.period_ps);
        document["energy_a_cycle_fj"] = json!(self.energy_fj);
        document["products_a_cycle"] = json!(timing.products_a_cycle());
        document["weights_a_cycle"] = json!(timing.weights_a_cycle());
        document["weight_bits_a_cycle"] = json!(timing.weight_bits_a_cycle());
        document["latency_cycles"] = json!(timing.latency_cycles);
        document["buffer_bits"] = json!(buffer_bits(&self.storage));
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

impl Baseline {
    fn json(&self) -> Value {
        json!({
            "baseline": self.word, "modes": self.modes, "products_a_cycle": self.products_a_cycle,
            "total": self.estimated.json(),
        })
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
    let parts = estimated.evaluation.parts.iter().zip(&estimated.storage).map(|((name, amounts), (_, storage))| {
        let mut document = amounts_json(amounts);
        document["part"] = json!(name);
        document["memory_bits"] = json!(storage.memory_bits);
        document["register_bits"] = json!(storage.register_bits);
        document
    });
    parts.collect()
}
