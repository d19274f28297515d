//! The gateway as clients see it, over the real embedded engine: one binary, in process.

mod app;
mod errors;
mod http_rules;
mod limits;
mod nodes;
mod people;
mod receipts;
mod search;
mod serving;
mod socket;
mod suggestions;
