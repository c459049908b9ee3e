use super::{Behaviour, Behaviours, CutHow, Scope, Target};

fn target(model: Option<&str>) -> Target<'_> {
    Target {
        route: "chat/completions",
        key: "sk-test1",
        account: "alpha",
        model,
    }
}

#[test]
fn spellings_name_behaviours() {
    let cases = [
        ("ok", Behaviour::Ok),
        ("status:503", Behaviour::status(503)),
        (
            "status:418:a:b",
            Behaviour::Status {
                status: 418,
                body: Some("a:b".into()),
                retry_after: None,
            },
        ),
        (
            "retry-after:2",
            Behaviour::Status {
                status: 429,
                body: None,
                retry_after: Some(2),
            },
        ),
        (
            "sse:200:0:20",
            Behaviour::Sse {
                chunks: 200,
                pace_us: 0,
                size: 20,
            },
        ),
        (
            "cut:10:rst",
            Behaviour::Cut {
                after_chunks: 10,
                how: CutHow::Rst,
            },
        ),
        ("stall:5", Behaviour::Stall { after_chunks: 5 }),
        (
            "redirect:307:http://127.0.0.1:1/x",
            Behaviour::Redirect {
                status: 307,
                url: "http://127.0.0.1:1/x".into(),
            },
        ),
        ("ttfb:20", Behaviour::FirstByte { ms: 20 }),
        ("error-first", Behaviour::ErrorFirst),
        ("tool-call", Behaviour::ToolCall),
    ];
    assert_spelled(&cases);
}

#[test]
fn spellings_name_errors_and_exhaustion() {
    assert_spelled(&[
        ("code:50609", Behaviour::Code { code: 50609 }),
        (
            "late-status:504:20",
            Behaviour::LateStatus {
                status: 504,
                ms: 20,
            },
        ),
        ("gzip-bomb", Behaviour::GzipBomb { mib: 1024 }),
        ("gzip-bomb:8", Behaviour::GzipBomb { mib: 8 }),
        ("endless-line", Behaviour::EndlessLine { bytes: 1 << 30 }),
        ("empty-events:9", Behaviour::EmptyEvents { count: 9 }),
        ("deep-json", Behaviour::DeepJson { depth: 1_000_000 }),
        ("usage-after-done", Behaviour::UsageAfterDone),
        ("job-fails", Behaviour::JobFails),
    ]);
}

fn assert_spelled(cases: &[(&str, Behaviour)]) {
    for (text, expected) in cases {
        assert_eq!(text.parse::<Behaviour>().unwrap(), *expected, "{text}");
        let model = format!("sim/{text}");
        assert_eq!(
            Behaviour::from_model(&model).as_ref(),
            Some(expected),
            "{model}"
        );
    }
}

#[test]
fn nonsense_names_nothing() {
    for text in [
        "",
        "status",
        "status:9",
        "status:x",
        "late-status:504",
        "code",
        "bom:1",
        "dribble:1",
        "cut:1:abort",
        "sse:1:2:3:4",
    ] {
        assert!(text.parse::<Behaviour>().is_err(), "{text}");
    }
    assert_eq!(Behaviour::from_model("status:503"), None);
}

#[test]
fn json_takes_spellings_and_full_forms() {
    let read = |text: &str| serde_json::from_str::<Behaviour>(text).unwrap();
    assert_eq!(read(r#""stall:5""#), Behaviour::Stall { after_chunks: 5 });
    assert_eq!(read(r#""ok""#), Behaviour::Ok);
    assert_eq!(read(r#"{"status":{"status":503}}"#), Behaviour::status(503));
    let scope = |text: &str| serde_json::from_str::<Scope>(text).unwrap();
    assert_eq!(scope(r#""all""#), Scope::All);
    assert_eq!(scope(r#""key:sk-a""#), Scope::Key("sk-a".into()));
    let pair = Scope::AccountModel("a".into(), "o/m:x".into());
    assert_eq!(scope(r#""account-model:a:o/m:x""#), pair);
    assert_eq!(scope(r#"{"account-model":["a","o/m:x"]}"#), pair);
}

#[test]
fn a_behaviour_survives_json() {
    let cut = Behaviour::Cut {
        after_chunks: 3,
        how: CutHow::Rst,
    };
    let text = serde_json::to_string(&cut).unwrap();
    assert_eq!(serde_json::from_str::<Behaviour>(&text).unwrap(), cut);
}

#[test]
fn the_most_specific_scope_wins() {
    let table = Behaviours::default();
    let model = Some("sim/status:500");
    let choose = |expected: u16| {
        assert_eq!(table.choose(&target(model)), Behaviour::status(expected));
    };
    table.set(Scope::All, Behaviour::status(501));
    table.set(
        Scope::Route("/v1/chat/completions".into()),
        Behaviour::status(502),
    );
    table.set(
        Scope::Model("sim/status:500".into()),
        Behaviour::status(503),
    );
    choose(500);
    table.set(Scope::Account("alpha".into()), Behaviour::status(504));
    choose(504);
    table.set(Scope::Key("sk-test1".into()), Behaviour::status(505));
    choose(505);
    let pair = Scope::AccountModel("alpha".into(), "sim/status:500".into());
    table.set(pair, Behaviour::status(506));
    choose(506);
    assert_eq!(table.choose(&target(None)), Behaviour::status(505));
    table.clear();
    choose(500);
    assert_eq!(table.choose(&target(None)), Behaviour::Ok);
}

#[test]
fn broad_scopes_are_asked_from_model_to_all() {
    let table = Behaviours::default();
    table.set(Scope::All, Behaviour::status(501));
    assert_eq!(table.choose(&target(Some("m"))), Behaviour::status(501));
    table.set(
        Scope::Route("chat/completions".into()),
        Behaviour::status(502),
    );
    assert_eq!(table.choose(&target(Some("m"))), Behaviour::status(502));
    table.set(Scope::Model("m".into()), Behaviour::status(503));
    assert_eq!(table.choose(&target(Some("m"))), Behaviour::status(503));
}

#[test]
fn status_then_ok_counts_down() {
    let table = Behaviours::default();
    let behaviour = Behaviour::StatusThenOk {
        status: 503,
        body: None,
        retry_after: Some(1),
        times: 2,
    };
    table.set(Scope::All, behaviour);
    let refused = Behaviour::Status {
        status: 503,
        body: None,
        retry_after: Some(1),
    };
    let seen: Vec<Behaviour> = (0..3).map(|_| table.choose(&target(None))).collect();
    assert_eq!(seen, [refused.clone(), refused, Behaviour::Ok]);
}

#[test]
fn flapping_keeps_its_share() {
    let table = Behaviours::default();
    let model = Some("sim/flapping:503:30");
    let failed = (0..200)
        .filter(|_| table.choose(&target(model)) == Behaviour::status(503))
        .count();
    assert_eq!(failed, 60);
}
