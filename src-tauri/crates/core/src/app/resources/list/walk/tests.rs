use proptest::prelude::*;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::merge;
use super::*;
use crate::app::resources::owners::Holder;
use crate::model::ResourceKind;

const KIND: ResourceKind = ResourceKind::Batch;

/// An account's batches, newest first: id and second of creation.
struct Account {
    id: AccountId,
    batches: Vec<(String, i64)>,
    knows_after: bool,
    tells_more: bool,
}

impl Account {
    /// Creation in these seconds; the order within one second is the account's own.
    fn new(name: &str, mut seconds: Vec<i64>) -> Self {
        seconds.sort_unstable_by(|one, other| other.cmp(one));
        let number = |index: usize| (index * 7) % 10;
        let id = |index| format!("{}{name}{index}", number(index));
        Self {
            id: AccountId::from(name),
            batches: seconds
                .iter()
                .enumerate()
                .map(|(index, second)| (id(index), *second))
                .collect(),
            knows_after: true,
            tells_more: true,
        }
    }

    /// What the vendor answers.
    fn page(&self, query: &str) -> Page {
        let field = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs
                .find(|(field, _)| field == name)
                .map(|(_, value)| value.into_owned())
        };
        let limit: usize = field("limit").unwrap().parse().unwrap();
        let after = field("after").filter(|_| self.knows_after);
        let from = after.map_or(0, |after| {
            let at = self.batches.iter().position(|(id, _)| *id == after);
            at.expect("only ids of the account are asked for") + 1
        });
        let rest = &self.batches[from..];
        let items: Vec<Value> = rest
            .iter()
            .take(limit)
            .map(|(id, second)| json!({"id": id, "created_at": second}))
            .collect();
        let mut answer = json!({"object": "list", "data": items});
        if self.tells_more {
            answer["has_more"] = (rest.len() > limit).into();
        }
        Page::read(KIND, answer.to_string().as_bytes(), &|_| None).unwrap()
    }

    fn walk(&self, wanted: &Wanted, owners: &Owners, hidden: &str) -> Part {
        let mut walk = Walk::begin(wanted, owners, &self.id);
        let is_visible = |item: &Item| !item.id.ends_with(hidden);
        while walk.take(self.page(&walk.query()), is_visible) {}
        let mut part = walk.into_part();
        let holder = Holder {
            account: &self.id,
            label: &self.id.as_str().into(),
        };
        owners.note(holder, std::mem::take(&mut part.seen), 0);
        part
    }
}

/// A page of the whole, and whether there is more.
fn list(accounts: &[Account], owners: &Owners, query: &str, hidden: &str) -> (Vec<String>, bool) {
    let wanted = Wanted::read(KIND, query, owners, &"cursor".into()).unwrap();
    let parts = accounts
        .iter()
        .map(|one| one.walk(&wanted, owners, hidden))
        .collect();
    let merged: Value = serde_json::from_slice(&merge::merged(KIND, parts, &wanted)).unwrap();
    let ids = merged["data"].as_array().unwrap().iter();
    let ids: Vec<String> = ids
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(merged["first_id"].as_str(), ids.first().map(String::as_str));
    assert_eq!(merged["last_id"].as_str(), ids.last().map(String::as_str));
    (ids, merged["has_more"].as_bool().unwrap())
}

/// All pages, one after the other.
fn pages(accounts: &[Account], limit: usize, hidden: &str) -> Vec<String> {
    let owners = Owners::default();
    let mut all: Vec<String> = Vec::new();
    for _ in 0..500 {
        let after = all.last().map(|last| format!("&after={last}"));
        let query = format!("limit={limit}{}", after.unwrap_or_default());
        let (ids, has_more) = list(accounts, &owners, &query, hidden);
        assert!(ids.len() <= limit);
        all.extend(ids);
        if !has_more {
            return all;
        }
    }
    unreachable!("the list does not end: {all:?}");
}

/// What all pages together must be: everything once, newest first.
fn assert_complete(accounts: &[Account], pages: &[String], hidden: &str) {
    let second = |id: &String| {
        let mut batches = accounts.iter().flat_map(|account| &account.batches);
        batches
            .find(|(known, _)| known == id)
            .expect("no invented id")
            .1
    };
    let seconds: Vec<i64> = pages.iter().map(second).collect();
    assert!(seconds.is_sorted_by(|one, next| one >= next), "{seconds:?}");
    let keys = pages.iter().zip(&seconds).map(|(id, second)| (-second, id));
    assert!(keys.is_sorted(), "{pages:?}");
    let mut once: Vec<&String> = pages.iter().collect();
    once.sort_unstable();
    let mut all: Vec<&String> = accounts
        .iter()
        .flat_map(|account| account.batches.iter().map(|(id, _)| id))
        .filter(|id| !id.ends_with(hidden))
        .collect();
    all.sort_unstable();
    assert_eq!(once, all);
}

fn accounts(seconds: Vec<Vec<i64>>) -> Vec<Account> {
    let names = ["a", "b", "c", "d"];
    let pairs = names.iter().zip(seconds);
    pairs
        .map(|(name, seconds)| Account::new(name, seconds))
        .collect()
}

proptest! {
    /// The point of it: page by page, nothing comes twice and nothing is left
    /// out, also where several were made in the same second.
    #[test]
    fn all_pages_together_are_everything_once(
        seconds in prop::collection::vec(prop::collection::vec(0_i64..12, 0..25), 1..5),
        limit in 1_usize..9,
        tells_more: bool,
    ) {
        let mut accounts = accounts(seconds);
        for account in &mut accounts {
            account.tells_more = tells_more;
        }
        let got = pages(&accounts, limit, "!");
        assert_complete(&accounts, &got, "!");
    }

    /// What this client may not see takes no place on its pages.
    #[test]
    fn what_is_hidden_leaves_no_gap(
        seconds in prop::collection::vec(prop::collection::vec(0_i64..40, 0..25), 1..4),
        limit in 1_usize..6,
    ) {
        let accounts = accounts(seconds);
        let got = pages(&accounts, limit, "1");
        assert_complete(&accounts, &got, "1");
        for page in got.chunks(limit) {
            prop_assert!(page.len() == limit || got.ends_with(page), "{:?}", got);
        }
    }
}

/// A vendor that gives the newest whatever is asked ends the list early, and
/// neither repeats itself nor goes on for ever.
#[test]
fn a_vendor_that_ignores_after_does_not_go_round_in_circles() {
    let mut accounts = accounts(vec![(0..150).collect(), vec![3, 70]]);
    accounts[0].knows_after = false;
    accounts[0].tells_more = false;
    let got = pages(&accounts, 10, "!");
    let mut once = got.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), got.len(), "{got:?}");
    assert!(got.len() >= 100, "{}", got.len());
}

/// The second page begins near its place, also where `after` is another's.
#[test]
fn a_later_page_does_not_begin_at_the_top() {
    let accounts = accounts(vec![
        (0..90).map(|n| 2 * n).collect(),
        (0..90).map(|n| 2 * n + 1).collect(),
    ]);
    let owners = Owners::default();
    let (first, _) = list(&accounts, &owners, "limit=50", "!");
    let query = format!("limit=50&after={}", first[49]);
    let wanted = Wanted::read(KIND, &query, &owners, &"cursor".into()).unwrap();
    for account in &accounts {
        let begins = Walk::begin(&wanted, &owners, &account.id).query();
        assert!(begins.contains("after="), "{begins}");
    }
}

/// An account that does not know where to begin, by an error or by an empty
/// page, is asked from the top, once.
#[test]
fn a_place_that_is_gone_is_given_up_once() {
    let accounts = accounts(vec![vec![3, 2, 1]]);
    let owners = Owners::default();
    let (first, _) = list(&accounts, &owners, "limit=2", "!");
    let query = format!("limit=2&after={}", first[1]);
    let wanted = Wanted::read(KIND, &query, &owners, &"cursor".into()).unwrap();
    for says_so in [true, false] {
        let mut walk = Walk::begin(&wanted, &owners, &accounts[0].id);
        assert!(walk.query().contains("after="));
        let nothing = || Page::read(KIND, br#"{"data":[],"has_more":false}"#, &|_| None).unwrap();
        if says_so {
            assert!(walk.begin_at_the_top());
        } else {
            assert!(walk.take(nothing(), |_| true));
        }
        assert!(!walk.query().contains("after="));
        assert!(!walk.begin_at_the_top());
        assert!(!walk.take(accounts[0].page(&walk.query()), |_| true));
        let ids: Vec<_> = walk
            .into_part()
            .items
            .into_iter()
            .map(|item| item.id)
            .collect();
        assert_eq!(ids, [Arc::from(accounts[0].batches[2].0.as_str())]);
    }
    let mut empty = Walk::begin(&wanted, &Owners::default(), &accounts[0].id);
    let nothing = Page::read(KIND, br#"{"data":[]}"#, &|_| None).unwrap();
    assert!(!empty.take(nothing, |_| true));
}
