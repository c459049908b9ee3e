//! Whether a body names its model once. What names two might be understood
//! otherwise upstream than here, and so lead past the models of a token.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use crate::app::form::Form;

/// Whether a second field could be taken for the model.
pub(super) fn names_two(content_type: &str, body: &[u8]) -> bool {
    let Some(form) = Form::new(content_type, body) else {
        let mut json = serde_json::Deserializer::from_slice(body);
        return json.deserialize_map(Names).is_ok_and(|names| names > 1);
    };
    form.text("model").is_some_and(|first| {
        let rest = &body[first.end..];
        Form::new(content_type, rest).is_some_and(|rest| rest.text("model").is_some())
    })
}

/// Counts the names that some reader takes for `model`: letters may differ by case.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<usize, A::Error> {
        let mut names = 0;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            names += usize::from(name.eq_ignore_ascii_case("model"));
            map.next_value::<IgnoredAny>()?;
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = "application/json";
    const FORM: &str = "multipart/form-data; boundary=b";

    #[test]
    fn a_json_body_names_its_model_once() {
        for (body, two) in [
            (r#"{"model":"a"}"#, false),
            (r#"{"messages":[{"model":"b"}],"model":"a"}"#, false),
            (r#"{"model":"a","x":1,"model":"b"}"#, true),
            (r#"{"model":"a","Model":"b"}"#, true),
            (r#"{"mod\u0065l":"a","model":"b"}"#, true),
            ("[1]", false),
        ] {
            assert_eq!(names_two(JSON, body.as_bytes()), two, "{body}");
        }
    }

    #[test]
    fn a_form_names_its_model_once() {
        let field = |name: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nx\r\n")
        };
        let form = |names: &[&str]| {
            let fields: String = names.iter().map(|name| field(name)).collect();
            names_two(FORM, format!("{fields}--b--\r\n").as_bytes())
        };
        assert!(!form(&["file", "model", "language"]));
        assert!(!form(&["file"]));
        assert!(form(&["model", "file", "model"]));
        assert!(form(&["model", "model"]));
    }
}
