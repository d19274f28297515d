//! The gateway over real search nodes behind proxies that fail: what clients are told, how soon, and what is asked.

#![expect(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

mod app;
mod faults;
mod requests;
