use flowkeep_contract::PriceHours;

use super::*;
use crate::args::{PlaceArgs, Site};

fn row(id: &str, model: &str, site: PriceSite) -> PriceView {
    PriceView {
        id: id.to_owned(),
        site,
        model: model.to_owned(),
        from: None,
        until: None,
        zone: None,
        hours: None,
        tokens: Vec::new(),
        image_tokens: None,
        image: None,
        clip: None,
        thousand_bytes: None,
        second: None,
        batch_percent: None,
        source: String::new(),
        note: None,
    }
}

fn tier(from_input_tokens: u64, input: &str, cached: Option<&str>) -> PriceTier {
    PriceTier {
        from_input_tokens,
        input: input.to_owned(),
        output: Some("16".to_owned()),
        cached: cached.map(str::to_owned),
    }
}

fn prices() -> PriceList {
    let night = PriceView {
        tokens: vec![tier(0, "4", Some("0.4")), tier(32_000, "6", None)],
        from: Some("2026-09-01".to_owned()),
        hours: Some(PriceHours {
            from: "02:00:00".to_owned(),
            until: "08:30:15".to_owned(),
        }),
        zone: Some("UTC".to_owned()),
        ..row("own:cn:acme/A", "acme/A", PriceSite::Cn)
    };
    let clip = PriceView {
        clip: Some("0.21".to_owned()),
        batch_percent: Some(100),
        ..row("com:acme/Clip", "acme/Clip", PriceSite::Com)
    };
    PriceList {
        revision: "1".to_owned(),
        now_in_force: Vec::new(),
        as_of: PriceDates {
            cn: "2026-07-21".to_owned(),
            com: "2026-07-02".to_owned(),
        },
        overrides: vec![night],
        shipped: vec![clip],
    }
}

fn flags() -> PriceListArgs {
    PriceListArgs {
        model: None,
        site: None,
        own: false,
        json: false,
        place: PlaceArgs::default(),
    }
}

#[test]
fn every_tier_has_its_line_and_own_ones_are_marked() {
    let prices = prices();
    let when = "since 2026-09-01, 02:00-08:30:15, UTC";
    assert_eq!(
        lines(&prices.overrides[0], "own"),
        [
            [
                "acme/A",
                "cn",
                "¥4",
                "¥16",
                "¥0.4",
                "",
                &format!("from 0 tokens in, {when}"),
                "own",
                "own:cn:acme/A",
            ],
            [
                "acme/A",
                "cn",
                "¥6",
                "¥16",
                "",
                "",
                &format!("from 32000 tokens in, {when}"),
                "own",
                "own:cn:acme/A",
            ],
        ]
    );
    assert_eq!(
        lines(&prices.shipped[0], ""),
        [[
            "acme/Clip",
            "com",
            "",
            "",
            "",
            "$0.21 per clip, 100 % in a batch",
            "",
            "",
            "com:acme/Clip",
        ]]
    );
    let table = table(&prices);
    assert!(
        table.starts_with("MODEL ") && table.lines().count() == 4,
        "{table}"
    );
    let age = age(&prices.as_of);
    assert!(
        age.contains("2026-07-21 (cn) and 2026-07-02 (com)"),
        "{age}"
    );
}

#[test]
fn a_model_is_found_by_a_part_of_its_name_or_by_a_pattern() {
    for (pattern, count) in [
        ("acme", 2),
        ("CLIP", 1),
        ("acme/*", 2),
        ("*clip", 1),
        ("*cli", 0),
        ("nothing", 0),
    ] {
        let args = PriceListArgs {
            model: Some(pattern.to_owned()),
            ..flags()
        };
        let found = wanted(prices(), &args);
        assert_eq!(
            found.overrides.len() + found.shipped.len(),
            count,
            "{pattern}"
        );
    }
}

#[test]
fn site_and_origin_are_filtered() {
    let com = PriceListArgs {
        site: Some(Site::Com),
        ..flags()
    };
    let found = wanted(prices(), &com);
    assert_eq!((found.overrides.len(), found.shipped.len()), (0, 1));
    let own = PriceListArgs {
        own: true,
        ..flags()
    };
    let found = wanted(prices(), &own);
    assert_eq!((found.overrides.len(), found.shipped.len()), (1, 0));
}
