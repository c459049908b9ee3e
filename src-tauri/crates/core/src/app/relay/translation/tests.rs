use http_body::Body as _;
use http_body_util::BodyExt as _;

use super::*;

/// Doubles every byte, ends with a point, and cannot bear an exclamation mark.
struct Doubled {
    told: bool,
}

impl Translation for Doubled {
    fn feed(&mut self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Overlong> {
        for byte in data {
            if *byte == b'!' {
                out.extend_from_slice(b"too much");
                return Err(Overlong);
            }
            self.told |= *byte == b'.';
            if *byte != b' ' {
                out.extend_from_slice(&[*byte, *byte]);
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.told {
            out.push(b'.');
        }
    }

    fn is_told(&self) -> bool {
        self.told
    }
}

fn body(bytes: &'static str) -> RelayBody {
    RelayBody::whole(Bytes::from_static(bytes.as_bytes()))
        .translated(Box::new(Doubled { told: false }))
}

async fn text(body: RelayBody) -> String {
    let bytes = body.collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn the_client_gets_the_translation_and_its_end() {
    assert_eq!(text(body("abc")).await, "aabbcc.");
    assert_eq!(text(body("ab.")).await, "aabb..");
    assert_eq!(text(body("")).await, ".");
    assert_eq!(text(body("   ")).await, ".");
}

#[tokio::test]
async fn what_is_too_long_ends_there() {
    assert_eq!(text(body("ab!cd")).await, "aabbtoo much");
}

/// The server believes a body that says it is at its end.
#[tokio::test]
async fn it_is_not_over_before_its_last_bytes_left() {
    let mut body = body("a");
    assert!(!body.is_end_stream());
    assert_eq!(body.size_hint().exact(), None);
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "aa");
    assert!(!body.is_end_stream());
    let last = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(last, ".");
    assert!(body.is_end_stream());
    assert!(body.frame().await.is_none());
}
