use super::is_own_page;

fn is_own(url: &str) -> bool {
    is_own_page(&url.parse().expect("an address"))
}

#[test]
fn the_pages_of_the_program_are_its_own() {
    for url in [
        "tauri://localhost",
        "tauri://localhost/index.html#/keys",
        "http://tauri.localhost/",
        "https://tauri.localhost/index.html",
    ] {
        assert!(is_own(url), "{url}");
    }
}

#[test]
fn nothing_else_is() {
    for url in [
        "https://evil.example/",
        "http://localhost:7898/",
        "http://tauri.localhost.evil.example/",
        "http://tauri.localhost:8080/",
        "tauri://evil/",
        "file:///etc/passwd",
        "data:text/html,hi",
        "about:blank",
        "ipc://localhost/",
    ] {
        assert!(!is_own(url), "{url}");
    }
}
