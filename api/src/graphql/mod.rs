//! GraphQL: input objects become valid questions, the catalogue is asked, and answers become the contract's types.
//!
//! Resolvers are thin and know neither HTTP nor an engine. [`schema::Service`] is the only way in.

pub mod bounds;
mod catalog_info;
mod facets;
mod hits;
mod ids;
mod inputs;
mod lasting;
mod loaders;
mod movie;
mod person;
mod price;
mod query;
mod rate_limit;
mod receipt;
mod scalars;
pub mod schema;
mod scope;
mod search;
mod shape;
mod subscription;
mod suggestion;
