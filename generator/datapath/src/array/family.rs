//! The contract of a family of arrays: what is left to say where all but the element is the array's.

use super::beats::OperandBeat;
use super::cost::census_by_part;
use super::geometry::Geometry;
use super::interface::{interface, timing};
use super::mode::Mode;
use super::shell::{Element, build};
use super::stimulus::{scenarios, typical_work};
use crate::census::Parts;
use crate::family::{Family, Timing};
use crate::interface::{Interface, Scenario};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::typical::Work;
use tritloom_hdl::{Design, Diagnostics};

/// A family whose members are arrays that differ in what stands in them; it is a [`Family`] by that.
pub(crate) trait ArrayFamily: Sync {
    /// What stands in an array, every parameter resolved.
    type Element: Element;

    /// As [`Family::name`].
    fn name(&self) -> &'static str;

    /// As [`Family::summary`].
    fn summary(&self) -> &'static str;

    /// As [`Family::contract`].
    fn contract(&self) -> &'static str;

    /// As [`Family::parameters`].
    fn parameters(&self) -> &'static [Parameter];

    /// As [`Family::legality`].
    fn legality(&self, parameters: &Parameters) -> Vec<Problem>;

    /// The element that legal parameters make.
    fn element(&self, parameters: &Parameters) -> Self::Element;

    /// As [`Family::scenarios`].
    fn scenarios(&self, element: &Self::Element, seed: u64) -> Vec<Scenario> {
        scenarios(element.geometry(), &|beat: &OperandBeat| element.beat_cycles(beat), seed)
    }

    /// As [`Family::typical_work`].
    fn typical_work(&self, element: &Self::Element, mode: Option<usize>, seed: u64) -> Work {
        let geometry = element.geometry();
        let mode = mode.unwrap_or_else(|| geometry.widest_mode());
        let pace = element.pace(&geometry.modes[mode]);
        typical_work(geometry, &|beat: &OperandBeat| element.beat_cycles(beat), (mode, pace), seed)
    }

    /// As [`Family::matrix_product`]: not with zero points, which a product of two matrices has none of.
    fn matrix_product(&self, element: &Self::Element) -> Option<Geometry> {
        let geometry = element.geometry();
        geometry.zero_points.is_none().then(|| geometry.clone())
    }

    /// As [`Family::baselines`].
    fn baselines(&self, _parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        Vec::new()
    }
}

impl<F: ArrayFamily> Family for F {
    fn name(&self) -> &'static str {
        ArrayFamily::name(self)
    }

    fn summary(&self) -> &'static str {
        ArrayFamily::summary(self)
    }

    fn contract(&self) -> &'static str {
        ArrayFamily::contract(self)
    }

    fn parameters(&self) -> &'static [Parameter] {
        ArrayFamily::parameters(self)
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        ArrayFamily::legality(self, parameters)
    }

    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics> {
        build(&self.element(parameters))
    }

    fn interface(&self, parameters: &Parameters) -> Interface {
        interface(self.element(parameters).geometry())
    }

    fn timing(&self, parameters: &Parameters) -> Timing {
        let element = self.element(parameters);
        Timing { runs: element.runs(), ..timing(element.geometry(), |mode| element.pace(mode)) }
    }

    fn modes(&self, parameters: &Parameters) -> Vec<Mode> {
        let element = self.element(parameters);
        let geometry = element.geometry();
        let of_all_layers = |mode: &Mode| Mode { places: geometry.layers() * mode.places, ..mode.clone() };
        if geometry.has_modes() { geometry.modes.iter().map(of_all_layers).collect() } else { Vec::new() }
    }

    fn census_by_part(&self, parameters: &Parameters) -> Parts {
        let element = self.element(parameters);
        census_by_part(element.geometry(), element.census())
    }

    fn scenarios(&self, parameters: &Parameters, seed: u64) -> Vec<Scenario> {
        ArrayFamily::scenarios(self, &self.element(parameters), seed)
    }

    fn typical_work(&self, parameters: &Parameters, mode: Option<usize>, seed: u64) -> Work {
        ArrayFamily::typical_work(self, &self.element(parameters), mode, seed)
    }

    fn matrix_product(&self, parameters: &Parameters) -> Option<Geometry> {
        ArrayFamily::matrix_product(self, &self.element(parameters))
    }

    fn baselines(&self, parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        ArrayFamily::baselines(self, parameters)
    }
}
