//! `flowkeep serve` when all is well.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use flowkeep_simulator::sample_key;

use crate::program::Running;
use crate::world::{MODEL, World, sample_lines};

#[tokio::test(flavor = "multi_thread")]
async fn it_prints_one_line_and_ends_with_0() {
    let world = World::new().await;
    let (gateway, address) = world.serve();
    let health = format!("http://{address}/health");
    assert_eq!(world.get(&health).await.unwrap(), 200);
    let ended = gateway.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stdout, "", "stdout has the one line only");
    assert!(
        ended
            .stderr
            .contains("token: run `flowkeep token --data-dir "),
        "{ended:?}"
    );
    assert!(ended.stderr.contains(&format!(
        "console: http://{address}/  user admin  password "
    )));
    assert!(
        world.get(&health).await.is_err(),
        "nothing listens any more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_first_start_tells_of_the_token_and_a_set_password_is_not_shown() {
    let world = World::new().await;
    let (first, _) = world.serve();
    first.stop();
    let mut command = world.serve_command(&[]);
    command.env("FLOWKEEP_ADMIN_PASSWORD", "the-password-that-was-set");
    let ended = Running::serve(&mut command).0.stop();
    assert_eq!(ended.code, Some(0));
    for absent in ["token:", "console:", "the-password-that-was-set"] {
        assert!(!ended.stderr.contains(absent), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_token_opens_it_and_another_does_not() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &[]).code, Some(0));
    let (gateway, address) = world.serve();
    let token = world.token();
    assert!(token.starts_with("fk-") && token.len() == 67, "{token}");
    let answer = world.chat(&address, &token, (MODEL, false)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("You said: Hello"));
    let answer = world
        .chat(&address, "fk-other", (MODEL, false))
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    gateway.stop();
}

/// S1: programs that resolve `localhost` to `::1` find it as well.
#[tokio::test(flavor = "multi_thread")]
async fn it_listens_on_both_loopbacks() {
    let world = World::new().await;
    let (gateway, address) = world.serve();
    let port = address.rsplit(':').next().unwrap();
    let ipv6 = TcpListener::bind("[::1]:0").is_ok();
    let answer = world.get(&format!("http://[::1]:{port}/health")).await;
    assert_eq!(answer.ok(), ipv6.then_some(200));
    gateway.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_the_environment_serve_from_the_first_request() {
    let world = World::new().await;
    let mut command = world.serve_command(&[]);
    let keys = format!("{},{} no-key", sample_key("alpha"), sample_key("beta"));
    command.env("FLOWKEEP_KEYS", keys);
    command.env("FLOWKEEP_API_KEY", "a-token-of-my-own");
    let (gateway, address) = Running::serve(&mut command);
    let answer = world
        .chat(&address, "a-token-of-my-own", (MODEL, false))
        .await;
    assert_eq!(answer.unwrap().status(), 200);
    let ended = gateway.stop();
    assert!(
        ended.stderr.contains("no-key"),
        "the bad word is named: {ended:?}"
    );
    assert!(!ended.stderr.contains(&sample_key("alpha")));
    assert!(!ended.stderr.contains("a-token-of-my-own"));
    let mut token = world.command(&["token"]);
    token.env("FLOWKEEP_API_KEY", "a-token-of-my-own");
    let shown = crate::program::run(&mut token);
    assert_eq!(
        shown.stdout, "a-token-of-my-own",
        "the one that is in force"
    );
    assert_eq!(world.keys().len(), 2);
}

/// Beside one that records: the same chat, and only one of the two is in the log.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_log_nothing_is_recorded_and_that_is_said() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &[]).code, Some(0));
    let token = world.token();
    for flags in [&["--no-log"][..], &[]] {
        let (gateway, address) = Running::serve(&mut world.serve_command(flags));
        let answer = world.chat(&address, &token, (MODEL, false)).await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
        let ended = gateway.stop();
        let said = ended.stderr.contains("not recorded (--no-log)");
        assert_eq!(said, !flags.is_empty(), "{ended:?}");
        let stats = crate::program::run(&mut world.command(&["stats", "--json"]));
        let stats: serde_json::Value = serde_json::from_str(&stats.stdout).unwrap();
        let calls = u64::from(flags.is_empty());
        assert_eq!(stats["overview"]["totals"]["calls"], calls, "{flags:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_is_down_does_not_hold_the_start_up() {
    let world = World::new().await;
    world.simulator.stop().await;
    let mut command = world.serve_command(&[]);
    command.env("FLOWKEEP_KEYS", sample_key("alpha"));
    let (gateway, address) = Running::serve(&mut command);
    let answer = world.get(&format!("http://{address}/health")).await;
    assert_eq!(answer.unwrap(), 200);
    assert_eq!(gateway.stop().code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_names_still_work() {
    let world = World::new().await;
    let folder = world.folder().join("older");
    let mut command = crate::program::flowkeep(&["serve", "--port", "0", "--vault", "file"]);
    command.args(["--upstream", &world.simulator.base_url()]);
    command.env("DB_PATH", folder.join("pool.db"));
    command.env("API_KEY", "an-older-client-token");
    command.env("FLOWKEEP_KEYS", sample_key("alpha"));
    let (gateway, address) = Running::serve(&mut command);
    let answer = world
        .chat(&address, "an-older-client-token", (MODEL, false))
        .await;
    assert_eq!(answer.unwrap().status(), 200);
    gateway.stop();
    assert!(folder.join("flowkeep.db").exists());
}

/// Without it nobody could learn the token: no other process sees that vault.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_memory_vault_the_token_is_shown() {
    let world = World::new().await;
    let mut command = crate::program::flowkeep(&["serve", "--port", "0", "--vault", "memory"]);
    command.arg("--data-dir").arg(world.folder());
    let ended = Running::serve(&mut command).0.stop();
    assert!(ended.stderr.contains("token: fk-"), "{ended:?}");
}

/// S17, S18: also with everything switched on and no umask.
#[tokio::test(flavor = "multi_thread")]
async fn logs_are_private_and_hold_no_secret() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &[]).code, Some(0));
    let token = world.token();
    let mut command = world.serve_command(&[]);
    command.env("FLOWKEEP_LOG", "trace");
    let (gateway, address) = Running::serve(&mut command);
    for model in [MODEL, "sim/echo-auth", "sim/status:500"] {
        let answer = world.chat(&address, &token, (model, false)).await.unwrap();
        answer.bytes().await.unwrap();
    }
    let ended = gateway.stop();
    let logs: Vec<_> = std::fs::read_dir(world.folder().join("logs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(logs.len(), 1, "{logs:?}");
    let mode = std::fs::metadata(&logs[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let file = std::fs::read_to_string(&logs[0]).unwrap();
    assert!(file.len() > 1_000, "a trace is long");
    let secrets = ["alpha", "beta", "gamma"].map(sample_key);
    for text in [&file, &ended.stderr] {
        assert!(!text.contains(&token), "the client token is in a log");
        for key in &secrets {
            assert!(!text.contains(key.as_str()), "a key is in a log");
            assert!(!text.contains(&key[..12]), "the start of a key is in a log");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_log_filter_is_refused() {
    let world = World::new().await;
    let mut command = world.serve_command(&[]);
    command.env("FLOWKEEP_LOG", "flowkeep_core=loud");
    let ended = crate::program::run(&mut command);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("FLOWKEEP_LOG"));
    assert!(ended.took < Duration::from_secs(10));
}
