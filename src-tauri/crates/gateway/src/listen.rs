//! Listening addresses: `127.0.0.1` and `::1` by default (S1), and what to say when
//! the port is taken (F26, S43).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

const BACKLOG: i32 = 1024;
/// Ports that the system may choose until one is free on both addresses.
const FREE_PORTS: usize = 16;

/// Why the gateway cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program listens there.
    #[error("port {port} is taken{}", holder.as_ref().map(|name| format!(" by {name}")).unwrap_or_default())]
    PortTaken {
        /// The port.
        port: u16,
        /// Its holder, as far as the system tells.
        holder: Option<String>,
    },
    /// Anything else.
    #[error("listen on {addr}")]
    Io {
        /// Where.
        addr: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// The bound sockets.
#[derive(Debug)]
pub struct Listeners {
    pub(crate) sockets: Vec<TcpListener>,
    port: u16,
}

impl Listeners {
    /// Binds `host`, or both loopback addresses when it is absent. Port 0 lets
    /// the system choose one that is free on both.
    ///
    /// # Errors
    /// When the port is taken or the address is not ours.
    pub fn bind(host: Option<IpAddr>, port: u16) -> Result<Self, BindError> {
        for _ in 1..FREE_PORTS {
            match Self::bind_both(host, port) {
                // Free on the first address, and another program's on the second.
                Err(BindError::PortTaken { .. }) if port == 0 => {}
                bound => return bound,
            }
        }
        Self::bind_both(host, port)
    }

    fn bind_both(host: Option<IpAddr>, port: u16) -> Result<Self, BindError> {
        let first = host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let socket = bind_one(SocketAddr::new(first, port))?;
        let port = socket.local_addr().map_or(port, |addr| addr.port());
        let mut sockets = vec![socket];
        if host.is_none_or(|host| host == IpAddr::V4(Ipv4Addr::LOCALHOST)) {
            // Node resolves `localhost` to ::1 first, and a free ::1 would let
            // another local program pretend to be us. A machine without IPv6
            // has no such program either.
            match bind_one(SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), port)) {
                Ok(socket) => sockets.push(socket),
                Err(BindError::Io { source, .. }) if no_ipv6(&source) => {
                    tracing::info!("no IPv6 on this machine; listening on 127.0.0.1 only");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Self { sockets, port })
    }

    /// The port, also when the system chose it.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The bound addresses.
    #[must_use]
    pub fn addrs(&self) -> Vec<SocketAddr> {
        self.sockets
            .iter()
            .filter_map(|socket| socket.local_addr().ok())
            .collect()
    }
}

fn no_ipv6(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported
    ) || error.raw_os_error() == Some(97)
}

fn bind_one(addr: SocketAddr) -> Result<TcpListener, BindError> {
    let io_error = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::PortTaken {
            port: addr.port(),
            holder: holder_of(addr.port()),
        },
        _ => BindError::Io { addr, source },
    };
    let domain = if addr.is_ipv4() {
        Domain::IPV4
    } else {
        Domain::IPV6
    };
    let open = || -> io::Result<TcpListener> {
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        if addr.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        // On Unix this only skips TIME_WAIT; on Windows it would let another
        // program share the port, so there it stays off (S43).
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&addr.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    open().map_err(io_error)
}

/// Names the process that listens on `port`, from `/proc` where there is one and
/// we may look.
#[cfg(target_os = "linux")]
fn holder_of(port: u16) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .find_map(|table| listening_inode(&std::fs::read_to_string(table).ok()?, port))?;
    let wanted = format!("socket:[{inode}]");
    for process in std::fs::read_dir("/proc").ok()?.flatten() {
        let Ok(files) = std::fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let holds = files.flatten().any(|file| {
            std::fs::read_link(file.path()).is_ok_and(|to| to.to_string_lossy() == wanted)
        });
        if holds {
            let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
            let pid = process.file_name();
            return Some(format!("{} (pid {})", name.trim(), pid.to_string_lossy()));
        }
    }
    None
}

#[cfg(not(target_os = "linux"))]
fn holder_of(_port: u16) -> Option<String> {
    None
}

/// The inode of the socket in state LISTEN (0A) on `port`.
#[cfg(target_os = "linux")]
fn listening_inode(table: &str, port: u16) -> Option<String> {
    let local = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let here = fields.next()?.ends_with(&local);
        let listens = fields.nth(1)? == "0A";
        (here && listens).then(|| fields.nth(5).map(str::to_owned))?
    })
}
