//! The gateway over real search nodes behind faulty proxies: error codes, deadlines, and requests to the nodes.

#![expect(clippy::unwrap_used, reason = "a test may panic when its setup fails")]

mod app;
mod faults;
mod requests;
