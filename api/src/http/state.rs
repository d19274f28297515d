//! What the handlers of `/graphql` share.

use std::sync::Arc;

use crate::{
    Gateway,
    guard::{Shares, share_of},
    operation::Operations,
};

/// What the handlers share.
#[derive(Debug)]
pub(super) struct HandlerState {
    pub(super) gateway: Gateway,
    pub(super) operations: Operations,
    /// WebSocket connections that may still be opened.
    pub(super) sockets: Shares,
}

impl HandlerState {
    /// The state of the handlers of a gateway.
    pub(super) fn new(gateway: Gateway) -> Arc<Self> {
        let sockets = Shares::new(gateway.settings.sockets, share_of(gateway.settings.sockets));
        let operations = Operations::new(gateway.clone());
        Arc::new(Self { gateway, operations, sockets })
    }
}
