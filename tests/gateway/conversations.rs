//! A conversation stays with its account, and so with its prompt cache (D7).

use std::collections::BTreeSet;

use flowkeep_simulator::{Account, Behaviour, Scope, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use serde_json::{Value, json};

const TURNS: usize = 10;
const NAMES: [&str; 3] = ["alpha", "beta", "gamma"];

async fn rig(names: &[&str]) -> Rig {
    let account = |name: &&str| Account::new(*name, sample_key(name));
    Rig::with(RigOptions {
        affinity: true,
        ..RigOptions::with_accounts(names.iter().map(account).collect())
    })
    .await
}

/// What an agent sends: a system prompt, tools, and all turns so far.
struct Agent {
    system: String,
    messages: Vec<Value>,
}

impl Agent {
    fn new(name: &str) -> Self {
        Self {
            system: format!("You are {name}. {}", "Follow the rules. ".repeat(40)),
            messages: Vec::new(),
        }
    }

    /// The next turn in OpenAI's shape; the answer becomes part of the next one.
    async fn turn(&mut self, rig: &Rig) -> Seen {
        let number = self.messages.len();
        let text = format!("question {number}: {}", "more words ".repeat(30));
        self.messages.push(json!({"role": "user", "content": text}));
        let mut messages = vec![json!({"role": "system", "content": self.system})];
        messages.extend(self.messages.iter().cloned());
        let body = json!({"model": MODEL, "messages": messages, "temperature": number});
        let seen = rig.ask("/v1/chat/completions", &body).await;
        assert!(seen.is_whole(), "{}", seen.text());
        let answer = seen.json()["choices"][0]["message"]["content"].clone();
        self.messages
            .push(json!({"role": "assistant", "content": answer}));
        seen
    }
}

fn account_of(seen: &Seen) -> String {
    seen.header("x-flowkeep-account").to_owned()
}

/// Cached tokens of all rows.
async fn cached(rig: &Rig) -> i64 {
    let rows = rig.settled_rows().await;
    rows.iter().filter_map(|row| row.cached_tokens).sum()
}

/// Done when 3 of issue 4: it stays; when its account is revoked it moves once
/// and stays there; and the prompt cache is worth what it is with one account.
#[tokio::test]
async fn an_agent_keeps_its_account_until_that_is_revoked() {
    let alone = rig(&NAMES[..1]).await;
    let mut agent = Agent::new("alone");
    for _ in 0..TURNS {
        agent.turn(&alone).await;
    }
    let best = cached(&alone).await;
    assert!(best > 0);

    let rig = rig(&NAMES).await;
    let mut agent = Agent::new("mover");
    let mut accounts = Vec::new();
    for turn in 1..=TURNS {
        if turn == 6 {
            let gone: &String = &accounts[0];
            rig.simulator
                .set_behaviour(Scope::Key(sample_key(gone)), Behaviour::status(401));
        }
        accounts.push(account_of(&agent.turn(&rig).await));
    }
    assert!(
        accounts[..5].iter().all(|one| *one == accounts[0]),
        "{accounts:?}"
    );
    assert_ne!(accounts[5], accounts[0]);
    assert!(
        accounts[5..].iter().all(|one| *one == accounts[5]),
        "{accounts:?}"
    );
    let hits = rig.upstream_hits().await;
    assert_eq!(hits.len(), TURNS + 1, "one refusal, and none again");
    let kept = cached(&rig).await;
    println!("cached tokens: {kept} of {best}");
    assert!(kept * 10 >= best * 8, "{kept} of {best}");
}

/// Without a change of accounts nothing of the cache is lost.
#[tokio::test]
async fn conversations_side_by_side_each_keep_theirs() {
    let rig = rig(&NAMES).await;
    let mut agents: Vec<Agent> = (0..6)
        .map(|one| Agent::new(&format!("agent{one}")))
        .collect();
    let mut homes = Vec::new();
    for agent in &mut agents {
        homes.push(account_of(&agent.turn(&rig).await));
    }
    let different: BTreeSet<&String> = homes.iter().collect();
    assert_eq!(different.len(), NAMES.len(), "new ones are spread");
    for _ in 1..4 {
        for (agent, home) in agents.iter_mut().zip(&homes) {
            assert_eq!(account_of(&agent.turn(&rig).await), *home);
        }
    }
}

/// Claude Code and Codex name their conversations; the words do not matter then.
#[tokio::test]
async fn a_named_conversation_is_known_whatever_is_said() {
    let rig = rig(&NAMES).await;
    let mut homes = Vec::new();
    for turn in 0..6 {
        let body = json!({
            "model": MODEL, "max_tokens": 16,
            "messages": [{"role": "user", "content": format!("compacted {turn}")}],
        });
        let sent = std::time::Instant::now();
        let response = rig
            .client
            .post(rig.url("/v1/messages"))
            .bearer_auth(&rig.token)
            .header("content-type", "application/json")
            .header("x-claude-code-session-id", "0197b2f0-aaaa")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        homes.push(account_of(&Seen::read(response, sent).await));
    }
    assert!(homes.iter().all(|home| *home == homes[0]), "{homes:?}");
    let mut others = BTreeSet::new();
    for turn in 0..6 {
        let body =
            json!({"model": MODEL, "messages": [{"role": "user", "content": turn.to_string()}]});
        others.insert(account_of(&rig.ask("/v1/chat/completions", &body).await));
    }
    assert_eq!(others.len(), NAMES.len());
}

/// The setting turns it off: each request is the strategy's.
#[tokio::test]
async fn the_setting_turns_it_off() {
    let rig = Rig::with(RigOptions {
        affinity: false,
        ..RigOptions::default()
    })
    .await;
    let mut agent = Agent::new("wanderer");
    let mut accounts = BTreeSet::new();
    for _ in 0..6 {
        accounts.insert(account_of(&agent.turn(&rig).await));
    }
    assert!(accounts.len() > 1, "{accounts:?}");
}
