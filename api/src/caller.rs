//! Who calls: the identity behind a credential, and the client that is charged. A request enters, a [`Caller`] leaves;
//! nothing here knows GraphQL.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, OnceLock},
};

use axum::extract::ConnectInfo;
use http::request::Parts;

use crate::{
    auth::{AuthError, Authenticator, Credential, Identity, Principal},
    guard::{RateLimitedClient, TrustedProxies, client::network_of},
};

/// Whoever sends an operation.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Who they are, and what they may ask for.
    pub(crate) identity: Arc<Identity>,
    /// The client that is charged.
    pub(crate) client: RateLimitedClient,
    /// The address that they call from.
    pub(crate) address: IpAddr,
}

impl Caller {
    fn new(identity: Arc<Identity>, address: IpAddr) -> Self {
        let client = match &identity.principal {
            Principal::Anyone => RateLimitedClient::Network(network_of(address)),
            Principal::Key(name) => RateLimitedClient::Key(Arc::clone(name)),
            Principal::Subject(subject) => RateLimitedClient::Subject(Arc::clone(subject)),
        };
        Self { identity, client, address }
    }

    /// The caller of an HTTP request.
    ///
    /// # Errors
    /// [`AuthError`] where the request shows no valid credential.
    pub(crate) async fn authenticate(
        auth: &Authenticator,
        proxies: &TrustedProxies,
        parts: &Parts,
    ) -> Result<Self, AuthError> {
        let identity = auth.identify(&Credential::of(&parts.headers)).await?;
        Ok(Self::new(identity, client_address(proxies, parts)))
    }
}

/// The address of the client. A request without a connection, as tests send it, comes from this machine.
fn client_address(proxies: &TrustedProxies, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip());
    proxies.client(peer, &parts.headers)
}

/// The caller of a WebSocket connection, whose credential may come with its first message. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct SocketCaller {
    /// Empty until the handshake or the first message shows a credential.
    credential: Arc<OnceLock<Credential>>,
    address: IpAddr,
}

impl SocketCaller {
    /// The caller behind a handshake.
    pub(crate) fn of_handshake(proxies: &TrustedProxies, parts: &Parts) -> Self {
        let credential = match Credential::of(&parts.headers) {
            Credential::None => OnceLock::new(),
            shown => OnceLock::from(shown),
        };
        Self { credential: Arc::new(credential), address: client_address(proxies, parts) }
    }

    /// The address that the connection comes from.
    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// Takes the credential of the first message, where the handshake showed none.
    pub(crate) fn set_credential(&self, credential: Credential) {
        drop(self.credential.set(credential));
    }

    /// The identity behind the credential now: a key may be revoked and a token expire while a connection is open.
    ///
    /// # Errors
    /// [`AuthError`] where the credential is not valid, or no longer.
    pub(crate) async fn identity(&self, auth: &Authenticator) -> Result<Arc<Identity>, AuthError> {
        auth.identify(self.credential.get().unwrap_or(&Credential::None)).await
    }

    /// The caller now.
    ///
    /// # Errors
    /// As [`Self::identity`].
    pub(crate) async fn authenticate(&self, auth: &Authenticator) -> Result<Caller, AuthError> {
        Ok(Caller::new(self.identity(auth).await?, self.address))
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::auth::Scopes;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let request =
            headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    #[tokio::test]
    async fn without_a_principal_the_network_is_charged() {
        let auth = Authenticator::open(Scopes::SEARCH);
        let caller = Caller::authenticate(&auth, &TrustedProxies::default(), &parts(&[])).await.unwrap();
        assert_eq!(caller.client, RateLimitedClient::Network(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let identity =
            Identity { principal: Principal::Key("web".into()), ..Identity::anyone(Scopes::SEARCH) };
        let caller = Caller::new(Arc::new(identity), IpAddr::V4(Ipv4Addr::LOCALHOST));
        assert_eq!(caller.client, RateLimitedClient::Key("web".into()));
    }

    #[test]
    fn the_credential_of_a_handshake_stays() {
        let proxies = TrustedProxies::default();
        let named = SocketCaller::of_handshake(&proxies, &parts(&[("authorization", "Bearer a")]));
        named.set_credential(Credential::Bearer("b".into()));
        assert_eq!(named.credential.get(), Some(&Credential::Bearer("a".into())));
        let unnamed = SocketCaller::of_handshake(&proxies, &parts(&[]));
        unnamed.set_credential(Credential::Bearer("b".into()));
        assert_eq!(unnamed.credential.get(), Some(&Credential::Bearer("b".into())));
    }
}
