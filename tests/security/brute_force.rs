//! S9: guesses are limited whoever makes them and from wherever; who has the right
//! token does not notice.

use std::sync::Arc;
use std::time::Instant;

use flowkeep_core::clock::ManualClock;
use flowkeep_gateway::AdminAccess;
use flowkeep_tests::{Rig, RigOptions, Seen};
use futures_util::{StreamExt as _, stream};
use reqwest::RequestBuilder;
use secrecy::SecretString;
use serde_json::json;

use crate::admin::{NAME, PASSWORD, access, administered, login};
use crate::logs::Logs;

const GUESSES: usize = 200;
const AT_ONCE: usize = 20;
/// Too long to be guessed.
const LONG_PASSWORD: &str = "nine random words in a long row";

async fn send(request: RequestBuilder) -> Seen {
    let sent = Instant::now();
    Seen::read(request.send().await.expect("an answer"), sent).await
}

fn models(rig: &Rig) -> RequestBuilder {
    rig.client.get(rig.url("/v1/models"))
}

fn try_login(rig: &Rig, password: &str) -> RequestBuilder {
    let body = json!({"username": NAME, "password": password});
    let request = rig.client.post(rig.url("/login"));
    request
        .header("content-type", "application/json")
        .body(body.to_string())
}

/// Sends them all, twenty at a time, and each tenth time the right one as well.
async fn flood(
    guess: impl Fn(usize) -> RequestBuilder,
    right: impl Fn() -> RequestBuilder,
) -> Vec<Seen> {
    let guesses = stream::iter((0..GUESSES).map(|number| {
        let right = (number % 10 == 9).then(&right);
        let guess = guess(number);
        async move {
            let seen = send(guess).await;
            if let Some(right) = right {
                let right = send(right).await;
                assert_eq!(right.status, 200, "the right one: {}", right.text());
            }
            seen
        }
    }));
    guesses.buffer_unordered(AT_ONCE).collect().await
}

/// At least 150 of 200 are told to wait, and nobody learns more than that.
fn assert_throttled(answers: &[Seen]) {
    let told_to_wait = answers.iter().filter(|seen| seen.status == 429);
    assert!(told_to_wait.count() >= 150);
    for seen in answers {
        assert!([401, 429].contains(&seen.status), "{}", seen.status);
        let wait = seen.header("retry-after").parse::<u64>().ok();
        assert_eq!(wait.is_some(), seen.status == 429);
        assert!(wait.is_none_or(|wait| (1..=60).contains(&wait)));
    }
}

fn wrong_token(number: usize) -> String {
    format!("fk-{number:064}")
}

#[tokio::test]
async fn two_hundred_wrong_tokens() {
    let rig = Rig::start().await;
    let right = || models(&rig).bearer_auth(&rig.token);
    let answers = flood(
        |number| models(&rig).bearer_auth(wrong_token(number)),
        right,
    )
    .await;
    assert_throttled(&answers);
    let throttled = answers.iter().find(|seen| seen.status == 429).unwrap();
    assert_eq!(throttled.error(), "too_many_attempts");
    assert_eq!(throttled.json()["error"]["type"], "rate_limit_error");
    assert_eq!(send(right()).await.status, 200);
    // Whoever shows nothing does not guess.
    assert_eq!(send(models(&rig)).await.status, 401);
}

/// Headers that say where a request comes from are not believed.
#[tokio::test]
async fn headers_make_no_difference() {
    let rig = Rig::start().await;
    let guess = |number: usize| {
        let from = format!("203.0.113.{}", number % 256);
        let request = models(&rig)
            .header("x-forwarded-for", &from)
            .header("x-real-ip", &from)
            .header("forwarded", format!("for={from}"));
        if number.is_multiple_of(2) {
            request.bearer_auth(wrong_token(number))
        } else {
            request.header("x-api-key", wrong_token(number))
        }
    };
    let right = || models(&rig).header("x-api-key", &rig.token);
    assert_throttled(&flood(guess, right).await);
}

/// A session is a token: it works on while somebody guesses at tokens, and at
/// the password.
#[tokio::test]
async fn sessions_go_on_while_somebody_guesses() {
    let rig = administered().await;
    let session = login(&rig).await;
    let logs = || rig.client.get(rig.url("/logs"));
    let right = || logs().bearer_auth(&session);
    let tokens = flood(|number| logs().bearer_auth(wrong_token(number)), right).await;
    assert_throttled(&tokens);
    let passwords = flood(|number| try_login(&rig, &format!("guess {number}")), right).await;
    assert_throttled(&passwords);
    let throttled = passwords.iter().find(|seen| seen.status == 429).unwrap();
    assert_eq!(throttled.json()["code"], "too_many_attempts");
}

/// A password that nobody can guess is never locked out.
#[tokio::test]
async fn a_long_password_is_always_looked_at() {
    let rig = Rig::with(RigOptions {
        admin: Some(AdminAccess {
            username: NAME.to_owned(),
            password: SecretString::from(LONG_PASSWORD),
        }),
        ..RigOptions::default()
    })
    .await;
    let logs = || rig.client.get(rig.url("/logs"));
    let basic = || logs().basic_auth(NAME, Some(LONG_PASSWORD));
    let guess = |number: usize| logs().basic_auth(NAME, Some(format!("guess {number}")));
    assert_throttled(&flood(guess, basic).await);
    assert_eq!(send(try_login(&rig, LONG_PASSWORD)).await.status, 200);
}

/// One that could be guessed is not looked at, since the answer would tell; it is
/// again after a minute at most.
#[tokio::test]
async fn a_short_password_rests_with_its_source() {
    let clock = Arc::new(ManualClock::at(1_760_000_000_000));
    let rig = Rig::with(RigOptions {
        admin: Some(access()),
        clock: Some(Arc::<ManualClock>::clone(&clock)),
        ..RigOptions::default()
    })
    .await;
    for number in 0..10 {
        let guess = try_login(&rig, &format!("guess {number}"));
        assert_eq!(send(guess).await.status, 401);
    }
    for elapsed_s in [1, 2, 4, 8, 16, 32, 60, 60] {
        let seen = send(try_login(&rig, PASSWORD)).await;
        assert_eq!(seen.status, 429);
        assert_eq!(seen.header("retry-after"), elapsed_s.to_string());
        clock.advance_ms(elapsed_s * 1_000);
        assert_eq!(send(try_login(&rig, "another guess")).await.status, 401);
    }
    let elsewhere = reqwest::Client::builder()
        .no_proxy()
        .local_address(std::net::IpAddr::from([127, 0, 0, 2]))
        .build()
        .unwrap();
    let body = json!({"username": NAME, "password": PASSWORD}).to_string();
    let login = elsewhere.post(rig.url("/login"));
    let login = login.header("content-type", "application/json").body(body);
    // Whoever works on this computer has millions of addresses.
    assert_eq!(send(login).await.status, 429);
    clock.advance_ms(60_000);
    assert_eq!(send(try_login(&rig, PASSWORD)).await.status, 200);
}

/// The owner can see in the log that somebody guesses, and nobody what.
#[tokio::test]
async fn guesses_are_logged_without_the_guess() {
    let logs = Logs::capture();
    let rig = administered().await;
    let token = "fk-guessedguessedguessed";
    assert_eq!(send(models(&rig).bearer_auth(token)).await.status, 401);
    let password = "guessed-password";
    assert_eq!(send(try_login(&rig, password)).await.status, 401);
    let said = String::from_utf8_lossy(&logs.bytes()).into_owned();
    for (what, guess) in [("a wrong token", token), ("a wrong password", password)] {
        let line = said.lines().find(|line| line.contains(what));
        assert!(
            line.is_some_and(|line| line.contains("127.0.0.1")),
            "{what}"
        );
        assert!(!said.contains(guess), "{what}");
    }
}

/// S39: neither a login nor anything else sets a cookie, and a stream of events
/// ends with the session that opened it.
#[tokio::test]
async fn sessions_leave_no_cookie_and_end_at_once() {
    let rig = administered().await;
    let seen = send(try_login(&rig, PASSWORD)).await;
    assert_eq!(seen.status, 200);
    assert!(!seen.headers.contains_key("set-cookie"));
    let token = seen.json()["token"].as_str().unwrap().to_owned();
    let events = rig.client.get(rig.url("/admin/events")).bearer_auth(&token);
    let mut events = events.send().await.unwrap();
    assert!(!events.headers().contains_key("set-cookie"));
    assert!(events.chunk().await.unwrap().is_some(), "the greeting");
    let logout = rig.client.post(rig.url("/logout")).bearer_auth(&token);
    assert_eq!(send(logout).await.status, 200);
    let logs = rig.client.get(rig.url("/logs"));
    assert_eq!(send(logs.bearer_auth(&token)).await.status, 401);
    let cookie = format!("session={token}; flowkeep={token}");
    let with_cookie = rig.client.get(rig.url("/logs")).header("cookie", cookie);
    assert_eq!(send(with_cookie).await.status, 401);
    // The next event is not for whoever has logged out.
    rig.chat(flowkeep_tests::MODEL).await;
    let rest = async {
        while let Ok(Some(chunk)) = events.chunk().await {
            assert!(chunk.is_empty(), "{chunk:?}");
        }
    };
    let ended = tokio::time::timeout(flowkeep_tests::PATIENCE, rest).await;
    ended.expect("the stream ends");
}
