//! A small client of the WIKIMovie gateway. Operations are structs that derive cynic's `QueryFragment`, so a field
//! that the schema does not have fails to compile; [`Client`] sends them and reads the responses. It blocks, does not
//! retry and follows no redirect: copy it and use another HTTP client where you need more.
//!
//! ```no_run
//! use cynic::QueryBuilder;
//! use wikimovie_client::{Client, operations::{Search, SearchVariables}};
//!
//! let client = Client::new("http://127.0.0.1:8080");
//! let variables = SearchVariables { text: Some("the godfahter"), first: Some(1), ..Default::default() };
//! let data = client.ask(&Search::build(variables))?;
//! println!("{}", data.search.hits.edges[0].node.title);
//! # Ok::<(), wikimovie_client::ClientError>(())
//! ```

mod client;
pub mod operations;

pub use client::{Client, ClientError};
