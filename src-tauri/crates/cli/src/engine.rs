//! Opening the engine for a command.

use std::path::PathBuf;

use flowkeep_contract::Host;
use flowkeep_core::app::{App, AppOptions, Records};
use flowkeep_core::settings::{DataDir, UpstreamUrl};
use flowkeep_core::vault::VaultChoice;
use secrecy::SecretString;

use crate::args::PlaceArgs;
use crate::failure::Failure;
use crate::variables::Variables;

/// Where keys and settings are, from flags and variables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// The data folder; the platform's when absent.
    pub(crate) data_dir: Option<PathBuf>,
    /// Where secrets are.
    pub(crate) vault: VaultChoice,
    /// The upstream, when it is not the one of the settings.
    pub(crate) upstream: Option<UpstreamUrl>,
    /// Passphrase of the file vault.
    passphrase: Option<SecretString>,
    /// The client token, when it is not the one of the vault.
    client_token: Option<SecretString>,
}

impl Place {
    /// A flag goes before its variable.
    pub(crate) fn resolve(args: &PlaceArgs, variables: &Variables) -> Result<Self, Failure> {
        let vault = match args.vault {
            Some(vault) => Some(vault),
            None => variables.parse(&["FLOWKEEP_VAULT"])?,
        };
        let upstream = match &args.upstream {
            Some(url) => {
                let url = url.parse();
                Some(url.map_err(|error| Failure::Usage(format!("--upstream: {error}")))?)
            }
            None => variables.parse(&["FLOWKEEP_UPSTREAM"])?,
        };
        let folder = args.data_dir.clone();
        let secret = |name| variables.get(name).map(SecretString::from);
        Ok(Self {
            data_dir: folder.or_else(|| variables.get("FLOWKEEP_DATA_DIR").map(PathBuf::from)),
            vault: vault.unwrap_or_default(),
            upstream,
            passphrase: secret("FLOWKEEP_VAULT_PASSPHRASE"),
            client_token: secret("FLOWKEEP_API_KEY"),
        })
    }

    /// For commands that end at once: a vault in memory would end with them.
    pub(crate) fn needs_lasting_vault(&self) -> Result<(), Failure> {
        match self.vault {
            VaultChoice::Memory => Err(Failure::Usage(
                "the memory vault is gone when the command ends; choose keychain or file"
                    .to_owned(),
            )),
            VaultChoice::Auto | VaultChoice::Keychain | VaultChoice::File => Ok(()),
        }
    }

    /// The data folder, made when it is absent.
    pub(crate) fn open_folder(&self) -> Result<DataDir, Failure> {
        DataDir::open(self.data_dir.as_deref()).map_err(|error| Failure::because(&error))
    }

    /// What the engine is opened with in that folder.
    pub(crate) fn options(&self, folder: &DataDir) -> AppOptions {
        let mut options = AppOptions::new(folder.path(), Host::Server);
        options.vault = self.vault;
        options.passphrase.clone_from(&self.passphrase);
        options.client_token.clone_from(&self.client_token);
        options.overrides.upstream.clone_from(&self.upstream);
        options
    }
}

/// Opens what was recorded, without vault and upstream, beside a gateway that
/// may be running on the folder. A folder that was named is not made: nothing can
/// have been recorded in one that does not exist.
pub(crate) fn open_records(place: &Place) -> Result<Records, Failure> {
    if let Some(folder) = place.data_dir.as_ref().filter(|folder| !folder.exists()) {
        return Err(Failure::Usage(format!(
            "{} does not exist; name the data folder of the gateway with --data-dir",
            folder.display()
        )));
    }
    let folder = place.open_folder()?;
    Ok(Records::open(folder.path())?)
}

/// Opens the engine beside a gateway that may be running on the folder; that
/// one sees changed keys within a second.
pub(crate) async fn open_beside(place: &Place) -> Result<App, Failure> {
    let folder = place.open_folder()?;
    let mut options = place.options(&folder);
    options.serves = false;
    Ok(App::open(options).await?)
}
