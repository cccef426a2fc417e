//! The state's file: what is written when, what a lock holds off, and what is left when a process is killed or the disk is full.

#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    io::Read,
    os::unix::fs::{FileExt, MetadataExt, symlink},
    path::Path,
    time::{Duration, Instant},
};

use common::{Folder, info, local, pause, put, say, start, state_with};
use hotswap_state::{Local, Paths, State, StateError, Written};

/// Not a test: what other processes of these tests do.
#[test]
fn task() {
    let Some((name, path)) = common::task() else { return };
    let mut local = local(&path);
    match name.as_str() {
        "hold" => {
            match local.lock(&info()) {
                Ok(()) => say("locked"),
                Err(error) => say(&error.to_string()),
            }
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
        }
        "write too much" => {
            local.lock(&info()).unwrap();
            let mut state = local.read().unwrap().unwrap();
            put(&mut state, "new", 100_000);
            let error = local.write(&mut state).unwrap_err();
            say(&format!("{error}: {}", std::error::Error::source(&error).unwrap()));
        }
        "write for ever" => {
            local.lock(&info()).unwrap();
            let mut state = local.read().unwrap().unwrap();
            for round in 0.. {
                put(&mut state, &round.to_string(), [10, 200_000, 3_000][round % 3]);
                local.write(&mut state).unwrap();
                say("written");
            }
        }
        name => panic!("no task {name}"),
    }
}

#[test]
fn the_serial_rises_by_one_with_each_change_and_only_then() {
    let folder = Folder::new();
    let mut local = folder.local();
    local.lock(&info()).unwrap();
    assert_eq!(local.read().unwrap(), None);
    let mut state = state_with("one", 0);
    assert_eq!(local.write(&mut state).unwrap(), Written::Written);
    assert_eq!(state.serial, 1);
    assert_eq!(local.write(&mut state).unwrap(), Written::Unchanged);
    assert_eq!(state.serial, 1);
    put(&mut state, "two", 0);
    assert_eq!(local.write(&mut state).unwrap(), Written::Written);
    local.unlock();

    let mut local = folder.local();
    let mut again = local.read().unwrap().unwrap();
    assert_eq!((again.serial, &again), (2, &state));
    assert_eq!(local.write(&mut again).unwrap(), Written::Unchanged);
    assert_eq!(folder.read("terraform.tfstate").as_bytes(), state.to_bytes().unwrap());
}

#[test]
fn the_file_keeps_its_inode_and_mode_and_nothing_is_left_beside_it() {
    let folder = Folder::new();
    fs::write(folder.state(), state_with("one", 5_000).to_bytes().unwrap()).unwrap();
    fs::set_permissions(folder.state(), std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let before = fs::metadata(folder.state()).unwrap();
    let mut local = folder.local();
    local.lock(&info()).unwrap();
    let mut state = local.read().unwrap().unwrap();
    for size in [10, 9_000, 0] {
        put(&mut state, "two", size);
        local.write(&mut state).unwrap();
        let after = fs::metadata(folder.state()).unwrap();
        assert_eq!((after.ino(), after.mode(), after.nlink()), (before.ino(), before.mode(), 1));
    }
    assert_eq!(folder.names(), [".terraform.tfstate.lock.info", "terraform.tfstate", "terraform.tfstate.backup"]);
    drop(local);
    assert_eq!(folder.names(), ["terraform.tfstate", "terraform.tfstate.backup"]);
    assert_eq!(fs::metadata(folder.path("terraform.tfstate.backup")).unwrap().mode(), before.mode());
}

#[test]
fn the_backup_is_the_state_before_the_first_change_of_a_command() {
    let folder = Folder::new();
    let one = state_with("one", 0).to_bytes().unwrap();
    fs::write(folder.state(), &one).unwrap();
    let mut local = folder.local();
    let mut state = local.read().unwrap().unwrap();
    local.write(&mut state).unwrap();
    assert_eq!(folder.names(), ["terraform.tfstate"], "no change, no backup");
    for text in ["two", "three"] {
        put(&mut state, text, 0);
        local.write(&mut state).unwrap();
    }
    assert_eq!(folder.read("terraform.tfstate.backup").as_bytes(), one);

    let two = folder.path("b.tfstate");
    fs::write(&two, &one).unwrap();
    let mut local = Local::new(Paths::new(Some(&two), None, Some(Path::new("-"))));
    let mut state = local.read().unwrap().unwrap();
    put(&mut state, "two", 0);
    local.write(&mut state).unwrap();
    assert!(!folder.path("b.tfstate.backup").exists());
}

#[test]
fn state_out_leaves_the_first_file_alone_and_backs_up_the_other() {
    let folder = Folder::new();
    let out = folder.path("sub/out.tfstate");
    let one = state_with("one", 0).to_bytes().unwrap();
    fs::write(folder.state(), &one).unwrap();
    let paths = Paths::new(Some(&folder.state()), Some(&out), None);
    assert_eq!(paths.backup, Some(folder.path("sub/out.tfstate.backup")));
    let mut local = Local::new(paths);
    local.lock(&info()).unwrap();
    let mut state = local.read().unwrap().unwrap();
    assert_eq!(local.write(&mut state).unwrap(), Written::Written, "unchanged, but not there yet");
    assert_eq!(fs::read(&out).unwrap(), one);
    put(&mut state, "two", 0);
    local.write(&mut state).unwrap();
    assert_eq!(local.read().unwrap().unwrap(), state, "what was written is read from now on");
    assert_eq!(fs::read(folder.state()).unwrap(), one);
    assert!(!folder.path("sub/out.tfstate.backup").exists(), "there was nothing before");
}

#[test]
fn a_file_made_only_to_be_locked_goes_with_the_lock() {
    let folder = Folder::new();
    let mut local = folder.local();
    local.lock(&info()).unwrap();
    assert_eq!(folder.names(), [".terraform.tfstate.lock.info", "terraform.tfstate"]);
    drop(local);
    assert!(folder.names().is_empty());
}

#[test]
fn a_symbolic_link_to_the_state_stays_one() {
    let folder = Folder::new();
    fs::write(folder.path("real"), state_with("one", 0).to_bytes().unwrap()).unwrap();
    symlink("real", folder.state()).unwrap();
    let mut local = folder.local();
    local.lock(&info()).unwrap();
    let mut state = local.read().unwrap().unwrap();
    put(&mut state, "two", 0);
    local.write(&mut state).unwrap();
    drop(local);
    assert!(fs::symlink_metadata(folder.state()).unwrap().is_symlink());
    assert_eq!(fs::read(folder.path("real")).unwrap(), state.to_bytes().unwrap());
}

#[test]
fn a_held_lock_tells_who_holds_it() {
    let folder = Folder::new();
    let mut other = start("hold", &folder.state(), None);
    assert_eq!(other.hear(), "locked");
    let error = folder.local().lock(&info()).unwrap_err();
    let StateError::Held { holder: Some(holder), pid, .. } = &error else { panic!("{error:?}") };
    assert_eq!((holder.operation.as_str(), *pid), ("apply", Some(other.id() as i32)));
    let expected = format!(
        "the state {} is locked by someone@here since {:.0} for apply (id {}, process {})",
        folder.state().display(),
        holder.created,
        holder.id,
        other.id()
    );
    assert_eq!(error.to_string(), expected);
    assert!(error.hint().unwrap().contains("-lock-timeout"));
}

#[test]
fn a_killed_holder_leaves_a_message_and_no_lock() {
    let folder = Folder::new();
    let mut other = start("hold", &folder.state(), None);
    other.hear();
    other.kill();
    assert!(folder.names().contains(&".terraform.tfstate.lock.info".to_owned()));
    let mut local = folder.local();
    let mine = info();
    local.lock(&mine).unwrap();
    assert!(folder.read(".terraform.tfstate.lock.info").contains(&mine.id));
}

#[test]
fn one_process_does_not_lock_a_file_twice_or_lose_its_lock_by_looking() {
    let folder = Folder::new();
    let mut first = folder.local();
    first.lock(&info()).unwrap();
    let mut state = state_with("one", 0);
    first.write(&mut state).unwrap();
    let error = folder.local().lock(&info()).unwrap_err();
    assert!(matches!(&error, StateError::Held { pid: Some(pid), .. } if *pid == std::process::id() as i32), "{error}");
    assert_eq!(folder.local().read().unwrap().unwrap(), state);
    // Another process still finds it locked.
    let said = start("hold", &folder.state(), None).hear();
    assert!(said.contains(&format!("process {})", std::process::id())), "{said}");
    drop(first);
    assert_eq!(start("hold", &folder.state(), None).hear(), "locked");
}

#[test]
fn waiting_for_a_lock_ends_when_it_is_free_or_time_is_up_or_nobody_wants_to() {
    let folder = Folder::new();
    let mut other = start("hold", &folder.state(), None);
    other.hear();
    let begun = Instant::now();
    let error = folder.local().lock_within(&info(), Duration::from_millis(500), |_| true).unwrap_err();
    assert!(matches!(error, StateError::Held { .. }) && begun.elapsed() >= Duration::from_millis(500));
    folder.local().lock_within(&info(), Duration::from_secs(60), |_| false).unwrap_err();

    let mut asked = 0;
    let mut local = folder.local();
    local
        .lock_within(&info(), Duration::from_secs(60), |held| {
            asked += 1;
            assert!(held.to_string().contains("someone@here"));
            if asked == 3 {
                other.kill();
            }
            true
        })
        .unwrap();
    assert!(local.is_locked() && asked >= 3);
}

#[test]
fn what_another_wrote_is_never_overwritten_unseen() {
    let folder = Folder::new();
    let mut local = folder.local();
    local.lock(&info()).unwrap();
    let mut state = state_with("one", 0);
    local.write(&mut state).unwrap();
    // As `terraform apply -lock=false` would, in place. (Opening it here drops the lock, too.)
    let theirs = state_with("theirs", 10).to_bytes().unwrap();
    fs::OpenOptions::new().write(true).open(folder.state()).unwrap().write_all_at(&theirs, 0).unwrap();
    put(&mut state, "two", 0);
    let error = local.write(&mut state).unwrap_err();
    assert!(matches!(error, StateError::Changed { .. }), "{error}");
    assert_eq!((fs::read(folder.state()).unwrap(), state.serial), (theirs, 1));

    fs::remove_file(folder.state()).unwrap();
    fs::write(folder.state(), "").unwrap();
    assert!(matches!(local.write(&mut state).unwrap_err(), StateError::Changed { .. }), "another file of the same name");
}

#[test]
fn a_lock_lost_to_another_process_is_noticed_before_writing() {
    let folder = Folder::new();
    let mut local = folder.local();
    local.lock(&info()).unwrap();
    let mut state = state_with("one", 0);
    local.write(&mut state).unwrap();
    drop(fs::File::open(folder.state()).unwrap());
    let mut other = start("hold", &folder.state(), None);
    assert_eq!(other.hear(), "locked");
    put(&mut state, "two", 0);
    let error = local.write(&mut state).unwrap_err();
    assert!(matches!(error, StateError::LockLost { .. }), "{error}");
}

#[test]
fn a_state_of_another_lineage_is_refused() {
    let folder = Folder::new();
    let mut local = folder.local();
    local.write(&mut state_with("one", 0)).unwrap();
    let error = local.write(&mut State::new("other")).unwrap_err();
    assert!(error.to_string().ends_with(
        "has the lineage 5f3c0a4e-6a2b-4d0e-9f4a-0d6d0b7f3a11, the one to be written has other: they are of different configurations"
    ));
}

#[test]
fn a_corrupt_state_tells_where_and_where_the_backup_is() {
    let folder = Folder::new();
    fs::write(folder.state(), "{\n  \"version\": 4,\n  oops\n}\n").unwrap();
    let error = folder.local().read().unwrap_err();
    assert_eq!(error.to_string(), format!("the state {} can't be used", folder.state().display()));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "it is not well-formed JSON (line 3, column 3)");
    assert_eq!(error.hint(), None);
    fs::write(folder.path("terraform.tfstate.backup"), "").unwrap();
    let hint = folder.local().read().unwrap_err().hint().unwrap();
    assert!(hint.contains("terraform.tfstate.backup"), "{hint}");
    let mut local = folder.local();
    local.lock(&info()).unwrap();
    local.write(&mut state_with("one", 0)).unwrap_err();
    assert!(folder.read("terraform.tfstate").contains("oops"), "what can't be read is not overwritten");
}

#[test]
fn a_write_that_finds_no_room_leaves_the_old_state_whole() {
    let folder = Folder::new();
    let old = state_with("old", 1_000).to_bytes().unwrap();
    fs::write(folder.state(), &old).unwrap();
    // No file may grow beyond 16 blocks of 512 bytes.
    let mut other = start("write too much", &folder.state(), Some("trap '' XFSZ; ulimit -f 16"));
    let said = other.hear();
    assert!(said.contains("could not be written") && said.contains("the old one is there unchanged: File too large"), "{said}");
    other.rest();
    assert_eq!(fs::read(folder.state()).unwrap(), old);
    assert_eq!(folder.names(), ["terraform.tfstate", "terraform.tfstate.backup"]);
}

#[test]
fn a_writer_killed_at_any_moment_leaves_a_whole_state_and_no_lock() {
    let folder = Folder::new();
    folder.local().write(&mut state_with("0", 0)).unwrap();
    let mut serial = 1;
    for round in 0..25 {
        let mut other = start("write for ever", &folder.state(), None);
        for _ in 0..round % 3 {
            other.hear();
        }
        pause(Duration::from_micros(1_370 * round));
        other.kill();
        let found = State::from_slice(&fs::read(folder.state()).unwrap()).unwrap();
        assert!(found.serial >= serial, "round {round}");
        serial = found.serial;
        let mut local = folder.local();
        local.lock(&info()).unwrap();
        assert_eq!(local.read().unwrap().unwrap().serial, serial);
    }
    assert!(serial > 8, "only {serial} writes were seen");
    assert_eq!(folder.names(), ["terraform.tfstate", "terraform.tfstate.backup"]);
}

#[test]
fn a_state_in_pieces_comes_back_from_the_whole_copy_beside_it() {
    let folder = Folder::new();
    let state = state_with("new", 100);
    let whole = state.to_bytes().unwrap();
    fs::write(folder.state(), &whole[..200]).unwrap();
    fs::write(folder.path(".terraform.tfstate.new"), &whole).unwrap();
    let mut local = folder.local();
    local.lock(&info()).unwrap();
    assert_eq!(local.read().unwrap().unwrap(), state);
    drop(local);
    // A copy that never took its place is dropped.
    fs::write(folder.path(".terraform.tfstate.new"), state_with("newer", 0).to_bytes().unwrap()).unwrap();
    let mut local = folder.local();
    local.lock(&info()).unwrap();
    assert_eq!(local.read().unwrap().unwrap(), state);
    drop(local);
    assert_eq!(folder.names(), ["terraform.tfstate"]);
}
