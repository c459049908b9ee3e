use super::*;

#[test]
fn ordinary_paths_pass() {
    for path in [
        "/",
        "/v1/chat/completions",
        "/v1/models/deepseek-ai%20x",
        "/v1/batches/batch_1/cancel",
        "/assets/index-1a2b.js",
        "/v1/models/",
        "/v1/models/deepseek-ai%2FDeepSeek-V3",
        "/models/Pro%2fdeepseek-ai/x/",
    ] {
        assert_eq!(check_path(path), Ok(()), "{path}");
    }
}

/// S12, the list of the requirement.
#[test]
fn tricks_do_not() {
    for (path, error) in [
        ("/v1/../admin/keys", PathError::Dots),
        ("/v1/%2e%2e/admin/keys", PathError::Dots),
        ("/v1/%2E./admin", PathError::Dots),
        ("/v1//evil.test/x", PathError::Empty),
        ("//evil.test/x", PathError::Empty),
        ("/v1/models/..%2f..%2fuser", PathError::Dots),
        ("/v1/models/a%2f%2e%2E%2Fb", PathError::Dots),
        ("/v1/models/a%2F%2fb", PathError::Empty),
        ("/v1/models/a%2F", PathError::Empty),
        ("/v1/models/%2Fa", PathError::Empty),
        ("/v1/models/a%252fb", PathError::Character),
        ("/v1/models%2fa", PathError::Character),
        ("/v1/files/a%2fb", PathError::Character),
        ("/v1/@evil.test/", PathError::Character),
        ("/v1/a%5cb", PathError::Character),
        ("/v1/a\\b", PathError::Character),
        ("/v1/a;b", PathError::Character),
        ("/v1/a%00b", PathError::Character),
        ("/v1/%252e%252e/x", PathError::Character),
        ("/v1/%zz", PathError::Character),
        ("*", PathError::Character),
    ] {
        assert_eq!(check_path(path), Err(error), "{path}");
    }
}
