//! Headers for the OTLP collector: its key, most often.

use std::str::FromStr;

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

use super::SettingsError;

/// Headers in the form of `OTEL_EXPORTER_OTLP_HEADERS`, as
/// `authorization=Bearer%20abc,x-team=two`
/// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables>).
/// They come from the environment and are kept nowhere.
#[derive(Clone, Debug, Default)]
pub struct OtlpHeaders(HeaderMap);

impl OtlpHeaders {
    /// Whatever is sent to the collector has them.
    #[must_use]
    pub fn to_map(&self) -> HeaderMap {
        self.0.clone()
    }
}

impl FromStr for OtlpHeaders {
    type Err = SettingsError;

    fn from_str(list: &str) -> Result<Self, SettingsError> {
        let pairs = list
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty());
        let headers: Option<HeaderMap> = pairs.map(header).collect();
        // The value is not told: it may be a key.
        headers.map(Self).ok_or(SettingsError::CollectorHeaders)
    }
}

fn header(pair: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = pair.split_once('=')?;
    let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
    let mut value = HeaderValue::from_str(&value).ok()?;
    value.set_sensitive(true);
    Some((name.trim().parse().ok()?, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_read_and_values_are_not_shown() {
        let text = "authorization=Bearer%20abc= , X-Team=two,,";
        let headers: OtlpHeaders = text.parse().unwrap();
        assert_eq!(headers.to_map()["authorization"], "Bearer abc=");
        assert_eq!(headers.to_map()["x-team"], "two");
        let shown = format!("{headers:?}");
        assert!(!shown.contains("abc") && !shown.contains("two"), "{shown}");
        assert!("".parse::<OtlpHeaders>().unwrap().to_map().is_empty());
    }

    #[test]
    fn what_is_no_header_is_refused_without_being_quoted() {
        for text in [
            "secret",
            "a b=secret",
            "a=secret%0d%0ab",
            "=secret",
            "a=%ff",
        ] {
            let error = text.parse::<OtlpHeaders>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
