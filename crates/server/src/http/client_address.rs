//! Where a request comes from: the other end of the connection, or, if that is a proxy the operator trusts, what the
//! proxy says. And how many connections one such place may have.

use hyper::HeaderMap;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Addresses and networks, as text with commas between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Networks(Vec<IpNet>);

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = |part: &str| {
            let network = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| format!("{part:?} is neither an address nor a network such as 10.0.0.0/8"))
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(parse).collect::<Result<_, _>>().map(Networks)
    }
}

impl TryFrom<String> for Networks {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Networks> for String {
    fn from(proxies: Networks) -> Self {
        proxies.to_string()
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, network) in self.0.iter().enumerate() {
            write!(f, "{}{network}", if at > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

impl Networks {
    /// Whether an address is one of them, or in one of them.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who sends a request over a connection from `peer`, where these are the proxies whose word counts.
    ///
    /// Each proxy appends to `X-Forwarded-For` whom it got the request from. So the list is read from its end, for as
    /// long as those who wrote it are trusted: what is left of the first address that is not could be anybody's
    /// invention. `Forwarded` is not read, since a proxy that writes one of the two passes the other on as it came.
    #[must_use]
    pub fn client_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let said = headers.get_all(FORWARDED_FOR).iter().rev();
        let mut said = said.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
        while self.contain(client)
            && let Some(before) = said.next().and_then(parse_address)
        {
            client = before;
        }
        client
    }
}

const FORWARDED_FOR: &str = "x-forwarded-for";

/// An address as proxies write it, perhaps with a port.
fn parse_address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address: IpAddr = text.parse().ok().or_else(bare).or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
}

/// Whether a request was passed on by a proxy that says so.
#[must_use]
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    [FORWARDED_FOR, "forwarded", "via", "x-real-ip"].iter().any(|name| headers.contains_key(*name))
}

/// What one customer of a network has: with IPv6 that is 2^64 addresses, which count as one.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address => address,
    }
}

/// How many connections there are from each place. Programs on this machine and trusted proxies have as many as they
/// like, since many people may be behind them.
pub struct Connections {
    counts: Mutex<HashMap<IpAddr, usize>>,
    max: usize,
    unlimited: Networks,
}

/// A connection that is counted, until this is dropped.
pub struct Counted {
    connections: Arc<Connections>,
    place: Option<IpAddr>,
}

impl Connections {
    /// At most `max` from one place; 0 for no limit.
    #[must_use]
    pub fn new(max: usize, unlimited: Networks) -> Arc<Self> {
        Arc::new(Connections { counts: Mutex::default(), max, unlimited })
    }

    /// Counts a connection; none if there are too many.
    #[must_use]
    pub fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Counted> {
        let peer = peer.to_canonical();
        let place = (self.max > 0 && !peer.is_loopback() && !self.unlimited.contain(peer)).then(|| network_of(peer));
        if let Some(place) = place {
            let mut counts = self.counts();
            let count = counts.entry(place).or_default();
            if *count >= self.max {
                return None;
            }
            *count += 1;
        }
        Some(Counted { connections: Arc::clone(self), place })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(place) = self.place else { return };
        let mut counts = self.connections.counts();
        if let Some(count) = counts.get_mut(&place) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_network_counts_once() {
        let network = |text: &str| network_of(ip(text));
        assert_eq!(network("2001:db8:1:2::3"), network("2001:db8:1:2:ffff::4"));
        assert_ne!(network("2001:db8:1:2::3"), network("2001:db8:1:3::3"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxies: Networks = "10.0.0.0/8, 2001:db8::1".parse().expect("networks");
        let check = |peer: &str, said: &[&'static str], client: &str| {
            let mut headers = HeaderMap::new();
            for line in said {
                headers.append(FORWARDED_FOR, line.parse().expect("a header"));
            }
            assert_eq!(proxies.client_of(ip(peer), &headers), ip(client), "{peer} {said:?}");
        };
        check("192.0.2.1", &[], "192.0.2.1");
        check("192.0.2.1", &["198.51.100.7"], "192.0.2.1");
        check("10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check("::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        // What the client wrote itself stands to the left of what the proxy saw.
        check("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7");
        check("10.0.0.1", &["203.0.113.9", "198.51.100.7, 10.2.3.4"], "198.51.100.7");
        check("10.0.0.1", &["10.0.0.9, 198.51.100.7, 2001:db8::1"], "198.51.100.7");
        check("2001:db8::1", &["[2001:db8::5]:443"], "2001:db8::5");
        check("10.0.0.1", &["198.51.100.7:5000"], "198.51.100.7");
        // Who cannot be told is whoever passed it on.
        check("10.0.0.1", &["198.51.100.7, unknown"], "10.0.0.1");
        check("10.0.0.1", &["198.51.100.7, nonsense, 10.0.0.2"], "10.0.0.2");
        check("10.0.0.1", &[], "10.0.0.1");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        assert!("10.0.0.0/8,proxy.example".parse::<Networks>().is_err_and(|error| error.contains("proxy.example")));
        let text = "10.0.0.0/8, ::1/128";
        assert_eq!(text.parse::<Networks>().expect("networks").to_string(), text);
    }

    #[test]
    fn a_place_has_so_many_connections_and_no_more() {
        let connections = Connections::new(2, "10.0.0.1".parse().expect("an address"));
        let first = connections.enter(ip("2001:db8::1"));
        let second = connections.enter(ip("2001:db8::2"));
        assert!(first.is_some() && second.is_some());
        assert!(connections.enter(ip("2001:db8::3")).is_none());
        drop(first);
        let third = connections.enter(ip("2001:db8::3"));
        assert!(third.is_some() && connections.enter(ip("2001:db8::4")).is_none());
        for unlimited in ["127.0.0.1", "::1", "10.0.0.1", "::ffff:10.0.0.1"] {
            let many: Vec<_> = (0..9).map(|_| connections.enter(ip(unlimited))).collect();
            assert!(many.iter().all(Option::is_some), "{unlimited}");
        }
        drop((second, third));
        assert!(connections.counts().is_empty());
    }
}
