//! What tests share, and nothing that ships: an oracle that answers plans by brute force, and a loader of folders
//! of movie records. See the crate's description in ARCHITECTURE.md.

pub mod data;
pub mod oracle;

pub use oracle::Oracle;
