use super::*;

#[test]
fn routes_are_found_with_and_without_the_prefix() {
    for (path, rest) in [
        ("/v1/chat/completions", Some("chat/completions")),
        ("/v1/made/up", Some("made/up")),
        ("/chat/completions", Some("chat/completions")),
        ("/messages", Some("messages")),
        ("/models", Some("models")),
        ("/models/a/b", Some("models/a/b")),
        ("/image/generations", Some("image/generations")),
        ("/batches/b/cancel", Some("batches/b/cancel")),
        ("/made/up", None),
        ("/", None),
        ("/v1", None),
        ("/v1/", None),
        ("/V1/models", None),
        ("/chat", None),
        ("/audio", None),
    ] {
        assert_eq!(below(path), rest, "{path}");
    }
}

/// What the console, the admin surface and the monitor own stays theirs.
#[test]
fn no_route_hides_a_page_or_an_admin_route() {
    for path in [
        "/health",
        "/login",
        "/logout",
        "/import_keys",
        "/refresh",
        "/api/keys",
        "/api/stats/overview",
        "/api/stats/daily",
        "/api/stats/monthly",
        "/logs",
        "/clear_logs",
        "/export_keys",
        "/admin/rpc/list_keys",
        "/admin/events",
        "/metrics",
        "/index.html",
        "/assets/index-1a2b.js",
        "/favicon.ico",
    ] {
        assert_eq!(below(path), None, "{path}");
        assert_eq!(wrong_base(path), None, "{path}");
    }
}

#[test]
fn a_wrong_base_url_is_told_from_a_foreign_path() {
    let swap =
        |from: &str| format!("the base URL ends in \"{from}\"; let it end in \"/v1\" instead");
    let remove = |what: &str| {
        format!(
            "the base URL ends in \"{what}\"; remove that, since this tool adds \"/v1\" by itself"
        )
    };
    for (path, message) in [
        ("/v1/v1/chat/completions", Some(swap("/v1/v1"))),
        ("/v1/v1/v1/models", Some(swap("/v1/v1/v1"))),
        ("//v1/chat/completions", Some(swap("//v1"))),
        ("//chat/completions", Some(swap("/"))),
        ("/v1//models", Some(swap("/v1/"))),
        (
            "/v1/chat/completions/chat/completions",
            Some(swap("/v1/chat/completions")),
        ),
        ("/V1/models", Some(swap("/V1"))),
        ("/api/v1/embeddings", Some(swap("/api/v1"))),
        ("/openai/models/a/b", Some(swap("/openai"))),
        ("/v1/v1/messages", Some(remove("/v1"))),
        ("//v1/messages", Some(remove("/"))),
        ("/v1/messages/v1/messages", Some(remove("/v1/messages"))),
        ("/anthropic/v1/messages", Some(remove("/anthropic"))),
        ("/anthropic/messages", Some(swap("/anthropic"))),
        ("/v1/chat/completions", None),
        ("/chat/completions", None),
        ("/v1/messages", None),
        ("/v1/messages/batches", None),
        ("/v1/organization/files", None),
        ("/v1/chat/completions/id/messages", None),
        ("/v1/made/up", None),
        ("/v1//evil.test/x", None),
        ("/", None),
    ] {
        let refusal = wrong_base(path);
        assert_eq!(refusal.map(|refusal| refusal.message), message, "{path}");
    }
}

#[test]
fn errors_have_the_shape_of_what_was_meant() {
    for (path, protocol) in [
        ("/v1/messages", Protocol::Anthropic),
        ("/messages/count_tokens", Protocol::Anthropic),
        ("/v1/v1/messages", Protocol::Anthropic),
        ("//v1/messages", Protocol::Anthropic),
        ("/v1/messages/made-up", Protocol::Anthropic),
        ("/v1/models", Protocol::OpenAi),
        ("/v1/made-up", Protocol::OpenAi),
        ("/", Protocol::OpenAi),
    ] {
        assert_eq!(protocol_of(path), protocol, "{path}");
    }
}
