//! Keys of siliconflow.cn and .com, each played by a simulator of its own.

use flowkeep_contract::{
    Empty, ImportKeysRequest, ImportOutcome, ImportReason, ImportReport, KeyState, KeyView,
    SetAccountRequest, SetKeyRequest, SiteName,
};
use flowkeep_simulator::{Account, Behaviour, Scope, Script, Simulator, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions};

/// The rig's simulator is .cn and knows `home`; the other is .com and knows `abroad`.
struct TwoSites {
    rig: Rig,
    com: Simulator,
}

impl TwoSites {
    async fn start() -> Self {
        let abroad = Account::new("abroad", sample_key("abroad"));
        let com = Simulator::start(Script::with_accounts(vec![abroad]))
            .await
            .expect("a simulator");
        let home = Account::new("home", sample_key("home"));
        let rig = Rig::with(RigOptions {
            import: false,
            com: Some(com.base_url()),
            ..RigOptions::with_accounts(vec![home])
        })
        .await;
        Self { rig, com }
    }

    async fn import(&self, text: &str, force: bool) -> ImportReport {
        let request = ImportKeysRequest {
            text: text.to_owned(),
            validate: true,
            force,
        };
        self.rig.app.import_keys(request).await.expect("a report")
    }

    async fn keys(&self) -> Vec<KeyView> {
        let keys = self.rig.app.list_keys(Empty {}).await;
        keys.expect("keys").keys
    }

    /// Which keys each site has seen, .cn first.
    fn seen(&self) -> [Vec<String>; 2] {
        [&self.rig.simulator, &self.com].map(|site| {
            let entries = site.ledger().entries().into_iter();
            let mut keys: Vec<_> = entries.filter_map(|entry| entry.key).collect();
            keys.sort();
            keys.dedup();
            keys
        })
    }

    fn forget(&self) {
        self.rig.simulator.ledger().clear();
        self.com.ledger().clear();
    }
}

#[tokio::test]
async fn a_key_that_one_site_does_not_know_is_tried_once_on_the_other() {
    let sites = TwoSites::start().await;
    let text = ["home", "abroad", "nobody"].map(sample_key).join("\n");
    let report = sites.import(&text, false).await;
    let told: Vec<_> = report
        .lines
        .iter()
        .map(|line| (line.line, line.outcome, line.site, line.reason))
        .collect();
    assert_eq!(
        told,
        [
            (
                3,
                ImportOutcome::Unauthorized,
                None,
                Some(ImportReason::Refused)
            ),
            (1, ImportOutcome::Added, None, None),
            (2, ImportOutcome::Added, Some(SiteName::Com), None),
        ]
    );
    // Each site was asked about what it had to be asked about, once.
    let hits = |site: &Simulator, name: &str| {
        let key = sample_key(name);
        let entries = site.ledger().entries().into_iter();
        entries
            .filter(|entry| entry.key.as_ref() == Some(&key))
            .count()
    };
    let cn = &sites.rig.simulator;
    let asked = ["home", "abroad", "nobody"].map(|name| (hits(cn, name), hits(&sites.com, name)));
    assert_eq!(asked, [(1, 0), (1, 1), (1, 1)]);

    let keys = sites.keys().await;
    let shown: Vec<_> = keys
        .iter()
        .map(|key| (key.site.name, key.site.currency.as_str(), key.state))
        .collect();
    assert_eq!(
        shown,
        [
            (SiteName::Cn, "CNY", KeyState::Usable),
            (SiteName::Com, "USD", KeyState::Usable),
        ]
    );
}

/// Whatever is asked for: a key is shown to its own site only.
#[tokio::test]
async fn requests_go_to_the_site_of_their_account() {
    let sites = TwoSites::start().await;
    let text = ["home", "abroad"].map(sample_key).join("\n");
    sites.import(&text, false).await;
    sites.forget();
    let outcomes = sites.rig.chats(MODEL, 8).await;
    assert_eq!(outcomes.count(200), 8);
    for path in ["/v1/models", "/v1/files", "/v1/audio/voice/list"] {
        let answer = sites
            .rig
            .client
            .get(sites.rig.url(path))
            .bearer_auth(&sites.rig.token)
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }
    assert_eq!(
        sites.seen(),
        [["home"], ["abroad"]].map(|of| of.map(sample_key).to_vec())
    );
}

/// With a named site nobody else is asked, and the currency follows the site.
#[tokio::test]
async fn a_named_site_is_taken_at_its_word() {
    let sites = TwoSites::start().await;
    let text = format!(
        "{} site=cn\n{} site=com balance=5",
        sample_key("abroad"),
        sample_key("home")
    );
    let report = sites.import(&text, false).await;
    assert_eq!((report.added, report.rejected), (0, 2));
    assert_eq!(
        sites.seen(),
        [["abroad"], ["home"]].map(|of| of.map(sample_key).to_vec())
    );
    let text = format!("{} site=com balance=5", sample_key("abroad"));
    assert_eq!(sites.import(&text, false).await.added, 1);
    let balance = sites.keys().await[0].balance.clone().expect("a balance");
    assert_eq!(
        (balance.nano, balance.currency.as_str()),
        (5_000_000_000, "USD")
    );
}

/// A key that was added at the wrong site serves once its account is put right.
#[tokio::test]
async fn an_account_that_is_moved_is_asked_about_at_its_new_site() {
    let sites = TwoSites::start().await;
    let text = format!("{} site=cn", sample_key("abroad"));
    sites.import(&text, true).await;
    let key = sites.keys().await.remove(0);
    assert_eq!(key.state, KeyState::Unauthorized);
    assert_eq!(sites.rig.chats(MODEL, 1).await.count(503), 1);
    let request = SetAccountRequest {
        id: key.account_id,
        site: Some("com".to_owned()),
        ..SetAccountRequest::default()
    };
    sites.rig.app.set_account(request).await.expect("it moves");
    let keys = sites
        .rig
        .keys_become(|list| list.keys[0].state == KeyState::Usable)
        .await;
    assert_eq!(keys.keys[0].site.name, SiteName::Com);
    assert_eq!(sites.rig.chats(MODEL, 1).await.count(200), 1);
}

/// Before any other upstream than the vendor's own, no second site is asked.
#[tokio::test]
async fn another_upstream_has_no_other_site() {
    let rig = Rig::with(RigOptions {
        import: false,
        ..RigOptions::default()
    })
    .await;
    let request = ImportKeysRequest {
        text: sample_key("nobody"),
        validate: true,
        force: false,
    };
    let report = rig.app.import_keys(request).await.expect("a report");
    assert_eq!(report.lines[0].outcome, ImportOutcome::Unauthorized);
    assert_eq!(rig.hits("/v1/models").len(), 1);
}

/// Switches, labels and accounts take effect with the next request.
#[tokio::test]
async fn changed_keys_serve_as_they_are_changed() {
    let rig = Rig::start().await;
    let keys = rig.keys().await.keys;
    let ids: Vec<_> = keys.iter().map(|key| key.id.clone()).collect();
    let set = async |request: SetKeyRequest| rig.app.set_key(request).await.expect("a change");
    let off = SetKeyRequest {
        ids: ids[1..].to_vec(),
        enabled: Some(false),
        ..SetKeyRequest::default()
    };
    assert_eq!(set(off).await.changed, 2);
    let moved = SetKeyRequest {
        ids: vec![ids[0].clone(), "nobody".to_owned()],
        account: Some("the team".to_owned()),
        ..SetKeyRequest::default()
    };
    assert_eq!(set(moved).await.unknown, ["nobody"]);
    for _ in 0..3 {
        let answer = rig.chat(MODEL).await;
        assert_eq!(answer.headers()["x-flowkeep-account"], "the team");
    }
    let states: Vec<_> = rig.keys().await.keys.iter().map(|key| key.state).collect();
    assert_eq!(
        states,
        [KeyState::Usable, KeyState::Disabled, KeyState::Disabled]
    );
    let on = SetKeyRequest {
        ids,
        enabled: Some(true),
        ..SetKeyRequest::default()
    };
    assert_eq!(set(on).await.changed, 3);
    let keys = rig.keys().await.keys;
    assert!(keys.iter().all(|key| key.state != KeyState::Disabled));
}

/// A page that answers everything with 200, as the login of a hotel's network
/// does, proves no key: it is added unchecked.
#[tokio::test]
async fn a_page_that_answers_everything_proves_nothing() {
    let rig = Rig::with(RigOptions {
        import: false,
        ..RigOptions::default()
    })
    .await;
    let pages = [Behaviour::Html, Behaviour::Envelope200, Behaviour::Empty];
    for (name, page) in ["alpha", "beta", "gamma"].into_iter().zip(pages) {
        rig.simulator.set_behaviour(Scope::All, page.clone());
        let request = ImportKeysRequest {
            text: sample_key(name),
            validate: true,
            force: false,
        };
        let report = rig.app.import_keys(request).await.expect("a report");
        assert_eq!((report.added, report.unchecked), (1, 1), "{page:?}");
    }
    let keys = rig.keys().await.keys;
    assert!(keys.iter().all(|key| key.state == KeyState::Unchecked));
    // With the real list they are what they are.
    rig.simulator.clear_behaviours();
    assert_eq!(rig.chats(MODEL, 3).await.count(200), 3);
    rig.keys_become(|list| list.keys.iter().all(|key| key.state == KeyState::Usable))
        .await;
}
