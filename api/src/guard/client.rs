//! The client of a request without credentials: its address.
//!
//! The address is that of the connection. Headers are read only from a proxy that the operator trusts, from the right,
//! hop by hop, as long as the hops are trusted too: anybody may have written what is further left. One header is read, the
//! one that the proxies write; most of them pass every other on as a client sent it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

/// Proxies whose forwarding header is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    header: HeaderName,
}

/// The header that most proxies write.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl Default for TrustedProxies {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// Maximum number of hops.
const MAX_HOPS: usize = 32;

impl TrustedProxies {
    /// Trusts proxies with addresses in these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self { networks, header: X_FORWARDED_FOR }
    }

    /// The same, reading another header: `Forwarded` (RFC 7239), or one with addresses, such as `CF-Connecting-IP`.
    #[must_use]
    pub fn with_header(self, header: HeaderName) -> Self {
        Self { header, ..self }
    }

    /// The address that a request comes from.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        let read = if self.header == header::FORWARDED { forwarded_for } else { address };
        let hops = hops(headers, &self.header, read);
        for hop in hops.into_iter().rev().take(MAX_HOPS) {
            // A hop that cannot be read ends what is known.
            let Some(hop) = hop else { break };
            client = hop.to_canonical();
            if !self.trusts(client) {
                break;
            }
        }
        client
    }

    /// Whether an address is that of a proxy, behind which there are many clients.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// The network of one client: an IPv4 address, or the /64 of an IPv6 one, which a provider assigns to a household (RFC
/// 6177) and within which a client can switch addresses.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

fn hops(
    headers: &HeaderMap,
    name: &HeaderName,
    read: impl Fn(&str) -> Option<IpAddr>,
) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(|hop| read(hop.trim())).collect()
}

/// The `for` parameter of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(value.trim().trim_matches('"'))
}

/// Parses an address of the headers, with or without a port, IPv6 perhaps in brackets.
fn address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address);
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address.ip());
    }
    text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(header: &'static str, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let networks = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        let proxies = TrustedProxies::new(networks.into()).with_header(HeaderName::from_static(header));
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn headers_count_only_from_trusted_proxies_and_only_as_far_as_those_reach() {
        const XFF: &str = "x-forwarded-for";
        type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);
        let cases: &[Case] = &[
            ("203.0.113.9", &[], "203.0.113.9"),
            ("203.0.113.9", &[(XFF, "198.51.100.1")], "203.0.113.9"),
            ("::ffff:203.0.113.9", &[(XFF, "198.51.100.1")], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[(XFF, "198.51.100.1")], "198.51.100.1"),
            ("::ffff:10.0.0.1", &[(XFF, "198.51.100.1")], "198.51.100.1"),
            // What a client writes itself stands left of what the proxy adds.
            ("10.0.0.1", &[(XFF, "1.2.3.4, 198.51.100.1")], "198.51.100.1"),
            ("10.0.0.1", &[(XFF, "1.2.3.4"), (XFF, "198.51.100.1")], "198.51.100.1"),
            ("10.0.0.1", &[(XFF, "198.51.100.1, 10.9.9.9")], "198.51.100.1"),
            ("10.0.0.1", &[(XFF, "198.51.100.1, junk")], "10.0.0.1"),
            ("10.0.0.1", &[(XFF, "")], "10.0.0.1"),
            ("10.0.0.1", &[(XFF, "198.51.100.1:4711")], "198.51.100.1"),
            ("10.0.0.1", &[(XFF, "2001:db8::7")], "2001:db8::7"),
            ("10.0.0.1", &[(XFF, "[2001:db8::7]:4711")], "2001:db8::7"),
            // A proxy that writes one header passes the other on as the client sent it.
            ("10.0.0.1", &[("forwarded", "for=203.0.113.1"), (XFF, "198.51.100.1")], "198.51.100.1"),
            ("10.0.0.1", &[("forwarded", "for=203.0.113.1")], "10.0.0.1"),
        ];
        for (peer, lines, expected) in cases {
            assert_eq!(client(XFF, peer, lines), *expected, "{peer} {lines:?}");
        }
        const FORWARDED: &str = "forwarded";
        let cases: &[Case] = &[
            ("fd00::1", &[(FORWARDED, "for=\"[2001:db8::7]\";proto=https")], "2001:db8::7"),
            ("10.0.0.1", &[(FORWARDED, "For=1.2.3.4, proto=http;for=198.51.100.1")], "198.51.100.1"),
            ("10.0.0.1", &[(FORWARDED, "for=_hidden")], "10.0.0.1"),
            ("10.0.0.1", &[(FORWARDED, "for=198.51.100.1"), (XFF, "1.2.3.4")], "198.51.100.1"),
            ("10.0.0.1", &[(XFF, "1.2.3.4")], "10.0.0.1"),
        ];
        for (peer, lines, expected) in cases {
            assert_eq!(client(FORWARDED, peer, lines), *expected, "{peer} {lines:?}");
        }
        const CLOUDFLARE: &str = "cf-connecting-ip";
        let lines: &[_] = &[(CLOUDFLARE, "198.51.100.1"), (XFF, "1.2.3.4")];
        assert_eq!(client(CLOUDFLARE, "10.0.0.1", lines), "198.51.100.1");
    }

    #[test]
    fn one_ipv6_network_is_one_client() {
        let network = |address: &str| network_of(address.parse().unwrap()).to_string();
        assert_eq!(network("198.51.100.1"), "198.51.100.1");
        assert_eq!(network("::ffff:198.51.100.1"), "198.51.100.1");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
    }
}
