use std::future::poll_fn;

use http_body::Body as _;
use tokio::sync::mpsc;

use super::*;

const IDLE: Duration = Duration::from_millis(50);

type Pieces = mpsc::UnboundedSender<&'static str>;

fn upload() -> (Upload, Pieces) {
    let (pieces, mut come) = mpsc::unbounded_channel::<&'static str>();
    let stream = futures_util::stream::poll_fn(move |cx| {
        come.poll_recv(cx)
            .map(|piece| piece.map(Ok::<_, std::io::Error>))
    });
    let upload = Upload::new(Bytes::from("held"), Body::from_stream(stream), 100, IDLE);
    (upload, pieces)
}

async fn next(upload: &mut Upload) -> Result<String, UploadError> {
    let frame = poll_fn(|cx| Pin::new(&mut *upload).poll_frame(cx)).await;
    let data = frame.unwrap()?.into_data().unwrap();
    Ok(String::from_utf8(data.to_vec()).unwrap())
}

/// The upstream may read slowly: the client is at fault only while it is waited for.
#[tokio::test]
async fn the_idle_limit_runs_only_while_a_byte_is_asked_for() {
    let (mut upload, pieces) = upload();
    assert_eq!(next(&mut upload).await.unwrap(), "held");
    for piece in ["a", "b"] {
        // Nobody asks for longer than the limit, and the next bytes take a turn.
        tokio::time::sleep(IDLE * 2).await;
        let asked = poll_fn(|cx| Poll::Ready(Pin::new(&mut upload).poll_frame(cx).is_pending()));
        assert!(asked.await, "the limit begins now");
        pieces.send(piece).unwrap();
        assert_eq!(next(&mut upload).await.unwrap(), piece);
    }
    assert!(matches!(next(&mut upload).await, Err(UploadError::Idle)));
}

#[tokio::test]
async fn more_than_allowed_ends_it() {
    let (mut upload, pieces) = upload();
    upload.left = 3;
    pieces.send("abc").unwrap();
    pieces.send("d").unwrap();
    assert_eq!(next(&mut upload).await.unwrap(), "held");
    assert_eq!(next(&mut upload).await.unwrap(), "abc");
    assert!(matches!(
        next(&mut upload).await,
        Err(UploadError::TooLarge)
    ));
}
