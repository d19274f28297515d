//! The last run of a list, and the changes since.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::{Deserialize, Serialize};

use crate::ask::GoldenOutcome;

/// A run, as stored in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Rank of the first expected movie of each question, by id; `null` if none was found.
    pub places: BTreeMap<String, Option<usize>>,
}

/// A question of which the first expected movie changed its rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved<'a> {
    /// The question now.
    pub now: &'a str,
    /// Rank before.
    pub from: Option<usize>,
    /// Rank now.
    pub to: Option<usize>,
}

impl History {
    /// The stored part of a run.
    pub fn of(outcomes: &[GoldenOutcome]) -> Self {
        Self { places: outcomes.iter().map(|outcome| (outcome.id.clone(), outcome.first)).collect() }
    }

    /// The run in a file; `None` if the file does not exist.
    ///
    /// # Errors
    /// If it cannot be read or parsed.
    pub fn read(file: &Path) -> io::Result<Option<Self>> {
        match fs::read_to_string(file) {
            Ok(text) => Ok(Some(serde_json::from_str(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the run to a file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        fs::write(file, serde_json::to_vec_pretty(self)?)
    }

    /// The questions of both runs with another rank now, the largest loss first.
    pub fn moved<'a>(&self, outcomes: &'a [GoldenOutcome]) -> Vec<Moved<'a>> {
        let place = |place: Option<usize>| place.unwrap_or(usize::MAX);
        let mut moved: Vec<Moved<'a>> = outcomes
            .iter()
            .filter_map(|outcome| {
                let from = *self.places.get(&outcome.id)?;
                (from != outcome.first).then_some(Moved { now: &outcome.id, from, to: outcome.first })
            })
            .collect();
        let worth = |at: Option<usize>| at.map_or(0.0, |at| 1.0 / at as f64);
        moved.sort_by(|a, b| {
            let gain = |moved: &Moved<'_>| worth(moved.to) - worth(moved.from);
            gain(a).total_cmp(&gain(b)).then_with(|| place(a.from).cmp(&place(b.from))).then(a.now.cmp(b.now))
        });
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(id: &str, first: Option<usize>) -> GoldenOutcome {
        GoldenOutcome {
            id: id.to_owned(),
            category: "own".to_owned(),
            query: id.to_owned(),
            first,
            mrr: true,
            recall: 1.0,
            precision: 1.0,
            best: None,
        }
    }

    #[test]
    fn losses_come_before_gains_and_unchanged_ranks_are_omitted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("last.json");
        assert_eq!(History::read(&file).unwrap(), None);
        let before =
            [outcome("a", Some(1)), outcome("b", None), outcome("c", Some(2)), outcome("d", Some(1))];
        History::of(&before).write(&file).unwrap();
        let now = [
            outcome("a", Some(1)),
            outcome("b", Some(3)),
            outcome("c", Some(4)),
            outcome("d", None),
            outcome("new", None),
        ];
        let history = History::read(&file).unwrap().unwrap();
        let told: Vec<_> = history.moved(&now).iter().map(|m| (m.now.to_owned(), m.from, m.to)).collect();
        assert_eq!(
            told,
            [
                ("d".to_owned(), Some(1), None),
                ("c".to_owned(), Some(2), Some(4)),
                ("b".to_owned(), None, Some(3))
            ]
        );
        fs::write(&file, "{").unwrap();
        assert!(History::read(&file).is_err());
    }
}
