//! The data folder and who serves it.

use super::*;

#[test]
fn a_chosen_folder_is_created_and_absolute() {
    let root = tempfile::tempdir().unwrap();
    let chosen = root.path().join("a/b");
    let data = DataDir::open(Some(&chosen)).unwrap();
    assert_eq!(data.path(), chosen);
    assert!(chosen.is_dir() && data.path().is_absolute());
    assert_eq!(data.database(), chosen.join("flowkeep.db"));
    assert_eq!(data.usage(), chosen.join("usage.db"));
}

#[test]
fn a_file_in_the_way_is_an_error_that_names_it() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("file");
    std::fs::write(&path, b"").unwrap();
    let refused = DataDir::open(Some(&path)).unwrap_err().to_string();
    assert!(refused.contains(&path.display().to_string()), "{refused}");
}

#[test]
fn a_second_instance_learns_who_is_first() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(InstanceLock::running(folder.path()).unwrap(), None);
    let lock = InstanceLock::acquire(folder.path()).unwrap();
    let pid = Some(std::process::id());
    let starting = Running { pid, address: None };
    assert_eq!(
        InstanceLock::running(folder.path()).unwrap(),
        Some(starting)
    );

    lock.publish("http://127.0.0.1:7898").unwrap();
    let refused = InstanceLock::acquire(folder.path()).unwrap_err();
    let InstanceError::AlreadyRunning(running) = &refused else {
        panic!("{refused}");
    };
    assert_eq!(running.pid, pid);
    assert_eq!(running.address.as_deref(), Some("http://127.0.0.1:7898"));
    assert!(
        refused.to_string().contains("http://127.0.0.1:7898"),
        "{refused}"
    );

    drop(lock);
    assert_eq!(InstanceLock::running(folder.path()).unwrap(), None);
    InstanceLock::acquire(folder.path()).unwrap();
}

/// What a killed process left behind is not believed.
#[test]
fn an_old_address_means_nothing_without_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("instance.address"), b"1 http://x\n").unwrap();
    assert_eq!(InstanceLock::running(folder.path()).unwrap(), None);
    InstanceLock::acquire(folder.path()).unwrap();
}
