//! Whose request it is: the credential that it shows, and the address that it comes from.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, OnceLock},
};

use axum::extract::ConnectInfo;
use http::request::Parts;

use crate::{
    Gateway,
    auth::{AuthError, Caller, Credential, Identity},
    graphql::{error::ApiError, schema::Visitor},
    guard::{Client, client::network_of},
};

/// The address that a request comes from. One that came by no connection, as in tests, is from this machine.
pub(super) fn address(gateway: &Gateway, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip());
    gateway.settings.guard.proxies.client(peer, &parts.headers)
}

/// Who sends a request.
///
/// # Errors
/// Where it shows no credential that is good here.
pub(super) async fn visitor(gateway: &Gateway, parts: &Parts) -> Result<Visitor, AuthError> {
    let identity = gateway.auth.identify(&Credential::of(&parts.headers)).await?;
    Ok(of(identity, address(gateway, parts)))
}

fn of(identity: Arc<Identity>, address: IpAddr) -> Visitor {
    let client = match &identity.caller {
        Caller::Anyone => Client::Network(network_of(address)),
        Caller::Key(name) => Client::Key(Arc::clone(name)),
        Caller::Subject(subject) => Client::Subject(Arc::clone(subject)),
    };
    Visitor { identity, client }
}

/// Who is behind a WebSocket connection. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct SocketCaller {
    /// Known once the first message has shown it.
    credential: Arc<OnceLock<Credential>>,
    address: IpAddr,
}

impl SocketCaller {
    /// Who made a handshake.
    pub(super) fn of(gateway: &Gateway, parts: &Parts) -> Self {
        let credential = OnceLock::new();
        match Credential::of(&parts.headers) {
            Credential::None => {}
            shown => drop(credential.set(shown)),
        }
        Self { credential: Arc::new(credential), address: address(gateway, parts) }
    }

    /// Takes the credential of the first message, where the handshake showed none.
    pub(super) fn show(&self, credential: Credential) {
        drop(self.credential.set(credential));
    }

    /// Who they are now.
    ///
    /// # Errors
    /// Where the credential is not, or no longer, good here.
    pub(super) async fn identity(&self, gateway: &Gateway) -> Result<Arc<Identity>, AuthError> {
        gateway.auth.identify(self.credential.get().unwrap_or(&Credential::None)).await
    }

    /// The same, with who is charged.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn visitor(&self, gateway: &Gateway) -> Result<Visitor, ApiError> {
        Ok(of(self.identity(gateway).await?, self.address))
    }
}
