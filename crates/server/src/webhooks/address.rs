//! Where requests of outgoing webhooks may go. Their addresses are written by users, and the server can reach what
//! users cannot: so they go to the public internet only, and to private networks that the operator names.

use crate::http::client_address::Networks;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tidings_core::limits;
use tidings_types::ApiError;
use tidings_types::endpoints::bots::PayloadUrl;

/// An address as a user wrote it, if it is one that requests can be sent to. Where it leads is found out when one is.
///
/// # Errors
/// 400 for what is no address of HTTP.
pub fn check_url(name: &str, url: PayloadUrl) -> Result<String, ApiError> {
    let parsed = Url::parse(&url.0).ok();
    let is_fit = parsed.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !is_fit || url.0.chars().count() > limits::SERVICE_URL_CHARS_MAX {
        return Err(ApiError::bad_request(format!("{name} is not a URL")));
    }
    Ok(url.0)
}

/// What is no public address, in the words of the registries of special addresses: private networks, this host, links,
/// shared and reserved ranges, documentation, multicast.
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !is_special
}

/// Of IPv6, addresses of the global range; those that stand for others are not, but for translated ones (64:ff9b::/96),
/// which are what they are translated to.
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>
fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    if let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = parts {
        return is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    }
    let is_global = parts[0] & 0xe000 == 0x2000;
    let is_special = (parts[0] == 0x2001 && (parts[1] < 0x200 || parts[1] == 0xdb8))
        || parts[0] == 0x2002
        || (parts[0] == 0x3fff && parts[1] < 0x1000);
    is_global && !is_special
}

/// Addresses that requests may be sent to.
#[derive(Clone, Debug, Default)]
pub struct Allowed(Networks);

impl Allowed {
    /// Public addresses, and these.
    #[must_use]
    pub fn new(networks: Networks) -> Self {
        Allowed(networks)
    }

    /// Whether requests may be sent there.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_public = match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        };
        is_public || self.0.contain(address)
    }

    /// Whether an address that names its host by number may be used; names are looked at when they are resolved.
    #[must_use]
    pub fn allow(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let number = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        number.parse().map_or(true, |address| self.contain(address))
    }
}

/// A name leads to no address that requests may be sent to.
#[derive(Debug, thiserror::Error)]
#[error("its host is in a private network")]
pub struct Private;

impl Resolve for Allowed {
    /// The connection is made to what is returned here, so a name that leads elsewhere the next moment changes nothing.
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.filter(|found| allowed.contain(found.ip())).collect();
            if found.is_empty() {
                return Err(Private.into());
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_allowed() {
        let allowed = Allowed::default();
        for public in
            ["1.1.1.1", "93.184.216.34", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
        {
            assert!(allowed.contain(public.parse().unwrap()), "{public}");
        }
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.9.9",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!allowed.contain(private.parse().unwrap()), "{private}");
        }
        let told = Allowed::new("10.0.0.0/8, fd00::/8".parse().unwrap());
        for (address, is_told) in
            [("10.9.9.9", true), ("::ffff:10.9.9.9", true), ("fd12::1", true), ("192.168.0.1", false)]
        {
            assert_eq!(told.contain(address.parse().unwrap()), is_told, "{address}");
        }
    }

    #[test]
    fn numbers_are_seen_however_they_are_written() {
        let allowed = Allowed::default();
        for url in [
            "http://127.1/",
            "http://0x7f.0.0.1/",
            "http://2130706433/",
            "http://[::ffff:7f00:1]/",
            "http://[::1]:80/",
            "http://10.0.0.1./",
        ] {
            assert!(!allowed.allow(&Url::parse(url).unwrap()), "{url}");
        }
        assert!(allowed.allow(&Url::parse("https://bots.example.com/x").unwrap()));
    }

    #[test]
    fn addresses_are_of_http() {
        for url in ["https://bots.example.com/x?y", "http://10.0.0.1:8080"] {
            assert_eq!(check_url("x", PayloadUrl(url.to_owned())).unwrap(), url);
        }
        for url in [
            "",
            "bots.example.com",
            "ftp://x.example",
            "http://",
            "javascript:1",
            "file:///etc/passwd",
            &"http://x/".repeat(300),
        ] {
            assert!(check_url("x", PayloadUrl(url.to_owned())).is_err(), "{url}");
        }
    }
}
