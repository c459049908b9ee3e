//! What is known of the vendor's models without asking.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The catalogue as it was when this version was made.
static SHIPPED: LazyLock<HashMap<String, u64>> = LazyLock::new(|| {
    let catalogue: Shipped = serde_json::from_str(include_str!("../../../data/models.json"))
        .expect("the catalogue that ships is sound; a test reads it");
    let sized = |model: Model| Some((model.id, model.context_tokens?));
    catalogue.models.into_iter().filter_map(sized).collect()
});

#[derive(Deserialize)]
struct Shipped {
    models: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
    context_tokens: Option<u64>,
}

/// How many tokens a model reads, when that is known.
pub(in crate::app) fn context_of(model: &str) -> Option<u64> {
    SHIPPED.get(model).copied()
}

#[cfg(test)]
mod tests;
