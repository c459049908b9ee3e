//! Models of two sites, each played by a simulator of its own.

use std::sync::Arc;
use std::time::Instant;

use flowkeep_contract::ImportKeysRequest;
use flowkeep_core::clock::ManualClock;
use flowkeep_simulator::{Account, Behaviour, Model, Scope, Script, Simulator, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};

/// What .com alone has.
const ABROAD: &str = "abroad/own-model";
/// What .cn alone has.
const HOME: &str = "home/own-model";

struct TwoSites {
    rig: Rig,
    com: Simulator,
    clock: Arc<ManualClock>,
}

fn script(account: &str, own: &str) -> Script {
    let mut script = Script::with_accounts(vec![Account::new(account, sample_key(account))]);
    script.models.push(Model {
        id: own.to_owned(),
        kind: "text".to_owned(),
        sub_type: "chat".to_owned(),
        ..Model::default()
    });
    script.record_bodies = true;
    script
}

impl TwoSites {
    async fn start() -> Self {
        let com = Simulator::start(script("abroad", ABROAD))
            .await
            .expect("a simulator");
        let clock = Arc::new(ManualClock::at(1_780_000_000_000));
        let given: Arc<ManualClock> = Arc::clone(&clock);
        let rig = Rig::with(RigOptions {
            script: script("home", HOME),
            import: false,
            com: Some(com.base_url()),
            clock: Some(given),
            settings: "[aliases]\n\"home-or-away\" = [\"".to_owned() + MODEL + "\"]\n",
            ..RigOptions::default()
        })
        .await;
        let text = format!(
            "{} site=cn\n{} site=com",
            sample_key("home"),
            sample_key("abroad")
        );
        let request = ImportKeysRequest {
            text,
            validate: false,
            force: true,
        };
        let report = rig.app.import_keys(request).await.expect("a report");
        assert_eq!(report.added, 2);
        let sites = Self { rig, com, clock };
        sites.rig.simulator.ledger().clear();
        sites.com.ledger().clear();
        sites
    }

    async fn get(&self, path: &str) -> Seen {
        let sent = Instant::now();
        let rig = &self.rig;
        let request = rig.client.get(rig.url(path)).bearer_auth(&rig.token);
        Seen::read(request.send().await.expect("an HTTP answer"), sent).await
    }

    /// How often each site was asked for its list, .cn first.
    fn asked(&self) -> [usize; 2] {
        [&self.rig.simulator, &self.com].map(|site| {
            let entries = site.ledger().entries().into_iter();
            entries.filter(|entry| entry.path == "/v1/models").count()
        })
    }
}

fn has(seen: &Seen, model: &str) -> bool {
    let list = seen.json();
    let data = list["data"].as_array().expect("a list");
    data.iter().any(|entry| entry["id"] == model)
}

#[tokio::test]
async fn the_list_is_of_both_sites() {
    let sites = TwoSites::start().await;
    for _ in 0..3 {
        let seen = sites.get("/v1/models").await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        assert!(has(&seen, HOME) && has(&seen, ABROAD) && has(&seen, MODEL));
        assert!(seen.header("x-flowkeep-partial").is_empty());
    }
    assert_eq!(sites.asked(), [1, 1], "one account of each, once");
    for model in [HOME, ABROAD] {
        let seen = sites.get(&format!("/v1/models/{model}")).await;
        assert_eq!((seen.status, &seen.json()["id"]), (200, &model.into()));
    }
    let missing = sites.get("/v1/models/made/up").await;
    assert_eq!((missing.status, missing.error()), (404, "model_not_found"));
}

/// A site that does not answer is named, and what it said before stays.
#[tokio::test]
async fn a_site_that_fails_leaves_a_part() {
    let sites = TwoSites::start().await;
    let models = || Scope::Route("models".into());
    sites.com.set_behaviour(models(), Behaviour::status(500));
    let partial = sites.get("/v1/models").await;
    assert!(partial.status == 200 && has(&partial, HOME) && !has(&partial, ABROAD));
    let named = partial.header("x-flowkeep-partial");
    assert_eq!(named, sites.com.base_url().trim_end_matches('/'));
    // Nobody knows whether that site has it.
    let unknown = sites.get(&format!("/v1/models/{ABROAD}")).await;
    assert_eq!(unknown.status, 500, "{}", unknown.text());

    sites.com.set_behaviour(models(), Behaviour::Ok);
    assert!(has(&sites.get("/v1/models").await, ABROAD));
    sites.clock.advance_ms(7 * 60_000);
    sites.com.set_behaviour(models(), Behaviour::status(500));
    let stale = sites.get("/v1/models").await;
    assert!(has(&stale, HOME) && has(&stale, ABROAD));
    assert_eq!(stale.header("x-flowkeep-stale"), "420");

    let home = &sites.rig.simulator;
    home.set_behaviour(models(), Behaviour::status(500));
    let nothing = sites.get("/v1/models?type=image").await;
    assert_eq!(nothing.status, 500, "{}", nothing.text());
}

/// API reference §5: 20012 is about the site that was asked.
#[tokio::test]
async fn a_model_of_the_other_site_is_found_there() {
    let sites = TwoSites::start().await;
    for model in [HOME, ABROAD, HOME, ABROAD] {
        for stream in [false, true] {
            let seen = sites.rig.ask_chat(model, stream).await;
            assert!(seen.is_whole(), "{model}: {} {}", seen.status, seen.text());
        }
    }
    let nowhere = sites.rig.ask_chat("made/up", false).await;
    assert_eq!(
        (nowhere.status, &nowhere.json()["code"]),
        (400, &20012.into())
    );
    assert_eq!(nowhere.attempts(), 2, "each site once");
}

/// A name that one of the sites lists is no alias, whichever account is next.
#[tokio::test]
async fn an_alias_gives_way_to_a_model_of_any_site() {
    let sites = TwoSites::start().await;
    let seen = sites.rig.ask_chat("home-or-away", false).await;
    assert_eq!(seen.header("x-flowkeep-model"), MODEL);
    assert_eq!(sites.asked(), [1, 1], "both are asked before");
}
