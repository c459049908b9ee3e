//! The table of `flowkeep keys list`.

use flowkeep_contract::{KeyState, KeyView, SiteName, SiteView};

use crate::output;

/// One line per key, with a head.
pub(super) fn table(keys: &[KeyView]) -> String {
    let head = [
        "ID", "LABEL", "ACCOUNT", "SITE", "KEY", "STATE", "USED", "WHY",
    ];
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let rows = keys.iter().map(row);
    output::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

fn row(key: &KeyView) -> Vec<String> {
    vec![
        key.id.clone(),
        key.label.clone(),
        key.account.clone(),
        site(&key.site),
        format!("sk-…{}", key.last_four),
        state(key.state).to_owned(),
        key.usage_count.to_string(),
        why(key),
    ]
}

fn site(site: &SiteView) -> String {
    match site.name {
        SiteName::Cn => "cn".to_owned(),
        SiteName::Com => "com".to_owned(),
        SiteName::Custom => site.base.clone(),
    }
}

fn state(state: KeyState) -> &'static str {
    match state {
        KeyState::Usable => "usable",
        KeyState::Unchecked => "unchecked",
        KeyState::Exhausted => "exhausted",
        KeyState::Restricted => "restricted",
        KeyState::Unauthorized => "unauthorized",
        KeyState::Unreadable => "unreadable",
        KeyState::Disabled => "disabled",
    }
}

/// Why it does not serve, or on which models it rests.
fn why(key: &KeyView) -> String {
    if let Some(reason) = &key.reason {
        return reason.text.replace('\n', " ");
    }
    let models: Vec<&str> = key.cooling.iter().map(|one| one.model.as_str()).collect();
    if models.is_empty() {
        return String::new();
    }
    format!("cooling down: {}", models.join(", "))
}

#[cfg(test)]
mod tests;
