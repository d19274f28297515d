//! Names of what is ours in the cluster.
//!
//! ```text
//! <name>                   read alias: shown records only
//! <name>-write             write alias: all records
//! <name>-v7-000001         the index behind both; 7 is the format
//! <name>-v7-000001-write   alias of this index alone, for writes to several at once
//! <name>-ledger            a row for each object, the revision, the secret, the writer's lease
//! <name>-ledger-write      alias of the ledger, for writes
//! ```
//!
//! Engines create an index that is written to and missing, with a mapping of their own guess. So all writes go to an
//! alias and ask for one ([`require_alias`]): nothing but [`crate::index`] and a reindex creates an index of ours.

use wikimovie_engine::indexed::FORMAT;

/// Names of what is ours in the cluster.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) read: String,
    pub(crate) write: String,
    pub(crate) ledger: String,
    pub(crate) ledger_write: String,
    /// The first index that is created.
    pub(crate) first: String,
    /// Matches every index of ours of this format.
    pub(crate) all: String,
}

impl Names {
    pub(crate) fn new(index: &str) -> Self {
        Self {
            read: index.to_owned(),
            write: [index, "-write"].concat(),
            ledger: [index, "-ledger"].concat(),
            ledger_write: [index, "-ledger-write"].concat(),
            first: build(index, 1),
            all: format!("{index}-v{FORMAT}-*"),
        }
    }

    /// Name of the index that is built beside this one; `None` where this one is not named as ours are.
    pub(crate) fn next_build(&self, current: &str) -> Option<String> {
        let number = current.rsplit('-').next()?.parse::<u32>().ok()?;
        Some(build(&self.read, number.checked_add(1)?))
    }
}

fn build(index: &str, number: u32) -> String {
    format!("{index}-v{FORMAT}-{number:06}")
}

/// The alias of one index alone.
pub(crate) fn alias_of(index: &str) -> String {
    [index, "-write"].concat()
}

/// Asks that a write goes to an alias, so that it creates no index.
pub(crate) fn require_alias() -> (&'static str, String) {
    ("require_alias", "true".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_are_counted() {
        let names = Names::new("movies");
        let second = names.next_build(&names.first);
        assert_eq!(second, Some(format!("movies-v{FORMAT}-000002")));
        assert_eq!(names.next_build("movies-v4-000009"), Some(format!("movies-v{FORMAT}-000010")));
        assert_eq!(names.next_build("movies"), None);
    }
}
