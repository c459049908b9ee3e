use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::{assert_invalid, assert_malformed, ended, get, get_as, post, post_form, read_until};
use super::{sample_key, start};

const LINES: &str = "{\"custom_id\":\"1\"}\n\n{\"custom_id\":\"2\"}";

#[tokio::test]
async fn a_file_is_taken_and_listed() {
    let simulator = start().await;
    let parts = [("purpose", None, "batch"), ("file", Some("r.jsonl"), LINES)];
    let answer = post_form(&simulator, "alpha", "/v1/files", &parts).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let made = answer.json();
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("file-") && id.len() == 15, "{id}");
    let head = format!(
        r#"{{"code":20000,"message":"Ok","status":true,"data":{{"id":"{id}","object":"file","bytes":{},"createdAt":"#,
        LINES.len()
    );
    assert!(answer.body.starts_with(&head), "{}", answer.body);
    assert!(
        answer
            .body
            .ends_with(r#","filename":"r.jsonl","purpose":"batch"}}"#)
    );
    let list = get(&simulator, "/v1/files?purpose=batch&limit=10")
        .await
        .json();
    let created = made["data"]["createdAt"].clone();
    let item = json!({
        "id": id, "object": "file", "bytes": LINES.len(), "created_at": created,
        "filename": "r.jsonl", "purpose": "batch", "line_count": 2,
    });
    let expected = json!({
        "code": 20000, "message": "Ok", "status": true,
        "data": {"data": [item], "object": "file"},
    });
    assert_eq!(list, expected);
    let entries = ended(&simulator, 2).await;
    let upload = &entries[0].uploads[0];
    assert_eq!(
        (upload.name.as_str(), upload.file_name.as_str()),
        ("file", "r.jsonl")
    );
    let digest = Sha256::digest(LINES.as_bytes());
    assert_eq!(upload.sha256, format!("{digest:x}"));
    assert_eq!(
        (entries[0].resource(), entries[0].touched[0].made),
        (Some(id.as_str()), true)
    );
}

#[tokio::test]
async fn lists_are_the_accounts_own_in_pages_newest_first() {
    let simulator = start().await;
    let mut ids = Vec::new();
    for (account, purpose) in [
        ("alpha", "batch"),
        ("beta", "batch"),
        ("alpha", "other"),
        ("alpha", "batch"),
    ] {
        let parts = [("purpose", None, purpose), ("file", Some("f"), "{}")];
        let made = post_form(&simulator, account, "/v1/files", &parts)
            .await
            .json();
        ids.push(made["data"]["id"].as_str().unwrap().to_owned());
    }
    let listed = async |query: &str| -> Vec<String> {
        let list = get(&simulator, &format!("/v1/files{query}")).await.json();
        let items = list["data"]["data"].as_array().unwrap().iter();
        items
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let [first, _, other, last] = ids.as_slice() else {
        unreachable!("four files were made");
    };
    assert_eq!(
        listed("").await,
        [last.clone(), other.clone(), first.clone()]
    );
    assert_eq!(
        listed("?purpose=batch").await,
        [last.clone(), first.clone()]
    );
    assert_eq!(listed("?limit=1").await[..], ids[3..]);
    let next = listed(&format!("?after={last}&limit=1")).await;
    assert_eq!(next[..], ids[2..3]);
    assert!(
        listed(&format!("?after={}", ids[1])).await.is_empty(),
        "beta's file"
    );
    let beta = get_as(&simulator, "beta", "/v1/files").await.json();
    assert_eq!(beta["data"]["data"][0]["id"], json!(ids[1]));
    let none = get(&simulator, "/v1/files?limit=0").await;
    assert_invalid(&none, "limit: Input should be a valid integer");
}

#[tokio::test]
async fn a_form_without_its_parts_is_refused() {
    let simulator = start().await;
    let file = ("file", Some("f"), "x");
    let no_purpose = post_form(&simulator, "alpha", "/v1/files", &[file]).await;
    assert_invalid(&no_purpose, "Field required");
    let text = ("file", None, "no file name");
    let no_file = post_form(
        &simulator,
        "alpha",
        "/v1/files",
        &[("purpose", None, "batch"), text],
    )
    .await;
    assert_invalid(&no_file, "Field required");
    let json = post(
        &simulator,
        "alpha",
        "/v1/files",
        &json!({"purpose": "batch"}),
    )
    .await;
    assert_invalid(&json, "Field required");
    let broken = super::client()
        .post(format!("{}/files", simulator.base_url()))
        .bearer_auth(sample_key("alpha"))
        .header("content-type", "multipart/form-data; boundary=b")
        .body("no boundary at all")
        .send()
        .await
        .unwrap();
    assert_eq!(broken.status(), 400);
    let get_content = get(&simulator, "/v1/files/file-abcdefghij/content").await;
    assert_eq!(
        (get_content.status, get_content.body.as_str()),
        (404, "Not Found")
    );
    let not_json = super::send(
        &simulator,
        (reqwest::Method::POST, "/v1/files"),
        &sample_key("alpha"),
        String::new(),
    )
    .await;
    assert_malformed(&not_json);
}

/// The parts of a file are counted as they come and are never together.
#[tokio::test]
async fn a_large_upload_is_digested_in_passing() {
    const PIECE: usize = 1 << 20;
    const PIECES: usize = 24;
    let simulator = start().await;
    let begin = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big\"\r\n\r\n";
    let end = "\r\n--b--\r\n";
    let piece = ["{}\n \n".as_bytes(), &vec![b'x'; PIECE - 5]].concat();
    let mut socket = TcpStream::connect(simulator.addr()).await.unwrap();
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n{begin}",
        sample_key("alpha"),
        begin.len() + end.len() + PIECES * PIECE
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut whole = Sha256::new();
    let mut file = Sha256::new();
    whole.update(begin);
    for _ in 0..PIECES {
        socket.write_all(&piece).await.unwrap();
        whole.update(&piece);
        file.update(&piece);
    }
    socket.write_all(end.as_bytes()).await.unwrap();
    whole.update(end);
    let answer = read_until(&mut socket, "\"purpose\":\"batch\"").await;
    assert!(
        answer.contains(&format!("\"bytes\":{}", PIECES * PIECE)),
        "{answer}"
    );
    let list = get(&simulator, "/v1/files").await.json();
    // Each piece ends a line and has one that is empty; the last has no end.
    assert_eq!(list["data"]["data"][0]["line_count"], PIECES + 1);
    let entry = ended(&simulator, 2).await.remove(0);
    assert_eq!(entry.uploads[0].sha256, format!("{:x}", file.finalize()));
    assert_eq!(entry.body_sha256, Some(format!("{:x}", whole.finalize())));
}
