use super::super::tests::{Folder, plan, record, write};
use super::*;

#[test]
fn a_trace_id_tells_its_row() {
    let folder = Folder::new();
    let store = folder.open();
    // Over three blocks, in batches that end within them.
    write(&store, (1..=4_500).map(record));
    let connection = store.inner.usage.reopen().unwrap();
    for id in [1, 255, 1_999, 2_000, 2_001, 4_000, 4_500] {
        let trace = record(u32::try_from(id).unwrap()).trace_id.unwrap();
        let find = |oldest, before| candidates(&connection, &trace, oldest, before).unwrap();
        let found = find(0, i64::MAX);
        assert!(found.contains(&id), "{id}: {found:?}");
        // Of 65,536 hashes, few of 4,500 rows share one.
        assert!(found.len() < 6, "{id}: {found:?}");
        assert!(found.is_sorted_by(|one, other| one > other), "{found:?}");
        assert!(!find(0, id).contains(&id));
        assert!(find(0, id + 1).contains(&id));
        assert!(!find(block_of(id) + 1, i64::MAX).contains(&id));
    }
    assert_eq!(
        candidates(&connection, "ti_0", 0, i64::MAX).unwrap(),
        Vec::<i64>::new()
    );
}

/// What is stored is never read with another hash.
#[test]
fn the_hash_stays_as_it_is() {
    assert_eq!(hash("ti_2b6k1f0c7v9q3m8x"), hash("ti_2b6k1f0c7v9q3m8x"));
    assert_eq!(hash(""), [0xd9, 0x1c]);
    assert_eq!(hash("a"), [0x20, 0xcd]);
}

#[test]
fn blocks_are_found_by_their_key() {
    let folder = Folder::new();
    let store = folder.open();
    write(&store, [record(1)]);
    let plan = plan(&folder.path("usage.db"), SELECT_ALL);
    let by = "SEARCH log_traces USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";
    assert!(plan.contains(by) && !plan.contains("TEMP"), "{plan}");
}
