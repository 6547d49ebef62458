//! Which designs share a build.

use std::collections::BTreeMap;

use crate::Sources;

/// More designs than this in one build make the C++ compiler slow and large.
const LARGEST: usize = 32;

/// Splits designs, given by their sources, over `count` builds or more, balanced by the size of their text; the
/// result holds positions. Two designs that mean different things by one module or file name never share a build.
pub(crate) fn groups(designs: &[&Sources], count: usize) -> Vec<Vec<usize>> {
    let mut groups: Vec<Group> = (0..count).map(|_| Group::default()).collect();
    for (index, sources) in designs.iter().enumerate() {
        let fitting = groups.iter_mut().filter(|group| group.members.len() < LARGEST && group.agrees(sources));
        match fitting.min_by_key(|group| group.size) {
            Some(group) => group.add(index, sources),
            None => {
                let mut group = Group::default();
                group.add(index, sources);
                groups.push(group);
            }
        }
    }
    groups.into_iter().map(|group| group.members).filter(|members| !members.is_empty()).collect()
}

#[derive(Default)]
struct Group<'a> {
    members: Vec<usize>,
    size: usize,
    /// What each file name and each module name stands for.
    meanings: BTreeMap<&'a str, &'a str>,
}

impl<'a> Group<'a> {
    fn agrees(&self, sources: &Sources) -> bool {
        names(sources).all(|(name, text)| self.meanings.get(name).is_none_or(|known| *known == text))
    }

    fn add(&mut self, index: usize, sources: &'a Sources) {
        self.members.push(index);
        self.size += sources.values().map(String::len).sum::<usize>();
        self.meanings.extend(names(sources));
    }
}

/// File and module names, each with the text of its file.
fn names(sources: &Sources) -> impl Iterator<Item = (&str, &str)> {
    sources.iter().flat_map(|(file, text)| {
        let text = text.as_str();
        modules(text).chain([file.as_str()]).map(move |name| (name, text))
    })
}

/// The names of the modules that a Verilog text declares.
fn modules(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix("module ")?.trim_start();
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        Some(&rest[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn one_module_name_with_two_meanings_makes_two_builds() {
        let old = sources(&[("leaf.v", "module leaf;\nendmodule"), ("a.v", "module a ();\nendmodule")]);
        let new = sources(&[("other.v", "module leaf; // new\nendmodule"), ("b.v", "module b;\nendmodule")]);
        let same = sources(&[("leaf.v", "module leaf;\nendmodule"), ("c.v", "module c;\nendmodule")]);
        assert_eq!(groups(&[&old, &new, &same], 1), [vec![0, 2], vec![1]]);
    }

    #[test]
    fn designs_spread_over_the_builds_asked_for_and_no_build_grows_too_large() {
        let designs: Vec<Sources> =
            (0..70).map(|index| sources(&[(&format!("m{index}.v"), &format!("module m{index};\n"))])).collect();
        let designs: Vec<&Sources> = designs.iter().collect();
        assert_eq!(groups(&designs[..4], 2).iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(groups(&designs[..1], 2).len(), 1);
        let sizes: Vec<usize> = groups(&designs, 2).iter().map(Vec::len).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 70);
        assert!(sizes.iter().all(|size| *size <= LARGEST), "{sizes:?}");
    }
}
