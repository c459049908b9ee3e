//! Values worked out by hand, to the last nano-unit. ¥6 per million tokens are 6,000 per token.

use super::{Measured, PriceTable, Purchase, Site, at, counted, nano, of, tokens, with};
use crate::model::{Currency, Units, Usage};

#[test]
fn glm_5_1_has_one_price_below_32k_of_input_and_another_above() {
    let glm = of("Pro/zai-org/GLM-5.1");
    // 31,000 × 6,000 + 1,000 × 24,000
    assert_eq!(nano(&glm, &tokens(31_000, 0, 1_000)), 210_000_000);
    // 33,000 × 8,000 + 1,000 × 28,000: the whole request, not only what is above
    assert_eq!(nano(&glm, &tokens(33_000, 0, 1_000)), 292_000_000);
    // 32,767 × 6,000 and 32,768 × 8,000
    assert_eq!(nano(&glm, &tokens(32_767, 0, 0)), 196_602_000);
    assert_eq!(nano(&glm, &tokens(32_768, 0, 0)), 262_144_000);
    // Cached input counts for the tier: 13,000 × 8,000 + 20,000 × 1,300
    assert_eq!(nano(&glm, &tokens(33_000, 20_000, 0)), 130_000_000);
}

#[test]
fn v4_flash_is_cheaper_from_two_to_eight_in_beijing() {
    let flash = |time| at("deepseek-ai/DeepSeek-V4-Flash", time);
    let used = tokens(1_000, 600, 100);
    // 400 × 3,000 + 600 × 300 + 100 × 9,000
    assert_eq!(
        nano(&flash("2026-10-15T01:59:59.999+08:00"), &used),
        2_280_000
    );
    assert_eq!(nano(&flash("2026-10-15T01:59:00+08:00"), &used), 2_280_000);
    // 400 × 1,500 + 600 × 150 + 100 × 4,500
    assert_eq!(nano(&flash("2026-10-15T02:00:00+08:00"), &used), 1_140_000);
    assert_eq!(
        nano(&flash("2026-10-15T07:59:59.999+08:00"), &used),
        1_140_000
    );
    assert_eq!(nano(&flash("2026-10-15T08:00:00+08:00"), &used), 2_280_000);
    assert_eq!(nano(&flash("2026-10-15T23:30:00+08:00"), &used), 2_280_000);
}

#[test]
fn cached_tokens_have_their_own_price_and_say_what_they_saved() {
    let v3 = of("deepseek-ai/DeepSeek-V3.2");
    let used = tokens(10_000, 9_000, 500);
    // 1,000 × 4,000 + 9,000 × 400 + 500 × 6,000
    assert_eq!(nano(&v3, &used), 10_600_000);
    let table = PriceTable::shipped();
    let saved = |purchase, used| table.quote(purchase).unwrap().saved_by_cache(used);
    // 9,000 × 3,600
    assert_eq!(saved(&v3, &used).unwrap().nano(), 32_400_000);
    // A model without a price for cached input saves nothing and pays the whole.
    let qwen = of("Qwen/Qwen3-32B");
    assert_eq!(nano(&qwen, &tokens(1_000, 900, 0)), 1_000_000);
    assert_eq!(saved(&qwen, &used).unwrap().nano(), 0);
    // What is not told is not saved, and is charged as not cached.
    let mut untold = tokens(10_000, 0, 500);
    untold.usage.cached_tokens = None;
    assert_eq!(saved(&v3, &untold), None);
    assert_eq!(nano(&v3, &untold), 43_000_000);
    // More hits than prompt are a mistake of the upstream.
    assert_eq!(nano(&v3, &tokens(10, 99, 0)), 4_000);
}

#[test]
fn pieces_cost_by_the_piece() {
    let images = counted(Units {
        images: Some(2),
        ..Units::default()
    });
    assert_eq!(nano(&of("Qwen/Qwen-Image"), &images), 600_000_000);
    let clip = counted(Units {
        clips: Some(1),
        ..Units::default()
    });
    assert_eq!(nano(&of("Wan-AI/Wan2.2-T2V-A14B"), &clip), 2_000_000_000);
}

#[test]
fn speech_costs_by_the_byte_and_hearing_by_the_second() {
    let spoken = |bytes| {
        counted(Units {
            bytes: Some(bytes),
            ..Units::default()
        })
    };
    let voice = of("FunAudioLLM/CosyVoice2-0.5B");
    assert_eq!(nano(&voice, &spoken(1_000)), 50_000_000);
    assert_eq!(nano(&voice, &spoken(1_001)), 50_050_000);
    let heard = |sound_ms| {
        counted(Units {
            sound_ms: Some(sound_ms),
            ..Units::default()
        })
    };
    let ear = of("Qwen/Qwen3-ASR-1.7B");
    assert_eq!(nano(&ear, &heard(1_000)), 220_000);
    assert_eq!(nano(&ear, &heard(3_600_001)), 792_000_220);
}

#[test]
fn embeddings_and_rerank_cost_by_what_they_read() {
    let read = |prompt| Measured {
        usage: Usage {
            prompt_tokens: Some(prompt),
            ..Usage::default()
        },
        ..Measured::default()
    };
    assert_eq!(nano(&of("Qwen/Qwen3-Embedding-8B"), &read(12)), 3_360);
    assert_eq!(nano(&of("Pro/BAAI/bge-reranker-v2-m3"), &read(12)), 840);
    // 12 × 700 + 30 × 1,800
    let seen = Measured {
        units: Units {
            image_tokens: Some(30),
            ..Units::default()
        },
        ..read(12)
    };
    assert_eq!(nano(&of("Qwen/Qwen3-VL-Reranker-8B"), &seen), 62_400);
}

#[test]
fn a_batch_pays_half_also_of_an_odd_sum() {
    let batch = Purchase {
        batch: true,
        ..of("deepseek-ai/DeepSeek-V3")
    };
    // (1,000 × 2,000 + 100 × 8,000) / 2
    assert_eq!(nano(&batch, &tokens(1_000, 0, 100)), 1_400_000);
    let odd = r#"{"id":"user:odd","site":"cn","model":"odd","tokens":[{"input":"0.000001"}]}"#;
    let price = |prompt, batch| {
        let purchase = Purchase { batch, ..of("odd") };
        with(&[odd]).cost(&purchase, &tokens(prompt, 0, 0)).unwrap()
    };
    // A thousand tokens are one nano-unit here; half of one is rounded up, less is dropped.
    assert_eq!(price(3_000, true).money.nano(), 2);
    assert_eq!(price(2_999, true).money.nano(), 1);
    assert_eq!(price(500, false).money.nano(), 1);
    assert_eq!(price(499, false).money.nano(), 0);
}

#[test]
fn the_other_site_is_billed_in_dollars() {
    let com = |model| Purchase {
        site: Site::Com,
        ..of(model)
    };
    let table = PriceTable::shipped();
    let pro = com("deepseek-ai/DeepSeek-V4-Pro");
    let cost = table.cost(&pro, &tokens(1_000, 200, 50)).unwrap();
    // 800 × 1,740 + 200 × 145 + 50 × 3,480
    assert_eq!(cost.money.nano(), 1_595_000);
    assert_eq!(cost.money.currency(), Currency::Usd);
    assert_eq!(&*cost.price, "com:deepseek-ai/DeepSeek-V4-Pro");
    assert_eq!(nano(&com("tencent/Hy3-preview"), &tokens(1, 0, 0)), 66);
    let cn = table.cost(&of("deepseek-ai/DeepSeek-V4-Pro"), &tokens(1, 0, 0));
    assert_eq!(cn.unwrap().money.currency(), Currency::Cny);
}

#[test]
fn free_is_nothing_and_unknown_is_not_free() {
    let table = PriceTable::shipped();
    let free = table.cost(&of("Qwen/Qwen3-8B"), &tokens(1_000, 0, 10));
    assert_eq!(free.unwrap().money.to_string(), "¥0");
    // Free whether or not it was counted.
    let uncounted = table.cost(&of("Kwai-Kolors/Kolors"), &Measured::default());
    assert_eq!(uncounted.unwrap().money.nano(), 0);
    assert_eq!(table.cost(&of("nobody/knows"), &tokens(1, 0, 1)), None);
    let is_free = |model| table.is_free(Site::Cn, model, of("").at_ms);
    assert_eq!(is_free("Qwen/Qwen3-8B"), Some(true));
    assert_eq!(is_free("Qwen/Qwen3-14B"), Some(false));
    assert_eq!(is_free("nobody/knows"), None);
    // Free on one site only, and not in capital letters.
    assert_eq!(table.is_free(Site::Com, "Qwen/Qwen3-8B", 0), Some(false));
    assert_eq!(is_free("QWEN/QWEN3-8B"), None);
}

#[test]
fn what_was_not_counted_is_unknown_or_incomplete() {
    let table = PriceTable::shipped();
    let v3 = of("deepseek-ai/DeepSeek-V3");
    assert_eq!(table.cost(&v3, &Measured::default()), None);
    let mut cut = tokens(1_000, 0, 0);
    cut.usage.completion_tokens = None;
    let cost = table.cost(&v3, &cut).unwrap();
    assert_eq!(cost.money.nano(), 2_000_000);
    assert!(cost.incomplete);
    // A picture has no price for tokens, so they do not stand in for it.
    assert_eq!(table.cost(&of("Qwen/Qwen-Image"), &tokens(9, 0, 9)), None);
}

#[test]
fn a_sum_too_large_to_be_true_is_unknown() {
    let table = PriceTable::shipped();
    let v3 = of("deepseek-ai/DeepSeek-V3");
    for prompt in [u64::MAX, u64::MAX / 1_000] {
        assert_eq!(table.cost(&v3, &tokens(prompt, 0, u64::MAX)), None);
    }
    let clips = counted(Units {
        clips: Some(u64::MAX),
        ..Units::default()
    });
    assert_eq!(table.cost(&of("Wan-AI/Wan2.2-T2V-A14B"), &clips), None);
}
