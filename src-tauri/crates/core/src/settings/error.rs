//! Why settings are refused.

use std::path::PathBuf;

use super::AliasFault;

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Below 1024, where only the system may listen.
    #[error("a port is 1024 to 65535")]
    Port,
    /// Not an address of this computer.
    #[error("the host to listen on is an IP address or localhost")]
    Bind,
    /// Not a URL at all.
    #[error("the upstream address is not a URL")]
    Url,
    /// A key would travel in the open.
    #[error("the upstream address begins with https://, or http:// on loopback")]
    Scheme,
    /// A name or password inside.
    #[error("the upstream address has no user name or password")]
    UserInfo,
    /// A query, a fragment, or a path with more than plain names.
    #[error("the upstream address has only a host and a plain path")]
    Extra,
    /// An IPv4 address that is dressed up as IPv6.
    #[error("the upstream address is no IPv4 address written as IPv6")]
    MappedAddress,
    /// Not exactly a scheme, a host and perhaps a port.
    #[error("an origin is https://host or http://host, with a port if need be; no * and no null")]
    Origin,
    /// Not a host name or IP address.
    #[error("an allowed host is a host name or an IP address, without a port")]
    Host,
}

/// Why settings could not be read, kept or used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A number is too small or too large.
    #[error("{name} is {min} to {max}")]
    OutOfRange {
        /// The setting.
        name: &'static str,
        /// The smallest allowed value.
        min: u32,
        /// The largest allowed value.
        max: u32,
    },
    /// No client could connect, or more than the system can serve.
    #[error("max_connections is 1 to 65536")]
    Connections,
    /// Not where a collector of metrics could be.
    #[error(
        "otlp_endpoint is the address of an OTLP/HTTP collector, as http://localhost:4318, without \
         a user name, or empty"
    )]
    Collector,
    /// Headers that cannot be sent.
    #[error(
        "headers for the collector are written as name=value,name=value, with values as in a URL \
         (a blank is %20)"
    )]
    CollectorHeaders,
    /// Others on the network could use the keys.
    #[error("a token is needed when the gateway listens on more than loopback")]
    TokenNeeded,
    /// An address is not allowed.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    /// An alias cannot be used.
    #[error(transparent)]
    Alias(#[from] AliasFault),
    /// `settings.toml` is no TOML, or a value is not allowed.
    #[error("{} cannot be used: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, on one line.
        reason: String,
    },
    /// There is no folder for the user's data.
    #[error("no home folder: choose a data folder with --data-dir")]
    NoHome,
    /// The file system failed.
    #[error("{action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}
