//! Uploads stream through.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flowkeep_tests::BareUpstream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::world::World;

const MIB: u64 = 1 << 20;
const BEGIN: &[u8] = b"--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
    --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
const END: &[u8] = b"\r\n--b--\r\n";
const FILE: &str = r#"{"id":"file-1","object":"file","bytes":1,"filename":"a","purpose":"batch"}"#;

/// How a client tells how long its body is.
#[derive(Clone, Copy, Debug)]
enum Framing {
    Length,
    Chunks,
}

/// An upstream that swallows files; counts the bytes of their bodies.
async fn sink() -> (BareUpstream, Arc<AtomicU64>) {
    let swallowed: Arc<AtomicU64> = Arc::default();
    let count = Arc::clone(&swallowed);
    let upstream = BareUpstream::start(move |mut asked| {
        let count = Arc::clone(&count);
        async move {
            if asked.header("transfer-encoding").is_empty() {
                count.fetch_add(asked.skip_body().await?, Ordering::Relaxed);
            } else {
                count.fetch_add(asked.skip_chunks().await?, Ordering::Relaxed);
            }
            asked
                .say(format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{FILE}",
                    FILE.len()
                ))
                .await?;
            asked.close().await
        }
    })
    .await;
    (upstream, swallowed)
}

async fn upload(world: &World, framing: Framing, length: u64) {
    let whole = length + (BEGIN.len() + END.len()) as u64;
    let framed = match framing {
        Framing::Length => format!("content-length: {whole}\r\n"),
        Framing::Chunks => "transfer-encoding: chunked\r\n".to_owned(),
    };
    let headers =
        format!("content-type: multipart/form-data; boundary=b\r\nconnection: close\r\n{framed}");
    let mut socket = world.connect().await;
    let head = world.head("/v1/files", &headers);
    socket.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![b'x'; 64 * 1024];
    let mut left = length;
    let (begin, end) = (framed_as(framing, BEGIN), framed_as(framing, END));
    socket.write_all(&begin).await.unwrap();
    let filled = framed_as(framing, &piece);
    while left > 0 {
        socket.write_all(&filled).await.unwrap();
        left -= piece.len() as u64;
    }
    socket.write_all(&end).await.unwrap();
    if matches!(framing, Framing::Chunks) {
        socket.write_all(b"0\r\n\r\n").await.unwrap();
    }
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains(FILE), "{answer}");
}

fn framed_as(framing: Framing, bytes: &[u8]) -> Vec<u8> {
    match framing {
        Framing::Length => bytes.to_vec(),
        Framing::Chunks => [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat(),
    }
}

/// A GiB costs less than 8 MiB, whether its length is told or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gibibyte_passes_in_less_than_eight_mebibytes() {
    for (framing, length) in [(Framing::Length, 1024 * MIB), (Framing::Chunks, 256 * MIB)] {
        let (upstream, swallowed) = sink().await;
        let world = World::before(upstream);
        // What the first upload of a process costs in code and tables.
        upload(&world, framing, MIB / 16).await;
        swallowed.store(0, Ordering::Relaxed);
        let watch = world.watch();
        upload(&world, framing, length).await;
        let growth = watch.growth();
        println!("{} MiB, {framing:?}: {growth} KiB more", length / MIB);
        let arrived = swallowed.load(Ordering::Relaxed);
        assert_eq!(
            arrived,
            length + (BEGIN.len() + END.len()) as u64,
            "{framing:?}"
        );
        assert!(growth < 8 * 1024, "{framing:?}: {growth} KiB more");
    }
}
