//! `settings.toml`: only what differs from the defaults, written as a whole.
//!
//! Every file that was understood is kept as `settings.toml.last`. When the file
//! is damaged, that one serves, with a warning; a damaged file that is about to
//! be replaced is kept as `settings.toml.damaged`.

use std::error::Error as _;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table};

use super::{InvalidAddress, Settings, SettingsError};
use crate::private;

const NAME: &str = "settings.toml";
const LAST: &str = "settings.toml.last";
const DAMAGED: &str = "settings.toml.damaged";
const FIRST_LINE: &str = "# Flowkeep settings. What is not here has its default.\n";
/// Tells a file that was cut off from one that somebody shortened.
const LAST_LINE: &str = "# end of settings\n";

/// The file in a data folder.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    path: PathBuf,
    last: PathBuf,
    damaged: PathBuf,
}

impl SettingsFile {
    /// Reads the settings; a warning says why they are not those of the file.
    #[must_use]
    pub fn open(data_dir: &Path) -> (Self, Settings, Option<String>) {
        let file = Self {
            path: data_dir.join(NAME),
            last: data_dir.join(LAST),
            damaged: data_dir.join(DAMAGED),
        };
        let (settings, warning) = match file.read() {
            Ok(settings) => (settings, None),
            Err(error) => file.fall_back(&error),
        };
        (file, settings, warning)
    }

    /// Writes what differs from the defaults and keeps what is not understood.
    ///
    /// # Errors
    /// When a value is not allowed or the file cannot be written; then the old
    /// one stands as it was.
    pub fn save(&self, settings: &Settings) -> Result<(), SettingsError> {
        check(settings)?;
        let mut document = match self.current() {
            Ok(document) => document,
            Err(_) => self.set_aside()?,
        };
        merge(document.as_table_mut(), settings);
        let text = frame(&document.to_string());
        write(&self.path, &text)?;
        self.keep_copy(&text);
        Ok(())
    }

    /// The settings of the file as it stands; a missing file has the defaults.
    fn read(&self) -> Result<Settings, SettingsError> {
        let Some(text) = read(&self.path)? else {
            return Ok(Settings::default());
        };
        tighten(&self.path)?;
        let settings = self.parse(&text)?;
        if read(&self.last).ok().flatten().as_deref() != Some(&*text) {
            self.keep_copy(&text);
        }
        Ok(settings)
    }

    fn keep_copy(&self, text: &str) {
        // Without the copy a later damage costs more; nothing is wrong now.
        if let Err(error) = write(&self.last, text) {
            tracing::warn!(%error, "could not keep a copy of the settings");
        }
    }

    /// The document of a file that is whole and understood.
    fn current(&self) -> Result<DocumentMut, SettingsError> {
        let Some(text) = read(&self.path)? else {
            return Ok(DocumentMut::new());
        };
        self.parse(&text)?;
        text.parse().map_err(|error| self.malformed(&error))
    }

    fn parse(&self, text: &str) -> Result<Settings, SettingsError> {
        if text.trim().is_empty() || self.is_cut_off(text) {
            return Err(self.malformed(&"it is cut off"));
        }
        let settings: Settings = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| line_of(text, span.start));
            self.malformed(&format!("line {line}: {}", error.message()))
        })?;
        check(&settings).map_err(|error| self.malformed(&error))?;
        Ok(settings)
    }

    fn is_cut_off(&self, text: &str) -> bool {
        let last = read(&self.last).ok().flatten().unwrap_or_default();
        text.len() < last.len() && last.starts_with(text) && last.ends_with(LAST_LINE)
    }

    fn fall_back(&self, error: &SettingsError) -> (Settings, Option<String>) {
        let last = read(&self.last).ok().flatten();
        let understood = last.and_then(|text| {
            let settings: Settings = toml::from_str(&text).ok()?;
            check(&settings).ok().map(|()| settings)
        });
        let cause = error.source().map(|cause| format!(": {cause}"));
        let reason = format!("{error}{}", cause.unwrap_or_default());
        let (settings, which) = understood.map_or_else(
            || (Settings::default(), "default"),
            |settings| (settings, "last good"),
        );
        let warning = format!("{reason}; the {which} settings are used");
        (settings, Some(warning))
    }

    /// Keeps the damaged file under another name; the last good one goes on.
    fn set_aside(&self) -> Result<DocumentMut, SettingsError> {
        std::fs::rename(&self.path, &self.damaged).map_err(|source| SettingsError::Io {
            action: "set aside",
            path: self.path.clone(),
            source,
        })?;
        tracing::warn!(file = %self.damaged.display(), "kept the damaged settings here");
        let last = read(&self.last).ok().flatten().unwrap_or_default();
        Ok(last.parse().unwrap_or_default())
    }

    fn malformed(&self, reason: &dyn std::fmt::Display) -> SettingsError {
        SettingsError::Malformed {
            path: self.path.clone(),
            reason: reason.to_string().replace('\n', " "),
        }
    }
}

/// Port 0 is for flags: in the file it would move the gateway at every start.
fn check(settings: &Settings) -> Result<(), SettingsError> {
    if settings.port.get() == 0 {
        return Err(InvalidAddress::Port.into());
    }
    settings.check()
}

/// Changes what is not as wanted: sets it, or removes it when it is the default.
fn merge(table: &mut Table, settings: &Settings) {
    let (wanted, defaults) = (to_table(settings), to_table(&Settings::default()));
    for (name, item) in &wanted {
        let value = plain(item);
        match table.get_mut(name) {
            Some(current) if plain(current) == value => {}
            _ if defaults.get(name).map(plain) == Some(value) => {
                table.remove(name);
            }
            Some(current) => *current = item.clone(),
            None => {
                table.insert(name, item.clone());
            }
        }
    }
}

/// A value without the spaces and comments around it; a table as if it stood on
/// one line, by its names.
fn plain(item: &Item) -> Option<String> {
    let mut value = match item {
        Item::Table(table) => {
            let mut rows: Vec<String> = table
                .iter()
                .map(|(name, item)| format!("{name} = {:?}", plain(item)))
                .collect();
            rows.sort_unstable();
            return Some(rows.join("\n"));
        }
        item => item.as_value()?.clone(),
    };
    value.decor_mut().clear();
    Some(value.to_string())
}

fn to_table(settings: &Settings) -> Table {
    toml::to_string(settings)
        .expect("settings are numbers, words, lists and tables of words")
        .parse::<DocumentMut>()
        .expect("what was serialized can be parsed")
        .into_table()
}

/// Puts the first and the last line where they belong.
fn frame(text: &str) -> String {
    let body = text.replace(FIRST_LINE, "").replace(LAST_LINE, "");
    let body = body.trim_end();
    let end = if body.is_empty() { "" } else { "\n" };
    format!("{FIRST_LINE}{body}{end}{LAST_LINE}")
}

fn line_of(text: &str, position: usize) -> usize {
    let before = text.get(..position).unwrap_or(text);
    before.matches('\n').count() + 1
}

fn read(path: &Path) -> Result<Option<String>, SettingsError> {
    let failed = |source| SettingsError::Io {
        action: "read",
        path: path.to_owned(),
        source,
    };
    let Some(bytes) = private::read(path).map_err(failed)? else {
        return Ok(None);
    };
    // Broken UTF-8 is no TOML: the parser then says where.
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// A file that was written by hand may be readable by others (S18).
fn tighten(path: &Path) -> Result<(), SettingsError> {
    private::ensure_file(path).map_err(|source| SettingsError::Io {
        action: "protect",
        path: path.to_owned(),
        source,
    })
}

fn write(path: &Path, text: &str) -> Result<(), SettingsError> {
    private::replace(path, text.as_bytes()).map_err(|source| SettingsError::Io {
        action: "write",
        path: path.to_owned(),
        source,
    })
}
