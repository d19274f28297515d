//! Serving: listeners, connections and their end. What enters are settings and a gateway; what is answered is up to
//! [`crate::http`].
//!
//! The public listener speaks plain HTTP or TLS, HTTP/1.1 and, over TLS, HTTP/2, and bounds who is slow. The admin listener,
//! where there is one, serves probes and metrics in plain HTTP, and neither waits for the other.

mod listener;
mod settings;
mod tls;

use std::{future::Future, io, net::SocketAddr};

use ::http::{HeaderValue, Version, header};
use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
};
use axum_server::{Handle, Server as HttpServer, accept::DefaultAcceptor, tls_rustls::RustlsAcceptor};
use tokio::net::TcpListener;
use tower_http::set_header::SetResponseHeaderLayer;
use wikimovie_command::{
    CliError,
    health::loopback_of,
    metrics::{self, Program},
};

pub use self::settings::{ServerSettings, TlsSettings};
use self::{
    listener::{Bounded, Peer},
    tls::Tls,
};
use crate::{Environment, Gateway, guard::Origins, http};

/// Streams that one HTTP/2 connection may have open at once: enough for a page's questions, few enough that one
/// connection does not stand for a thousand.
const STREAMS: u32 = 100;

/// Largest size of a request's headers, in bytes.
const HEADER_BYTES: usize = 32 * 1024;

/// Reads the certificates that the settings name.
///
/// # Errors
/// One line about one that cannot be used.
pub(crate) fn check(settings: &ServerSettings) -> Result<(), CliError> {
    settings.tls.as_ref().map(Tls::read).transpose().map(|_| ())
}

/// A server whose addresses are taken, and that does not answer yet.
#[derive(Debug)]
pub struct Server {
    public: TcpListener,
    admin: Option<TcpListener>,
    tls: Option<Tls>,
    settings: ServerSettings,
}

impl Server {
    /// Takes the addresses and reads the certificates.
    ///
    /// # Errors
    /// One line about an address that cannot be listened on, or a certificate that cannot be used.
    pub async fn bind(settings: ServerSettings) -> Result<Self, CliError> {
        let tls = settings.tls.as_ref().map(Tls::read).transpose()?;
        let public = bind(settings.listen, "WIKIMOVIE_LISTEN").await?;
        let admin = match settings.admin_listen {
            Some(address) => Some(bind(address, "WIKIMOVIE_ADMIN_LISTEN").await?),
            None => None,
        };
        Ok(Self { public, admin, tls, settings })
    }

    /// Address of the gateway, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.public.local_addr().unwrap_or(self.settings.listen)
    }

    /// Address of probes and metrics, where they are apart.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().and_then(|admin| admin.local_addr().ok())
    }

    /// Address of the gateway as a browser on this machine can open it.
    pub fn base_url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", loopback_of(self.address()))
    }

    /// The same of probes and metrics, where they are apart.
    pub fn admin_url(&self) -> Option<String> {
        self.admin_address().map(|address| format!("http://{}", loopback_of(address)))
    }

    /// Serves until `stop` completes. `/readyz` then says so for the drain delay; after it no new connection is taken,
    /// open requests finish, and whatever is still open at the drain deadline is cut.
    ///
    /// # Errors
    /// What the system says about a listener.
    pub async fn serve(
        self,
        gateway: Gateway,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let Self { public, admin, tls, settings } = self;
        let lifecycle = gateway.lifecycle.clone();
        let persisted = gateway.persisted_documents();
        let followed = gateway.clone();
        let proxies = gateway.settings.guard.proxies.clone();
        warn_of_what_is_open(&gateway, admin.is_some());
        let (router, admin) = match admin {
            Some(listener) => (http::public(gateway.clone()), Some((listener, http::admin(gateway)))),
            None => (http::router(gateway), None),
        };
        let router = strict(router, tls.is_some());
        let handle = Handle::new();
        let ending = handle.clone();
        let ended = lifecycle.clone();
        let drained = async move {
            stop.await;
            lifecycle.start_draining();
            tokio::time::sleep(settings.drain_delay).await;
            lifecycle.close();
            ending.graceful_shutdown(Some(settings.drain_deadline));
            std::future::pending::<()>().await;
        };
        let persisted = persisted.follow();
        let reloaded = tls.clone();
        let recorder = metrics::recorder(Program::Gateway).map_err(io::Error::other)?;
        let background = async move {
            let certificates = async {
                match reloaded {
                    Some(tls) => tls.follow().await,
                    None => std::future::pending().await,
                }
            };
            tokio::join!(certificates, persisted, metrics::run_upkeep(recorder), followed.follow());
        };
        let admin = async move {
            match admin {
                Some((listener, router)) => axum::serve(listener, router).await,
                None => std::future::pending().await,
            }
        };
        let listener = Bounded::new(public, &settings, proxies);
        let served = listen(listener, tls, &settings, handle, router);
        let done = tokio::select! {
            served = served => served,
            failed = admin => failed,
            () = drained => Ok(()),
            () = background => Ok(()),
        };
        ended.close();
        done
    }
}

/// What holds on a connection: one Host in HTTP/1.1 (RFC 9112, 3.2), and over TLS that browsers come back over TLS only.
fn strict(router: Router, is_tls: bool) -> Router {
    let router = router.layer(middleware::from_fn(one_host));
    if !is_tls {
        return router;
    }
    let always = HeaderValue::from_static("max-age=31536000");
    router.layer(SetResponseHeaderLayer::if_not_present(header::STRICT_TRANSPORT_SECURITY, always))
}

async fn one_host(request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let is_ambiguous = match request.version() {
        Version::HTTP_11 => hosts != 1,
        _ => hosts > 1,
    };
    if is_ambiguous {
        return http::bad_request("the request needs one Host header");
    }
    next.run(request).await
}

/// What a public service may have left open without meaning to, once in the log.
fn warn_of_what_is_open(gateway: &Gateway, has_admin: bool) {
    if gateway.settings.environment != Environment::Production {
        return;
    }
    let guard = &gateway.settings.guard;
    if gateway.auth.is_open() {
        tracing::warn!("callers are not authenticated (WIKIMOVIE_AUTH is open)");
    }
    if guard.points_per_minute.is_none() {
        tracing::warn!("clients have no rate limit (WIKIMOVIE_RATE_LIMIT is off)");
    }
    if guard.cross_site.origins == Origins::Any {
        tracing::warn!("pages of every origin have access (WIKIMOVIE_CORS_ORIGINS is *)");
    }
    if !has_admin {
        tracing::warn!("/metrics is not served, because WIKIMOVIE_ADMIN_LISTEN is not set");
    }
}

async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, CliError> {
    TcpListener::bind(address).await.map_err(|error| CliError::cannot_listen(address, setting, &error))
}

async fn listen(
    listener: Bounded,
    tls: Option<Tls>,
    settings: &ServerSettings,
    handle: Handle<Peer>,
    router: Router,
) -> io::Result<()> {
    let mut server = HttpServer::<Peer, DefaultAcceptor>::from_listener(listener)
        .handle(handle)
        .first_request_timeout(settings.header_deadline)
        .accept_error_handler(|_, error| tracing::debug!(%error, "a connection could not be established"));
    let http = server.http_builder();
    // Counts from the end of the request before, so that it bounds idle connections and slow headers alike.
    http.http1().header_read_timeout(settings.idle_deadline).max_buf_size(HEADER_BYTES.max(64 * 1024));
    http.http2()
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(HEADER_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(settings.idle_deadline / 2)
        .keep_alive_timeout(settings.idle_deadline / 2);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        None => server.serve(service).await,
        Some(tls) => {
            let acceptor = RustlsAcceptor::new(tls.config()).handshake_timeout(settings.header_deadline);
            server.acceptor(acceptor).serve(service).await
        }
    }
}
