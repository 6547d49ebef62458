//! Products of matrices and vectors, as scenarios.

use rand::Rng;
use tritloom_datapath::interface::{Beat, Scenario};
use tritloom_datapath::matvec::{Geometry, beats};

/// y = W x.
pub struct Job {
    /// A row an output.
    pub weights: Vec<Vec<i8>>,
    /// x.
    pub activations: Vec<i32>,
}

impl Job {
    /// Equal weights and equal activations.
    pub fn uniform(inputs: u32, outputs: u32, weight: i8, activation: i32) -> Job {
        let row = vec![weight; inputs as usize];
        Job { weights: vec![row; outputs as usize], activations: vec![activation; inputs as usize] }
    }

    /// Random weights and activations of `bits` bits.
    pub fn random(inputs: u32, outputs: u32, bits: u32, random: &mut impl Rng) -> Job {
        let top = 1 << (bits - 1);
        let activations = (0..inputs).map(|_| random.random_range(-top..top)).collect();
        let mut row = || (0..inputs).map(|_| random.random_range(-1..=1)).collect();
        let weights = (0..outputs).map(|_| row()).collect();
        Job { weights, activations }
    }

    /// y, in plain integers.
    pub fn results(&self) -> Vec<i64> {
        let mut results = Vec::new();
        for row in &self.weights {
            assert_eq!(row.len(), self.activations.len());
            let mut sum = 0;
            for (weight, activation) in row.iter().zip(&self.activations) {
                sum += i64::from(*weight) * i64::from(*activation);
            }
            results.push(sum);
        }
        results
    }
}

/// The jobs back to back at full speed; what lies beyond their edges is random.
pub fn scenario(geometry: &Geometry, jobs: &[Job], random: &mut impl Rng) -> Scenario {
    let mut streams: [Vec<Beat>; 3] = Default::default();
    let mut results = Vec::new();
    for job in jobs {
        streams[0].push(beats::run(geometry, job.activations.len() as u32, job.weights.len() as u32, 1));
        streams[1].extend(beats::activations(
            geometry,
            std::slice::from_ref(&job.activations),
            job.weights.len() as u32,
            || random.random(),
        ));
        let filler = || random.random_range(-1..=1);
        streams[2].extend(beats::weights(geometry, &job.weights, job.activations.len(), filler));
        results.extend(beats::results(geometry, &[job.results()]));
    }
    Scenario {
        name: format!("{} jobs", jobs.len()),
        inputs: streams.into_iter().map(|beats| beats.into_iter().map(|beat| (0, beat)).collect()).collect(),
        outputs: vec![results],
        ready: vec![u64::MAX],
        abort_after: None,
        cycles: None,
    }
}

/// The same with random gaps before beats, and a receiver that is ready where the pattern has a one.
pub fn stalled(mut scenario: Scenario, ready: u64, random: &mut impl Rng) -> Scenario {
    let beats = scenario.inputs.iter_mut().flatten();
    beats.for_each(|(gap, _)| *gap = u32::from(random.random_range(0..3) == 0) * random.random_range(1..4));
    scenario.ready = vec![ready];
    scenario
}
