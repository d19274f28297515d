//! Source records: what each object says of a movie, as documents of the index.
//!
//! The shown record of a movie has the movie's id; records hidden by a newer object's have ids of their own, and take its
//! place when that object drops the movie.

mod document;
mod pages;
mod record;
mod store;
mod write;

pub(crate) use self::{
    document::{CAST_ONLY, roles_of},
    pages::{RecordEntry, RecordPages},
    record::SourceRecord,
    store::{Counts, RecordStore},
};
