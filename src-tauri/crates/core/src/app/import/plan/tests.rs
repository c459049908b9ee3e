use flowkeep_contract::SiteName::{Cn, Com};

use super::super::lines;
use super::super::tests::{Desk, key};
use super::*;
use crate::price::Site;

fn present() -> Present {
    Present {
        keys: HashSet::new(),
        accounts: HashMap::new(),
    }
}

fn plan(text: &str) -> Plan {
    Plan::new(ImportFormat::Lines, lines::read(text), Vec::new())
}

fn outcomes(report: &ImportReport) -> Vec<(u32, ImportOutcome, Option<ImportReason>)> {
    let lines = report.lines.iter();
    lines
        .map(|line| (line.line, line.outcome, line.reason))
        .collect()
}

#[tokio::test]
async fn a_refused_key_is_added_only_by_force() {
    let desk = Desk::new().await;
    let mut plan = plan(&key(1));
    plan.note(0, Finding::Refused("unknown (401)".to_owned()));
    let (report, accepted) = plan.judge(&desk.app, &present(), false);
    let refused = Some(ImportReason::Refused);
    assert_eq!(
        outcomes(&report),
        [(1, ImportOutcome::Unauthorized, refused)]
    );
    assert_eq!((accepted.len(), report.rejected), (0, 1));
    let (report, accepted) = plan.judge(&desk.app, &present(), true);
    assert_eq!(
        outcomes(&report),
        [(1, ImportOutcome::AddedUnauthorized, refused)]
    );
    assert_eq!(accepted[0].state, KeyState::Unauthorized);
    assert_eq!(accepted[0].condition.as_ref().unwrap().status, Some(401));
}

#[tokio::test]
async fn the_site_that_knows_a_key_is_its_site() {
    let desk = Desk::new().await;
    let mut plan = plan(&format!("{}\n{} site=cn\n{}", key(1), key(2), key(3)));
    plan.note(0, Finding::Known(AccountSite::Vendor(Site::Com)));
    plan.note(1, Finding::Known(AccountSite::Vendor(Site::Cn)));
    plan.note(2, Finding::Known(AccountSite::Settings));
    let (report, accepted) = plan.judge(&desk.app, &present(), false);
    let sites: Vec<_> = accepted.iter().map(|key| key.site.to_string()).collect();
    assert_eq!(sites, ["com", "cn", "default"]);
    let shown: Vec<_> = report.lines.iter().map(|line| line.site).collect();
    assert_eq!(shown, [Some(Com), Some(Cn), None]);
}

/// Keys of one account share its site: what is known of one holds for those that
/// could not be asked, and what contradicts it is rejected.
#[tokio::test]
async fn an_account_lives_at_one_site() {
    let desk = Desk::new().await;
    let lines: Vec<_> = (1..=3)
        .map(|n| format!("{} account=team", key(n)))
        .collect();
    let mut plan = plan(&lines.join("\n"));
    plan.note(0, Finding::Unanswered("no answer".to_owned()));
    plan.note(1, Finding::Known(AccountSite::Vendor(Site::Com)));
    plan.note(2, Finding::Known(AccountSite::Settings));
    let (report, accepted) = plan.judge(&desk.app, &present(), false);
    assert_eq!(
        outcomes(&report),
        [
            (
                3,
                ImportOutcome::Malformed,
                Some(ImportReason::SiteConflict)
            ),
            (
                1,
                ImportOutcome::AddedUnchecked,
                Some(ImportReason::Unanswered)
            ),
            (2, ImportOutcome::Added, None),
        ]
    );
    let sites: Vec<_> = accepted.iter().map(|key| key.site.to_string()).collect();
    assert_eq!(sites, ["com", "com"]);
}

/// Where the account is known to live, a key is asked about there and nowhere else.
#[test]
fn keys_are_placed_before_they_are_asked_about() {
    let mut there = present();
    there
        .accounts
        .insert("old".to_owned(), AccountSite::Vendor(Site::Com));
    let mut plan = plan(&format!(
        "{} account=old\n{} account=new\n{} account=new site=cn\n{}",
        key(1),
        key(2),
        key(3),
        key(4)
    ));
    plan.place(&there);
    let sites: Vec<_> = plan
        .fresh(&there)
        .into_iter()
        .map(|(at, entry)| (at, entry.site.map(|site| site.to_string())))
        .collect();
    let site = |name: &str| Some(name.to_owned());
    assert_eq!(
        sites,
        [
            (0, site("com")),
            (1, site("cn")),
            (2, site("cn")),
            (3, None)
        ]
    );
}

#[test]
fn only_new_keys_are_asked_about_and_each_once() {
    let mut there = present();
    let known = crate::model::ApiKey::parse(&key(1)).unwrap();
    there.keys.insert(known.fingerprint());
    let plan = plan(&format!("{0}\n{1}\n{1}\nnonsense", key(1), key(2)));
    let places: Vec<_> = plan.fresh(&there).iter().map(|(at, _)| *at).collect();
    assert_eq!(places, [1]);
}
