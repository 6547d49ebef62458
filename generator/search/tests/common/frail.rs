//! A family that cannot be evaluated where it is told so.

use tritloom_datapath::census::Parts;
use tritloom_datapath::family::{Family, Timing};
use tritloom_datapath::interface::{Interface, Scenario};
use tritloom_datapath::parameter::{Parameter, Parameters, Problem};
use tritloom_datapath::registry;
use tritloom_datapath::typical::Work;
use tritloom_hdl::{Design, Diagnostics};

/// `sign_flip`, with defects.
pub struct Frail {
    /// Of which configurations the closed form panics.
    pub census_fails: fn(&Parameters) -> bool,
    /// Of which configurations there is no hardware.
    pub hardware_fails: fn(&Parameters) -> bool,
    /// Which configurations a rule of its own refuses.
    pub refused: fn(&Parameters) -> bool,
}

impl Frail {
    /// Without any.
    pub const SOUND: Frail = Frail { census_fails: |_| false, hardware_fails: |_| false, refused: |_| false };
}

fn sound() -> &'static dyn Family {
    registry::find("sign_flip").expect("a family")
}

impl Family for Frail {
    fn name(&self) -> &'static str {
        "frail"
    }

    fn summary(&self) -> &'static str {
        sound().summary()
    }

    fn contract(&self) -> &'static str {
        sound().contract()
    }

    fn parameters(&self) -> &'static [Parameter] {
        sound().parameters()
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        let mut problems = sound().legality(parameters);
        if (self.refused)(parameters) {
            problems.push(Problem::rule("C0299", "lanes", "refused", "others").involving(&["ports"]));
        }
        problems
    }

    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics> {
        assert!(!(self.hardware_fails)(parameters), "no hardware of {} lanes", parameters.integer("lanes"));
        sound().hardware(parameters)
    }

    fn interface(&self, parameters: &Parameters) -> Interface {
        sound().interface(parameters)
    }

    fn timing(&self, parameters: &Parameters) -> Timing {
        sound().timing(parameters)
    }

    fn census_by_part(&self, parameters: &Parameters) -> Parts {
        assert!(!(self.census_fails)(parameters), "no census, \"alas\"");
        sound().census_by_part(parameters)
    }

    fn scenarios(&self, parameters: &Parameters, seed: u64) -> Vec<Scenario> {
        sound().scenarios(parameters, seed)
    }

    fn typical_work(&self, parameters: &Parameters, mode: Option<usize>, seed: u64) -> Work {
        sound().typical_work(parameters, mode, seed)
    }

    fn baselines(&self, parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        sound().baselines(parameters)
    }
}
