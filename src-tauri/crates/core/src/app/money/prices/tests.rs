use super::*;

/// What the window shows can be given back as it is.
#[test]
fn every_shipped_row_is_shown_and_understood_again() {
    let table = PriceTable::shipped();
    let list = price_list(&table).unwrap();
    assert_eq!(list.shipped.len(), table.shipped_rows().count());
    assert!(list.overrides.is_empty());
    assert_eq!(list.as_of.cn, "2026-07-21");
    assert_eq!(list.as_of.com, "2026-07-02");
    for (shown, original) in list.shipped.iter().zip(table.shipped_rows()) {
        assert!(!shown.source.is_empty(), "{}", shown.id);
        let mut read = row(shown).unwrap();
        read.source.clone_from(&original.source);
        assert_eq!(read, *original);
    }
}

#[test]
fn a_row_that_is_not_understood_is_named() {
    let table = PriceTable::shipped();
    let mut shown = view(table.row("cn:deepseek-ai/DeepSeek-V3").unwrap()).unwrap();
    shown.from = Some("yesterday".to_owned());
    let error = row(&shown).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidSetting);
    assert!(
        error.message.contains("cn:deepseek-ai/DeepSeek-V3"),
        "{}",
        error.message
    );
    shown.from = None;
    shown.tokens[0].input = "two".to_owned();
    let error = row(&shown).unwrap_err();
    assert!(error.message.contains("0.07"), "{}", error.message);
}
