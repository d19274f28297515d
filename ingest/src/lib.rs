//! From a provider's file to the catalogue: object, records, movies, receipt.
//!
//! An object walks through five rooms: [`folder`] (or another [`sync::Source`]) tells which objects there are,
//! [`detect`] finds out what one is, [`read`] streams its records in bounded memory, [`shape`] knows their names,
//! [`document`] makes a movie or a refusal of each ([`movies`] joins these four), and [`slots`] hands them to the engine's [`wikimovie_engine::CatalogWriter`], several objects at
//! once. [`mod@sync`] keeps the catalogue equal to a source, [`watch`] does so within a second of each change.
//!
//! This crate never speaks to an engine itself, never reads the environment, and prints nothing.

mod address;
#[cfg(feature = "cluster")]
pub mod aws;
pub mod bucket;
pub mod clean;
#[cfg(feature = "command")]
pub mod command;
pub mod detect;
pub mod document;
pub mod error;
mod fields;
pub mod folder;
pub mod format;
pub mod layout;
pub mod limits;
pub mod mapping;
pub mod movies;
pub mod names;
pub mod notification;
pub mod propose;
pub mod queue;
pub mod read;
pub mod rules;
mod separator;
pub mod shape;
mod shorten;
pub mod slots;
pub mod sync;
pub mod vocabulary;
pub mod watch;
pub mod worker;

pub use error::IngestError;
pub use folder::Folder;
pub use mapping::Mapping;
pub use movies::MovieReader;
pub use read::{RawRecord, RecordReader};
pub use rules::Rules;
pub use slots::{Opener, Progress};
pub use sync::{Applied, Change, Event, Listed, Listing, Problem, Source, SyncReport, sync};
pub use vocabulary::Vocabulary;
pub use watch::Watcher;
pub use worker::{Worker, WorkerOptions};
