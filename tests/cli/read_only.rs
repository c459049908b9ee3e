//! F33: a disk that cannot be written at the start, or no longer.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flowkeep_tests::books::{assert_balanced, usage_number};
use serde_json::Value;

use crate::program::{Running, run};
use crate::world::{MODEL, World, sample_lines};

const PATIENCE: Duration = Duration::from_secs(30);

async fn chats(world: &World, address: &str, token: &str, count: usize) {
    for number in 0..count {
        let stream = number % 2 == 0;
        let answer = world.chat(address, token, (MODEL, stream)).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("a whole body");
    }
}

async fn health_becomes(world: &World, address: &str, wanted: &str) -> Value {
    let begun = Instant::now();
    loop {
        let health = world.health(address).await;
        if health["status"] == wanted {
            return health;
        }
        assert!(begun.elapsed() < PATIENCE, "not {wanted}: {health}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Every file of the folder with its content.
fn contents(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(world.folder()).expect("the folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = paths
        .filter(|path| path.is_file())
        .map(|path| {
            let content = std::fs::read(&path).expect("a file");
            (path, content)
        })
        .collect();
    files.sort();
    files
}

/// A start on such a disk says where and why, and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_on_a_read_only_disk_says_so() {
    let world = World::on_a_disk_of(8).await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let (gateway, _) = world.serve();
    gateway.stop();
    let before = contents(&world);
    world.disk().close_to_writers();
    for words in [&["serve", "--port", "0"][..], &["keys", "list"]] {
        let ended = run(&mut world.command(words));
        assert_eq!(ended.code, Some(1), "{words:?}: {ended:?}");
        let words = ended.stderr.to_lowercase();
        assert!(words.contains("read-only"), "{ended:?}");
        let folder = world.folder().to_string_lossy().to_lowercase();
        assert!(words.contains(&folder), "{ended:?}");
        assert!(ended.stdout.is_empty(), "{ended:?}");
    }
    assert_eq!(before, contents(&world));
}

/// A folder of somebody else's. Needs root, to become another user.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_in_a_folder_of_somebody_else_says_so() {
    let world = World::new().await;
    let folder = world.folder().join("theirs");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(world.folder(), Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    let serve = world.serve_command(&[]);
    let program = std::env::temp_dir().join(format!("flowkeep-{}", std::process::id()));
    // The build folder may be closed to other users.
    std::fs::copy(serve.get_program(), &program).unwrap();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(&program)
        .args(["serve", "--port", "0", "--vault", "file", "--data-dir"])
        .arg(&folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    let ended = run(&mut command);
    std::fs::remove_file(&program).unwrap();
    assert!(
        !ended.stderr.contains("setpriv:"),
        "this test must run as root: {ended:?}"
    );
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let words = ended.stderr.to_lowercase();
    assert!(words.contains("permission denied"), "{ended:?}");
    assert!(words.contains("theirs"), "{ended:?}");
}

/// Refuses a program all writing of the log, until dropped. The kernel's own
/// answer, by way of `strace`.
struct NoWriting(Running);

impl NoWriting {
    fn of(world: &World, gateway: &Running) -> Self {
        let mut strace = Command::new("strace");
        strace
            .args(["-f", "-o", "/dev/null", "-p", &gateway.pid().to_string()])
            .args(["-e", "trace=pwrite64,write,ftruncate"])
            .args(["-e", "inject=pwrite64,write,ftruncate:error=EROFS"])
            .stdin(Stdio::null());
        for name in ["usage.db", "usage.db-wal"] {
            strace.arg("-P").arg(world.folder().join(name));
        }
        let running = Running::start(&mut strace, "");
        loop {
            let line = running.complaint();
            if line.contains("attached") && !line.contains("resolved") {
                return Self(running);
            }
        }
    }

    fn end(mut self) {
        self.0.signal("INT");
        let _strace_says_by_which_signal = self.0.wait();
    }
}

/// While it runs: as with a full disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_turns_read_only_does_not_stop_requests() {
    let world = World::new().await;
    assert_eq!(world.import(&sample_lines(), &["--no-check"]).code, Some(0));
    let (gateway, address) = world.serve();
    let token = world.token();
    chats(&world, &address, &token, 20).await;
    let begun = Instant::now();
    while usage_number(world.folder(), "SELECT count(*) FROM requests") != 20 {
        assert!(begun.elapsed() < PATIENCE, "the rows are not written");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let closed = NoWriting::of(&world, &gateway);
    chats(&world, &address, &token, 60).await;
    let health = health_becomes(&world, &address, "degraded").await;
    assert_ne!(health["database"], "ok");
    println!("F33: {}", health["database"]);
    chats(&world, &address, &token, 20).await;
    closed.end();

    health_becomes(&world, &address, "ok").await;
    let ended = gateway.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(assert_balanced(world.folder()), 100, "nothing was lost");
}
