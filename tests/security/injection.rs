//! S26, S38: names that a hostile list or model brings along stay text.

use flowkeep_contract::{Empty, ImportKeysRequest, RemoveKeysRequest};
use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{MODEL, RawClient, Rig, RigOptions};

/// S26: a key's label stands in a header of each answer; it cannot add another
/// header, end the head or hide the rest.
#[tokio::test]
async fn a_label_cannot_leave_its_header() {
    let labels = [
        "<img src=x onerror=alert(1)>",
        "a\u{b}x-evil: 1",
        "100%0d%0ax-evil:1",
        "主账号",
        "a\u{202e}b\u{1b}]0;x\u{7}",
        "=HYPERLINK(1)",
    ];
    for label in labels {
        let rig = Rig::with(RigOptions {
            import: false,
            ..RigOptions::with_accounts(vec![Account::new("label", sample_key("label"))])
        })
        .await;
        let request = ImportKeysRequest {
            text: format!("{} {label}", sample_key("label")),
            validate: false,
            force: false,
        };
        rig.app.import_keys(request).await.unwrap();
        let mut client = RawClient::connect(&rig).await;
        client
            .send(rig.raw_post("/v1/chat/completions", &Rig::chat_body(MODEL, false)))
            .await;
        let head = client.read_until("\r\n\r\n").await.to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200"), "{label:?}: {head}");
        assert!(!head.contains("\r\nx-evil"), "{label:?}: {head}");
        let line = head
            .lines()
            .find(|line| line.starts_with("x-flowkeep-account: "))
            .unwrap();
        assert!(
            line.bytes()
                .all(|byte| byte == b' ' || byte.is_ascii_graphic()),
            "{line:?}"
        );
    }
}

/// S26, S38: what a client names as a model comes back as JSON text, whatever
/// it is, and is kept without control characters having an effect.
#[tokio::test]
async fn a_model_name_stays_text() {
    let rig = Rig::start().await;
    let names = [
        "</script><script>alert(1)</script>",
        "\u{1b}]0;x\u{7}",
        "javascript:alert(1)",
        "a\u{202e}b",
    ];
    for name in names {
        let seen = rig.ask_chat(name, false).await;
        assert_eq!(seen.status, 400);
        assert!(
            seen.header("content-type").starts_with("application/json"),
            "{name:?}"
        );
    }
    let rows = rig.settled_rows().await;
    let kept: Vec<_> = rows
        .iter()
        .map(|row| row.model.clone().unwrap_or_default())
        .collect();
    assert_eq!(
        kept[0], names[0],
        "shown as text by the UI, not changed here"
    );
    assert!(rows.iter().all(|row| row.error.is_some()));
}

/// S25: ids come from outside as well.
#[tokio::test]
async fn ids_are_data() {
    let rig = Rig::start().await;
    let request = RemoveKeysRequest {
        ids: vec!["' OR 1=1--".to_owned(), "%".to_owned(), String::new()],
    };
    let report = rig.app.remove_keys(request).await.unwrap();
    assert_eq!((report.removed, report.unknown.len()), (0, 3));
    assert_eq!(rig.app.list_keys(Empty {}).await.unwrap().keys.len(), 3);
}
