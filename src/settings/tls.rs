//! Settings of TLS and of client certificates, on a connection or in a header.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

/// Who the server is, whose certificates it trusts, and how it learns that they are revoked.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "TLS and client certificates")]
pub struct Tls {
    /// PEM file with the server's certificate and the certificates between it and its root. With it the server speaks TLS and nothing else.
    #[arg(
        id = "tls-certificate",
        long,
        env = "DIALOGMODUL_TLS_CERTIFICATE",
        value_name = "FILE",
        requires = "tls-key"
    )]
    pub certificate: Option<PathBuf>,

    /// PEM file with the private key of the server's certificate.
    #[arg(
        id = "tls-key",
        long,
        env = "DIALOGMODUL_TLS_KEY",
        value_name = "FILE",
        requires = "tls-certificate"
    )]
    pub key: Option<PathBuf>,

    /// PEM file with the certificates of the issuers whose client certificates are accepted.
    #[arg(id = "client-issuers", long, env = "DIALOGMODUL_CLIENT_ISSUERS", value_name = "FILE")]
    pub issuers: Option<PathBuf>,

    /// File with revocation lists, DER or PEM; once for each file. If there is one, a certificate is refused unless its issuer's list is there too.
    #[arg(
        id = "crl",
        long,
        env = "DIALOGMODUL_CRL",
        value_name = "FILE",
        value_delimiter = ',',
        requires = "client-issuers"
    )]
    pub revocations: Vec<PathBuf>,

    /// Seconds between two looks at the files with revocation lists.
    #[arg(id = "crl-reload-seconds", long, env = "DIALOGMODUL_CRL_RELOAD_SECONDS", value_name = "SECONDS", default_value_t = Self::default().reload_seconds)]
    pub reload_seconds: NonZeroU64,

    /// Hours a revocation list may be used after it has expired; then the certificates of its issuer are refused.
    #[arg(id = "crl-grace-hours", long, env = "DIALOGMODUL_CRL_GRACE_HOURS", value_name = "HOURS", default_value_t = Self::default().grace_hours)]
    pub grace_hours: u32,

    /// HTTP header in which a proxy that ends TLS passes on the client certificate: PEM, URL-encoded, or DER in base64.
    #[arg(
        id = "client-certificate-header",
        long,
        env = "DIALOGMODUL_CLIENT_CERTIFICATE_HEADER",
        value_name = "NAME",
        requires = "trusted-proxy",
        requires = "client-issuers"
    )]
    pub header: Option<String>,

    /// Address or network (192.0.2.0/24) of a proxy before us; once for each. From any other address the header with the certificate, Forwarded and X-Forwarded-… count for nothing.
    #[arg(
        id = "trusted-proxy",
        long,
        env = "DIALOGMODUL_TRUSTED_PROXY",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    pub proxies: Vec<Network>,
}

impl Tls {
    /// Can a caller be known by a certificate at all, on the connection or from a proxy?
    #[must_use]
    pub fn knows_callers(&self) -> bool {
        self.issuers.is_some() && (self.certificate.is_some() || self.header.is_some())
    }
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            certificate: None,
            key: None,
            issuers: None,
            revocations: Vec::new(),
            reload_seconds: NonZeroU64::MIN.saturating_add(299),
            grace_hours: 24,
            header: None,
            proxies: Vec::new(),
        }
    }
}

/// An address, or all addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Is the address one of them? An IPv4 address written as IPv6 is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (ours, theirs) = (self.address, address.to_canonical());
        ours.is_ipv4() == theirs.is_ipv4() && leading(ours, self.bits) == leading(theirs, self.bits)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.bits)
    }
}

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address
            .parse()
            .map_err(|_| "the network must be an IP address, perhaps with / and a number of bits")?;
        let most = width(address);
        let bits = bits
            .map_or(Ok(most), str::parse)
            .map_err(|_| "after / there must be a number of bits")?;
        if bits > most {
            return Err("the address does not have that many bits");
        }
        if leading(address, bits) != leading(address, most) {
            return Err("the address has bits set beyond the network's");
        }
        Ok(Self { address, bits })
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The address with all but its first bits cleared.
fn leading(address: IpAddr, bits: u32) -> u128 {
    let number = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let rest = width(address) - bits.min(width(address));
    number.checked_shr(rest).unwrap_or(0).checked_shl(rest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        tls: Tls,
    }

    fn parse(options: &str) -> Result<Tls, clap::Error> {
        clap::Parser::try_parse_from(std::iter::once("serve").chain(options.split_whitespace())).map(|line: Line| line.tls)
    }

    #[test]
    fn options_that_belong_together_are_asked_for_together() {
        assert_eq!(parse("").unwrap(), Tls::default());
        let whole = "--tls-certificate a --tls-key b --client-issuers c --crl d --crl e --client-certificate-header f --trusted-proxy ::1,10.0.0.0/8";
        let tls = parse(whole).unwrap();
        assert_eq!((tls.revocations.len(), tls.proxies.len()), (2, 2));
        for alone in [
            "--tls-certificate a",
            "--tls-key b",
            "--crl d",
            "--client-issuers c --client-certificate-header f",
        ] {
            assert!(parse(alone).is_err(), "{alone}");
        }
        assert!(parse("--trusted-proxy ::1").is_ok(), "it may say which address callers use");
        for wrong in [
            "--client-certificate-header f --trusted-proxy ::1",
            "--crl-reload-seconds 0",
            "--crl-grace-hours -1",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn callers_are_known_by_issuers_and_a_way_to_show_a_certificate() {
        for (options, expected) in [
            ("", false),
            ("--client-issuers c", false),
            ("--client-issuers c --trusted-proxy ::1", false),
            ("--tls-certificate a --tls-key b", false),
            ("--tls-certificate a --tls-key b --client-issuers c", true),
            ("--client-issuers c --client-certificate-header f --trusted-proxy ::1", true),
        ] {
            assert_eq!(parse(options).unwrap().knows_callers(), expected, "{options}");
        }
    }

    #[test]
    fn a_network_holds_the_addresses_that_begin_like_it() {
        for (network, address, expected) in [
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("192.0.2.7", "::ffff:192.0.2.7", true),
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "192.0.2.1", false),
        ] {
            assert_eq!(
                network.parse::<Network>().unwrap().contains(address.parse().unwrap()),
                expected,
                "{network} {address}"
            );
        }
    }

    #[test]
    fn a_network_that_cannot_be_meant_is_refused() {
        for wrong in [
            "",
            "proxy.example.dk",
            "192.0.2.0/33",
            "192.0.2.1/24",
            "::1/129",
            "192.0.2.0/",
            "192.0.2.0/-1",
            "192.0.2",
            "192.0.2.0/24/8",
        ] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
