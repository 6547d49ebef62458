//! Nets of a simulation, and how often they toggle: read from a trace (IEEE 1364-2005, 18: value change dump).

use std::collections::HashMap;
use std::io::BufRead;

/// What a trace holds of a simulation with one sample a cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// From one counted sample to the next.
    pub cycles: u64,
    /// Instances and blocks; what a scope stands in comes before it.
    pub(crate) scopes: Vec<Scope>,
    pub(crate) nets: Vec<Net>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) name: String,
    /// What it stands in.
    pub(crate) around: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Net {
    /// Its last value, a letter a bit, the highest first; unknown (`x`) before the first sample.
    pub(crate) value: Vec<u8>,
    /// Of all of its bits.
    pub(crate) toggles: u64,
    /// The scopes that see it, and its name there.
    pub(crate) seen: Vec<(usize, String)>,
}

impl Net {
    pub(crate) fn bits(&self) -> u64 {
        self.value.len() as u64
    }

    /// Takes a new value, which counts unless the old one is unknown.
    fn change(&mut self, value: &[u8], counts: bool) -> Result<(), String> {
        if value.len() > self.value.len() {
            return Err(format!("a value of {} bits for a net of {}", value.len(), self.value.len()));
        }
        // Zeros on the left may be left out.
        let padding = std::iter::repeat_n(&b'0', self.value.len() - value.len());
        for (old, new) in self.value.iter_mut().zip(padding.chain(value)) {
            self.toggles += u64::from(counts && *old != b'x' && old != new);
            *old = *new;
        }
        Ok(())
    }
}

impl Trace {
    /// Reads a trace. Changes count from one sample to the next behind the first `skipped` samples. `see` is shown what is
    /// known at the end of each sample: the values of all nets.
    pub(crate) fn read(text: impl BufRead, skipped: u64, mut see: impl FnMut(&Trace)) -> Result<Trace, String> {
        let mut trace = Trace::default();
        let mut by_code = HashMap::new();
        let (mut scope, mut samples) = (None, 0_u64);
        for line in text.lines() {
            let line = line.map_err(|error| error.to_string())?;
            let line = line.trim();
            let words = &mut line.split_whitespace();
            match line.as_bytes() {
                [b'$', ..] => trace.declare(words, &mut scope, &mut by_code)?,
                [b'#', ..] => {
                    if samples > 0 {
                        see(&trace);
                    }
                    samples += 1;
                }
                [b'b', ..] | [b'0' | b'1' | b'x' | b'z', ..] => {
                    let (value, code) = match line.strip_prefix('b') {
                        Some(rest) => rest.split_once(' ').ok_or("a value without a net")?,
                        None => line.split_at(1),
                    };
                    if let Some(number) = by_code.get(code) {
                        let net: &mut Net = &mut trace.nets[*number];
                        net.change(value.as_bytes(), samples > skipped + 1)?;
                    }
                }
                _ => {}
            }
        }
        if samples > 0 {
            see(&trace);
        }
        trace.cycles = samples.saturating_sub(skipped + 1);
        Ok(trace)
    }

    /// The number of the net that a scope of this name sees by this name.
    pub(crate) fn find(&self, scope: &str, name: &str) -> Option<usize> {
        let is_it = |(number, own): &(usize, String)| own == name && self.scopes[*number].name == scope;
        self.nets.iter().position(|net| net.seen.iter().any(is_it))
    }

    /// Takes a declaration: a scope begins or ends, or a net is seen.
    fn declare<'a>(
        &mut self,
        words: &mut impl Iterator<Item = &'a str>,
        scope: &mut Option<usize>,
        by_code: &mut HashMap<String, usize>,
    ) -> Result<(), String> {
        match (words.next(), words.next(), words.next(), words.next(), words.next()) {
            (Some("$scope"), _, Some(name), ..) => {
                self.scopes.push(Scope { name: name.to_owned(), around: *scope });
                *scope = Some(self.scopes.len() - 1);
            }
            (Some("$upscope"), ..) => *scope = scope.and_then(|inner| self.scopes[inner].around),
            (Some("$var"), _, Some(width), Some(code), Some(name)) => {
                let width: usize = width.parse().map_err(|_| format!("`{width}` is no width of a net in a trace"))?;
                let number = *by_code.entry(code.to_owned()).or_insert(self.nets.len());
                if number == self.nets.len() {
                    self.nets.push(Net { value: vec![b'x'; width], toggles: 0, seen: vec![] });
                }
                self.nets[number].seen.extend(scope.map(|scope| (scope, name.to_owned())));
            }
            _ => {}
        }
        Ok(())
    }
}
