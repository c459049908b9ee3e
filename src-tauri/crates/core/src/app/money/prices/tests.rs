use super::*;

/// What the window shows can be given back as it is.
#[test]
fn every_shipped_row_is_shown_and_understood_again() {
    let table = PriceTable::shipped();
    let in_force = InForce::new(PriceTable::shipped(), "1".into());
    let list = price_list(&in_force).unwrap();
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

/// The form shows a fault at its field, so it is told apart without reading words.
#[test]
fn a_refused_row_tells_its_fault() {
    let table = PriceTable::shipped();
    let shown = view(table.row("cn:deepseek-ai/DeepSeek-V3").unwrap()).unwrap();
    let fault_with = |change: &dyn Fn(&mut PriceView)| {
        let mut changed = PriceView {
            id: "mine".to_owned(),
            ..shown.clone()
        };
        change(&mut changed);
        let error = table.with_overrides(&[row(&changed).unwrap()]).unwrap_err();
        refused(&error).price_fault
    };
    let faults = [
        fault_with(&|row| row.model = String::new()),
        fault_with(&|row| row.zone = Some("Mars/Olympus".to_owned())),
        fault_with(&|row| row.tokens[0].from_input_tokens = 5),
        fault_with(&|row| row.tokens[0].input = "-1".to_owned()),
        fault_with(&|row| row.batch_percent = Some(101)),
        fault_with(&|row| row.id = String::new()),
    ];
    assert_eq!(
        faults,
        [
            Some(PriceFault::Model),
            Some(PriceFault::Zone),
            Some(PriceFault::Tiers),
            Some(PriceFault::Amount),
            Some(PriceFault::Batch),
            None
        ]
    );
    let twice = ["mine", "again"].map(|id| PriceView {
        id: id.to_owned(),
        ..shown.clone()
    });
    let rows = twice.map(|shown| row(&shown).unwrap());
    let error = refused(&table.with_overrides(&rows).unwrap_err());
    assert_eq!(error.price_fault, Some(PriceFault::Overlap));
}

fn own(id: &str, model: &str) -> PriceView {
    let row = format!("id = \"{id}\"\nsite = \"cn\"\nmodel = \"{model}\"\nimage = \"1\"");
    view(&toml::from_str(&row).unwrap()).unwrap()
}

fn ids(list: &PriceList) -> Vec<&str> {
    list.overrides.iter().map(|row| row.id.as_str()).collect()
}

/// Two processes have both read the file before either of them changes it.
#[test]
fn what_another_process_has_set_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (Ledger::open(folder.path()).0, Ledger::open(folder.path()).0);
    assert!(!one.set(own("a", "a")).unwrap().0);
    let (replaces, list) = other.set(own("b", "b")).unwrap();
    assert_eq!((replaces, ids(&list)), (false, vec!["a", "b"]));
    assert_eq!(ids(&one.remove("b").unwrap().unwrap()), ["a"]);
    assert!(other.remove("b").unwrap().is_none());
    assert!(other.set(own("a", "c")).unwrap().0);
    assert_eq!(one.in_force().overrides().count(), 1);
    let (now, _) = Ledger::open(folder.path());
    assert_eq!(now.list().unwrap().overrides, [own("a", "c")]);
}

/// A window sends the whole list: what it did not see must not be lost by it.
#[test]
fn a_list_that_is_out_of_date_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (window, command) = (Ledger::open(folder.path()).0, Ledger::open(folder.path()).0);
    let seen = window.list().unwrap();
    command.set(own("a", "a")).unwrap();
    let with_b = |list: &PriceList| SetPriceOverridesRequest {
        rows: [&list.overrides[..], &[own("b", "b")]].concat(),
        revision: Some(list.revision.clone()),
    };
    let refused = window.replace(&with_b(&seen)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::ChangedMeanwhile);
    // The next look tells what is there, at once.
    let seen = window.list().unwrap();
    assert_eq!(ids(&seen), ["a"]);
    let list = window.replace(&with_b(&seen)).unwrap();
    assert_eq!(ids(&list), ["a", "b"]);
    assert_ne!(list.revision, seen.revision);
    assert_eq!(list.revision, window.list().unwrap().revision);
    // Who does not say what it saw replaces what is there.
    let all = SetPriceOverridesRequest::default();
    assert_eq!(ids(&window.replace(&all).unwrap()), Vec::<&str>::new());
}

/// A damaged file can be replaced by a window that has seen that it is none.
#[test]
fn a_damaged_file_has_a_revision_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let (window, _) = Ledger::open(folder.path());
    window.set(own("a", "a")).unwrap();
    std::fs::write(folder.path().join("prices.toml"), "[[rows").unwrap();
    let list = window.list().unwrap();
    let request = |list: PriceList| SetPriceOverridesRequest {
        rows: list.overrides,
        revision: Some(list.revision),
    };
    assert!(window.replace(&request(list)).is_err());
    let list = window.list().unwrap();
    assert_eq!(ids(&list), ["a"]);
    assert_eq!(ids(&window.replace(&request(list)).unwrap()), ["a"]);
    assert!(folder.path().join("prices.toml.damaged").exists());
}

/// Of two rows that contradict each other the first holds. Without it the other one
/// does, which is said.
#[test]
fn a_row_that_nothing_contradicts_any_more_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let row = |id: &str| {
        format!("[[rows]]\nid = \"{id}\"\nsite = \"cn\"\nmodel = \"m\"\nimage = \"1\"\n")
    };
    let rows = ["first", "second", "third"].map(row).concat();
    std::fs::write(folder.path().join("prices.toml"), rows).unwrap();
    let (ledger, _) = Ledger::open(folder.path());
    let (_, list) = ledger.set(own("other", "x")).unwrap();
    assert_eq!(list.now_in_force, Vec::<String>::new());
    let list = ledger.remove("first").unwrap().unwrap();
    assert_eq!(list.now_in_force, ["second"]);
    assert_eq!(ids(&list), ["other", "second"]);
    assert_eq!(ledger.list().unwrap().now_in_force, Vec::<String>::new());
    let request = SetPriceOverridesRequest::default();
    assert_eq!(ledger.replace(&request).unwrap().now_in_force, ["third"]);
}
