use flowkeep_core::settings::Language;

use super::{CHINESE, ENGLISH, Text, text};

const ALL: [Text; 13] = [
    Text::Open,
    Text::CopyAddress,
    Text::Pause,
    Text::Resume,
    Text::Quit,
    Text::Starting,
    Text::Running,
    Text::NoKeys,
    Text::Paused,
    Text::PortTaken,
    Text::Failed,
    Text::Stopping,
    Text::StartFailed,
];

#[test]
fn both_languages_have_every_text() {
    for one in ALL {
        assert!(ENGLISH.contains_key(one.key()), "{} in en.json", one.key());
        assert!(
            CHINESE.contains_key(one.key()),
            "{} in zh-CN.json",
            one.key()
        );
    }
}

#[test]
fn the_language_of_the_settings_decides() {
    assert_eq!(text(Language::En, Text::Quit), "Quit");
    assert_eq!(text(Language::ZhCn, Text::Quit), "退出");
}
