//! A key that must turn up nowhere, in any of the forms it could be written in.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use flowkeep_simulator::sample_key;

/// A key and everything that would give it away.
pub(crate) struct Sentinel {
    key: String,
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Sentinel {
    /// A key of its own for this name.
    pub(crate) fn new(name: &str) -> Self {
        let key = sample_key(&format!("S3nt{name}"));
        let forms = forms(&key);
        Self { key, forms }
    }

    /// The key, for the simulator and the import.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// In which form the key stands in these bytes.
    pub(crate) fn form_in(&self, bytes: &[u8]) -> Option<&'static str> {
        self.forms.iter().find_map(|(name, form)| {
            let found = bytes.windows(form.len()).any(|window| window == form);
            found.then_some(*name)
        })
    }

    /// Panics when the key stands in these bytes; never shows it.
    pub(crate) fn assert_not_in(&self, bytes: &[u8], place: &str) {
        if let Some(form) = self.form_in(bytes) {
            panic!("{place} holds a key ({form})");
        }
    }

    /// Panics when the key stands in a file below `folder`; returns how many
    /// bytes were searched.
    pub(crate) fn assert_not_below(&self, folder: &Path) -> usize {
        let mut searched = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                searched += self.assert_not_below(&path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            self.assert_not_in(&bytes, &path.display().to_string());
            self.assert_not_in(path.display().to_string().as_bytes(), "a file name");
            searched += bytes.len();
        }
        searched
    }
}

fn forms(key: &str) -> Vec<(&'static str, Vec<u8>)> {
    let each = |format: fn(u8) -> String| key.bytes().map(format).collect::<String>();
    let mut forms = vec![
        ("plain", key.to_owned()),
        ("first characters", key[..12].to_owned()),
        ("last half", key[key.len() / 2..].to_owned()),
        ("hex", each(|byte| format!("{byte:02x}"))),
        ("upper hex", each(|byte| format!("{byte:02X}"))),
        ("escaped", each(|byte| format!("%{byte:02x}"))),
        ("upper escaped", each(|byte| format!("%{byte:02X}"))),
        ("partly escaped", key.replacen('-', "%2D", 1)),
    ];
    let numbers: Vec<String> = key.bytes().map(|byte| byte.to_string()).collect();
    forms.push(("numbers", numbers.join(", ")));
    for shift in 0..3 {
        forms.push(("base64", base64_core(&STANDARD, key, shift)));
        forms.push(("url base64", base64_core(&URL_SAFE, key, shift)));
    }
    forms
        .into_iter()
        .map(|(name, form)| (name, form.into_bytes()))
        .collect()
}

/// What base64 of a text that holds the key has in it wherever the key begins:
/// without the ends, which depend on the neighbours.
fn base64_core(engine: &impl base64::Engine, key: &str, shift: usize) -> String {
    let mut text = "\0".repeat(shift);
    let _ = write!(text, "{key}");
    let encoded = engine.encode(text);
    encoded[4..encoded.len() - 4].to_owned()
}

/// The search itself: it must find what it looks for.
#[test]
fn every_form_is_found() {
    let sentinel = Sentinel::new("Found");
    let key = sentinel.key();
    let digits: Vec<String> = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    let hex = digits.concat();
    for (text, form) in [
        (format!("Bearer {key}\n"), "plain"),
        (format!("{}…", &key[..12]), "first characters"),
        (hex, "hex"),
        (STANDARD.encode(format!("user:{key}")), "base64"),
        (STANDARD.encode(format!("Bearer {key}")), "base64"),
        (URL_SAFE.encode(key), "base64"),
        (format!("{:?}", key.as_bytes()), "numbers"),
    ] {
        assert_eq!(sentinel.form_in(text.as_bytes()), Some(form), "{form}");
    }
    assert_eq!(
        sentinel.form_in(format!("sk-…{}", &key[47..]).as_bytes()),
        None
    );
}
