use super::*;

#[test]
fn our_names_pass_with_and_without_a_port() {
    for host in [
        "localhost",
        "LOCALHOST:7898",
        "127.0.0.1:1",
        "[::1]:7898",
        "[::1]",
        "localhost.:80",
    ] {
        assert!(host_is_allowed(host, &[]), "{host}");
    }
}

/// S3, the list of the requirement and its neighbours.
#[test]
fn other_names_do_not() {
    for host in [
        "evil.test:7898",
        "localhost.evil.test",
        "127.0.0.1.evil.test",
        "x.local",
        "x.localhost",
        "localhost:7898@evil",
        "localhost/?a",
        "localhost#",
        "0.0.0.0:7898",
        "",
        "localhost:",
        "localhost:79x",
        "[::1",
        "[::1]x",
        "localhost..",
        "[::ffff:127.0.0.1]",
    ] {
        assert!(!host_is_allowed(host, &[]), "{host}");
    }
}

#[test]
fn the_users_names_pass_exactly() {
    let allowed = ["pool.lan".to_owned()];
    assert!(host_is_allowed("pool.lan:7898", &allowed));
    assert!(!host_is_allowed("x.pool.lan", &allowed));
}
