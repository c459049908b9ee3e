use super::super::super::owners::{Holder, Sighting};
use super::*;
use crate::app::relay::FailureCode;
use crate::model::AccountId;

fn read(kind: ResourceKind, query: &str) -> Result<Wanted, Failure> {
    let owners = Owners::default();
    let holder = Holder {
        account: &AccountId::from("a"),
        label: &"alpha".into(),
    };
    let seen = |id: &str, client: &str| Sighting {
        kind: ResourceKind::Batch,
        id: id.into(),
        created_at_ms: Some(7),
        client: Some(client.into()),
        batch_created_ms: None,
    };
    owners.note(holder, vec![seen("b1", "cursor"), seen("b2", "other")], 0);
    Wanted::read(kind, query, &owners, &"cursor".into())
}

fn refused(kind: ResourceKind, query: &str) -> FailureCode {
    read(kind, query).unwrap_err().code
}

#[test]
fn limit_and_after_are_taken_out_and_the_rest_goes_on() {
    let query = "purpose=batch&limit=3&after=b1&x=%20%26";
    let wanted = read(ResourceKind::Batch, query).unwrap();
    assert_eq!(wanted.limit, 3);
    assert_eq!(wanted.after.as_ref().unwrap().created_at_ms, 7);
    let next = wanted.query(5, Some("c"));
    assert_eq!(next, "purpose=batch&x=+%26&limit=5&after=c");
    assert_eq!(wanted.query(5, None), "purpose=batch&x=+%26&limit=5");
}

#[test]
fn without_a_limit_it_is_the_usual_one() {
    assert_eq!(read(ResourceKind::File, "").unwrap().limit, FILES);
    assert_eq!(read(ResourceKind::Batch, "after=").unwrap().limit, BATCHES);
}

#[test]
fn voices_come_all_at_once() {
    let wanted = read(ResourceKind::Voice, "limit=2&after=x").unwrap();
    assert_eq!(wanted.limit, usize::MAX);
    assert!(wanted.after.is_none());
    assert_eq!(wanted.query(100, None), "limit=2&after=x");
}

#[test]
fn a_limit_is_a_number_that_makes_sense() {
    for query in ["limit=0", "limit=-1", "limit=x", "limit=1001", "limit="] {
        let code = refused(ResourceKind::File, query);
        assert_eq!(code, FailureCode::InvalidQuery, "{query}");
    }
}

#[test]
fn a_page_begins_behind_what_this_client_may_see() {
    for query in ["after=b2", "after=nothing"] {
        let code = refused(ResourceKind::Batch, query);
        assert_eq!(code, FailureCode::ResourceNotFound, "{query}");
    }
}
