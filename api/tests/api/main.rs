//! The gateway as clients see it, over the real embedded engine: one binary, in process.

#![expect(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

mod app;
mod attacks;
mod auth;
mod cache;
mod doors;
mod error_answers;
mod errors;
mod guard;
mod http_rules;
mod limits;
mod nodes;
mod people;
mod persisted;
mod prices;
mod receipts;
mod records;
mod search;
mod serving;
mod shared_points;
mod socket;
mod suggestions;
mod tls;
