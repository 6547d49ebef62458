//! What can be wrong with the parameters of a design, as a value.

/// The codes of problems with a configuration. Families number their own rules from `C0201`.
pub mod code {
    /// A key that nothing reads.
    pub const UNKNOWN_KEY: &str = "C0101";
    /// A value of the right kind beyond its bounds.
    pub const OUT_OF_RANGE: &str = "C0102";
    /// A value of another kind than the parameter takes.
    pub const WRONG_TYPE: &str = "C0103";
    /// A mandatory key that is not there.
    pub const MISSING_KEY: &str = "C0104";
    /// A key that is there twice.
    pub const DUPLICATE_KEY: &str = "C0105";
    /// A word that is not among the choices.
    pub const UNKNOWN_CHOICE: &str = "C0106";
}

/// One thing that is wrong with an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable: see [`code`]; rules of families are `C02xx`.
    pub code: &'static str,
    /// The parameter to change, where there is one.
    pub parameter: Option<&'static str>,
    /// Other parameters that a rule reads. A rule over a value that is itself in doubt is not reported: it would only
    /// repeat the first problem. Of one that is, [`crate::registry::resolve`] says which ones decide it: they are shown
    /// beside it.
    pub involved: Vec<&'static str>,
    /// What is wrong and why, without the position.
    pub message: String,
    /// The legal values in words.
    pub legal: String,
    /// The nearest legal value.
    pub nearest: Option<String>,
}

impl Problem {
    /// A violated rule of a family: change `parameter`, for the reason in `message`, to something `legal`.
    pub fn rule(
        code: &'static str,
        parameter: &'static str,
        message: impl Into<String>,
        legal: impl Into<String>,
    ) -> Problem {
        let (message, legal) = (message.into(), legal.into());
        Problem { code, parameter: Some(parameter), involved: Vec::new(), message, legal, nearest: None }
    }

    /// Names the other parameters that the rule reads.
    pub fn involving(mut self, parameters: &[&'static str]) -> Problem {
        self.involved.extend(parameters);
        self
    }

    /// Names the nearest legal value of the parameter.
    pub fn nearest(mut self, value: impl ToString) -> Problem {
        self.nearest = Some(value.to_string());
        self
    }

    /// Whether the problem is about `parameter`, or reads it.
    pub fn concerns(&self, parameter: &str) -> bool {
        self.parameter == Some(parameter) || self.involved.contains(&parameter)
    }
}
