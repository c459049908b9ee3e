use std::collections::HashMap;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::open::Terms;
use super::*;

mod bundles;
mod encrypted_file;
mod limits;
mod no_room;
mod stuck;

/// A key that no other number has, as long as SiliconFlow's.
fn key(number: usize) -> ApiKey {
    ApiKey::parse(&format!("sk-test{number:044}")).unwrap()
}

fn keys(count: usize) -> Vec<(KeyId, ApiKey)> {
    (0..count).map(|n| (KeyId::generate(), key(n))).collect()
}

fn options(folder: &Path, choice: VaultChoice) -> VaultOptions {
    VaultOptions {
        choice,
        install_id: "test".to_owned(),
        data_dir: folder.to_owned(),
        passphrase: None,
        bundle_count_hint: 0,
    }
}

/// A factory whose stores all share what is in `store`.
fn shared<S: SecretStore + Clone + Sync>(store: &S) -> StoreFactory {
    let store = store.clone();
    Arc::new(move || Ok(Box::new(store.clone())))
}

/// A vault over `store`, as a process opens it that starts now.
fn over(store: &MemoryStore, folder: &Path, hint: u32) -> Vault {
    let mut options = options(folder, VaultChoice::Memory);
    options.bundle_count_hint = hint;
    Vault::open_over(shared(store), VaultKind::Memory, &options).unwrap()
}

fn exposed(contents: &VaultContents) -> HashMap<KeyId, String> {
    let exposed = |(id, key): &(KeyId, ApiKey)| (id.clone(), key.expose().to_owned());
    contents.keys.iter().map(exposed).collect()
}

fn expected(keys: &[(KeyId, ApiKey)]) -> HashMap<KeyId, String> {
    let contents = VaultContents {
        keys: keys.to_vec(),
        ..VaultContents::default()
    };
    exposed(&contents)
}

fn token_of(contents: &VaultContents) -> Option<&str> {
    contents.token.as_ref().map(ExposeSecret::expose_secret)
}
