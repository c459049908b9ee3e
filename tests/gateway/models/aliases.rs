//! The shipped aliases, with the names that tools and the README use.

use flowkeep_contract::{ModelAlias, SettingsPatch};
use flowkeep_simulator::{Behaviour, Entry, Model, Scope, Script};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use serde_json::{Value, json};

const SPEECH: &str = "FunAudioLLM/CosyVoice2-0.5B";

/// The last upstream request, and its body as text.
async fn last_hit(rig: &Rig) -> (Entry, String) {
    let hit = rig
        .upstream_hits()
        .await
        .pop()
        .expect("an upstream request");
    let body = hit.body.clone().expect("bodies are recorded");
    let text = String::from_utf8_lossy(&body).into_owned();
    (hit, text)
}

/// Sends these very bytes.
async fn send(rig: &Rig, path: &str, content_type: &str, body: String) -> Seen {
    let sent = std::time::Instant::now();
    let request = rig.client.post(rig.url(path)).bearer_auth(&rig.token);
    let response = request
        .header("content-type", content_type)
        .body(body)
        .send()
        .await;
    Seen::read(response.expect("an HTTP answer"), sent).await
}

const CHAT: &str = r#""messages":[{"role":"user","content":"hi"}]"#;
const MESSAGE: &str = r#""max_tokens":9,"messages":[{"role":"user","content":"hi"}]"#;

/// Each route, a name as tools send it, the model that answers, and the fields.
const NAMES: [[&str; 4]; 8] = [
    ["chat/completions", "gpt-4o", "Qwen/Qwen3.6-35B-A3B", CHAT],
    ["chat/completions", "gpt-4o-mini", "Qwen/Qwen3.5-9B", CHAT],
    [
        "messages",
        "claude-3-sonnet-20240229",
        "zai-org/GLM-5.2",
        MESSAGE,
    ],
    ["messages", "claude-sonnet-4-5", "zai-org/GLM-5.2", MESSAGE],
    [
        "messages",
        "claude-haiku-4-5",
        "deepseek-ai/DeepSeek-V4-Flash",
        MESSAGE,
    ],
    [
        "embeddings",
        "text-embedding-ada-002",
        "BAAI/bge-m3",
        r#""input":"hi""#,
    ],
    [
        "embeddings",
        "text-embedding-3-small",
        "Qwen/Qwen3-Embedding-8B",
        r#""input":["hi"],"dimensions":256"#,
    ],
    [
        "images/generations",
        "dall-e-3",
        "Kwai-Kolors/Kolors",
        r#""prompt":"a cat","image_size":"1024x1024""#,
    ],
];

/// The bodies have odd spaces and unknown fields, which must stay.
#[tokio::test]
async fn the_names_that_tools_insist_on_work_on_every_route() {
    let rig = Rig::start().await;
    let mut clients: Vec<Seen> = Vec::new();
    for stream in [false, true] {
        for [route, name, model, fields] in NAMES {
            let of = |model: &str| {
                let model = json!(model);
                format!(
                    "{{ \"x_future\" : 1.0e0,\n\t\"model\" : {model} ,\"stream\":{stream}, {fields} }}"
                )
            };
            let path = format!("/v1/{route}");
            let seen = send(&rig, &path, "application/json", of(name)).await;
            assert_eq!(seen.status, 200, "{path} {name}: {}", seen.text());
            assert_eq!(seen.header("x-flowkeep-model"), model);
            let (_, sent) = last_hit(&rig).await;
            assert_eq!(sent, of(model), "only the model's bytes");
            clients.push(seen);
        }
    }
    let rows = rig.agree(&clients).await;
    for (row, [_, name, model, _]) in rows.iter().zip(NAMES.into_iter().cycle()) {
        assert_eq!(row.model.as_deref(), Some(name));
        assert_eq!(row.model_used.as_deref(), Some(model));
    }
}

/// The answer is the upstream's, its `model` too.
#[tokio::test]
async fn the_answer_names_the_model_that_gave_it() {
    let rig = Rig::start().await;
    let seen = rig.ask_chat("gpt-4o", false).await;
    assert_eq!(seen.json()["model"], "Qwen/Qwen3.6-35B-A3B");
    let plain = rig.ask_chat(MODEL, false).await;
    assert_eq!(plain.header("x-flowkeep-model"), MODEL);
    let rows = rig.agree(&[seen, plain]).await;
    assert_eq!(rows[1].model_used, None, "the asked model was used");
}

/// Codex asks in a protocol that the upstream does not speak.
#[tokio::test]
async fn an_alias_works_in_the_responses_protocol() {
    let rig = Rig::start().await;
    for stream in [false, true] {
        let body = json!({"model": "gpt-5-codex", "input": "hi", "stream": stream});
        let seen = rig.ask("/v1/responses", &body).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        assert_eq!(seen.header("x-flowkeep-model"), "zai-org/GLM-5.2");
        let (hit, _) = last_hit(&rig).await;
        assert_eq!(hit.model.as_deref(), Some("zai-org/GLM-5.2"));
    }
}

#[tokio::test]
async fn a_voice_of_openai_is_one_of_the_vendors() {
    let rig = Rig::start().await;
    let speech = |model: &str, voice: &str| {
        format!(r#"{{"input":"hi","voice":"{voice}","model":"{model}"}}"#)
    };
    let seen = send(
        &rig,
        "/v1/audio/speech",
        "application/json",
        speech("tts-1", "alloy"),
    )
    .await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert_eq!(seen.header("x-flowkeep-model"), SPEECH);
    assert_eq!(
        last_hit(&rig).await.1,
        speech(SPEECH, &format!("{SPEECH}:alex"))
    );
    // The vendor's own voices, and a model named as such, are left alone.
    for (model, voice) in [
        ("tts-1", format!("{SPEECH}:anna")),
        (SPEECH, "alloy".to_owned()),
    ] {
        send(
            &rig,
            "/v1/audio/speech",
            "application/json",
            speech(model, &voice),
        )
        .await;
        assert_eq!(last_hit(&rig).await.1, speech(SPEECH, &voice));
    }
}

#[tokio::test]
async fn the_model_of_a_form_is_replaced() {
    let rig = Rig::start().await;
    let of = |model: &str| {
        format!(
            "--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model.wav\"\r\n\
             Content-Type: audio/wav\r\n\r\nRIFF whisper-1\r\n--b0\r\n\
             Content-Disposition: form-data; name=\"model\"\r\n\r\n{model}\r\n--b0--\r\n"
        )
    };
    let kind = "multipart/form-data; boundary=b0";
    let seen = send(&rig, "/v1/audio/transcriptions", kind, of("whisper-1")).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert_eq!(
        seen.header("x-flowkeep-model"),
        "FunAudioLLM/SenseVoiceSmall"
    );
    let hit = rig.upstream_hits().await.remove(0);
    let expected = of("FunAudioLLM/SenseVoiceSmall");
    assert_eq!(hit.body_bytes, expected.len() as u64);
    assert_eq!(hit.body_sha256, Some(sha256(expected.as_bytes())));
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    use sha2::Digest as _;
    let mut hex = String::new();
    for byte in sha2::Sha256::digest(bytes) {
        write!(hex, "{byte:02x}").expect("a String takes all writes");
    }
    hex
}

/// What the upstream has under this name goes there under this name.
#[tokio::test]
async fn a_name_that_the_upstream_lists_is_left_alone() {
    let mut script = Script::sample();
    let own = Model {
        id: "gpt-4o".to_owned(),
        kind: "text".to_owned(),
        sub_type: "chat".to_owned(),
        ..Model::default()
    };
    script.models.push(own);
    script.record_bodies = true;
    let rig = Rig::with(RigOptions {
        script,
        ..RigOptions::default()
    })
    .await;
    for name in ["gpt-4o", "gpt-4o", "gpt-4o-mini"] {
        let seen = rig.ask_chat(name, false).await;
        assert!(seen.is_whole(), "{}", seen.text());
        let expected = if name == "gpt-4o" {
            name
        } else {
            "Qwen/Qwen3.5-9B"
        };
        assert_eq!(seen.header("x-flowkeep-model"), expected);
    }
    assert_eq!(
        rig.hits("/v1/models").len(),
        1,
        "the list is asked for once"
    );
}

/// However many ask at once, the list is asked for once.
#[tokio::test]
async fn many_first_requests_ask_for_one_list() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::Route("models".into()), Behaviour::Delay { ms: 50 });
    let asks = (0..24).map(|_| rig.ask_chat("gpt-4o", false));
    let clients = futures_util::future::join_all(asks).await;
    assert!(clients.iter().all(Seen::is_whole));
    assert_eq!(rig.hits("/v1/models").len(), 1);
    rig.agree(&clients).await;
}

/// A list that cannot be had keeps nobody waiting and no alias from working.
#[tokio::test]
async fn aliases_work_while_the_list_cannot_be_had() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::Route("models".into()), Behaviour::status(503));
    for _ in 0..5 {
        assert!(rig.ask_chat("gpt-4o", false).await.is_whole());
    }
    assert_eq!(rig.hits("/v1/models").len(), 3, "three keys, then a rest");
}

/// D9, with names that no alias has: what comes is what goes, to the byte.
#[tokio::test]
async fn without_an_alias_no_byte_changes() {
    let rig = Rig::start().await;
    for (number, body) in [
        "{\"model\":\"MODEL\",\"messages\":[]}".to_owned(),
        " \n{ \"messages\" : [ { \"model\" : \"gpt-4o\" } ] ,\r\n \"model\":\"MODEL\" } \t"
            .to_owned(),
        "{\"mod\\u0065l\":\"MODEL\",\"x\":1.0e0,\"y\":\"\\u4f60\",\"x\":2}".to_owned(),
        format!(
            "{{\"model\":\"MODEL\",\"pad\":\"{}\"}}",
            "\u{4f60}".repeat(100_000)
        ),
    ]
    .into_iter()
    .enumerate()
    {
        for model in [
            MODEL,
            "sim/ok",
            "gpt-4",
            "GPT-4o",
            "openai/gpt-4o",
            "unheard/of",
        ] {
            let body = body.replace("MODEL", model);
            send(
                &rig,
                "/v1/chat/completions",
                "application/json",
                body.clone(),
            )
            .await;
            assert_eq!(last_hit(&rig).await.1, body, "{number} {model}");
        }
    }
}

#[tokio::test]
async fn a_changed_table_is_in_force_at_once_and_is_written() {
    let rig = Rig::start().await;
    let rows = |models: &[&str]| {
        let models = models.iter().map(|model| (*model).to_owned()).collect();
        vec![ModelAlias {
            name: "mine".to_owned(),
            models,
        }]
    };
    let patch = |aliases| SettingsPatch {
        aliases: Some(aliases),
        ..SettingsPatch::default()
    };
    let view = rig
        .app
        .update_settings(patch(rows(&[MODEL])))
        .await
        .unwrap();
    assert_eq!(view.aliases, rows(&[MODEL]), "the whole table is replaced");
    assert!(view.shipped_aliases.len() > 8 && view.alias_faults.is_empty());
    assert_eq!(
        rig.ask_chat("mine", false).await.header("x-flowkeep-model"),
        MODEL
    );
    assert_eq!(
        rig.ask_chat("gpt-4o", false).await.status,
        400,
        "that one is gone"
    );
    let wrong = rig
        .app
        .update_settings(patch(rows(&["mine"])))
        .await
        .unwrap_err();
    assert!(wrong.message.contains("leads to \"mine\""), "{wrong}");
    assert!(
        rig.ask_chat("mine", false).await.is_whole(),
        "nothing was changed"
    );
    let file = std::fs::read_to_string(rig.folder().join("settings.toml")).unwrap();
    assert!(
        file.contains("mine = [\"deepseek-ai/DeepSeek-V3\"]"),
        "{file}"
    );
}

/// A circle in a file that was written by hand is named, and the rest works.
#[tokio::test]
async fn a_circle_in_the_file_is_left_out_with_a_warning() {
    let rig = Rig::with(RigOptions {
        settings: format!("[aliases]\na = \"b\"\nb = [\"a\"]\nmine = [\"{MODEL}\"]\n"),
        ..RigOptions::default()
    })
    .await;
    let view = rig
        .app
        .get_settings(flowkeep_contract::Empty {})
        .await
        .unwrap();
    assert_eq!(view.alias_faults.len(), 2, "{:?}", view.alias_faults);
    assert_eq!(view.warning, None, "the file itself is understood");
    assert!(rig.ask_chat("mine", false).await.is_whole());
    let unused = rig.ask_chat("a", false).await;
    assert_eq!(
        (unused.status, unused.header("x-flowkeep-model")),
        (400, "a")
    );
    let error: Value = unused.json();
    assert_eq!(error["code"], 20012);
}
