//! S25, S38: what is searched for is text and not a pattern or SQL, and what
//! is exported is text and not a formula or an order to a terminal.

use std::time::Instant;

use flowkeep_contract::ImportKeysRequest;
use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::books::assert_balanced;
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use serde_json::{Value, json};

use crate::admin::{NAME, PASSWORD, access, administered, command, login};

/// Words that would be expensive or mighty if they were taken at more than
/// their letters.
const HOSTILE: [&str; 8] = [
    "%_%_%_%_%_%_%_%_%_%",
    "%",
    "_",
    "' OR 1=1 --",
    "\" OR model : *",
    "a* NEAR(b c) AND NOT",
    "'; DROP TABLE requests; --",
    "\\",
];

async fn found(rig: &Rig, session: &str, filter: Value) -> usize {
    let seen = command(rig, session, "list_requests", &json!({"filter": filter})).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    seen.json()["requests"].as_array().expect("rows").len()
}

#[tokio::test]
async fn a_search_is_for_letters_only() {
    let rig = administered().await;
    assert_eq!(rig.chats(MODEL, 5).await.statuses, [200; 5]);
    assert_eq!(rig.ask_chat("100%_sure", false).await.status, 400);
    assert_eq!(rig.settled_rows().await.len(), 6);
    let session = login(&rig).await;
    for words in HOSTILE {
        let expected = usize::from(["%", "_"].contains(&words));
        let by_text = found(&rig, &session, json!({"text": words})).await;
        assert_eq!(by_text, expected, "{words}");
        for exact in ["model", "account", "client", "route"] {
            assert_eq!(
                found(&rig, &session, json!({exact: words})).await,
                0,
                "{words}"
            );
        }
    }
    assert_eq!(found(&rig, &session, json!({"text": "%_SURE"})).await, 1);
    assert_eq!(found(&rig, &session, json!({"text": "deepseek"})).await, 5);
    assert_eq!(assert_balanced(rig.folder()), 6);
}

/// S17: a token that was pasted where the model belongs is recorded nowhere.
#[tokio::test]
async fn a_token_named_as_a_model_is_not_kept() {
    let rig = administered().await;
    assert!(rig.token.starts_with("fk-"));
    let pasted = format!("x/{}", rig.token);
    assert_eq!(rig.ask_chat(&pasted, false).await.status, 400);
    assert_eq!(rig.settled_rows().await.len(), 1);
    let session = login(&rig).await;
    let filter = json!({});
    let seen = command(&rig, &session, "list_requests", &filter).await;
    let row = &seen.json()["requests"][0];
    assert_eq!(row["model"], "[redacted]", "{row}");
    assert!(!seen.text().contains(&rig.token));
}

/// A model that a client names and a label that a list brings along.
#[tokio::test]
async fn an_export_calculates_and_steers_nothing() {
    let rig = Rig::with(RigOptions {
        admin: Some(access()),
        import: false,
        ..RigOptions::with_accounts(vec![Account::new("one", sample_key("one"))])
    })
    .await;
    let request = ImportKeysRequest {
        text: format!("{} =HYPERLINK(\"http://evil.test\")", sample_key("one")),
        validate: false,
        force: true,
    };
    rig.app.import_keys(request).await.expect("an import");
    for model in [
        "\u{1b}]0;x\u{7}model",
        "+1+cmd|'/c calc'!A1",
        "@SUM(A1)",
        "-2",
        "\t=1",
    ] {
        rig.ask_chat(model, false).await;
    }
    assert_eq!(rig.settled_rows().await.len(), 5);
    let sent = Instant::now();
    let export = rig.client.get(rig.url("/admin/export/requests?format=csv"));
    let export = export.basic_auth(NAME, Some(PASSWORD)).send().await;
    let csv = Seen::read(export.expect("an answer"), sent).await;
    assert_eq!(csv.status, 200, "{}", csv.text());
    let text = csv.text();
    assert_eq!(text.lines().count(), 6, "{text}");
    assert!(
        !text.contains(|c: char| c.is_control() && c != '\n'),
        "{text:?}"
    );
    for cell in [
        ",]0;xmodel,",
        ",'+1+cmd|'/c calc'!A1,",
        ",'@SUM(A1),",
        ",'-2,",
        ",'=1,",
        ",\"'=HYPERLINK(\"\"http://evil.test\"\")\",",
    ] {
        assert!(text.contains(cell), "{cell}: {text}");
    }
}
