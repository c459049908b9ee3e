use std::collections::HashSet;

use super::*;
use crate::settings::Aliases;

const FILE: &str = include_str!("../../../../data/models.json");

fn ids() -> Vec<String> {
    let catalogue: Shipped = serde_json::from_str(FILE).unwrap();
    catalogue.models.into_iter().map(|model| model.id).collect()
}

#[test]
fn the_catalogue_is_sound() {
    let ids = ids();
    assert!(ids.len() > 70, "{}", ids.len());
    let distinct: HashSet<&String> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "each model once");
    assert!(ids.iter().all(|id| id.contains('/') && !id.contains(' ')));
    assert_eq!(context_of("deepseek-ai/DeepSeek-V4-Flash"), Some(1_048_576));
    assert_eq!(context_of("BAAI/bge-large-zh-v1.5"), Some(512));
    assert_eq!(context_of("Kwai-Kolors/Kolors"), None);
}

/// A shipped alias leads to models that exist.
#[test]
fn every_shipped_alias_leads_into_the_catalogue() {
    let ids = ids();
    for (name, models) in Aliases::default().rows() {
        for model in models.iter() {
            assert!(
                ids.iter().any(|id| **id == **model),
                "{name} leads to {model}"
            );
        }
        assert!(!ids.iter().any(|id| id == name), "{name} is a model itself");
    }
}
