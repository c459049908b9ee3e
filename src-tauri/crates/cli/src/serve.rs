//! `flowkeep serve`: the gateway without a window.
//!
//! Guarantees: nothing listens before flags and variables are judged (S2) and
//! the folder is ours; stdout gets the one line that says where it listens;
//! the first signal drains, the second ends within a second (F28, F29).

mod greeting;
mod initial_keys;
mod options;

use std::time::Duration;

use flowkeep_core::app::App;
use flowkeep_core::settings::{DataDir, InstanceLock};
use flowkeep_gateway::{AdminAccess, Gateway, GatewayOptions};
use tokio::runtime::Runtime;
use tokio_util::task::TaskTracker;

use crate::args::ServeArgs;
use crate::failure::Failure;
use crate::signals::Signals;
use crate::variables::Variables;
use crate::{logging, output, password};
use greeting::Greeting;
use options::{ServeOptions, check_client_token};

/// How long the journal may still write after the second signal.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Serves until a signal.
pub(crate) fn run(
    runtime: &Runtime,
    args: &ServeArgs,
    variables: &Variables,
) -> Result<(), Failure> {
    let options = ServeOptions::resolve(args, variables)?;
    let folder = options.place.open_folder()?;
    let instance =
        InstanceLock::acquire(folder.path()).map_err(|error| Failure::because(&error))?;
    let _logs = logging::start(&folder.logs(), variables)?;
    runtime.block_on(Box::pin(serve(options, &folder, &instance)))
}

async fn serve(
    options: ServeOptions,
    folder: &DataDir,
    instance: &InstanceLock,
) -> Result<(), Failure> {
    let is_first_start = !folder.database().exists();
    let tasks = TaskTracker::new();
    let signals = Signals::listen(&tasks)
        .map_err(|error| Failure::Failed(format!("listen for signals: {error}")))?;
    let app = App::open(options.engine(folder)).await?;
    let served = listen(&app, &options, instance, is_first_start).await;
    let gateway = match served {
        Ok(gateway) => gateway,
        Err(failure) => {
            app.close().await;
            return Err(failure);
        }
    };
    gateway
        .run(signals.stop.clone(), signals.hurry.clone())
        .await;
    tokio::select! {
        () = app.close() => tracing::info!("stopped"),
        () = hurried(&signals) => tracing::warn!("stopped at once"),
    }
    Ok(())
}

/// Everything between the open engine and the first request.
async fn listen(
    app: &App,
    options: &ServeOptions,
    instance: &InstanceLock,
    is_first_start: bool,
) -> Result<Gateway, Failure> {
    let settings = app.effective_settings();
    let host = settings.host;
    // Again: the address may also come from `settings.toml`.
    check_client_token(options.client_token.as_ref(), host.is_loopback())?;
    let generated = options.admin_password.is_none();
    let admin = AdminAccess {
        username: options.admin_username.clone(),
        password: options
            .admin_password
            .clone()
            .unwrap_or_else(password::generate),
    };
    let bind = GatewayOptions {
        host: Some(host.ip()),
        port: settings.port.get(),
        admin: Some(admin.clone()),
    };
    let gateway = Gateway::bind(app.clone(), bind)?;
    initial_keys::add(app, options.keys.as_ref()).await;
    let greeting = Greeting::new(host.ip(), gateway.port());
    if let Err(error) = instance.publish(&greeting.address()) {
        tracing::warn!(%error, "other programs cannot see where this gateway listens");
    }
    greeting.tell_of_token(app, options, is_first_start).await;
    if generated {
        greeting.tell_of_admin(&admin);
    }
    output::line(&format!("listening on {}", greeting.address()))?;
    Ok(gateway)
}

/// The second signal came, and what can be written at once is written.
async fn hurried(signals: &Signals) {
    signals.hurry.cancelled().await;
    tokio::time::sleep(LAST_WORDS).await;
}
