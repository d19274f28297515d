//! Doors: ways to the operations of the manifest beside GraphQL over HTTP. REST (described by OpenAPI), tools of agents, and
//! the reference are all derived from the manifest's documents, their comments, and the contract.
//!
//! A manifest enters; operations with names, parameters and schemas leave, and answers of them. Nothing here knows HTTP.

pub(crate) mod answer;
pub(crate) mod args;
pub(crate) mod assistant;
pub(crate) mod contract_types;
mod html;
mod json_schema;
mod near;
pub(crate) mod openapi;
mod operation;
pub(crate) mod pages;
pub(crate) mod problem;
mod schemas;
pub(crate) mod set;
pub(crate) mod settings;
pub(crate) mod tool;
pub(crate) mod variables;

pub(crate) use self::{
    answer::{Door, DoorAnswer, DoorBody, DoorRefusal, answer, count_unknown},
    operation::DoorOperation,
    problem::Problem,
    set::{DoorSet, DoorSets, PerSet},
};
