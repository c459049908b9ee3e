use super::Variables;

#[test]
fn an_empty_variable_is_absent() {
    let variables: Variables = [("A", "  "), ("B", " x ")].into_iter().collect();
    assert_eq!(variables.get("A"), None);
    assert_eq!(variables.first(&["A", "B"]), Some(("B", "x")));
}

#[test]
fn a_bad_number_names_the_variable() {
    let variables: Variables = [("FLOWKEEP_PORT", "eighty")].into_iter().collect();
    let error = variables.parse::<u16>(&["FLOWKEEP_PORT"]).unwrap_err();
    assert!(error.to_string().starts_with("FLOWKEEP_PORT: "), "{error}");
}

#[test]
fn a_switch_knows_both_ways_and_nothing_else() {
    let read = |value| {
        let variables: Variables = [("S", value)].into_iter().collect();
        variables.switch("S").ok()
    };
    assert_eq!(read("1"), Some(true));
    assert_eq!(read("TRUE"), Some(true));
    assert_eq!(read("off"), Some(false));
    assert_eq!(read(""), Some(false));
    assert_eq!(read("maybe"), None);
}

#[test]
fn values_are_not_in_the_debug_output() {
    let variables: Variables = [("FLOWKEEP_API_KEY", "a-secret-of-mine")]
        .into_iter()
        .collect();
    assert_eq!(format!("{variables:?}"), r#"{"FLOWKEEP_API_KEY"}"#);
}
