//! The public listener: takes no more connections than may be open, no more from one network than its share, and gives each
//! a limit on silence.

use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::connect_info::Connected;
use axum_server::{AddrListener, Address};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;

use super::ServerSettings;
use crate::guard::{Share, Shares, TrustedProxies, share_of};

/// Who connected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(SocketAddr);

impl Address for Peer {
    type Stream = Connection;
    type Listener = Bounded;
}

impl Connected<Peer> for SocketAddr {
    fn connect_info(peer: Peer) -> Self {
        peer.0
    }
}

/// A listener that waits while too many connections are open; those that come meanwhile wait in the system's queue.
#[derive(Debug)]
pub(super) struct Bounded {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    shares: Shares,
    proxies: TrustedProxies,
    silence: Duration,
    /// Whether a connection may begin with HTTP/2: over TLS it begins with a handshake.
    h2c: bool,
}

impl Bounded {
    pub(super) fn new(listener: TcpListener, settings: &ServerSettings, proxies: TrustedProxies) -> Self {
        let permits = Arc::new(Semaphore::new(settings.connections));
        let each = settings.connections_per_client.unwrap_or_else(|| share_of(settings.connections));
        let shares = Shares::new(usize::MAX, each);
        Self {
            listener,
            permits,
            shares,
            proxies,
            silence: settings.idle_deadline,
            h2c: settings.h2c || settings.tls.is_some(),
        }
    }

    /// The next connection of a network that does not hold its share. Others are closed at once: their clients have
    /// connections enough.
    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr, Share)> {
        loop {
            let (stream, address) = self.listener.accept().await?;
            let client = (!self.proxies.trusts(address.ip())).then(|| address.ip());
            match self.shares.take(client, 1) {
                Ok(share) => return Ok((stream, address, share)),
                Err(_) => metrics::counter!("wikimovie_http_connections_refused_total").increment(1),
            }
        }
    }
}

impl AddrListener<Connection, Peer> for Bounded {
    async fn bind_to(_: Peer) -> io::Result<Self> {
        Err(io::Error::other("the listener is bound before the server is created"))
    }

    async fn accept_stream(&self) -> io::Result<(Connection, Peer)> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, address, share) = self.accept().await?;
        // An answer that leaves in two parts must not wait for the client's acknowledgement of the first.
        stream.set_nodelay(true)?;
        let mut stream = TimeoutStream::new(stream);
        stream.set_read_timeout(Some(self.silence));
        stream.set_write_timeout(Some(self.silence));
        metrics::gauge!("wikimovie_http_connections_active").increment(1.0);
        Ok((
            Connection {
                stream: Box::pin(stream),
                preface: (!self.h2c).then_some(0),
                _permit: permit,
                _share: share,
            },
            Peer(address),
        ))
    }

    fn get_local_addr(&self) -> io::Result<Peer> {
        self.listener.local_addr().map(Peer)
    }
}

/// How HTTP/2 begins (RFC 9113, 3.4), as far as no request of HTTP/1.1 does.
const PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// A connection that ends when nothing is heard, or nothing is taken, for too long; its place is given back at its
/// end.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    /// Bytes of [`PREFACE`] read so far; `None` where it is not refused, or the connection began otherwise.
    preface: Option<usize>,
    _permit: OwnedSemaphorePermit,
    _share: Share,
}

impl Drop for Connection {
    fn drop(&mut self) {
        metrics::gauge!("wikimovie_http_connections_active").decrement(1.0);
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = self.stream.as_mut().poll_read(context, buffer);
        if let Some(seen) = self.preface {
            let expected = &PREFACE[seen..];
            let new = &buffer.filled()[before..];
            let common = new.len().min(expected.len());
            if new[..common] != expected[..common] {
                self.preface = None;
            } else if seen + common == PREFACE.len() {
                let message = "HTTP/2 without TLS is off (WIKIMOVIE_H2C)";
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::Unsupported, message)));
            } else {
                self.preface = Some(seen + common);
            }
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
