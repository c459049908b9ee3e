use super::*;

/// The vendor's own, API reference §2.8.
const VENDORS: [&str; 8] = [
    "alex", "anna", "bella", "benjamin", "charles", "claire", "david", "diana",
];

#[test]
fn each_voice_of_openai_has_one_that_exists() {
    for (name, vendors) in VOICES {
        assert!(VENDORS.contains(&vendors), "{vendors}");
        assert!(!VENDORS.contains(&name), "{name} is the vendor's already");
        assert_eq!(vendor_voice("m", name), Some(format!("m:{vendors}")));
    }
    for other in ["alex", "m:alex", "speech:a:b:c", "Alloy", ""] {
        assert_eq!(vendor_voice("m", other), None, "{other}");
    }
}
