//! The running simulator: listener, connections, and the handle tests hold.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::account::Account;
use crate::behaviour::{Behaviour, Scope};
use crate::exchange::{self, Line};
use crate::ledger::Ledger;
use crate::locked::lock;
use crate::resources::Resource;
use crate::script::{Script, UserInfoMode};
use crate::wire::Wire;
use crate::world::World;

/// Connections the operating system may keep waiting.
const BACKLOG: u32 = 4096;
/// Pause after a failed accept, so that a lack of descriptors is no busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// A running SiliconFlow; dropping it closes everything.
#[derive(Debug)]
pub struct Simulator {
    world: Arc<World>,
    addr: SocketAddr,
    listening: Mutex<Option<Listening>>,
}

/// One span of time in which the port is open.
#[derive(Debug)]
struct Listening {
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Simulator {
    /// Starts on a port of 127.0.0.1 that the operating system chooses.
    ///
    /// # Errors
    /// When the socket cannot be bound.
    pub async fn start(script: Script) -> io::Result<Self> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), script).await
    }

    /// Starts on an address; port 0 lets the operating system choose.
    ///
    /// # Errors
    /// When the address cannot be bound.
    #[expect(
        clippy::unused_async,
        reason = "must run inside a runtime; the signature makes that visible"
    )]
    pub async fn start_on(addr: SocketAddr, script: Script) -> io::Result<Self> {
        let listener = listen(addr)?;
        let addr = listener.local_addr()?;
        let world = Arc::new(World::new(script, addr));
        let listening = Listening::open(listener, &world);
        Ok(Self {
            world,
            addr,
            listening: Mutex::new(Some(listening)),
        })
    }

    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What a client is configured with, `http://127.0.0.1:PORT/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// The record of all requests; the handle stays valid after the end.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.world.ledger().clone()
    }

    /// Puts a behaviour in force for a scope, replacing the scope's last one.
    pub fn set_behaviour(&self, scope: Scope, behaviour: Behaviour) {
        self.world.behaviours().set(scope, behaviour);
    }

    /// Ends all behaviours that were set or scripted.
    pub fn clear_behaviours(&self) {
        self.world.behaviours().clear();
    }

    /// Adds an account, or replaces the one of the same id.
    pub fn set_account(&self, account: Account) {
        self.world.customers().upsert(account);
    }

    /// All accounts with their balances as they stand now.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.world.customers().accounts()
    }

    /// All voices, files, batches and videos with the accounts that own them.
    #[must_use]
    pub fn resources(&self) -> Vec<Resource> {
        self.world.resources().list()
    }

    /// Changes how `GET /user/info` answers.
    pub fn set_user_info_mode(&self, mode: UserInfoMode) {
        self.world.set_user_info(mode);
    }

    /// Closes the listener and all connections and waits until they are gone.
    pub async fn stop(&self) {
        let listening = lock(&self.listening).take();
        if let Some(listening) = listening {
            listening.stopping.cancel();
            listening.tasks.close();
            listening.tasks.wait().await;
        }
    }

    /// Listens again on the same port; state and ledger are kept.
    ///
    /// # Errors
    /// When the port was taken by someone else meanwhile.
    pub async fn restart(&self) -> io::Result<()> {
        self.stop().await;
        let listener = listen(self.addr)?;
        *lock(&self.listening) = Some(Listening::open(listener, &self.world));
        Ok(())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // On Windows the option would let a second program share the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

impl Listening {
    fn open(listener: TcpListener, world: &Arc<World>) -> Self {
        let stopping = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(accept(
            listener,
            Arc::clone(world),
            stopping.clone(),
            tasks.clone(),
        ));
        Self { stopping, tasks }
    }
}

async fn accept(
    listener: TcpListener,
    world: Arc<World>,
    stopping: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let line = Arc::new(Line {
                    world: Arc::clone(&world),
                    peer: Arc::default(),
                    stopping: stopping.clone(),
                });
                tasks.spawn(converse(stream, line));
            }
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves one connection until either side closes it.
async fn converse(stream: TcpStream, line: Arc<Line>) {
    let stopping = line.stopping.clone();
    let peer = Arc::clone(&line.peer);
    let work = async {
        if let Err(error) = serve(stream, line).await {
            tracing::debug!(%error, "a connection ended early");
        }
    };
    tokio::select! {
        biased;
        () = work => {}
        () = peer.idle_too_long() => {}
        () = stopping.cancelled() => {}
    }
}

async fn serve(stream: TcpStream, line: Arc<Line>) -> io::Result<()> {
    let peer = Arc::clone(&line.peer);
    let wire = Wire::new(stream, Arc::clone(&peer))?;
    // Boxed, so that the connection can be moved and taken apart afterwards.
    let service = service_fn(move |request: Request<Incoming>| {
        Box::pin(exchange::answer(Arc::clone(&line), request))
    });
    let mut connection = http1::Builder::new()
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(wire), service);
    let end = (&mut connection).await;
    match peer.take_raw() {
        Some(raw) => {
            let wire = connection.into_parts().io.into_inner();
            raw.play(wire, &peer).await
        }
        None => end.map_err(io::Error::other),
    }
}
