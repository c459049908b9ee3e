use std::future::poll_fn;

use tokio::sync::mpsc;

use super::*;

const IDLE: Duration = Duration::from_millis(50);

/// A client may leave an answer alone for longer than the upstream may be silent.
#[tokio::test]
async fn the_idle_limit_runs_only_while_a_byte_is_asked_for() {
    let (pieces, mut come) = mpsc::unbounded_channel::<&'static str>();
    let stream = futures_util::stream::poll_fn(move |cx| {
        come.poll_recv(cx)
            .map(|piece| piece.map(Ok::<_, std::io::Error>))
    });
    let inner = reqwest::Body::wrap_stream(stream);
    let mut body = RelayBody::new(Bytes::new(), Some(inner), BodyKind::Opaque).watched(
        IDLE,
        CancellationToken::new(),
        None,
    );
    for piece in ["a", "b"] {
        // Nobody asks for longer than the limit, and the next bytes take a turn.
        tokio::time::sleep(IDLE * 2).await;
        let asked = poll_fn(|cx| Poll::Ready(Pin::new(&mut body).poll_frame(cx).is_pending()));
        assert!(asked.await, "the limit begins now");
        pieces.send(piece).unwrap();
        let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        assert_eq!(frame.unwrap().unwrap().into_data().unwrap(), piece);
    }
    let silent = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
    assert!(
        silent.unwrap().is_err(),
        "the upstream is silent for too long"
    );
}
