use super::*;

const BASE: &str = "https://one.test/v1";

fn list(model: &str) -> Arc<List> {
    let document = format!(r#"{{"data":[{{"id":"{model}"}}]}}"#);
    Arc::new(List::read(document.as_bytes()).unwrap())
}

fn filter(query: &str) -> Filter {
    Filter::of(Some(query))
}

#[test]
fn only_what_the_upstream_knows_is_a_filter() {
    for (query, sent) in [
        ("", None),
        ("limit=3", None),
        ("type=", None),
        (
            "sub_type=chat&type=text&x=1",
            Some("type=text&sub_type=chat"),
        ),
        ("type=text&sub_type=chat", Some("type=text&sub_type=chat")),
        ("type=%E4%BD%A0%26a=b", Some("type=%E4%BD%A0%26a%3Db")),
    ] {
        assert_eq!(filter(query).query().as_deref(), sent, "{query}");
    }
    assert_eq!(filter("a=b"), Filter::of(None));
}

#[test]
fn a_list_ages_and_belongs_to_its_upstream_and_filter() {
    let catalogue = Catalogue::default();
    catalogue.keep(BASE, filter("type=text"), list("m"), 1_000);
    let found = catalogue
        .find(BASE, &filter("type=text"), 1_000 + FRESH_MS - 1)
        .unwrap();
    assert!(found.is_fresh() && found.list.has("m"));
    let found = catalogue
        .find(BASE, &filter("type=text"), 1_000 + FRESH_MS)
        .unwrap();
    assert!(!found.is_fresh());
    assert!(catalogue.find(BASE, &filter("type=image"), 1_000).is_none());
    assert!(
        catalogue
            .find("https://two.test/v1", &filter("type=text"), 1_000)
            .is_none()
    );
    catalogue.keep("https://two.test/v1", filter("type=text"), list("n"), 1_000);
    let lists = [BASE, "https://two.test/v1"]
        .map(|base| catalogue.find(base, &filter("type=text"), 1_000).unwrap());
    assert!(lists[0].list.has("m") && !lists[0].list.has("n"));
    assert!(lists[1].list.has("n") && !lists[1].list.has("m"));
}

#[test]
fn made_up_filters_do_not_fill_the_memory() {
    let catalogue = Catalogue::default();
    for number in 0..100 {
        catalogue.keep(BASE, filter(&format!("type={number}")), list("m"), number);
    }
    let held = (0..100).filter(|number| {
        catalogue
            .find(BASE, &filter(&format!("type={number}")), 100)
            .is_some()
    });
    assert_eq!(held.collect::<Vec<_>>(), (68..100).collect::<Vec<_>>());
    let long = filter(&format!("type={}", "x".repeat(41)));
    catalogue.keep(BASE, long.clone(), list("m"), 200);
    assert!(catalogue.find(BASE, &long, 200).is_none());
}

#[test]
fn a_failure_is_remembered_for_a_while() {
    let catalogue = Catalogue::default();
    assert!(catalogue.may_ask(BASE, 0));
    catalogue.failed(BASE, 1_000);
    assert!(!catalogue.may_ask(BASE, 30_999));
    assert!(catalogue.may_ask(BASE, 31_000));
    catalogue.keep(BASE, filter(""), list("m"), 1_500);
    assert!(catalogue.may_ask(BASE, 1_500));
}

#[test]
fn a_thing_is_news_once() {
    let catalogue = Catalogue::default();
    assert!(catalogue.is_news("a", 2) && !catalogue.is_news("a", 2));
    assert!(catalogue.is_news("b", 2) && !catalogue.is_news("c", 2));
}
