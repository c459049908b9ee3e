use super::super::super::batch;
use super::super::super::names::Names;
use super::*;

/// Clearing removes what is in the log, not what a damaged one has taken along; that
/// one is named.
#[test]
fn damaged_copies_are_named() {
    let folder = Folder::new();
    let store = folder.open();
    assert!(store.damaged_copies().unwrap().is_empty());
    write(&store, [captured(1, &words(1, 100), 1)]);
    drop(store);
    let path = folder.path("usage.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = memchr::memmem::find(&bytes, b"sentinel-00001 ").unwrap();
    bytes[4_096..at / 4_096 * 4_096].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let (store, warnings) = folder.try_open().unwrap();
    assert!(warnings[0].contains("may still be in it"), "{warnings:?}");
    for other in [
        "usage.db.corrupt-",
        "usage.db.corrupt-1-wal",
        "usage.db.v6.backup",
    ] {
        std::fs::write(folder.path(other), "").unwrap();
    }
    store.clear_bodies().unwrap();
    let copies = store.damaged_copies().unwrap();
    let [copy] = copies.as_slice() else {
        unreachable!("{copies:?}");
    };
    assert!(copy.starts_with(folder.path("").canonicalize().unwrap()));
    assert!(is_readable(&folder, 1), "in {}", copy.display());
    std::fs::remove_file(copy).unwrap();
    assert!(!is_readable(&folder, 1));
}

/// A connection goes on after a transaction that failed, and does not overwrite every
/// row that it removes from then on.
#[test]
fn overwriting_ends_also_when_the_transaction_fails() {
    let folder = Folder::new();
    drop(folder.open());
    let path = folder.path("usage.db");
    let mut connection = connection::open_writer(&path, connection::Durability::Normal).unwrap();
    let is_on = |connection: &Connection| -> bool {
        let read = connection.pragma_query_value(None, "secure_delete", |row| row.get(0));
        read.unwrap()
    };
    let records = [
        captured(1, &words(1, 100), 1),
        captured(2, &words(2, 100), 1),
    ];
    let mut names = Names::default();
    for (damage, repair) in [
        // Before the bodies are through, and after.
        (
            "ALTER TABLE key_totals RENAME TO gone",
            "ALTER TABLE gone RENAME TO key_totals",
        ),
        (
            "ALTER TABLE log_traces RENAME TO gone",
            "ALTER TABLE gone RENAME TO log_traces",
        ),
    ] {
        connection.execute_batch(damage).unwrap();
        let tx = connection.transaction().unwrap();
        let written = batch::append(&tx, &mut names, &records);
        written.unwrap_err();
        drop(tx);
        names.forget();
        assert!(!is_on(&connection), "{damage}");
        connection.execute_batch(repair).unwrap();
    }
    let tx = connection.transaction().unwrap();
    batch::append(&tx, &mut names, &records).unwrap();
    tx.commit().unwrap();
    assert!(!is_on(&connection));

    let tx = connection.transaction().unwrap();
    overwriting(&tx, || {
        assert!(is_on(&tx), "what is removed is overwritten");
        Err(rusqlite::Error::InvalidQuery)
    })
    .unwrap_err();
    drop(tx);
    assert!(!is_on(&connection));
}
