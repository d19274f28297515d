//! What the handlers of operations share.

use std::sync::Arc;

use crate::{
    Gateway,
    doors::{DoorSets, PerSet, tool::OperationTools},
    guard::{Shares, share_of},
    http::published::Reference,
    operation::Operations,
};

/// What the handlers share.
#[derive(Debug)]
pub(super) struct HandlerState {
    pub(super) gateway: Gateway,
    pub(super) operations: Operations,
    /// WebSocket connections that may still be opened.
    pub(super) sockets: Shares,
    pub(super) doors: DoorState,
}

/// The operations that doors offer, and what is made of them.
#[derive(Debug)]
pub(super) struct DoorState {
    pub(super) sets: DoorSets,
    pub(super) reference: PerSet<Reference>,
    pub(super) tools: PerSet<OperationTools>,
}

impl HandlerState {
    /// The state of the handlers of a gateway.
    pub(super) fn new(gateway: Gateway) -> Arc<Self> {
        let sockets = Shares::new(gateway.settings.sockets, share_of(gateway.settings.sockets));
        let operations = Operations::new(gateway.clone());
        let doors = DoorState {
            sets: DoorSets::new(gateway.persisted_documents()),
            reference: PerSet::default(),
            tools: PerSet::default(),
        };
        Arc::new(Self { gateway, operations, sockets, doors })
    }
}
