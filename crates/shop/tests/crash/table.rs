//! What came of all kills.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use crate::person::Lived;

#[derive(Debug, Default, Clone, Copy)]
struct Row {
    kills: usize,
    acknowledged: usize,
    lost: usize,
    doubled: usize,
    other_person: usize,
}

/// Counts by how lives ended.
#[derive(Debug, Default)]
pub(crate) struct Table(BTreeMap<String, Row>);

impl Table {
    pub(crate) fn count(&mut self, how: &str, lived: &Lived) {
        let row = self.0.entry(how.to_owned()).or_default();
        row.kills += usize::from(lived.killed);
        row.acknowledged += lived.acknowledged;
        row.lost += lived.lost;
        row.doubled += lived.doubled;
        row.other_person += usize::from(lived.other_person);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (how, more) in &other.0 {
            let row = self.0.entry(how.clone()).or_default();
            row.kills += more.kills;
            row.acknowledged += more.acknowledged;
            row.lost += more.lost;
            row.doubled += more.doubled;
            row.other_person += more.other_person;
        }
    }

    pub(crate) fn kills(&self) -> usize {
        self.0.values().map(|row| row.kills).sum()
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.0.values().all(|row| (row.lost, row.doubled, row.other_person) == (0, 0, 0))
    }

    /// Past the capture of output: a table that only failures show is no table.
    pub(crate) fn print(&self, guests: usize, persons: usize) -> io::Result<()> {
        let mut out = io::stderr().lock();
        writeln!(out, "{:40} | kills | acknowledged | lost | doubled | other guest", "killed")?;
        for (how, row) in &self.0 {
            let Row { kills, acknowledged, lost, doubled, other_person } = row;
            writeln!(out, "{how:40} | {kills:5} | {acknowledged:12} | {lost:4} | {doubled:7} | {other_person:11}")?;
        }
        writeln!(out, "{} kills; {guests} guests of {persons} persons", self.kills())
    }
}
