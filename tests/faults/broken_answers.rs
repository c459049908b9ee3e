//! Answers that say 200 and are none, and answers whose framing is broken.

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{BareUpstream, MODEL, Rig, RigOptions, Seen};

use crate::ledger::{is_unpenalised, of};

/// 200, and no answer in it.
const HOLLOW: [Behaviour; 4] = [
    Behaviour::Empty,
    Behaviour::ErrorFirst,
    Behaviour::Html,
    Behaviour::Envelope200,
];

/// F14: a 200 without an answer is a failure for the client and in the log.
#[tokio::test]
async fn a_200_without_an_answer_is_never_a_success() {
    let rig = Rig::start().await;
    let mut clients = Vec::new();
    for behaviour in HOLLOW {
        rig.simulator.set_behaviour(Scope::All, behaviour.clone());
        for stream in [false, true] {
            let seen = rig.ask_chat(MODEL, stream).await;
            assert_eq!(
                (seen.status, seen.error()),
                (502, "upstream_broken"),
                "{behaviour:?}"
            );
            assert!(seen.json()["error"]["message"].is_string());
            clients.push(seen);
            let seen = rig.ask_message(MODEL, stream).await;
            assert_eq!(
                (seen.status, seen.error()),
                (502, "upstream_broken"),
                "{behaviour:?}"
            );
            assert_eq!(seen.json()["type"], "error");
            clients.push(seen);
        }
    }
    assert!(
        clients
            .iter()
            .all(|seen| (2..=3).contains(&seen.attempts()))
    );
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::UpstreamFailed)
    );
    assert!(rows.iter().all(|row| row.prompt_tokens.is_none()));
    assert!(is_unpenalised(&rig.keys().await));
}

/// F14: while another account answers, the client notices nothing.
#[tokio::test]
async fn a_200_without_an_answer_is_asked_again_elsewhere() {
    let rig = Rig::start().await;
    let mut clients = Vec::new();
    for behaviour in HOLLOW {
        rig.simulator
            .set_behaviour(Scope::Account("alpha".into()), behaviour);
        for stream in [false, true, false, true, false, true] {
            clients.push(rig.ask_chat(MODEL, stream).await);
        }
    }
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    assert!(of(&rig.upstream_hits().await, "alpha").len() >= HOLLOW.len());
}

/// F14: an account's refusal inside a 200 means what it says.
#[tokio::test]
async fn a_refusal_inside_a_200_counts_for_the_account() {
    let rig = Rig::start().await;
    let refusal = Behaviour::Status {
        status: 200,
        body: Some(
            r#"{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}"#
                .into(),
        ),
        retry_after: None,
    };
    rig.simulator
        .set_behaviour(Scope::Account("alpha".into()), refusal.clone());
    let mut clients = Vec::new();
    for stream in [false, true, false, true, false, true] {
        clients.push(rig.ask_chat(MODEL, stream).await);
    }
    assert!(clients.iter().all(Seen::is_whole));
    assert_eq!(
        of(&rig.upstream_hits().await, "alpha").len(),
        1,
        "exhausted after the first"
    );
    rig.simulator.set_behaviour(Scope::All, refusal);
    let last = rig.ask_chat(MODEL, false).await;
    assert_eq!(last.status, 503, "{}", last.text());
    assert_eq!(last.error(), "no_usable_key");
    clients.push(last);
    rig.agree(&clients).await;
}

/// F20: fewer bytes than announced are an aborted answer, not a short one.
#[tokio::test]
async fn a_body_shorter_than_announced_is_aborted() {
    let rig = Rig::start().await;
    let seen = rig.ask_chat("sim/bad-length", false).await;
    assert_eq!(seen.status, 200, "the head was on its way");
    assert!(seen.broke_off, "{}", seen.text());
    assert_eq!(
        seen.header("content-length"),
        "4096",
        "framing is the upstream's"
    );
    let good = rig.ask_chat(MODEL, false).await;
    let rows = rig.agree(&[seen, good]).await;
    assert_eq!(rows[0].outcome, Outcome::Interrupted);
    assert_eq!(
        (rows[0].prompt_tokens, rows[0].completion_tokens),
        (None, None)
    );
}

/// F20: a chunk size that is no number before the first event: no answer.
#[tokio::test]
async fn a_broken_chunk_before_the_first_event_is_a_502() {
    let rig = Rig::start().await;
    let seen = rig.ask_chat("sim/bad-chunk", true).await;
    assert_eq!((seen.status, seen.error()), (502, "upstream_no_answer"));
    assert_eq!(seen.attempts(), 2);
    let good = rig.ask_chat(MODEL, true).await;
    let rows = rig.agree(&[seen, good]).await;
    assert_eq!(rows[0].outcome, Outcome::UpstreamFailed);
}

/// F20: bytes that claim to be gzip pass as they are, claim included; what
/// cannot be read is not counted as zero.
#[tokio::test]
async fn a_broken_encoding_passes_untouched_and_uncounted() {
    let rig = Rig::start().await;
    let seen = rig.ask_chat("sim/bad-gzip", false).await;
    assert_eq!(seen.header("content-encoding"), "gzip");
    assert_eq!(seen.body, b"\x1f\x8b\x08\x00this is not deflate");
    let good = rig.ask_chat(MODEL, false).await;
    let rows = rig.agree(&[seen, good]).await;
    assert_eq!(
        (rows[0].prompt_tokens, rows[0].completion_tokens),
        (None, None)
    );
    assert_eq!(
        rig.hits("/v1/chat/completions")[0].header("accept-encoding"),
        Some("identity")
    );
}

/// F18: an envelope that comes in pieces is one all the same.
#[tokio::test]
async fn an_envelope_in_pieces_is_never_a_success() {
    let upstream = BareUpstream::start(|mut asked| async move {
        asked.skip_body().await?;
        asked
            .say("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
            .await?;
        for piece in ["{\"co", "de\":50507,", "\"message\":\"Request", " failed\"}"] {
            asked.say_chunk(piece.as_bytes()).await?;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        asked.say("0\r\n\r\n").await?;
        asked.close().await
    })
    .await;
    let rig = Rig::with(RigOptions {
        upstream: Some(upstream.base_url()),
        ..RigOptions::default()
    })
    .await;
    let seen = rig.ask_chat(MODEL, false).await;
    assert_eq!((seen.status, seen.error()), (502, "upstream_broken"));
    let rows = rig.settled_rows().await;
    assert_eq!(rows[0].outcome, Outcome::UpstreamFailed);
}
