//! S14: a server that cannot prove its name gets no key.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// What an impostor saw.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    /// Everything that was said after the handshake.
    said: Mutex<Vec<u8>>,
}

/// A TLS server whose certificate it signed itself.
struct Impostor {
    base_url: String,
    seen: Arc<Seen>,
    _stop: DropGuard,
}

fn acceptor() -> TlsAcceptor {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

impl Impostor {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("https://{}/v1", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let (acceptor, shared, conversations) = (acceptor(), Arc::clone(&seen), tasks.clone());
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move {
            while let Ok((socket, _)) = listener.accept().await {
                conversations.spawn(listen(socket, acceptor.clone(), Arc::clone(&shared)));
            }
        }));
        Self {
            base_url,
            seen,
            _stop: stop.drop_guard(),
        }
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&self.seen.said.lock().unwrap()).into_owned()
    }
}

async fn listen(socket: TcpStream, acceptor: TlsAcceptor, seen: Arc<Seen>) {
    seen.connections.fetch_add(1, Ordering::SeqCst);
    let Ok(mut stream) = acceptor.accept(socket).await else {
        return;
    };
    let mut buffer = [0_u8; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        seen.said.lock().unwrap().extend_from_slice(&buffer[..read]);
        if buffer[..read].windows(4).any(|end| end == b"\r\n\r\n") {
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    }
}

/// S14: 502, and the key was never sent.
#[tokio::test]
async fn a_self_signed_upstream_gets_no_key() {
    let impostor = Impostor::start().await;
    let rig = Rig::with(RigOptions {
        upstream: Some(impostor.base_url.clone()),
        ..RigOptions::with_accounts(vec![Account::new("tls", sample_key("tls"))])
    })
    .await;
    for stream in [false, true] {
        let seen = rig.ask_chat(MODEL, stream).await;
        assert_eq!(seen.status, 502, "{}", seen.text());
        assert_eq!(seen.error(), "upstream_unreachable");
        assert!(!seen.text().contains("sk-test"), "{}", seen.text());
    }
    assert!(
        impostor.seen.connections.load(Ordering::SeqCst) > 0,
        "it was tried"
    );
    assert_eq!(impostor.said(), "");

    // A client that checks nothing does talk to this server: the silence above
    // is Flowkeep's doing.
    let careless = reqwest::Client::builder()
        .no_proxy()
        .tls_danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    let url = format!("{}/models", impostor.base_url);
    let answer = careless
        .get(url)
        .bearer_auth("a-control")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 204);
    assert!(impostor.said().contains("Bearer a-control"));
}
