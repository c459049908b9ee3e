//! Names that tools insist on, and the models that stand in for them.
//!
//! A name, or a pattern with `*`, leads to one or more models: the first one is
//! used, the others are fallbacks in their order. A model of a list is never
//! looked up again, so that aliases cannot run in circles; one that leads to
//! another alias all the same is a mistake, and is left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::glob;

/// The models behind a name, the preferred one first.
pub type Models = Arc<[Arc<str>]>;

/// Longest name of an alias or of a model.
const LONGEST: usize = 200;
/// Most models of one alias.
const MOST: usize = 16;

/// What ships. Each model is in the vendor's catalogue of both sites where it can
/// be; embeddings have no fallback, since vectors of two models do not mix.
const SHIPPED: [(&str, &[&str]); 12] = [
    (
        "gpt-4o",
        &["Qwen/Qwen3.6-35B-A3B", "deepseek-ai/DeepSeek-V4-Flash"],
    ),
    (
        "gpt-4o-mini",
        &["Qwen/Qwen3.5-9B", "deepseek-ai/DeepSeek-V4-Flash"],
    ),
    (
        "gpt-5*",
        &["zai-org/GLM-5.2", "deepseek-ai/DeepSeek-V4-Pro"],
    ),
    (
        "claude-3-sonnet-20240229",
        &["zai-org/GLM-5.2", "deepseek-ai/DeepSeek-V4-Pro"],
    ),
    (
        "claude-*",
        &["zai-org/GLM-5.2", "deepseek-ai/DeepSeek-V4-Pro"],
    ),
    (
        "claude-*haiku*",
        &["deepseek-ai/DeepSeek-V4-Flash", "zai-org/GLM-4.5-Air"],
    ),
    ("text-embedding-ada-002", &["BAAI/bge-m3"]),
    ("text-embedding-3-*", &["Qwen/Qwen3-Embedding-8B"]),
    ("dall-e-3", &["Kwai-Kolors/Kolors"]),
    ("tts-1", &["FunAudioLLM/CosyVoice2-0.5B"]),
    ("tts-1-hd", &["FunAudioLLM/CosyVoice2-0.5B"]),
    (
        "whisper-1",
        &["FunAudioLLM/SenseVoiceSmall", "TeleAI/TeleSpeechASR"],
    ),
];

/// Why an alias cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AliasFault {
    /// The name is no name.
    #[error("alias {0:?}: a name is 1 to 200 visible characters without spaces and quotes")]
    Name(String),
    /// It leads nowhere.
    #[error("alias {0:?} names no model")]
    Empty(String),
    /// It leads to too many.
    #[error("alias {0:?} names more than 16 models")]
    TooMany(String),
    /// A model's name is no name, or a pattern.
    #[error("alias {name:?}: {model:?} is not the name of a model")]
    Model {
        /// The alias.
        name: String,
        /// What stands in its list.
        model: String,
    },
    /// A model stands twice in its list.
    #[error("alias {name:?} names {model:?} twice")]
    Twice {
        /// The alias.
        name: String,
        /// The model.
        model: String,
    },
    /// Two rows have this name.
    #[error("alias {0:?} is there twice")]
    Repeated(String),
    /// It leads to another alias, or to itself.
    #[error("alias {name:?} leads to {model:?}, which is an alias and not a model")]
    Loop {
        /// The alias.
        name: String,
        /// The alias it leads to.
        model: String,
    },
}

/// The table. What is wrong in it is kept, named and not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aliases {
    table: BTreeMap<String, Models>,
    /// Patterns that can be used, the most specific first.
    patterns: Vec<String>,
    faults: BTreeMap<String, AliasFault>,
}

impl Aliases {
    /// A table of these rows.
    ///
    /// # Errors
    /// When a name is there twice; the last row would silently win.
    pub fn of_rows(
        rows: impl IntoIterator<Item = (String, Vec<String>)>,
    ) -> Result<Self, AliasFault> {
        let mut table = BTreeMap::new();
        for (name, models) in rows {
            if table.contains_key(&name) {
                return Err(AliasFault::Repeated(name));
            }
            table.insert(name, shared(models));
        }
        Ok(Self::new(table))
    }

    fn new(table: BTreeMap<String, Models>) -> Self {
        let fault_of = |(name, models)| Some((String::clone(name), fault(name, models, &table)?));
        let faults: BTreeMap<String, AliasFault> = table.iter().filter_map(fault_of).collect();
        let usable = |name: &&String| glob::is_glob(name) && !faults.contains_key(*name);
        let mut patterns: Vec<String> = table.keys().filter(usable).cloned().collect();
        // The one that says the most; the alphabet decides what is left.
        patterns.sort_by_key(|pattern| {
            let said = pattern.bytes().filter(|byte| *byte != b'*').count();
            (std::cmp::Reverse(said), pattern.clone())
        });
        Self {
            table,
            patterns,
            faults,
        }
    }

    /// The models that stand in for `name`: its own row, else the most specific
    /// pattern that fits.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&Models> {
        if let Some(models) = self.table.get(name)
            && !glob::is_glob(name)
        {
            return (!self.faults.contains_key(name)).then_some(models);
        }
        let pattern = self
            .patterns
            .iter()
            .find(|pattern| glob::fits(pattern, name))?;
        self.table.get(pattern)
    }

    /// All rows, in the order of their names.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &Models)> {
        let row = |(name, models)| (String::as_str(name), models);
        self.table.iter().map(row)
    }

    /// The rows that a client can ask for by name.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Models)> {
        self.rows()
            .filter(|(name, _)| !glob::is_glob(name) && !self.faults.contains_key(*name))
    }

    /// What is wrong in the table; these rows are not used.
    pub fn faults(&self) -> impl Iterator<Item = &AliasFault> {
        self.faults.values()
    }

    /// Whether all of it can be used.
    ///
    /// # Errors
    /// Names the first row that cannot.
    pub fn check(&self) -> Result<(), AliasFault> {
        self.faults().next().cloned().map_or(Ok(()), Err)
    }
}

impl Default for Aliases {
    fn default() -> Self {
        let row = |(name, models): (&str, &[&str])| {
            let models = models.iter().map(|model| Arc::from(*model)).collect();
            (name.to_owned(), models)
        };
        Self::new(SHIPPED.into_iter().map(row).collect())
    }
}

/// Only what differs from what ships; an empty list takes a shipped row away.
impl Serialize for Aliases {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shipped = Self::default();
        let removed = shipped
            .table
            .keys()
            .filter(|name| !self.table.contains_key(*name));
        let mut rows: BTreeMap<&str, Vec<&str>> =
            removed.map(|name| (name.as_str(), Vec::new())).collect();
        for (name, models) in &self.table {
            if shipped.table.get(name) != Some(models) {
                rows.insert(name, models.iter().map(AsRef::as_ref).collect());
            }
        }
        rows.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Aliases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = BTreeMap::<String, OneOrMany>::deserialize(deserializer)?;
        let mut table = Self::default().table;
        for (name, models) in rows {
            let models = match models {
                OneOrMany::One(model) => vec![model],
                OneOrMany::Many(models) => models,
            };
            if models.is_empty() {
                table.remove(&name);
            } else {
                table.insert(name, shared(models));
            }
        }
        Ok(Self::new(table))
    }
}

/// A file that was written by hand may leave the brackets out.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn shared(models: Vec<String>) -> Models {
    models.into_iter().map(Arc::from).collect()
}

fn fault(name: &str, models: &Models, table: &BTreeMap<String, Models>) -> Option<AliasFault> {
    let owned = || name.to_owned();
    if !is_name(name) {
        return Some(AliasFault::Name(owned()));
    }
    if models.is_empty() {
        return Some(AliasFault::Empty(owned()));
    }
    if models.len() > MOST {
        return Some(AliasFault::TooMany(owned()));
    }
    models.iter().enumerate().find_map(|(place, model)| {
        let (name, model_name) = (owned(), model.to_string());
        // Spliced into bodies and sent in a header: plain characters only.
        if !is_name(model) || !model.is_ascii() || glob::is_glob(model) {
            return Some(AliasFault::Model {
                name,
                model: model_name,
            });
        }
        if table.contains_key(model_name.as_str()) {
            return Some(AliasFault::Loop {
                name,
                model: model_name,
            });
        }
        let again = models[..place].contains(model);
        again.then_some(AliasFault::Twice {
            name,
            model: model_name,
        })
    })
}

fn is_name(name: &str) -> bool {
    let wrong = |letter: char| {
        letter.is_whitespace() || letter.is_control() || matches!(letter, '"' | '\\' | ',')
    };
    !name.is_empty() && name.len() <= LONGEST && !name.contains(wrong)
}

#[cfg(test)]
mod tests;
