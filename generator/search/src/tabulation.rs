//! What estimates of a region are made of: its rules, what fails, and its columns as sums of tables.

use crate::column::Column;
use crate::grid::TooLarge;
use crate::model::Model;
use crate::probe::{Dependences, LOOKS};
use crate::rules::Rules;
use crate::space::Region;
use crate::tables::{Table, Tables};
use rand::Rng;

/// Configurations compared with direct evaluation before tables are trusted.
const CHECKS: usize = 300;

/// Rounds of corrections before tables are made without any knowledge.
const PATIENCE: usize = 8;

/// A region in tables.
pub struct Tabulation {
    /// Which combinations are legal, and which of these fail.
    pub rules: Rules,
    /// Every column, and behind them one that is zero where nothing forbids a combination.
    pub tables: Tables,
}

impl Tabulation {
    /// Finds out what depends on what, fills the tables, and checks them against direct evaluation. `failed` combinations
    /// are known to fail. It is an error where a table would be too large.
    pub fn new(
        region: &Region,
        model: &Model,
        columns: &[Column],
        failed: &[Vec<usize>],
        rng: &mut impl Rng,
    ) -> Result<Tabulation, TooLarge> {
        let with_delay = columns.contains(&Column::Delay);
        let complaint = |digits: &[usize]| model.facts(region.family, &region.parameters(digits), with_delay).err();
        let mut rules = Rules::new(region, rng)?;
        rules.learn_failures(failed, &complaint, rng);
        let mut dependences = Dependences::new(region, &rules, model, with_delay, rng);
        rules.learn_failures(&dependences.failed, &complaint, rng);
        let mut rounds = 0;
        let mut tables = loop {
            let tables = Tables::new(region, &rules, model, columns, &dependences, rng)?;
            let mut failed: Vec<Vec<usize>> = tables.failures.iter().map(|failure| failure.digits.clone()).collect();
            let mut learnt = false;
            for digits in rules.legal_points(CHECKS, rng) {
                if rules.learn(region, &digits, rng)? {
                    learnt = true;
                    continue;
                }
                match model.columns(region.family, &region.parameters(&digits), columns) {
                    Ok(direct) if direct == tables.columns(&digits, columns.len()) => {}
                    Ok(_) => {
                        dependences.walk_from(region, &rules, model, with_delay, &digits, true, rng);
                        (0..LOOKS).for_each(|_| dependences.pairs_from(region, &rules, model, &digits, rng));
                        learnt = true;
                    }
                    Err(_) => failed.push(digits),
                }
            }
            if !rules.learn_failures(&failed, &complaint, rng) && !learnt {
                break tables;
            }
            rounds += 1;
            if rounds == PATIENCE {
                dependences.despair();
            }
        };
        for veto in rules.vetoes() {
            let forbidden = veto.broken.iter().map(|broken| f64::from(u8::from(*broken))).collect();
            let amounts = vec![(columns.len(), forbidden)];
            tables.tables.push(Table { grid: veto.grid.clone(), factors: vec![], amounts });
        }
        Ok(Tabulation { rules, tables })
    }
}
