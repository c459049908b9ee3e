//! Addresses that cannot be wrong once they are parsed (S14).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use url::{Host, Url};

use super::InvalidAddress;

const DEFAULT_PORT: u16 = 7898;
const DEFAULT_UPSTREAM: &str = "https://api.siliconflow.cn/v1";
const MAX_HOST: usize = 253;

/// The port of the gateway: 1024 to 65535, or 0 when the system shall choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Port(u16);

impl Port {
    /// The number.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl Default for Port {
    fn default() -> Self {
        Self(DEFAULT_PORT)
    }
}

impl TryFrom<u16> for Port {
    type Error = InvalidAddress;

    fn try_from(port: u16) -> Result<Self, InvalidAddress> {
        match port {
            0 | 1024.. => Ok(Self(port)),
            1..1024 => Err(InvalidAddress::Port),
        }
    }
}

impl FromStr for Port {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let port: u16 = text.parse().map_err(|_| InvalidAddress::Port)?;
        Self::try_from(port)
    }
}

impl From<Port> for u16 {
    fn from(port: Port) -> Self {
        port.0
    }
}

/// The address that the gateway listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BindHost(IpAddr);

impl BindHost {
    /// The address.
    #[must_use]
    pub fn ip(self) -> IpAddr {
        self.0
    }

    /// Whether only this computer can reach it.
    #[must_use]
    pub fn is_loopback(self) -> bool {
        self.0.is_loopback()
    }
}

impl Default for BindHost {
    fn default() -> Self {
        Self(Ipv4Addr::LOCALHOST.into())
    }
}

impl FromStr for BindHost {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        if text.eq_ignore_ascii_case("localhost") {
            return Ok(Self::default());
        }
        let ip: IpAddr = text.parse().map_err(|_| InvalidAddress::Bind)?;
        Ok(Self(ip.to_canonical()))
    }
}

impl fmt::Display for BindHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Upstream's base URL, without a slash at the end.
///
/// `https`, or `http` on loopback; no user, query or fragment, and a path of
/// plain names, so that a path of ours can be appended as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UpstreamUrl(String);

impl UpstreamUrl {
    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for UpstreamUrl {
    fn default() -> Self {
        Self(DEFAULT_UPSTREAM.to_owned())
    }
}

impl FromStr for UpstreamUrl {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        // The parser drops line breaks and turns backslashes: we do neither.
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('\\') {
            return Err(InvalidAddress::Url);
        }
        let url = Url::parse(text).map_err(|_| InvalidAddress::Url)?;
        let host = url.host().ok_or(InvalidAddress::Scheme)?;
        let is_allowed = match url.scheme() {
            "https" => true,
            "http" => is_loopback(&host),
            _ => false,
        };
        if matches!(host, Host::Ipv6(ip) if ip.to_ipv4_mapped().is_some()) {
            return Err(InvalidAddress::MappedAddress);
        }
        if !is_allowed {
            return Err(InvalidAddress::Scheme);
        }
        if text.contains('@') {
            return Err(InvalidAddress::UserInfo);
        }
        if text.contains(['?', '#']) || !is_plain_path(text, url.path()) {
            return Err(InvalidAddress::Extra);
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A web page's origin, exactly as a browser sends it in `Origin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

impl Origin {
    /// The origin.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let url = Url::parse(text).map_err(|_| InvalidAddress::Origin)?;
        let serialized = url.origin().ascii_serialization();
        // What is not written as a browser writes it would never match.
        if matches!(url.scheme(), "http" | "https") && serialized == text && !text.contains('*') {
            Ok(Self(serialized))
        } else {
            Err(InvalidAddress::Origin)
        }
    }
}

/// A name that may stand in `Host`, in lower case and without a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

impl HostName {
    /// The name; an IPv6 address stands in brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        if let Ok(IpAddr::V6(ip)) = bare.parse() {
            return Ok(Self(format!("[{ip}]")));
        }
        let is_name = text.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
        if is_name && text.len() <= MAX_HOST {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidAddress::Host)
        }
    }
}

macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl TryFrom<String> for $name {
            type Error = InvalidAddress;

            fn try_from(text: String) -> Result<Self, InvalidAddress> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0.to_string()
            }
        }
    )*};
}

as_text!(BindHost, UpstreamUrl, Origin, HostName);

/// Reads a list whose words are each a `T`, written the way `T` writes them.
pub(super) fn list<'de, T, D>(deserializer: D) -> Result<Vec<String>, D::Error>
where
    T: Deserialize<'de> + Into<String>,
    D: Deserializer<'de>,
{
    let words = Vec::<T>::deserialize(deserializer)?;
    Ok(words.into_iter().map(Into::into).collect())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// Also looks at the text: the parser resolves `..` before anybody can see it.
fn is_plain_path(text: &str, path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let written = text.split_once("://").map_or("", |(_, rest)| rest);
    let dotted = |segment: &str| segment == "." || segment == "..";
    path.bytes().all(plain)
        && !written.contains('%')
        && !written.contains("//")
        && !written.split('/').any(dotted)
}
