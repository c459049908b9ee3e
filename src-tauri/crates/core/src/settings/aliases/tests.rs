use proptest::prelude::*;

use super::*;

fn table(rows: &[(&str, &[&str])]) -> Aliases {
    let row = |(name, models): &(&str, &[&str])| {
        let models = models.iter().map(|model| (*model).to_owned()).collect();
        ((*name).to_owned(), models)
    };
    Aliases::of_rows(rows.iter().map(row)).unwrap()
}

fn models_of(aliases: &Aliases, name: &str) -> Vec<String> {
    let models = aliases
        .of(name)
        .map(|models| models.iter().map(ToString::to_string).collect());
    models.unwrap_or_default()
}

/// The names in the README, as they stand there.
#[test]
fn the_shipped_table_knows_the_names_that_tools_insist_on() {
    let aliases = Aliases::default();
    aliases.check().unwrap();
    for name in [
        "gpt-4o",
        "gpt-4o-mini",
        "gpt-5-codex",
        "claude-3-sonnet-20240229",
        "claude-sonnet-4-5",
        "text-embedding-ada-002",
        "text-embedding-3-small",
        "text-embedding-3-large",
        "dall-e-3",
        "tts-1",
        "whisper-1",
    ] {
        assert!(aliases.of(name).is_some(), "{name}");
    }
    for name in ["gpt-4", "openai/gpt-4o", "deepseek-ai/DeepSeek-V3", "", "*"] {
        assert!(aliases.of(name).is_none(), "{name}");
    }
}

#[test]
fn a_row_goes_before_a_pattern_and_the_longer_pattern_before_the_shorter() {
    let aliases = table(&[
        ("claude-*", &["any"]),
        ("claude-*haiku*", &["small"]),
        ("claude-3-haiku-20240307", &["exact"]),
        ("*", &["catch-all"]),
    ]);
    assert_eq!(models_of(&aliases, "claude-3-haiku-20240307"), ["exact"]);
    assert_eq!(models_of(&aliases, "claude-haiku-4-5"), ["small"]);
    assert_eq!(models_of(&aliases, "claude-opus-4-5"), ["any"]);
    assert_eq!(models_of(&aliases, "o3"), ["catch-all"]);
    let names: Vec<_> = aliases.names().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["claude-3-haiku-20240307"],
        "a pattern is nothing to ask for"
    );
}

#[test]
fn what_is_wrong_is_named_and_not_used() {
    let long = "m".repeat(201);
    let many: Vec<String> = (0..17).map(|number| format!("m{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let cases: [(&str, &[&str], &str); 9] = [
        ("", &["m"], "a name is 1 to 200"),
        ("two words", &["m"], "a name is 1 to 200"),
        (&long, &["m"], "a name is 1 to 200"),
        ("a", &[], "names no model"),
        ("a", &many, "more than 16"),
        ("a", &["vendor/*"], "is not the name of a model"),
        ("a", &["模型"], "is not the name of a model"),
        ("a", &["m", "m"], "names \"m\" twice"),
        ("a", &["x\"y"], "is not the name of a model"),
    ];
    for (name, models, message) in cases {
        let aliases = table(&[(name, models), ("sound", &["m"])]);
        let fault = aliases.check().unwrap_err().to_string();
        assert!(fault.contains(message), "{fault}");
        assert_eq!(aliases.of(name), None);
        assert_eq!(models_of(&aliases, "sound"), ["m"]);
    }
}

#[test]
fn circles_are_mistakes() {
    let circles: [&[(&str, &[&str])]; 3] = [
        &[("a", &["a"])],
        &[("a", &["b"]), ("b", &["a"])],
        &[("a", &["b"]), ("b", &["c"]), ("c", &["a"])],
    ];
    for rows in circles {
        let aliases = table(rows);
        assert!(
            matches!(aliases.check(), Err(AliasFault::Loop { .. })),
            "{rows:?}"
        );
        assert_eq!(aliases.of("a"), None);
    }
    // A pattern that fits its own model is none: models are not looked up.
    let aliases = table(&[("*", &["vendor/model"])]);
    aliases.check().unwrap();
    assert_eq!(models_of(&aliases, "vendor/model"), ["vendor/model"]);
}

#[test]
fn a_name_in_two_rows_is_refused() {
    let rows = [
        ("a".to_owned(), vec!["m".to_owned()]),
        ("a".to_owned(), vec!["n".to_owned()]),
    ];
    assert_eq!(
        Aliases::of_rows(rows),
        Err(AliasFault::Repeated("a".to_owned()))
    );
}

#[derive(Serialize, Deserialize)]
struct File {
    aliases: Aliases,
}

#[test]
fn the_file_holds_differences_only() {
    let text = |aliases: &Aliases| {
        let file = File {
            aliases: aliases.clone(),
        };
        toml::to_string(&file).unwrap()
    };
    assert_eq!(text(&Aliases::default()).trim(), "[aliases]");
    let rows: File = toml::from_str(
        "[aliases]\n\"gpt-4o\" = []\n\"mine\" = \"vendor/model\"\n\"tts-1\" = [\"a\", \"b\"]\n",
    )
    .unwrap();
    assert_eq!(rows.aliases.of("gpt-4o"), None);
    assert_eq!(models_of(&rows.aliases, "mine"), ["vendor/model"]);
    assert_eq!(models_of(&rows.aliases, "tts-1"), ["a", "b"]);
    assert!(
        rows.aliases.of("whisper-1").is_some(),
        "what is not named stays"
    );
    let written = text(&rows.aliases);
    assert!(!written.contains("whisper"), "{written}");
    let again: File = toml::from_str(&written).unwrap();
    assert_eq!(again.aliases, rows.aliases);
}

proptest! {
    /// Whatever is written comes back; whatever is looked up was sound.
    #[test]
    fn a_table_survives_its_file(
        rows in prop::collection::btree_map("[a-d*]{1,3}", prop::collection::vec("[a-f/]{1,3}", 1..4), 0..6),
        asked in "[a-d]{1,3}",
    ) {
        let aliases = Aliases::of_rows(rows).unwrap();
        let written = toml::to_string(&File { aliases: aliases.clone() }).unwrap();
        let again: File = toml::from_str(&written).unwrap();
        prop_assert_eq!(&again.aliases, &aliases);
        if let Some(models) = aliases.of(&asked) {
            prop_assert!(!models.is_empty());
            let names: Vec<&str> = aliases.rows().map(|(name, _)| name).collect();
            for model in models.iter() {
                prop_assert!(!names.contains(&model.as_ref()), "an alias leads to an alias");
            }
        }
    }
}
