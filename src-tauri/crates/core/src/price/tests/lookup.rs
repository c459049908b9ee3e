//! Which row wins.

use super::{PriceTable, Site, of, row, with};
use crate::price::PriceError;

fn image(id: &str, model: &str, price: &str) -> String {
    format!(r#"{{"id":"{id}","site":"cn","model":"{model}","image":"{price}"}}"#)
}

fn winner(table: &PriceTable, model: &str) -> Option<String> {
    table.quote(&of(model)).map(|quote| quote.row().id.clone())
}

#[test]
fn a_name_wins_over_a_pattern_and_the_more_specific_over_the_other() {
    let rows = [
        image("all", "*", "1"),
        image("org", "org/*", "2"),
        image("family", "org/model-*", "3"),
        image("thinkers", "*-thinking", "4"),
        image("one", "org/model-a", "5"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let table = with(&rows);
    let won = |model| winner(&table, model).unwrap();
    assert_eq!(won("org/model-a"), "one");
    assert_eq!(won("org/model-b"), "family");
    assert_eq!(won("org/other"), "org");
    assert_eq!(won("org/model-thinking"), "family");
    assert_eq!(won("else/x-thinking"), "thinkers");
    assert_eq!(won("anything"), "all");
    // The user's, even a pattern, win over the shipped.
    assert_eq!(won("Qwen/Qwen3-8B"), "all");
}

#[test]
fn the_users_row_wins_while_it_holds() {
    let cheap = r#"{"id":"user:qwen","site":"cn","model":"Qwen/Qwen3-14B","from":"2026-10-01",
        "until":"2026-11-01","tokens":[{"input":"0.25","output":"1"}],"note":"contract"}"#;
    let table = with(&[cheap]);
    let held = |time| {
        let quote = table.quote(&super::at("Qwen/Qwen3-14B", time)).unwrap();
        quote.id().to_string()
    };
    assert_eq!(held("2026-10-15T00:00:00+08:00"), "user:qwen");
    assert_eq!(held("2026-11-01T00:00:00+08:00"), "cn:Qwen/Qwen3-14B");
    // Gone again with the next set; the shipped rows are untouched.
    let table = table.with_overrides(&[]).unwrap();
    assert_eq!(
        winner(&table, "Qwen/Qwen3-14B").unwrap(),
        "cn:Qwen/Qwen3-14B"
    );
}

#[test]
fn a_user_may_not_take_the_name_of_a_shipped_row() {
    let copy = row(&image("cn:Qwen/Qwen-Image", "Qwen/Qwen-Image", "0.2"));
    let refused = PriceTable::shipped().with_overrides(&[copy]);
    assert!(matches!(refused, Err(PriceError::SameName { id }) if id == "cn:Qwen/Qwen-Image"));
}

#[test]
fn a_row_is_found_again_by_the_name_in_a_record() {
    let table = with(&[&image("user:x", "x", "1")]);
    assert_eq!(table.row("user:x").unwrap().model, "x");
    let shipped = table.row("cn:Qwen/Qwen-Image").unwrap();
    assert!(table.source_of(shipped).unwrap().contains("2026-07-21"));
    assert_eq!(table.row("cn:nothing"), None);
    assert_eq!(table.as_of(Site::Cn).to_string(), "2026-07-21");
    assert_eq!(table.as_of(Site::Com).to_string(), "2026-07-02");
}

#[test]
fn a_site_is_known_by_its_host() {
    for (base, site) in [
        ("https://api.siliconflow.cn/v1", Some(Site::Cn)),
        ("https://api-st.siliconflow.cn", Some(Site::Cn)),
        ("https://siliconflow.cn", Some(Site::Cn)),
        ("https://API.SiliconFlow.com/v1/", Some(Site::Com)),
        ("https://notsiliconflow.cn/v1", None),
        ("https://siliconflow.cn.example.org", None),
        ("http://127.0.0.1:7898/v1", None),
        ("siliconflow.cn", None),
    ] {
        assert_eq!(Site::of_url(base), site, "{base}");
    }
}
