//! S3: a page that makes its name point to this machine (DNS rebinding) gets
//! nothing, because the name in `Host` is not ours.

use flowkeep_tests::{Rig, RigOptions};

use crate::spoken::{get_models, reached, speak};

/// S3: names that are not ours, and names that only look like ours.
#[tokio::test]
async fn foreign_hosts_are_refused_before_anything_else() {
    let rig = Rig::start().await;
    let foreign = [
        "evil.test:7898",
        "localhost.evil.test",
        "127.0.0.1.evil.test",
        "x.local",
        "box.internal",
        "localhost:7898@evil",
        "localhost/?a",
        "localhost#",
        "localhost:",
        "localhost:x",
        "localhost..",
        "user@localhost",
        "0.0.0.0:7898",
        "192.168.1.5",
        "[::1",
        "[::1].evil.test",
        "[::ffff:127.0.0.1]",
        "127.1",
        "2130706433",
        "",
    ];
    for host in foreign {
        let line = format!("host: {host}\r\n");
        for path in ["/v1/models", "/health", "/"] {
            let spoken = speak(&rig, get_models(&rig, path, &line)).await;
            assert!(
                [400, 403].contains(&spoken.status),
                "{host} {path}: {spoken:?}"
            );
            assert!(
                !spoken.rest.contains("\"keys\""),
                "{host} {path}: {spoken:?}"
            );
        }
    }
    // The host is judged before the token: a guess of the token learns nothing.
    let request = "GET /v1/models HTTP/1.1\r\nhost: evil.test\r\nconnection: close\r\n\r\n";
    assert_eq!(speak(&rig, request).await.status, 403);
    assert_eq!(reached(&rig), 0);
}

/// S3: what names the target twice, or not at all, is malformed.
#[tokio::test]
async fn a_request_has_exactly_one_host() {
    let rig = Rig::start().await;
    let none = get_models(&rig, "/v1/models", "");
    let two = get_models(&rig, "/v1/models", "host: localhost\r\nhost: localhost\r\n");
    let other = get_models(&rig, "/v1/models", "host: localhost\r\nHost: evil.test\r\n");
    for request in [none, two, other] {
        assert_eq!(speak(&rig, &request).await.status, 400, "{request}");
    }
    assert_eq!(reached(&rig), 0);
}

/// S3: an absolute target must name us as well; the header alone is not enough.
#[tokio::test]
async fn an_absolute_target_names_us_too() {
    let rig = Rig::start().await;
    let ours = "host: localhost\r\n";
    let refused = [
        ("http://evil.test/v1/models", ours),
        ("http://localhost@evil.test/v1/models", ours),
        ("https://evil.test:443/v1/models", ours),
        ("http://localhost/v1/models", "host: evil.test\r\n"),
        ("http://localhost/v1/models", ""),
    ];
    for (target, host) in refused {
        let spoken = speak(&rig, get_models(&rig, target, host)).await;
        assert!([400, 403].contains(&spoken.status), "{target}: {spoken:?}");
    }
    assert_eq!(reached(&rig), 0);
    let target = format!("http://127.0.0.1:{}/v1/models", rig.port());
    assert_eq!(
        speak(&rig, get_models(&rig, &target, ours)).await.status,
        200
    );
}

/// S3: our own names in every spelling that clients use.
#[tokio::test]
async fn our_own_names_are_accepted() {
    let rig = Rig::start().await;
    let ours = [
        "127.0.0.1",
        "127.0.0.1:7898",
        "localhost",
        "LocalHost:7898",
        "localhost.",
        "localhost.:7898",
        "[::1]",
        "[::1]:7898",
    ];
    for host in ours {
        let line = format!("host: {host}\r\n");
        let spoken = speak(&rig, get_models(&rig, "/v1/models", &line)).await;
        assert_eq!(spoken.status, 200, "{host}: {spoken:?}");
    }
}

/// S3: a name that the user added is accepted, and no name that ends like it.
#[tokio::test]
async fn a_name_the_user_added_is_exact() {
    let rig = Rig::with(RigOptions {
        settings: "allowed_hosts = [\"my.box\"]\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let ask = async |host: &str| {
        let line = format!("host: {host}\r\n");
        speak(&rig, get_models(&rig, "/v1/models", &line))
            .await
            .status
    };
    for host in ["my.box", "MY.BOX:7898", "my.box."] {
        assert_eq!(ask(host).await, 200, "{host}");
    }
    for host in ["not.my.box", "my.box.evil.test", "box", "my.boxx"] {
        assert_eq!(ask(host).await, 403, "{host}");
    }
}
