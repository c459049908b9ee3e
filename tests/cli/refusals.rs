//! Starts that are refused, and what they say.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::program::{flowkeep, run};
use crate::world::World;

/// A port that nobody has at the moment.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Flags and variables of a start.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

/// S2.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_address_without_a_good_token_is_refused_at_once() {
    let world = World::new().await;
    let port = free_port();
    let number = port.to_string();
    let public = ["--host", "0.0.0.0", "--port", &number];
    let cases: [Case<'_>; 5] = [
        (&["--no-token"], &[]),
        (&[], &[("FLOWKEEP_NO_TOKEN", "1")]),
        (&[], &[("FLOWKEEP_API_KEY", "abc")]),
        (&[], &[("FLOWKEEP_API_KEY", "sixteen-letters-")]),
        (&[], &[("API_KEY", "sixteen-letters-")]),
    ];
    for (words, variables) in cases {
        let mut command = world.serve_command(&[&public[..], words].concat());
        command.envs(variables.iter().copied());
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.took < Duration::from_secs(2), "{ended:?}");
        assert!(ended.stdout.is_empty(), "{ended:?}");
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
    let files = std::fs::read_dir(world.folder()).unwrap().count();
    assert_eq!(files, 0, "nothing was touched");
}

/// The address may also stand in `settings.toml`.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_address_of_the_settings_needs_a_long_token_too() {
    let world = World::new().await;
    let settings = "host = \"0.0.0.0\"\n";
    std::fs::write(world.folder().join("settings.toml"), settings).unwrap();
    let mut command = world.serve_command(&[]);
    command.env("FLOWKEEP_API_KEY", "sixteen-letters-");
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("at least 32"), "{ended:?}");
    let ended = run(&mut world.serve_command(&["--no-token"]));
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

/// F26, S43: no hopping to another port, and the holder is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_ends_with_98() {
    let world = World::new().await;
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let ended = run(&mut world.serve_command(&["--port", &port]));
    assert_eq!(ended.code, Some(98), "{ended:?}");
    assert!(
        ended.stderr.contains(&format!("port {port} is taken")),
        "{ended:?}"
    );
    assert!(ended.stderr.contains("--port"), "{ended:?}");
    if cfg!(target_os = "linux") {
        let pid = format!("(pid {})", std::process::id());
        assert!(ended.stderr.contains(&pid), "{ended:?}");
    }
    assert!(ended.stdout.is_empty());
    // The same for what else listens.
    for command in ["demo", "simulate"] {
        let ended = run(&mut flowkeep(&[command, "--port", &port]));
        assert_eq!(ended.code, Some(98), "{command}: {ended:?}");
    }
}

/// F27.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_says_who_is_the_first() {
    let world = World::new().await;
    let (first, address) = world.serve();
    let ended = run(&mut world.serve_command(&[]));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains(&address), "{ended:?}");
    assert!(ended.stderr.contains(&first.pid().to_string()), "{ended:?}");
    let health = world.get(&format!("http://{address}/health")).await;
    assert_eq!(health.unwrap(), 200, "the first one goes on");
    first.stop();
    let (again, _) = world.serve();
    assert_eq!(again.stop().code, Some(0));
}

/// F54: what a killed process leaves behind needs no cleaning up.
#[tokio::test(flavor = "multi_thread")]
async fn the_lock_of_a_killed_process_is_free() {
    let world = World::new().await;
    let (killed, _) = world.serve();
    killed.kill();
    let (gateway, _) = world.serve();
    assert_eq!(gateway.stop().code, Some(0));
}

/// S20 (a).
#[tokio::test(flavor = "multi_thread")]
async fn an_absent_keychain_is_no_riddle() {
    let world = World::new().await;
    let mut command = flowkeep(&["serve", "--port", "0", "--vault", "keychain"]);
    command.arg("--data-dir").arg(world.folder());
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("--vault file"), "{ended:?}");
    assert!(ended.took < Duration::from_secs(5), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_others_can_read_says_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new().await;
    world.serve().0.stop();
    let key = world.folder().join("vault.key");
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).unwrap();
    let ended = run(&mut world.serve_command(&[]));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("chmod 600"), "{ended:?}");
}

#[test]
fn wrong_usage_ends_with_2() {
    for words in [
        &["serve", "--upstream", "http://example.org/v1"][..],
        &["serve", "--host", "example.org"],
        &["serve", "--port", "80"],
        &["serve", "--api-key", "abc"],
        &["keys", "list", "--vault", "memory"],
        &["keys", "remove"],
        &["token", "--vault", "memory"],
        &["simulate", "--script", "/nonexistent.json"],
        &["no-such-command"],
    ] {
        let ended = run(&mut flowkeep(words));
        assert_eq!(ended.code, Some(2), "{words:?}: {ended:?}");
        assert!(!ended.stderr.is_empty());
    }
}

#[test]
fn help_and_version_end_with_0() {
    for words in [
        &["--help"][..],
        &["--version"],
        &["serve", "--help"],
        &["keys", "--help"],
    ] {
        let ended = run(&mut flowkeep(words));
        assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
        assert!(!ended.stdout.is_empty());
    }
    let help = run(&mut flowkeep(&["serve", "--help"])).stdout;
    for name in [
        "FLOWKEEP_API_KEY",
        "FLOWKEEP_HOST",
        "FLOWKEEP_KEYS",
        "DB_PATH",
        "98",
    ] {
        let found = help.contains(name) || run(&mut flowkeep(&["--help"])).stdout.contains(name);
        assert!(found, "{name} is not in the help");
    }
}
