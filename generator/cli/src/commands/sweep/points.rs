//! Every configuration of a space that meets its constraints, as tables: they are written while they are evaluated, and
//! never held.

use super::failures;
use super::results::{Header, Point, Results, csv_head, csv_rows, point};
use crate::diagnostic::{Diagnostic, code};
use crate::output::{Spools, Target};
use crate::parquet::{Column, Values, Writer};
use crate::terminal::Terminal;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tritloom_flow::side_by_side;
use tritloom_search::Search;

/// Spaces of more configurations are not written whole.
pub const MOST: u64 = 1 << 20;

/// Configurations that are evaluated and written at once: a group of rows of the Parquet file.
const BATCH: usize = 1 << 14;

/// Files of these tables, as far as they are written.
struct Tables {
    header: Header,
    csv: BufWriter<File>,
    parquet: Writer<BufWriter<File>>,
    rows: usize,
}

/// Evaluates all suitable configurations on so many threads and adds their tables to the files of a folder; returns how
/// many they are. What cannot be evaluated is added to the failures.
pub fn write(
    search: &Search,
    results: &mut Results,
    threads: usize,
    (target, folder, spools): (&Target, &Path, &mut Spools),
    terminal: &Terminal,
) -> Result<usize, Vec<Diagnostic>> {
    let failed = |error: io::Error| {
        let message = format!("the table of all configurations cannot be written: {error}");
        vec![Diagnostic::new(code::UNWRITABLE, message)]
    };
    let (name, all) = (results.technology.clone(), results.configurations);
    let mut tables = Tables::new(Header::of_space(search.space), target.spool()?, target.spool()?).map_err(failed)?;
    let progress = terminal.bar("points", all.div_ceil(BATCH as u64) as usize);
    let mut suitable = (0..all).filter(|number| {
        if number % BATCH as u64 == 0 {
            progress.step(&name);
        }
        search.is_suitable(*number)
    });
    loop {
        let numbers: Vec<u64> = suitable.by_ref().take(BATCH).collect();
        if numbers.is_empty() {
            break;
        }
        let evaluate = |number: &u64| point(search, *number, results.is_on_front(*number));
        let mut points = vec![];
        for (number, made) in numbers.iter().zip(side_by_side(threads, &numbers, evaluate)) {
            match made {
                Ok(point) => points.push(point),
                Err(reason) => results.add_failure(failures::of_configuration(&search.configuration(*number), &reason)),
            }
        }
        tables.add(&points).map_err(failed)?;
    }
    drop(progress);
    let rows = tables.rows;
    let (csv, parquet) = tables.finish().map_err(failed)?;
    spools.insert(folder.join("points.csv"), csv);
    spools.insert(folder.join("points.parquet"), parquet);
    Ok(rows)
}

impl Tables {
    fn new(header: Header, csv: File, parquet: File) -> io::Result<Tables> {
        let parquet = Writer::new(BufWriter::new(parquet))?;
        Ok(Tables { header, csv: BufWriter::new(csv), parquet, rows: 0 })
    }

    fn add(&mut self, points: &[Point]) -> io::Result<()> {
        if points.is_empty() {
            return Ok(());
        }
        let points: Vec<&Point> = points.iter().collect();
        let mut columns = self.header.columns(&points);
        let front = points.iter().map(|point| Some(point.front.into())).collect();
        columns.push(Column { name: "front".to_owned(), values: Values::Integers(front) });
        if self.rows == 0 {
            self.csv.write_all(csv_head(&columns).as_bytes())?;
        }
        self.rows += points.len();
        self.csv.write_all(csv_rows(&columns, points.len()).as_bytes())?;
        self.parquet.group(&columns, points.len())
    }

    fn finish(self) -> io::Result<(File, File)> {
        let whole = |buffer: BufWriter<File>| buffer.into_inner().map_err(io::IntoInnerError::into_error);
        Ok((whole(self.csv)?, whole(self.parquet.finish()?)?))
    }
}
