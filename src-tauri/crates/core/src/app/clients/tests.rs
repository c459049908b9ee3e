use super::*;

fn row(id: &str, token: &str) -> ClientRow {
    ClientRow {
        client_id: id.to_owned(),
        name: id.to_owned(),
        token_hash: token_hash(token),
        created_at_ms: 0,
        revoked_at_ms: None,
        limits: ClientLimits::default(),
        capture_until_ms: None,
    }
}

fn clients(required: bool) -> Clients {
    let rows = vec![row("default", "fk-one"), row("cursor", "fk-two")];
    Clients {
        entries: Clients::of_rows(rows, None, &Clients::default()),
        required,
        ..Clients::default()
    }
}

#[test]
fn a_token_names_its_client() {
    let client = clients(true).check(Some("fk-two")).unwrap();
    assert_eq!(&*client, "cursor");
}

/// S7: a prefix, a longer one or another last letter is no token.
#[test]
fn what_is_not_exactly_a_token_is_denied() {
    for wrong in [
        None,
        Some(""),
        Some("fk-on"),
        Some("fk-onf"),
        Some("fk-one "),
    ] {
        assert_eq!(clients(true).check(wrong), Err(Denied), "{wrong:?}");
    }
}

#[test]
fn without_the_need_anyone_on_loopback_is_local() {
    assert_eq!(&*clients(false).check(None).unwrap(), "local");
    assert_eq!(&*clients(false).check(Some("fk-one")).unwrap(), "default");
}

/// Whoever took a token back does not want its tool to go on as somebody else.
#[test]
fn a_revoked_token_is_nobody() {
    let clients = Clients {
        revoked: [token_hash("fk-gone")].into(),
        ..clients(false)
    };
    assert_eq!(clients.check(Some("fk-gone")), Err(Denied));
    assert_eq!(&*clients.check(Some("fk-unknown")).unwrap(), "local");
}

#[test]
fn a_revoked_row_is_not_in_force() {
    let revoked = ClientRow {
        revoked_at_ms: Some(1),
        ..row("cursor", "fk-two")
    };
    let rows = vec![row("default", "fk-one"), revoked];
    let entries = Clients::of_rows(rows, None, &Clients::default());
    assert_eq!(entries.len(), 1);
}

/// What the user puts into the environment goes before everything stored.
#[test]
fn a_given_token_stands_in_for_the_default_ones() {
    let revoked = ClientRow {
        revoked_at_ms: Some(1),
        ..row("default", "fk-one")
    };
    for default in [row("default", "fk-one"), revoked] {
        let rows = vec![default, row("cursor", "fk-two")];
        let given = Some(token_hash("fk-given"));
        let clients = Clients {
            entries: Clients::of_rows(rows, given, &Clients::default()),
            required: true,
            ..Clients::default()
        };
        assert_eq!(&*clients.check(Some("fk-given")).unwrap(), "default");
        assert_eq!(clients.check(Some("fk-one")), Err(Denied));
        assert_eq!(&*clients.check(Some("fk-two")).unwrap(), "cursor");
    }
}

/// Reading the rows again is no way past the pace.
#[test]
fn a_clients_standing_outlives_its_row() {
    let before = clients(true);
    let pace = &before.find("cursor").unwrap().standing.pace;
    assert_eq!(locked(pace).take(1, 0), Ok(()));
    let after = Clients {
        entries: Clients::of_rows(vec![row("cursor", "fk-new")], None, &before),
        required: true,
        ..Clients::default()
    };
    let pace = &after.find("cursor").unwrap().standing.pace;
    assert!(locked(pace).take(1, 0).is_err());
}

#[test]
fn tokens_have_256_bits_and_do_not_print() {
    let token = generate_token();
    assert_eq!(token.expose_secret().len(), 3 + 64);
    assert_ne!(token.expose_secret(), generate_token().expose_secret());
    assert!(!format!("{token:?}").contains("fk-"));
}
