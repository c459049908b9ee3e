//! `/api/keys`, `/api/key_info` and `/export_keys`.

use std::collections::HashSet;
use std::time::Instant;

use flowkeep_contract::{Empty, ImportKeysRequest};
use flowkeep_simulator::sample_key;
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use http::Method;
use serde_json::Value;

use super::{administered, ask, assert_refused, get, login, with};

async fn import(rig: &Rig, lines: &[String]) {
    let request = ImportKeysRequest {
        text: lines.join("\n"),
        validate: false,
        force: true,
    };
    rig.app.import_keys(request).await.expect("an import");
}

fn texts(page: &Value, field: &str) -> Vec<String> {
    let keys = page["keys"].as_array().expect("keys");
    let text = |key: &Value| key[field].as_str().expect("a text").to_owned();
    keys.iter().map(text).collect()
}

#[tokio::test]
async fn keys_are_listed_masked_in_pages_and_in_order() {
    let rig = with(RigOptions {
        import: false,
        ..RigOptions::default()
    })
    .await;
    let lines: Vec<String> = (0..23)
        .map(|n| format!("{} label-{n}", sample_key(&format!("key{n}x"))))
        .chain([
            format!("{} rich balance=12.34", sample_key("rich")),
            format!("{} poor balance=0.5", sample_key("poor")),
        ])
        .collect();
    import(&rig, &lines).await;
    let mut seen = HashSet::new();
    for (page, count) in [(1, 10), (2, 10), (3, 5), (4, 0), (1_000_000_000, 0)] {
        let answer = get(&rig, &format!("/api/keys?page={page}")).await;
        assert_eq!(answer["total"], 25);
        assert_eq!(
            (&answer["page"], &answer["page_size"]),
            (&page.into(), &10.into())
        );
        let ids = texts(&answer, "id");
        assert_eq!(ids.len(), count, "{page}");
        seen.extend(ids);
    }
    assert_eq!(seen.len(), 25);

    let rich = get(&rig, "/api/keys?page=1&sort_field=balance&sort_order=desc").await;
    assert_eq!(texts(&rich, "label")[..2], ["rich", "poor"]);
    let first = &rich["keys"][0];
    assert_eq!(first["balance"], 12.34);
    assert_eq!(first["balance_source"], "manual");
    assert_eq!(
        (&first["usage_count"], &first["enabled"]),
        (&0.into(), &true.into())
    );
    assert_eq!(first["state"], "unchecked");
    assert!(first["add_time"].as_f64().is_some_and(|time| time > 1.7e9));
    let secret = sample_key("rich");
    let last_four = &secret[secret.len() - 4..];
    assert_eq!(first["key"], format!("sk-…{last_four}"));
    assert_eq!(rich["keys"][2]["balance"], Value::Null);
    assert_eq!(rich["keys"][2]["balance_source"], "unknown");
    let poor = get(&rig, "/api/keys?sort_field=balance&sort_order=asc").await;
    assert_eq!(texts(&poor, "label")[..2], ["poor", "rich"]);

    for (wrong, about) in [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=1e9", "page"),
        ("page=1&page=2", "page"),
        ("sort_field=key", "sort_field"),
        ("sort_order=up", "sort_order"),
    ] {
        assert_refused(&rig, &format!("/api/keys?{wrong}"), about).await;
    }
}

#[tokio::test]
async fn a_key_is_shown_by_its_id() {
    let rig = administered().await;
    assert_eq!(rig.ask_chat(MODEL, false).await.status, 200);
    rig.settled_rows().await;
    let listed = get(&rig, "/api/keys?sort_field=usage_count").await;
    let used = &listed["keys"][0];
    assert_eq!(used["usage_count"], 1);
    let id = used["id"].as_str().expect("an id");
    assert_eq!(&get(&rig, &format!("/api/key_info?id={id}")).await, used);
    for (path, status) in [
        ("/api/key_info?id=nobody", 404),
        ("/api/key_info?id=%25", 404),
        ("/api/key_info?id=", 400),
        ("/api/key_info", 400),
    ] {
        let seen = ask(&rig, Method::GET, path).await;
        assert_eq!(seen.status, status, "{path}: {}", seen.text());
    }
}

/// S27: the one way out for keys, also for those that are switched off.
#[tokio::test]
async fn keys_are_exported_for_the_password_only() {
    let rig = administered().await;
    let keys = rig.keys().await.keys;
    let off = flowkeep_contract::SetKeyRequest {
        ids: vec![keys[0].id.clone()],
        enabled: Some(false),
        ..flowkeep_contract::SetKeyRequest::default()
    };
    rig.app.set_key(off).await.expect("switched off");
    let session = login(&rig).await;
    for token in [&session, &rig.token] {
        let request = rig.client.get(rig.url("/export_keys")).bearer_auth(token);
        let seen = Seen::read(request.send().await.expect("an answer"), Instant::now()).await;
        assert_eq!(seen.status, 401);
        assert!(!seen.text().contains("sk-"), "{}", seen.text());
    }
    let seen = ask(&rig, Method::GET, "/export_keys").await;
    assert_eq!(seen.status, 200);
    assert!(seen.header("content-type").starts_with("text/plain"));
    assert_eq!(seen.header("cache-control"), "no-store");
    assert_eq!(seen.header("x-flowkeep-missing-keys"), "0");
    let text = seen.text();
    let exported: HashSet<&str> = text.lines().collect();
    let known = rig.simulator.accounts();
    let known: HashSet<&str> = known
        .iter()
        .flat_map(|account| account.keys.iter().map(String::as_str))
        .collect();
    assert_eq!(exported, known);
    assert_eq!(keys.len(), known.len());

    // What was exported is what an import takes.
    let report = rig.app.import_keys(ImportKeysRequest {
        text,
        validate: false,
        force: true,
    });
    let report = report.await.expect("an import");
    assert_eq!(report.known as usize, known.len());
}

/// S27: no other route gives a key away.
#[tokio::test]
async fn no_other_route_shows_a_key() {
    let rig = administered().await;
    assert_eq!(rig.ask_chat(MODEL, false).await.status, 200);
    rig.settled_rows().await;
    let id = rig.app.list_keys(Empty {}).await.expect("keys").keys[0]
        .id
        .clone();
    let known = rig.simulator.accounts();
    for path in [
        "/api/keys".to_owned(),
        format!("/api/key_info?id={id}"),
        "/api/stats/overview".to_owned(),
        "/api/stats/daily".to_owned(),
        "/api/stats/monthly".to_owned(),
        "/logs".to_owned(),
    ] {
        let seen = ask(&rig, Method::GET, &path).await;
        assert_eq!(seen.status, 200, "{path}");
        for key in known.iter().flat_map(|account| &account.keys) {
            assert!(!seen.text().contains(key), "{path}");
        }
    }
}
