//! `hotswap serve`: what it says when it cannot start.

use crate::support::Folder;

#[test]
fn an_unencrypted_address_off_loopback_has_to_be_asked_for_by_name() {
    let said = Folder::new().run(&["serve", "--data-dir", "data", "--listen", "0.0.0.0:0"]).failed();
    assert!(said.contains("0.0.0.0:0 is not a loopback address") && said.contains("--plain-http"), "{said}");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = Folder::with(&[("file", "")]);
    let said = folder.run(&["serve", "--data-dir", "file/data", "--listen", "127.0.0.1:0"]).failed();
    assert!(said.contains("file/data") && said.contains("cannot be used"), "{said}");
}

#[test]
fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = Folder::new().run(&["serve", "--data-dir", "data", "--listen", &address]).failed();
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
}

#[test]
fn a_log_level_that_is_none_is_refused() {
    let said = Folder::new().run(&["serve", "--data-dir", "data", "--log-level", "hotswap=loud"]).failed();
    assert!(said.contains("the log level cannot be used"), "{said}");
}
