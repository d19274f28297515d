//! GraphQL: input objects become valid questions, the catalogue is asked, and answers become the contract's types.
//!
//! Resolvers are thin and know neither HTTP nor an engine. [`crate::operation`] is the only way in.

pub(crate) mod catalog;
mod catalog_info;
mod details;
mod facets;
mod hits;
mod ids;
mod inputs;
pub(crate) mod loaders;
mod movie;
mod person;
mod query;
mod rate_limit;
mod receipt;
mod result;
mod scalars;
pub(crate) mod schema;
pub(crate) mod scope;
pub(crate) mod sdl;
mod search;
mod subscription;
mod suggestion;
