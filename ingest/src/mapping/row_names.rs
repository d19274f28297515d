//! Which names of columns are those of a mapping.

use crate::shape::names;

/// Names of columns that titles come from; `None` in it is anything, found by a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowNames(pub(super) Vec<Option<String>>);

impl RowNames {
    /// Whether one of these columns has such a name.
    pub(crate) fn has_one<'n>(&self, mut columns: impl Iterator<Item = &'n str>) -> bool {
        columns.any(|name| {
            let normal = names::normal(name);
            self.0.iter().any(|named| named.as_deref().is_none_or(|named| same(named, name, &normal)))
        })
    }
}

/// Whether a name of the mapping is this one, which has this normal form.
pub(super) fn same(named: &str, name: &str, normal: &str) -> bool {
    named == name || (!normal.is_empty() && names::normal(named) == *normal)
}
