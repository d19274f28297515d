//! Records as writes of a [`Bulk`].

use wikimovie_engine::writer::WriteError;

use super::{
    document::{Document, Folded},
    record::{SourceRecord, hidden_id},
};
use crate::bulk::Bulk;

impl Bulk {
    /// Writes a record: shown under the movie's id, or hidden behind another one.
    pub(crate) fn put_record(&mut self, record: &SourceRecord, shown: bool) -> Result<(), WriteError> {
        let folded = Folded::new(record);
        self.index(&record_id(record, shown), &Document::new(record, &folded, shown))
    }

    /// Writes a record with the version that it has elsewhere.
    pub(crate) fn put_record_as(
        &mut self,
        record: &SourceRecord,
        shown: bool,
        version: u64,
    ) -> Result<(), WriteError> {
        let folded = Folded::new(record);
        self.index_as(&record_id(record, shown), version, &Document::new(record, &folded, shown))
    }

    /// Removes a hidden record.
    pub(crate) fn remove_hidden(&mut self, object: &str, movie: &str) -> Result<(), WriteError> {
        self.remove(&hidden_id(object, movie))
    }
}

fn record_id(record: &SourceRecord, shown: bool) -> String {
    let movie = record.movie.id.as_str();
    if shown { movie.to_owned() } else { hidden_id(&record.object, movie) }
}
