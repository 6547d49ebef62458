//! Named pipelines: values know the stage in which they exist, and are delayed to the stage that asks for them.

use super::ModuleBuilder;
use super::index::Affine;
use super::value::Value;
use crate::diagnostic::{Code, Location};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A pipeline whose registers share one enable. Paths that meet are balanced by construction: a value is read
/// with [`Staged::at`], which inserts the registers, once for all readers.
#[derive(Clone)]
pub struct Pipeline {
    module: ModuleBuilder,
    name: String,
    enable: Option<Value>,
    /// Every delay made so far, by name.
    delayed: Rc<RefCell<BTreeMap<String, Vec<Value>>>>,
}

/// A value that exists in one stage of a pipeline.
#[derive(Clone)]
pub struct Staged {
    pipeline: Pipeline,
    name: String,
    stage: u32,
    value: Value,
    /// Whether its delays are cleared by reset.
    cleared: bool,
}

/// A value is delayed by at most so many stages: more is a slip of the pen.
const MOST_STAGES: u32 = 4096;

impl ModuleBuilder {
    /// Opens a pipeline; all of its registers hold while `enable` is zero.
    pub fn pipeline(&self, name: &str, enable: Option<&Value>) -> Pipeline {
        Pipeline { module: self.clone(), name: name.to_string(), enable: enable.cloned(), delayed: Rc::default() }
    }
}

impl Pipeline {
    /// Notes that `value` exists in `stage` (0 is before the first register), under a name of its own.
    #[track_caller]
    pub fn stage(&self, stage: u32, name: &str, value: &Value) -> Staged {
        self.enter(stage, name, value, false, Location::caller())
    }

    /// The same for what must be zero after reset in every stage, such as the bit that says a stage is filled.
    #[track_caller]
    pub fn control(&self, stage: u32, name: &str, value: &Value) -> Staged {
        self.enter(stage, name, value, true, Location::caller())
    }

    fn enter(&self, stage: u32, name: &str, value: &Value, cleared: bool, location: Location) -> Staged {
        let before = self.delayed.borrow_mut().insert(name.to_string(), vec![value.clone()]);
        if before.is_some() {
            let message = format!("pipeline `{}` has two values named `{name}`", self.name);
            self.module.shared.problem(Code::DuplicateName, name, message, location);
        }
        Staged { pipeline: self.clone(), name: name.to_string(), stage, value: value.clone(), cleared }
    }
}

impl Staged {
    /// The stage in which it exists.
    pub fn stage(&self) -> u32 {
        self.stage
    }

    /// The value as it stands in `stage`, delayed by registers where that is later.
    #[track_caller]
    pub fn at(&self, stage: u32) -> Value {
        let (location, pipeline) = (Location::caller(), &self.pipeline);
        let shared = &pipeline.module.shared;
        let distance = match stage.checked_sub(self.stage) {
            Some(distance) if distance <= MOST_STAGES => distance,
            _ => {
                let message = format!(
                    "`{}` exists from stage {} of pipeline `{}` on and is asked for in stage {stage}",
                    self.name, self.stage, pipeline.name
                );
                return shared.refuse(Code::PipelineOrder, message, self.value.shape(), location);
            }
        };
        let mut delayed = pipeline.delayed.borrow_mut();
        let chain = delayed.entry(self.name.clone()).or_insert_with(|| vec![self.value.clone()]);
        while (chain.len() as u32) <= distance {
            let from = chain[chain.len() - 1].clone();
            let stage = chain.len() as u32;
            let register = pipeline.module.new_register(&self.name, stage, from.shape(), Affine::from(1), location);
            let sound = register.set_next(&from, location);
            if let Some(enable) = &pipeline.enable {
                register.set_enable(enable, location);
            }
            if self.cleared {
                register.reset(0);
            }
            chain.push(if sound { register.value().clone() } else { from });
        }
        chain[distance as usize].clone()
    }
}
