//! The table that ships, against the crawl it was made from.

use serde_json::Value;

use super::{PriceTable, of};
use crate::model::Nano;
use crate::price::{PriceRow, Tier};

const CRAWL: &str = include_str!("../../../data/siliconflow-cn-models.json");

/// A figure of the crawl, by the digits in which it is written.
fn figure(value: &Value) -> Option<Nano> {
    let digits = value.as_number()?.to_string();
    Some(digits.parse().unwrap())
}

fn tiers(model: &Value) -> Vec<Tier> {
    let Some(tiers) = model["cny_per_million_tokens"].as_array() else {
        return Vec::new();
    };
    let read = |tier: &Value| Tier {
        from_input_tokens: tier["from_input_tokens"].as_u64().unwrap(),
        input: figure(&tier["input"]).unwrap(),
        output: figure(&tier["output"]),
        cached: figure(&tier["cached_input"]),
    };
    tiers.iter().map(read).collect()
}

#[test]
fn the_shipped_table_is_sound() {
    let table = PriceTable::read(crate::price::SHIPPED).unwrap();
    assert!(table.rows().count() > 120);
    for row in table.rows() {
        assert!(table.source_of(row).is_some(), "{}", row.id);
        assert!(
            row.id
                .starts_with(&format!("{}:{}", row.site.as_str(), row.model))
        );
    }
}

#[test]
fn every_model_of_the_crawl_has_its_figures() {
    let crawl: Value = serde_json::from_str(CRAWL).unwrap();
    let table = PriceTable::shipped();
    let models = crawl["models"].as_array().unwrap();
    assert_eq!(models.len(), 87);
    for model in models {
        let id = model["id"].as_str().unwrap();
        let row = table.row(&format!("cn:{id}")).expect(id);
        assert_eq!(row.model, id);
        assert_eq!(row.from, None);
        assert_eq!(row.tokens, tiers(model), "{id}");
        let pieces = [
            ("cny_per_million_image_tokens", row.image_tokens),
            ("cny_per_image", row.image),
            ("cny_per_video", row.clip),
            ("cny_per_thousand_utf8_bytes", row.thousand_bytes),
        ];
        for (name, price) in pieces {
            assert_eq!(figure(&model[name]), price, "{id} {name}");
        }
    }
    assert_eq!(
        table.as_of(super::Site::Cn).to_string(),
        crawl["as_of"].as_str().unwrap()
    );
}

#[test]
fn the_free_models_are_those_of_the_list() {
    // API reference §6.2, 2026-07-21, and the XingChen family of September.
    let mut listed = [
        "Qwen/Qwen3-8B",
        "Qwen/Qwen3.5-4B",
        "Qwen/Qwen2.5-7B-Instruct",
        "THUDM/GLM-4-9B-0414",
        "THUDM/GLM-Z1-9B-0414",
        "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B",
        "deepseek-ai/DeepSeek-OCR",
        "PaddlePaddle/PaddleOCR-VL-1.5",
        "tencent/Hunyuan-MT-7B",
        "BAAI/bge-m3",
        "BAAI/bge-large-zh-v1.5",
        "BAAI/bge-large-en-v1.5",
        "BAAI/bge-reranker-v2-m3",
        "Kwai-Kolors/Kolors",
        "FunAudioLLM/SenseVoiceSmall",
        "TeleAI/TeleSpeechASR",
        "XingChenAGI/XingChenASR-V3.2*",
    ];
    let table = PriceTable::shipped();
    let mut free: Vec<&str> = table
        .rows()
        .filter(|row| row.is_free())
        .map(|row| row.model.as_str())
        .collect();
    listed.sort_unstable();
    free.sort_unstable();
    assert_eq!(free, listed);
    let ultra = of("XingChenAGI/XingChenASR-V3.2-Ultra");
    assert!(table.quote(&ultra).unwrap().row().is_free());
    assert!(table.quote(&of("XingChenAGI/XingChenGSR-V1.0")).is_none());
}

#[test]
fn a_row_survives_being_written() {
    for row in PriceTable::shipped().rows() {
        let json = serde_json::to_string(row).unwrap();
        assert_eq!(&serde_json::from_str::<PriceRow>(&json).unwrap(), row);
    }
}
