//! The shape that clauses about one field share.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// What is said of a field: `{"<field>": …}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Of<T>(pub &'static str, pub T);

impl<T: Serialize> Serialize for Of<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, &self.1)?;
        map.end()
    }
}
