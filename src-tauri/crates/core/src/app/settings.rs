//! Reading and changing settings.

use std::sync::Arc;

use flowkeep_contract::{
    ApiError, Empty, ErrorCode, Language, ModelAlias, SettingsPatch, SettingsView, Strategy, Theme,
    Topic,
};

use super::App;
use super::clients::Clients;
use crate::settings as stored;

impl App {
    /// All settings with the values in force.
    ///
    /// # Errors
    /// Never; the signature is that of all commands.
    #[expect(
        clippy::unused_async,
        reason = "all commands are async for their transports"
    )]
    pub async fn get_settings(&self, _: Empty) -> Result<SettingsView, ApiError> {
        Ok(self.settings_view())
    }

    /// Changes settings; what is not named stays.
    ///
    /// # Errors
    /// When a value is not allowed or the file cannot be written; nothing is
    /// changed then.
    pub async fn update_settings(&self, patch: SettingsPatch) -> Result<SettingsView, ApiError> {
        self.blocking(move |app| {
            let mut settings = app.live(|live| live.stored.clone());
            patched(&mut settings, patch)?;
            settings.check()?;
            app.0.settings_file.save(&settings)?;
            app.apply(settings)
        })
        .await?;
        self.changed(&[Topic::Settings, Topic::Status]);
        Ok(self.settings_view())
    }

    /// Puts changed settings in force for the next request.
    fn apply(&self, stored: stored::Settings) -> Result<(), ApiError> {
        let effective = stored.with(&self.0.overrides)?;
        let settings = effective.settings;
        let upstream = settings.upstream_client().map_err(|error| {
            ApiError::new(ErrorCode::InvalidSetting, super::error::chain(&error))
        })?;
        self.obey_in_the_pool(&settings);
        self.change_live(|live| {
            live.clients = Arc::new(Clients {
                entries: live.clients.entries.clone(),
                revoked: Arc::clone(&live.clients.revoked),
                required: settings.require_token,
            });
            live.upstream = Arc::new(upstream);
            live.settings = Arc::new(settings);
            live.overridden = effective.overridden;
            live.stored = stored;
        });
        self.reschedule_refresh();
        Ok(())
    }

    fn settings_view(&self) -> SettingsView {
        let settings = self.effective_settings();
        let mut warnings = self
            .0
            .warnings
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone();
        warnings.extend(self.journal().warnings());
        SettingsView {
            port: settings.port.get(),
            upstream: settings.upstream.to_string(),
            require_token: settings.require_token,
            language: match settings.language {
                stored::Language::System => Language::System,
                stored::Language::ZhCn => Language::ZhCn,
                stored::Language::En => Language::En,
            },
            theme: match settings.theme {
                stored::Theme::System => Theme::System,
                stored::Theme::Light => Theme::Light,
                stored::Theme::Dark => Theme::Dark,
            },
            first_byte_s: settings.first_byte_s,
            stream_idle_s: settings.stream_idle_s,
            max_attempts: settings.max_attempts,
            strategy: shown_strategy(settings.strategy),
            session_affinity: settings.session_affinity,
            max_concurrency: settings.max_concurrency,
            queue_length: settings.queue_length,
            queue_s: settings.queue_s,
            refresh_interval_s: settings.refresh_interval_s,
            low_balance: settings.low_balance,
            retention_days: settings.retention_days,
            retention_rows: settings.retention_rows,
            retention_mib: settings.retention_mib,
            capture_body_kib: settings.capture_body_kib,
            capture_mib: settings.capture_mib,
            capture_hours: settings.capture_hours,
            open_metrics: settings.open_metrics,
            otlp_endpoint: settings.otlp_endpoint.clone(),
            otlp_interval_s: settings.otlp_interval_s,
            aliases: alias_rows(&settings.aliases),
            shipped_aliases: alias_rows(&stored::Aliases::default()),
            alias_faults: settings.aliases.faults().map(ToString::to_string).collect(),
            overridden: self.live(|live| live.overridden.iter().map(ToString::to_string).collect()),
            warning: (!warnings.is_empty()).then(|| warnings.join("\n")),
        }
    }
}

/// Lays the values that a patch names over the settings.
fn patched(settings: &mut stored::Settings, patch: SettingsPatch) -> Result<(), ApiError> {
    fn set<T>(setting: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *setting = value;
        }
    }
    if let Some(port) = patch.port {
        settings.port = stored::Port::try_from(port).map_err(invalid)?;
    }
    if let Some(upstream) = patch.upstream {
        settings.upstream = upstream.trim().parse().map_err(invalid)?;
    }
    if let Some(rows) = patch.aliases {
        settings.aliases = stored_aliases(rows)?;
    }
    set(&mut settings.require_token, patch.require_token);
    set(&mut settings.language, patch.language.map(stored_language));
    set(&mut settings.theme, patch.theme.map(stored_theme));
    set(&mut settings.first_byte_s, patch.first_byte_s);
    set(&mut settings.stream_idle_s, patch.stream_idle_s);
    set(&mut settings.max_attempts, patch.max_attempts);
    set(&mut settings.strategy, patch.strategy.map(stored_strategy));
    set(&mut settings.session_affinity, patch.session_affinity);
    set(&mut settings.max_concurrency, patch.max_concurrency);
    set(&mut settings.queue_length, patch.queue_length);
    set(&mut settings.queue_s, patch.queue_s);
    set(&mut settings.refresh_interval_s, patch.refresh_interval_s);
    set(&mut settings.low_balance, patch.low_balance);
    set(&mut settings.retention_days, patch.retention_days);
    set(&mut settings.retention_rows, patch.retention_rows);
    set(&mut settings.retention_mib, patch.retention_mib);
    set(&mut settings.capture_body_kib, patch.capture_body_kib);
    set(&mut settings.capture_mib, patch.capture_mib);
    set(&mut settings.capture_hours, patch.capture_hours);
    set(&mut settings.open_metrics, patch.open_metrics);
    set(&mut settings.otlp_endpoint, patch.otlp_endpoint);
    set(&mut settings.otlp_interval_s, patch.otlp_interval_s);
    Ok(())
}

fn stored_strategy(strategy: Strategy) -> stored::Strategy {
    match strategy {
        Strategy::HighestBalance => stored::Strategy::HighestBalance,
        Strategy::RoundRobin => stored::Strategy::RoundRobin,
        Strategy::FillFirst => stored::Strategy::FillFirst,
        Strategy::Weighted => stored::Strategy::Weighted,
        Strategy::LeastUsed => stored::Strategy::LeastUsed,
    }
}

fn shown_strategy(strategy: stored::Strategy) -> Strategy {
    match strategy {
        stored::Strategy::HighestBalance => Strategy::HighestBalance,
        stored::Strategy::RoundRobin => Strategy::RoundRobin,
        stored::Strategy::FillFirst => Strategy::FillFirst,
        stored::Strategy::Weighted => Strategy::Weighted,
        stored::Strategy::LeastUsed => Strategy::LeastUsed,
    }
}

fn invalid(error: stored::InvalidAddress) -> ApiError {
    stored::SettingsError::from(error).into()
}

/// The table of these rows; unlike a file's, all of it must be usable.
fn stored_aliases(rows: Vec<ModelAlias>) -> Result<stored::Aliases, stored::SettingsError> {
    let rows = rows.into_iter().map(|row| (row.name, row.models));
    let aliases = stored::Aliases::of_rows(rows)?;
    aliases.check()?;
    Ok(aliases)
}

fn alias_rows(aliases: &stored::Aliases) -> Vec<ModelAlias> {
    let row = |(name, models): (&str, &stored::Models)| ModelAlias {
        name: name.to_owned(),
        models: models.iter().map(ToString::to_string).collect(),
    };
    aliases.rows().map(row).collect()
}

fn stored_language(language: Language) -> stored::Language {
    match language {
        Language::System => stored::Language::System,
        Language::ZhCn => stored::Language::ZhCn,
        Language::En => stored::Language::En,
    }
}

fn stored_theme(theme: Theme) -> stored::Theme {
    match theme {
        Theme::System => stored::Theme::System,
        Theme::Light => stored::Theme::Light,
        Theme::Dark => stored::Theme::Dark,
    }
}
