//! `flowkeep demo`: simulator and gateway with sample keys and a month of
//! history, in a temporary folder. Nothing of the user's is read or written.

mod bill;
mod history;
mod script;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use flowkeep_contract::{ClientLimits, CreateClientRequest, Empty, Host, ImportKeysRequest};
use flowkeep_core::app::{App, AppOptions, SiteTable};
use flowkeep_core::clock::SystemClock;
use flowkeep_core::settings::UpstreamUrl;
use flowkeep_core::store::Store;
use flowkeep_core::vault::VaultChoice;
use flowkeep_gateway::{AdminAccess, BindError, Gateway, GatewayOptions};
use flowkeep_simulator::Simulator;
use secrecy::ExposeSecret as _;
use tokio_util::task::TaskTracker;

use crate::args::DemoArgs;
use crate::failure::Failure;
use crate::signals::Signals;
use crate::variables::Variables;
use crate::{logging, output, password, simulate};

/// Records handed over at once; the journal's queue takes 10,000.
const BATCH: usize = 2_000;
const FLUSH: Duration = Duration::from_secs(30);

/// Runs until a signal and leaves nothing behind.
pub(crate) async fn run(args: DemoArgs, variables: &Variables) -> Result<(), Failure> {
    logging::start_quiet(variables)?;
    let folder = tempfile::Builder::new()
        .prefix("flowkeep-demo-")
        .tempdir()
        .map_err(|error| Failure::Failed(format!("make a temporary folder: {error}")))?;
    let tasks = TaskTracker::new();
    let signals = Signals::listen(&tasks)
        .map_err(|error| Failure::Failed(format!("listen for signals: {error}")))?;
    let simulator = simulate::start(0, script::sample()).await?;
    let app = open(folder.path(), &simulator).await?;
    let served = Box::pin(serve(&app, args.port, &simulator, &signals)).await;
    app.close().await;
    simulator.stop().await;
    drop(app);
    folder
        .close()
        .map_err(|error| Failure::Failed(format!("remove the temporary folder: {error}")))?;
    served
}

/// The engine, with a vault in memory.
async fn open(folder: &Path, simulator: &Simulator) -> Result<App, Failure> {
    let mut options = AppOptions::new(folder, Host::Server);
    options.vault = VaultChoice::Memory;
    let url: UpstreamUrl = simulator
        .base_url()
        .parse()
        .map_err(|error| Failure::because(&error))?;
    // It plays siliconflow.com too, by another name: nothing leaves this machine,
    // also when a key is refused and the other site would be asked.
    let com = simulator.base_url().replace("127.0.0.1", "localhost");
    options.sites = SiteTable {
        cn: url.clone(),
        com: com.parse().map_err(|error| Failure::because(&error))?,
    };
    options.overrides.upstream = Some(url);
    Ok(App::open(options).await?)
}

/// Gives the engine its keys and its past.
async fn furnish(app: &App) -> Result<(), Failure> {
    let request = ImportKeysRequest {
        text: script::keys(),
        validate: true,
        force: true,
    };
    Box::pin(app.import_keys(request)).await?;
    let tool = CreateClientRequest {
        name: bill::OWN.0.to_owned(),
        limits: ClientLimits::default(),
    };
    let own: Arc<str> = app.create_client(tool).await?.client.id.into();
    let (folder, now_ms) = (app.data_dir().to_owned(), app.now().unix_ms);
    tokio::task::spawn_blocking(move || write_history(&folder, now_ms, &own))
        .await
        .map_err(|error| Failure::because(&error))?
}

/// Writes through a second store, as another process would.
fn write_history(folder: &Path, now_ms: i64, own: &Arc<str>) -> Result<(), Failure> {
    let failed = |error: flowkeep_core::store::StoreError| Failure::because(&error);
    let (store, _) = Store::open(folder, Arc::new(SystemClock::new())).map_err(failed)?;
    let keys = store.keys().map_err(failed)?;
    let journal = store.journal();
    let mut records = history::month(&keys, now_ms);
    bill::complete(&mut records, &keys, own);
    for batch in records.chunks(BATCH) {
        for record in batch {
            journal.record(record.clone());
        }
        if !journal.flush(FLUSH) {
            return Err(Failure::Failed(
                "the sample history could not be written".to_owned(),
            ));
        }
    }
    journal.close();
    Ok(())
}

async fn serve(
    app: &App,
    port: u16,
    simulator: &Simulator,
    signals: &Signals,
) -> Result<(), Failure> {
    let admin = AdminAccess {
        username: "admin".to_owned(),
        password: password::generate(),
    };
    let bind = GatewayOptions {
        host: None,
        port,
        admin: Some(admin.clone()),
    };
    let gateway = Gateway::bind(app.clone(), bind).map_err(|error| match error {
        BindError::PortTaken { .. } => Failure::PortTaken(format!(
            "{error}; use `flowkeep demo --port 0` to let the system choose one"
        )),
        BindError::Io { .. } => Failure::because(&error),
    })?;
    furnish(app).await?;
    let address = format!("http://127.0.0.1:{}", gateway.port());
    let token = app.client_token(Empty {}).await?.token;
    output::line(&format!("listening on {address}"))?;
    output::line(&format!("token: {token}"))?;
    output::line(&format!(
        "console: {address}/  user {}  password {}",
        admin.username,
        admin.password.expose_secret()
    ))?;
    output::line(&format!("simulator: {}", simulator.base_url()))?;
    output::line(&examples(&address, &token))?;
    gateway
        .run(signals.stop.clone(), signals.hurry.clone())
        .await;
    Ok(())
}

/// Commands to copy: a chat, a stream, a message and the models.
fn examples(address: &str, token: &str) -> String {
    let auth = format!("-H 'Authorization: Bearer {token}'");
    let json = "-H 'Content-Type: application/json'";
    let ask = r#""messages":[{"role":"user","content":"Hello"}]"#;
    let model = script::MODEL;
    [
        String::new(),
        format!(
            "curl {address}/v1/chat/completions {auth} {json} -d '{{\"model\":\"{model}\",{ask}}}'"
        ),
        format!(
            "curl -N {address}/v1/chat/completions {auth} {json} \
             -d '{{\"model\":\"{model}\",\"stream\":true,{ask}}}'"
        ),
        format!(
            "curl {address}/v1/messages -H 'x-api-key: {token}' {json} \
             -d '{{\"model\":\"{model}\",\"max_tokens\":64,{ask}}}'"
        ),
        format!("curl {address}/v1/models {auth}"),
    ]
    .join("\n")
}
