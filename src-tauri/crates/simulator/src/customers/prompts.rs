//! A simple prompt cache: which beginnings of conversations were seen.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Beginnings kept per model; the cache starts over when it is full.
const CAPACITY: usize = 100_000;

/// The messages of a request as a chain of hashes, with token counts.
#[derive(Debug, Default)]
pub(crate) struct Prompt {
    /// Hash of the messages up to and including this one, and their tokens.
    prefixes: Vec<(u64, u64)>,
    chain: DefaultHasher,
    tokens: u64,
}

impl Prompt {
    /// Adds one message with everything that makes it different from others.
    pub(crate) fn push(&mut self, message: &impl Hash, tokens: u64) {
        message.hash(&mut self.chain);
        self.tokens += tokens;
        self.prefixes.push((self.chain.finish(), self.tokens));
    }

    /// Tokens of all messages together, at least 1.
    pub(crate) fn tokens(&self) -> u64 {
        self.tokens.max(1)
    }
}

/// Which beginnings one account has sent, by model.
#[derive(Debug, Default)]
pub(super) struct PromptCache {
    by_model: HashMap<String, HashSet<u64>>,
}

impl PromptCache {
    /// Tokens of the longest beginning seen before; remembers the prompt.
    ///
    /// The last message never counts: there is always something to compute.
    pub(super) fn look_up(&mut self, model: &str, prompt: &Prompt) -> u64 {
        if !self.by_model.contains_key(model) {
            self.by_model.insert(model.to_owned(), HashSet::new());
        }
        let Some(seen) = self.by_model.get_mut(model) else {
            return 0;
        };
        let earlier = prompt.prefixes.len().saturating_sub(1);
        let cached = prompt.prefixes[..earlier]
            .iter()
            .rev()
            .find(|(hash, _)| seen.contains(hash))
            .map_or(0, |(_, tokens)| *tokens);
        if seen.len() + prompt.prefixes.len() > CAPACITY {
            seen.clear();
        }
        seen.extend(prompt.prefixes.iter().map(|(hash, _)| *hash));
        cached.min(prompt.tokens().saturating_sub(1))
    }
}
