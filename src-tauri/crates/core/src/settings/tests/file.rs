//! Reading, writing and surviving `settings.toml` (F43).

use std::path::Path;

use super::*;

const FILE: &str = "settings.toml";
const DAMAGED: &str = "settings.toml.damaged";

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn put(folder: &Path, text: &str) {
    std::fs::write(folder.join(FILE), text).unwrap();
}

fn changed() -> Settings {
    Settings {
        port: Port::try_from(8080).unwrap(),
        upstream: "https://api.siliconflow.com/v1".parse().unwrap(),
        language: Language::ZhCn,
        theme: Theme::Dark,
        allowed_origins: vec!["http://localhost:3000".to_owned()],
        ..Settings::default()
    }
}

fn save(folder: &Path, settings: &Settings) {
    SettingsFile::open(folder).0.save(settings).unwrap();
}

#[test]
fn without_a_file_the_defaults_serve_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (_, settings, warning) = SettingsFile::open(folder.path());
    assert_eq!((settings, warning), (Settings::default(), None));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn only_differences_are_written_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), &changed());
    let written = text(folder.path(), FILE);
    assert!(
        written.contains("port = 8080") && written.contains("zh-CN"),
        "{written}"
    );
    assert!(!written.contains("first_byte_s"), "{written}");
    let (file, settings, warning) = SettingsFile::open(folder.path());
    assert_eq!((settings, warning), (changed(), None));

    file.save(&Settings::default()).unwrap();
    assert!(!text(folder.path(), FILE).contains("port"));
    let (_, settings, warning) = SettingsFile::open(folder.path());
    assert_eq!((settings, warning), (Settings::default(), None));
}

/// F43: what a later version wrote is kept, and so are the user's comments.
#[test]
fn unknown_keys_and_comments_survive_a_rewrite() {
    let folder = tempfile::tempdir().unwrap();
    let future = "# mine\nport = 9000 # because\nfuture = [1, 2]\n\n[later]\nkey = \"value\"\n";
    put(folder.path(), future);
    let (file, mut settings, warning) = SettingsFile::open(folder.path());
    assert_eq!((settings.port.get(), warning), (9000, None));
    settings.theme = Theme::Light;
    file.save(&settings).unwrap();
    let written = text(folder.path(), FILE);
    for kept in [
        "# mine",
        "port = 9000 # because",
        "future = [1, 2]",
        "[later]\nkey = \"value\"",
    ] {
        assert!(written.contains(kept), "{kept:?} in {written}");
    }
    let (_, again, warning) = SettingsFile::open(folder.path());
    assert_eq!((again, warning), (settings, None));
}

/// F43: at whichever byte the file is cut off, the last good values serve.
#[test]
fn a_file_that_is_cut_off_anywhere_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), &changed());
    let whole = text(folder.path(), FILE);
    for length in 0..whole.len() {
        put(folder.path(), &whole[..length]);
        let (_, settings, warning) = SettingsFile::open(folder.path());
        assert_eq!(settings, changed(), "cut at {length}");
        assert!(warning.unwrap().contains("last good"), "cut at {length}");
        assert_eq!(text(folder.path(), FILE), whole[..length]);
    }
}

#[test]
fn a_shortened_file_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), &changed());
    let whole = text(folder.path(), FILE);
    let shorter = whole.replace("theme = \"dark\"\n", "");
    assert_ne!(shorter, whole);
    put(folder.path(), &shorter);
    let (_, settings, warning) = SettingsFile::open(folder.path());
    assert_eq!((settings.theme, warning), (Theme::System, None));
}

#[test]
fn a_wrong_value_is_named_and_the_last_good_ones_serve() {
    for (wrong, reason) in [
        ("port = 80", "1024"),
        ("port = 0", "1024"),
        ("port = \"http\"", "line 2"),
        ("connect_s = 0", "connect_s"),
        ("upstream = \"http://169.254.169.254/\"", "https://"),
        ("allowed_origins = [\"*\"]", "origin"),
        ("allowed_hosts = [\"a:1\"]", "host"),
        ("host = \"0.0.0.0\"\nrequire_token = false", "token"),
        ("theme = \"pink\"", "pink"),
        ("not toml", "line 2"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), &changed());
        put(folder.path(), &format!("# by hand\n{wrong}\n"));
        let (_, settings, warning) = SettingsFile::open(folder.path());
        let warning = warning.unwrap();
        assert_eq!(settings, changed(), "{wrong}");
        assert!(
            warning.contains(reason) && warning.contains(FILE),
            "{warning}"
        );
        assert!(!warning.contains('\n'), "{warning}");
    }
}

/// F43: a damaged file is never overwritten without a word.
#[test]
fn a_damaged_file_is_kept_beside_when_settings_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "later = true\n");
    let (file, ..) = SettingsFile::open(folder.path());
    put(folder.path(), "port = [broken\n");
    let (_, settings, warning) = SettingsFile::open(folder.path());
    assert!(warning.is_some());
    assert_eq!(text(folder.path(), FILE), "port = [broken\n");
    file.save(&Settings {
        theme: Theme::Dark,
        ..settings
    })
    .unwrap();
    assert_eq!(text(folder.path(), DAMAGED), "port = [broken\n");
    assert!(text(folder.path(), FILE).contains("later = true"));
    let (_, settings, warning) = SettingsFile::open(folder.path());
    assert_eq!((settings.theme, warning), (Theme::Dark, None));
}

#[test]
fn values_that_are_not_allowed_are_not_saved() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), &changed());
    let before = text(folder.path(), FILE);
    let (file, ..) = SettingsFile::open(folder.path());
    for wrong in [
        Settings {
            connect_s: 0,
            ..changed()
        },
        Settings {
            port: Port::try_from(0).unwrap(),
            ..changed()
        },
        Settings {
            allowed_hosts: vec!["a b".to_owned()],
            ..changed()
        },
    ] {
        file.save(&wrong).unwrap_err();
    }
    assert_eq!(text(folder.path(), FILE), before);
}

#[cfg(unix)]
#[test]
fn the_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "port = 9000\n");
    let path = folder.path().join(FILE);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (file, settings, _) = SettingsFile::open(folder.path());
    file.save(&settings).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// The table of aliases holds differences, and goes when there are none.
#[test]
fn aliases_are_written_where_they_differ() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        "port = 9000\n\n[aliases]\n# mine\n\"mine\" = \"vendor/model\"\n\"gpt-4o\" = []\n",
    );
    let (file, mut settings, warning) = SettingsFile::open(folder.path());
    assert_eq!(warning, None);
    assert!(settings.aliases.of("mine").is_some() && settings.aliases.of("gpt-4o").is_none());
    settings.theme = Theme::Dark;
    file.save(&settings).unwrap();
    let (file, again, warning) = SettingsFile::open(folder.path());
    assert_eq!((&again, warning), (&settings, None));
    file.save(&Settings {
        aliases: Aliases::default(),
        ..settings
    })
    .unwrap();
    let written = text(folder.path(), FILE);
    assert!(!written.contains("aliases"), "{written}");
    assert!(written.contains("port = 9000") && written.contains("dark"));
}
