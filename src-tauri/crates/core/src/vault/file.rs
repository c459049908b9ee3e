//! The encrypted file: `vault.age`, opened with the identity in `vault.key`.
//!
//! Both are ordinary age files, so `age -d -i vault.key vault.age` opens them.
//! With a passphrase the identity itself is encrypted with it: the slow scrypt
//! runs once per start and not at every change. Without one `vault.key` is plain,
//! 0600, and beside the vault: that keeps keys out of backups of the database and
//! out of `strings`, not from somebody who can read the folder.
//!
//! Changes are collected and written as a whole by `commit`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use age::secrecy::{ExposeSecret as _, SecretString};
use age::{DecryptError, scrypt, x25519};
use zeroize::Zeroizing;

use super::VaultKind;
use super::secret_store::{Availability, SecretStore, SecretStoreError};
use crate::private;

const VAULT: &str = "vault.age";
const KEY: &str = "vault.key";
const HEADER: &[u8] = b"flowkeep-vault 1\n";
const AGE_MAGIC: &[u8] = b"age-encryption.org/";
const KEY_COMMENT: &str = "# Opens vault.age beside it. Keep it to yourself, and keep a copy.\n";
/// 2^n rounds: 0.2 s and 64 MiB in a release build. A debug build is 30 times slower, and
/// what it writes protects nothing; the factor stands in the file.
const WORK_FACTOR: u8 = if cfg!(debug_assertions) { 10 } else { 16 };
/// A file that asks for more would take minutes to open.
const MAX_WORK_FACTOR: u8 = 20;

type Items = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// The contents of `vault.key` and the identity that came out of them.
type OpenedKey = (Zeroizing<Vec<u8>>, x25519::Identity);

/// Where the encrypted file is and what opens it; shared by all operations.
#[derive(Clone)]
pub(super) struct VaultFile {
    vault: PathBuf,
    key: PathBuf,
    passphrase: Option<SecretString>,
    opened: Arc<Mutex<Option<OpenedKey>>>,
}

impl VaultFile {
    /// The vault of a data folder; nothing is read or written yet.
    pub(super) fn of(data_dir: &Path, passphrase: Option<SecretString>) -> Self {
        Self {
            vault: data_dir.join(VAULT),
            key: data_dir.join(KEY),
            passphrase: passphrase.filter(|text| !text.expose_secret().is_empty()),
            opened: Arc::default(),
        }
    }

    /// Whether anything was ever put into it.
    pub(super) fn exists(&self) -> bool {
        self.vault.exists()
    }

    /// Reads and decrypts what stands in the folder now.
    pub(super) fn open(&self) -> Result<FileStore, SecretStoreError> {
        for path in [&self.key, &self.vault] {
            let exposed =
                private::exposed_mode(path).map_err(|source| io("look at", path, source))?;
            if let Some(mode) = exposed {
                let path = path.clone();
                return Err(SecretStoreError::FileMode { path, mode });
            }
        }
        let identity = read(&self.key)?
            .map(|text| self.identity(text))
            .transpose()?;
        let items = match (read(&self.vault)?, &identity) {
            (None, _) => Items::new(),
            (Some(sealed), Some(identity)) => self.unseal(&sealed, identity)?,
            (Some(_), None) => {
                return Err(SecretStoreError::MissingKey {
                    key: self.key.clone(),
                    vault: self.vault.clone(),
                });
            }
        };
        Ok(FileStore {
            file: self.clone(),
            identity,
            items,
            changed: false,
        })
    }

    fn unseal(
        &self,
        sealed: &[u8],
        identity: &x25519::Identity,
    ) -> Result<Items, SecretStoreError> {
        let damaged = || SecretStoreError::Damaged {
            path: self.vault.clone(),
        };
        let plain = age::decrypt(identity, sealed).map_err(|_| damaged())?;
        parse(&Zeroizing::new(plain)).ok_or_else(damaged)
    }

    /// The identity that `text`, the contents of `vault.key`, holds.
    fn identity(&self, text: Zeroizing<Vec<u8>>) -> Result<x25519::Identity, SecretStoreError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, identity)) = opened.as_ref()
            && *known == text
        {
            return Ok(identity.clone());
        }
        let identity = if text.starts_with(AGE_MAGIC) {
            parse_identity(&self.unwrap(&text)?)
        } else {
            parse_identity(&text)
        };
        let identity = identity.ok_or_else(|| self.damaged_key())?;
        *opened = Some((text, identity.clone()));
        Ok(identity)
    }

    fn unwrap(&self, text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretStoreError> {
        let wrong = || SecretStoreError::WrongPassphrase {
            path: self.key.clone(),
        };
        let mut key = scrypt::Identity::new(self.passphrase.clone().ok_or_else(wrong)?);
        key.set_max_work_factor(MAX_WORK_FACTOR);
        match age::decrypt(&key, text) {
            Ok(plain) => Ok(Zeroizing::new(plain)),
            Err(DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed) => Err(wrong()),
            Err(_) => Err(self.damaged_key()),
        }
    }

    fn damaged_key(&self) -> SecretStoreError {
        SecretStoreError::Damaged {
            path: self.key.clone(),
        }
    }

    /// Writes `vault.key`, encrypted when there is a passphrase.
    fn keep(&self, identity: &x25519::Identity) -> Result<(), SecretStoreError> {
        let secret = identity.to_string();
        let plain = Zeroizing::new(format!("{KEY_COMMENT}{}\n", secret.expose_secret()));
        let text = match &self.passphrase {
            None => Zeroizing::new(plain.as_bytes().to_vec()),
            Some(passphrase) => {
                let mut recipient = scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(WORK_FACTOR);
                Zeroizing::new(self.encrypt(&recipient, plain.as_bytes())?)
            }
        };
        private::replace(&self.key, &text).map_err(|source| io("write", &self.key, source))?;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        *opened = Some((text, identity.clone()));
        Ok(())
    }

    /// Whether `vault.key` is plain although there is a passphrase for it.
    fn wants_wrapping(&self) -> bool {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let plain = opened
            .as_ref()
            .is_some_and(|(text, _)| !text.starts_with(AGE_MAGIC));
        plain && self.passphrase.is_some()
    }

    fn encrypt(
        &self,
        recipient: &impl age::Recipient,
        plain: &[u8],
    ) -> Result<Vec<u8>, SecretStoreError> {
        age::encrypt(recipient, plain)
            .map_err(|error| io("encrypt", &self.vault, std::io::Error::other(error)))
    }
}

/// The decrypted items, for one operation.
pub(super) struct FileStore {
    file: VaultFile,
    /// `None` until the first change of a new vault.
    identity: Option<x25519::Identity>,
    items: Items,
    changed: bool,
}

impl SecretStore for FileStore {
    fn kind(&self) -> VaultKind {
        VaultKind::File
    }

    fn availability(&self) -> Availability {
        Availability::Ready
    }

    fn read(&self, item: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
        Ok(self.items.get(item).cloned())
    }

    fn write(&mut self, item: &str, bytes: &[u8]) -> Result<(), SecretStoreError> {
        let bytes = Zeroizing::new(bytes.to_vec());
        self.items.insert(item.to_owned(), bytes);
        self.changed = true;
        Ok(())
    }

    fn delete(&mut self, item: &str) -> Result<(), SecretStoreError> {
        self.changed |= self.items.remove(item).is_some();
        Ok(())
    }

    fn commit(&mut self) -> Result<(), SecretStoreError> {
        if !self.changed {
            return Ok(());
        }
        let identity = if let Some(identity) = &self.identity {
            if self.file.wants_wrapping() {
                self.file.keep(identity)?;
            }
            identity
        } else {
            let identity = x25519::Identity::generate();
            // First the key: a vault without one could never be opened.
            self.file.keep(&identity)?;
            self.identity.insert(identity)
        };
        let sealed = self
            .file
            .encrypt(&identity.to_public(), &render(&self.items))?;
        let path = &self.file.vault;
        private::replace(path, &sealed).map_err(|source| io("write", path, source))?;
        self.changed = false;
        Ok(())
    }
}

fn parse_identity(text: &[u8]) -> Option<x25519::Identity> {
    let text = std::str::from_utf8(text).ok()?;
    let line = text.lines().find(|line| !line.starts_with('#'))?;
    line.trim().parse().ok()
}

/// `name length`, a line end, the bytes, a line end; for each item.
fn render(items: &Items) -> Zeroizing<Vec<u8>> {
    let bytes: usize = items
        .iter()
        .map(|(name, item)| name.len() + item.len() + 24)
        .sum();
    let mut plain = Zeroizing::new(Vec::with_capacity(HEADER.len() + bytes));
    plain.extend_from_slice(HEADER);
    for (name, item) in items {
        plain.extend_from_slice(format!("{name} {}\n", item.len()).as_bytes());
        plain.extend_from_slice(item);
        plain.push(b'\n');
    }
    plain
}

fn parse(plain: &[u8]) -> Option<Items> {
    let mut items = Items::new();
    let mut rest = plain.strip_prefix(HEADER)?;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest)?;
        let (name, length) = std::str::from_utf8(&rest[..end]).ok()?.split_once(' ')?;
        let (item, after) = rest[end + 1..].split_at_checked(length.parse().ok()?)?;
        items.insert(name.to_owned(), Zeroizing::new(item.to_vec()));
        rest = after.strip_prefix(b"\n")?;
    }
    Some(items)
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, SecretStoreError> {
    private::read(path).map_err(|source| io("read", path, source))
}

fn io(action: &'static str, path: &Path, source: std::io::Error) -> SecretStoreError {
    SecretStoreError::Io {
        action,
        path: path.to_owned(),
        source,
    }
}
