use std::collections::HashSet;

use super::*;
use crate::settings::Aliases;

fn catalogue() -> Vec<String> {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../../../data/models.json")).unwrap();
    let models = file["models"].as_array().unwrap();
    models
        .iter()
        .map(|model| model["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_list_is_sound() {
    let names: HashSet<&String> = LIST.iter().map(|row| &row.name).collect();
    assert_eq!(names.len(), LIST.len(), "each row once");
    let days: Vec<jiff::civil::Date> = LIST.iter().map(|row| row.date.parse().unwrap()).collect();
    assert!(
        days.is_sorted_by(|later, earlier| later >= earlier),
        "the newest first"
    );
    let models = catalogue();
    for row in LIST.iter() {
        assert!(row.name.contains('/'), "{}", row.name);
        if let Some(other) = &row.redirects_to {
            assert!(models.contains(other), "{other} is there");
            assert!(!glob::is_glob(&row.name), "one model goes to one other");
        }
    }
}

/// A model that is served is not called retired, and no alias leads to one that is.
#[test]
fn nothing_that_is_served_is_on_the_list() {
    for model in catalogue() {
        assert!(find(&model).is_none(), "{model}");
    }
    for (_, models) in Aliases::default().rows() {
        assert!(
            models.iter().all(|model| find(model).is_none()),
            "{models:?}"
        );
    }
}

#[test]
fn the_names_of_the_release_notes_are_found() {
    for (model, words) in [
        ("Qwen/QwQ-32B", "retired Qwen/QwQ-32B on 2026-04-29"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "2026-04-29"),
        ("Pro/deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "2026-04-29"),
        ("moonshotai/Kimi-K2-Instruct-0905", "2026-05-15"),
        ("Pro/MiniMaxAI/MiniMax-M2.5", "2026-09-11"),
        (
            "Pro/moonshotai/Kimi-K2.5",
            "answers as Pro/moonshotai/Kimi-K2.6 since 2026-06-11",
        ),
        ("black-forest-labs/FLUX.1-schnell", "2025-03-06"),
    ] {
        let hint = hint(model, find(model).unwrap());
        assert!(hint.contains(words) && hint.is_ascii(), "{hint}");
    }
    for model in [
        "Pro/moonshotai/Kimi-K2.6",
        "zai-org/GLM-4.6X",
        "Qwen/Qwen3-8B",
        "",
    ] {
        assert!(find(model).is_none(), "{model}");
    }
}
