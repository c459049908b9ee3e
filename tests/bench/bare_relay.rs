//! A relay that does nothing: the same HTTP libraries as Flowkeep, one key, no
//! pool, no metering, no log. What it reaches is what these libraries allow
//! here; what Flowkeep reaches below it is what Flowkeep costs.
//!
//! Usage: `bare-relay PORT UPSTREAM KEY`; prints `listening on …` when ready.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::Ipv4Addr;

use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

#[derive(Clone)]
struct Relay {
    http: reqwest::Client,
    upstream: String,
    bearer: HeaderValue,
}

impl Relay {
    async fn pass(self, request: Request<Incoming>) -> reqwest::Result<Response<reqwest::Body>> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().strip_prefix("/v1").unwrap_or_default();
        let mut headers = head.headers;
        for name in [HOST, CONNECTION, CONTENT_LENGTH] {
            headers.remove(name);
        }
        headers.insert(AUTHORIZATION, self.bearer);
        let answer = self
            .http
            .request(head.method, format!("{}{path}", self.upstream))
            .headers(headers)
            .body(reqwest::Body::wrap(body))
            .send()
            .await?;
        let mut answer: Response<reqwest::Body> = answer.into();
        for name in [CONNECTION, TRANSFER_ENCODING] {
            answer.headers_mut().remove(name);
        }
        Ok(answer)
    }
}

async fn serve(relay: Relay, listener: TcpListener) -> std::io::Result<Infallible> {
    let connections = TaskTracker::new();
    loop {
        let (tcp, _) = listener.accept().await?;
        tcp.set_nodelay(true)?;
        let relay = relay.clone();
        connections.spawn(async move {
            let handle = service_fn(move |request| relay.clone().pass(request));
            // A connection that ends badly is the load generator's leaving.
            let _ended = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(tcp), handle)
                .await;
        });
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, upstream, key] = arguments.as_slice() else {
        return Err("usage: bare-relay PORT UPSTREAM KEY".into());
    };
    let relay = Relay {
        http: reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(128)
            .tcp_nodelay(true)
            .build()?,
        upstream: upstream.clone(),
        bearer: HeaderValue::try_from(format!("Bearer {key}"))?,
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.parse()?)).await?;
    let ready = format!("listening on http://{}\n", listener.local_addr()?);
    std::io::stdout().write_all(ready.as_bytes())?;
    match serve(relay, listener).await? {}
}
