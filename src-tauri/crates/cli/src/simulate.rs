//! `flowkeep simulate`: a stand-in for SiliconFlow that needs no key (D19).

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use flowkeep_simulator::{Account, Script, Simulator};
use tokio_util::task::TaskTracker;

use crate::args::SimulateArgs;
use crate::failure::Failure;
use crate::output;
use crate::signals::Signals;

/// Runs until a signal.
pub(crate) async fn run(args: SimulateArgs) -> Result<(), Failure> {
    let script = match &args.script {
        Some(path) => read_script(path)?,
        None => Script::sample(),
    };
    let tasks = TaskTracker::new();
    let signals = Signals::listen(&tasks)
        .map_err(|error| Failure::Failed(format!("listen for signals: {error}")))?;
    let simulator = start(args.port, script).await?;
    output::line(&format!("listening on {}", simulator.base_url()))?;
    output::line(&key_table(&simulator.accounts()))?;
    signals.stop.cancelled().await;
    tokio::select! {
        () = simulator.stop() => {}
        () = signals.hurry.cancelled() => {}
    }
    Ok(())
}

/// Starts on a port of 127.0.0.1.
pub(crate) async fn start(port: u16, script: Script) -> Result<Simulator, Failure> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Simulator::start_on(addr, script)
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => Failure::PortTaken(format!(
                "port {port} is taken; choose another one with --port"
            )),
            _ => Failure::Failed(format!("listen on {addr}: {error}")),
        })
}

fn read_script(path: &Path) -> Result<Script, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("read {shown}: {error}")))?;
    Script::from_json(&text).map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        Failure::Usage(format!("{shown}: {error}: {}", cause.unwrap_or_default()))
    })
}

/// The keys are inventions of the script, made to be used.
fn key_table(accounts: &[Account]) -> String {
    let rows = accounts.iter().flat_map(|account| {
        let row = |key: &String| vec!["key".to_owned(), key.clone(), account.id.clone()];
        account.keys.iter().map(row)
    });
    output::table(&rows.collect::<Vec<_>>())
}
