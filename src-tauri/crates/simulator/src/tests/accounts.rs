use reqwest::Method;
use serde_json::json;

use super::{MODEL, chat, chat_as, ended, get, hello, send, start, start_with};
use crate::{Account, Metric, RateLimitBody, Region, Script, Simulator, UserInfoMode, sample_key};

const INVALID: &str = r#"{"code":30014,"data":null,"message":"Token is invalid."}"#;

#[tokio::test]
async fn unknown_and_foreign_keys_are_invalid() {
    let foreign = Account {
        region: Region::Com,
        ..Account::new("abroad", sample_key("abroad"))
    };
    let simulator = start().await;
    simulator.set_account(foreign);
    for key in ["", "sk-testnobody", &sample_key("abroad")] {
        let answer = chat_as(&simulator, key, &hello(MODEL, false)).await;
        assert_eq!((answer.status, answer.body.as_str()), (401, INVALID));
        for path in ["/v1/models", "/v1/user/info"] {
            let answer = send(&simulator, (Method::GET, path), key, String::new()).await;
            assert_eq!((answer.status, answer.body.as_str()), (401, INVALID));
        }
    }
    let entries = simulator.ledger().entries();
    assert_eq!(entries.len(), 9);
    assert!(entries.iter().all(|entry| entry.account.is_none()));
}

#[tokio::test]
async fn legacy_authentication_answers_with_strings() {
    let script = Script {
        legacy_auth: true,
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    let unknown = chat_as(&simulator, "sk-testnobody", &hello(MODEL, false)).await;
    assert_eq!(
        (unknown.status, unknown.body.as_str()),
        (401, r#""Api key is invalid""#)
    );
    let url = format!("{}/models", simulator.base_url());
    let missing = super::client().get(url).send().await.unwrap();
    assert_eq!(missing.status(), 401);
    assert_eq!(missing.text().await.unwrap(), r#""Invalid token""#);
}

#[tokio::test]
async fn a_balance_is_used_up() {
    let key = sample_key("alpha");
    // DeepSeek-V3: 2 x 2000 + 4 x 8000 = 36,000 nano-CNY per hello.
    let account = Account::new("alpha", key).with_balance(30_000, 10_000);
    let simulator = start_with(account).await;
    for _ in 0..2 {
        assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 200);
    }
    let answer = chat(&simulator, &hello(MODEL, true)).await;
    assert_eq!(answer.status, 402);
    let message = "Sorry, your account balance is insufficient";
    let expected = json!({"code": 30001, "message": message, "data": null});
    assert_eq!(answer.json(), expected);
    let free = chat(&simulator, &hello("Qwen/Qwen3-8B", false)).await;
    assert_eq!(free.status, 402, "free models need a balance too");
    let account = simulator.accounts().remove(0);
    assert_eq!((account.gift_nano, account.charge_nano), (0, -32_000));
    let totals = simulator.ledger().totals();
    assert_eq!(totals.cost_nano, 72_000);
    assert_eq!(totals.by_status[&402], 2);
    simulator.set_account(account.with_balance(1, 0));
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 200);
}

#[tokio::test]
async fn gifts_do_not_pay_for_pro_models() {
    let account = Account::new("alpha", sample_key("alpha")).with_balance(1_000_000, 0);
    let simulator = start_with(account).await;
    let model = "Pro/deepseek-ai/DeepSeek-V3";
    let answer = chat(&simulator, &hello(model, false)).await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (403, &json!(30011))
    );
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 200);
}

#[tokio::test]
async fn an_unverified_account_is_told_so() {
    let account = Account {
        verified: false,
        ..Account::new("alpha", sample_key("alpha"))
    };
    let simulator = start_with(account).await;
    let answer = chat(&simulator, &hello(MODEL, false)).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("real-name"), "{}", answer.body);
    assert_eq!(get(&simulator, "/v1/models").await.status, 200);
}

#[tokio::test]
async fn limits_are_per_account_and_model() {
    let generations = [
        (RateLimitBody::NoCode, json!(null)),
        (RateLimitBody::Code50602, json!(50602)),
        (RateLimitBody::Code50603, json!(50603)),
    ];
    for (rate_limit_body, code) in generations {
        let limited = |name: &str| {
            Account::new(name, sample_key(name)).with_limit("deepseek-ai/*", Metric::Rpm, 2)
        };
        let mut accounts = vec![limited("alpha"), limited("beta")];
        accounts[0].keys.push(sample_key("second"));
        let script = Script {
            rate_limit_body,
            ..Script::with_accounts(accounts)
        };
        let simulator = Simulator::start(script).await.unwrap();
        let status = async |key: &str, model: &str| {
            let answer = chat_as(&simulator, &sample_key(key), &hello(model, false)).await;
            (answer.status, answer.body)
        };
        assert_eq!(status("alpha", MODEL).await.0, 200);
        // A bad request counts as well.
        assert_eq!(status("alpha", "sim/status:500").await.0, 500);
        assert_eq!(status("second", MODEL).await.0, 200);
        let (refused, body) = status("alpha", MODEL).await;
        assert_eq!(refused, 429, "both keys of the account share the window");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body.get("code").unwrap_or(&json!(null)), &code);
        let text = "Request was rejected due to rate limiting. Details: RPM limit reached.";
        assert_eq!(body["message"], text);
        assert_eq!(status("alpha", "deepseek-ai/DeepSeek-R1").await.0, 200);
        assert_eq!(status("beta", MODEL).await.0, 200);
    }
}

#[tokio::test]
async fn failed_calls_count() {
    let account = Account::new("alpha", sample_key("alpha")).with_limit("*", Metric::Rpm, 2);
    let simulator = start_with(account).await;
    let fault = crate::Behaviour::status(500);
    simulator.set_behaviour(crate::Scope::All, fault);
    for _ in 0..2 {
        assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 500);
    }
    simulator.clear_behaviours();
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 429);
}

#[tokio::test]
async fn user_info_is_gone_unless_asked_for() {
    let account =
        Account::new("alpha", sample_key("alpha")).with_balance(880_000_000, 88_000_000_000);
    let simulator = start_with(account).await;
    let gone = get(&simulator, "/v1/user/info").await;
    assert_eq!((gone.status, &gone.json()["code"]), (410, &json!(20092)));
    simulator.set_user_info_mode(UserInfoMode::Legacy200);
    let info = get(&simulator, "/v1/user/info").await;
    assert_eq!(info.status, 200);
    let data = &info.json()["data"];
    assert_eq!(data["id"], "alpha");
    assert_eq!(data["balance"], "0.88");
    assert_eq!(data["chargeBalance"], "88.00");
    assert_eq!(data["totalBalance"], "88.88");
    simulator
        .set_account(Account::new("alpha", sample_key("alpha")).with_balance(0, -1_234_500_000));
    let data = get(&simulator, "/v1/user/info").await.json();
    assert_eq!(data["data"]["totalBalance"], "-1.2345");
}

#[tokio::test]
async fn a_growing_conversation_is_cached_and_cheaper() {
    let simulator = start().await;
    let mut body = hello("deepseek-ai/DeepSeek-V3.2", false);
    let usage = chat(&simulator, &body).await.json()["usage"].clone();
    assert_eq!(usage["prompt_cache_hit_tokens"], 0);
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(json!({"role": "assistant", "content": "You said: hello"}));
    messages.push(json!({"role": "user", "content": "and again"}));
    let usage = chat(&simulator, &body).await.json()["usage"].clone();
    assert_eq!(usage["prompt_tokens"], 2 + 4 + 3);
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 2);
    assert_eq!(usage["prompt_cache_miss_tokens"], 7);
    let other = chat_as(&simulator, &sample_key("beta"), &body).await.json();
    assert_eq!(
        other["usage"]["prompt_cache_hit_tokens"], 0,
        "another account"
    );
    let entries = ended(&simulator, 3).await;
    assert_eq!(entries[1].told.unwrap().cached, 2);
    assert!(entries[1].cost_nano < entries[2].cost_nano);
}
