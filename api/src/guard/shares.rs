//! Shares: how much of something scarce (connections, WebSocket connections, bytes of bodies) each network may hold at
//! once, so that nobody holds all of it.
//!
//! A network is an IPv4 address or the /64 of an IPv6 address. The /48 around it, which a provider may assign to one
//! customer too, has four shares. What is held is counted exactly, and given back when its [`Share`] is dropped.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::client::network_of;

/// Shares of the /48 of an IPv6 network.
const SITE_SHARES: usize = 4;
const SITE_BITS: u32 = 48;

/// Something scarce. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Shares(Arc<Scarce>);

#[derive(Debug)]
struct Scarce {
    /// What there is in all.
    whole: usize,
    /// What one network may hold.
    each: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    networks: HashMap<Network, usize>,
}

/// Whose share it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Network {
    /// An IPv4 address, or the /64 of an IPv6 one.
    Client(IpAddr),
    /// The /48 of an IPv6 address.
    Site(Ipv6Addr),
}

/// Why a share is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// All of it is held.
    Exhausted,
    /// The network holds its share.
    ShareHeld,
}

impl ShareError {
    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exhausted => "all",
            Self::ShareHeld => "share",
        }
    }
}

/// What a network holds; given back when it is dropped.
#[derive(Debug)]
pub struct Share {
    shares: Shares,
    address: Option<IpAddr>,
    amount: usize,
}

impl Shares {
    /// So much in all, of which one network may hold `each`.
    pub fn new(whole: usize, each: usize) -> Self {
        Self(Arc::new(Scarce { whole, each, held: Mutex::default() }))
    }

    /// A share of nothing yet, for the network of an address. `None` is somebody who stands for many networks, such as a
    /// proxy: only the whole bounds it.
    pub fn open(&self, address: Option<IpAddr>) -> Share {
        Share { shares: self.clone(), address, amount: 0 }
    }

    /// A share of this amount.
    ///
    /// # Errors
    /// [`ShareError`].
    pub fn take(&self, address: Option<IpAddr>, amount: usize) -> Result<Share, ShareError> {
        let mut share = self.open(address);
        share.grow(amount)?;
        Ok(share)
    }

    /// What is held in all.
    pub fn held(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // A panic elsewhere cannot leave the numbers half changed.
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits(&self, address: Option<IpAddr>) -> impl Iterator<Item = (Network, usize)> {
        let each = self.0.each;
        address.into_iter().flat_map(move |address| {
            let site = match address.to_canonical() {
                IpAddr::V4(_) => None,
                IpAddr::V6(address) => {
                    let bits = address.to_bits() >> (128 - SITE_BITS) << (128 - SITE_BITS);
                    Some((Network::Site(Ipv6Addr::from_bits(bits)), each.saturating_mul(SITE_SHARES)))
                }
            };
            [Some((Network::Client(network_of(address)), each)), site].into_iter().flatten()
        })
    }
}

impl Share {
    /// Takes more.
    ///
    /// # Errors
    /// [`ShareError`]; what was held before is held still.
    pub fn grow(&mut self, amount: usize) -> Result<(), ShareError> {
        let mut held = self.shares.lock();
        if held.all.saturating_add(amount) > self.shares.0.whole {
            return Err(ShareError::Exhausted);
        }
        let is_beyond = |(network, most): (Network, usize)| {
            held.networks.get(&network).copied().unwrap_or(0).saturating_add(amount) > most
        };
        if self.shares.limits(self.address).any(is_beyond) {
            return Err(ShareError::ShareHeld);
        }
        held.all += amount;
        for (network, _) in self.shares.limits(self.address) {
            *held.networks.entry(network).or_default() += amount;
        }
        drop(held);
        self.amount += amount;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.amount == 0 {
            return;
        }
        let mut held = self.shares.lock();
        held.all -= self.amount;
        for (network, _) in self.shares.limits(self.address) {
            if let Some(amount) = held.networks.get_mut(&network) {
                *amount = amount.saturating_sub(self.amount);
                if *amount == 0 {
                    held.networks.remove(&network);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn one_network_leaves_room_for_others() {
        let shares = Shares::new(10, 4);
        let mut first: Vec<_> = (0..4).map(|_| shares.take(address("192.0.2.1"), 1).unwrap()).collect();
        assert_eq!(shares.take(address("192.0.2.1"), 1).unwrap_err(), ShareError::ShareHeld);
        assert_eq!(shares.take(address("::ffff:192.0.2.1"), 1).unwrap_err(), ShareError::ShareHeld);
        let other = shares.take(address("192.0.2.2"), 4).unwrap();
        first.pop();
        let mut own = shares.take(address("192.0.2.1"), 1).unwrap();
        assert_eq!(own.grow(1), Err(ShareError::ShareHeld));
        let proxy = shares.take(None, 2).unwrap();
        assert_eq!(shares.take(address("192.0.2.3"), 1).unwrap_err(), ShareError::Exhausted);
        drop((first, other, own, proxy));
        assert_eq!(shares.held(), 0);
        assert!(shares.lock().networks.is_empty());
    }

    #[test]
    fn a_site_has_four_shares_however_many_networks_it_has() {
        let shares = Shares::new(100, 2);
        let held: Vec<_> =
            (0..8).filter_map(|net| shares.take(address(&format!("2001:db8:1:{net}::1")), 2).ok()).collect();
        assert_eq!(held.len(), SITE_SHARES);
        assert!(shares.take(address("2001:db8:2:1::1"), 2).is_ok(), "another site");
    }
}
