//! `state list`, `state rm` and `state mv`, as Terraform does them: the expectations are what it said of the same state.

#![allow(clippy::unwrap_used)]

use hotswap_state::{State, SurgeryError};
use hotswap_value::address::Target;

fn everything() -> State {
    State::from_slice(include_bytes!("states/everything.tfstate")).unwrap()
}

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

fn list(state: &State, targets: &[&str]) -> Vec<String> {
    let targets: Vec<_> = targets.iter().map(|text| target(text)).collect();
    state.list(&targets).unwrap().iter().map(ToString::to_string).collect()
}

fn moved(from: &str, to: &str) -> Result<Vec<(String, String)>, SurgeryError> {
    let mut state = everything();
    let moved = state.move_to(&target(from), &target(to))?;
    assert_eq!(state.iter().count(), everything().iter().count(), "nothing is lost by a move");
    Ok(moved.iter().map(|moved| (moved.from.to_string(), moved.to.to_string())).collect())
}

fn refused(from: &str, to: &str) -> String {
    let mut state = everything();
    let error = state.move_to(&target(from), &target(to)).unwrap_err();
    assert_eq!(state, everything(), "a refused move changes nothing");
    error.to_string()
}

#[test]
fn everything_is_listed_in_terraforms_order() {
    let all = list(&everything(), &[]);
    assert_eq!(all[0], "data.terraform_remote_state.other");
    assert_eq!(all[10..12], ["terraform_data.count[9]", "terraform_data.count[10]"]);
    let modules: Vec<_> = all.iter().skip_while(|address| *address != "terraform_data.secret").skip(1).collect();
    assert_eq!(modules[0], "module.counted[0].data.terraform_remote_state.d");
    assert_eq!(modules[1], "module.counted[0].terraform_data.t");
    assert_eq!(*modules.last().unwrap(), "module.one.module.inner[1].terraform_data.i");
}

#[test]
fn a_list_is_narrowed_by_any_of_several_targets() {
    let named = list(&everything(), &["module.one", "terraform_data.count[10]", "terraform_data.count[2]"]);
    assert_eq!(
        named,
        [
            "terraform_data.count[2]",
            "terraform_data.count[10]",
            "module.one.data.terraform_remote_state.d",
            "module.one.terraform_data.t",
            "module.one.module.inner[0].terraform_data.i",
            "module.one.module.inner[1].terraform_data.i",
        ]
    );
    let error = everything().list(&[target("module.gone")]).unwrap_err();
    assert_eq!(error.to_string(), "the state has nothing at module.gone");
    assert_eq!(error.hint().unwrap(), "`state list` shows what there is");
}

#[test]
fn removing_forgets_what_is_below_and_the_empty_resource() {
    let mut state = everything();
    let removed = state.remove_all(&[target("module.many"), target("terraform_data.count"), target("terraform_data.count[2]")]).unwrap();
    assert_eq!(removed.len(), 12 + 11);
    assert!(!state.resources.keys().any(|address| address.to_string() == "terraform_data.count"));
    assert!(state.list(&[target("module.many")]).is_err());
    assert!(state.remove_all(&[target("terraform_data.plain"), target("terraform_data.gone")]).is_err());
    assert!(state.get(&"terraform_data.plain".parse().unwrap()).is_some(), "all or nothing");
    assert_eq!(state.remove_all(&[]).unwrap(), []);
}

#[test]
fn an_object_moves_to_any_free_address_of_its_type() {
    for (from, to) in [
        ("terraform_data.plain", "terraform_data.new"),
        ("terraform_data.plain", "terraform_data.new[0]"),
        ("terraform_data.plain", "terraform_data.count[20]"),
        ("terraform_data.count[0]", r#"terraform_data.count["x"]"#),
        ("terraform_data.count[0]", "terraform_data.count"),
        ("terraform_data.count", "terraform_data.other"),
        ("terraform_data.count", "module.zzz.terraform_data.count"),
        ("data.terraform_remote_state.other", "data.terraform_remote_state.two"),
    ] {
        assert_eq!(moved(from, to).unwrap(), [(from.to_owned(), to.to_owned())]);
    }
}

#[test]
fn dependencies_on_what_was_moved_are_forgotten() {
    let dependencies = |state: &State, address: &str| state.current(&address.parse().unwrap()).unwrap().dependencies.len();
    let (each, inner) = (r#"terraform_data.each["a"]"#, "module.one.module.inner[0].terraform_data.i");
    let mut state = everything();
    assert_eq!((dependencies(&state, each), dependencies(&state, inner)), (1, 1));
    state.move_to(&target("terraform_data.plain"), &target("terraform_data.new")).unwrap();
    assert_eq!((dependencies(&state, each), dependencies(&state, inner)), (0, 1));
    state.move_to(&target("module.one"), &target("module.uno")).unwrap();
    assert_eq!(dependencies(&state, "module.uno.module.inner[0].terraform_data.i"), 0);
}

#[test]
fn a_module_moves_with_what_is_in_it() {
    let told = moved("module.one", r#"module.many["new"]"#).unwrap();
    assert_eq!(told[0], ("module.one".to_owned(), r#"module.many["new"]"#.to_owned()));
    assert_eq!(told[1].1, r#"module.many["new"].module.inner[0]"#);
    assert_eq!(told.len(), 3);
    assert_eq!(moved("module.one", "module.one.module.deep").unwrap().len(), 3);
    assert_eq!(moved("module.counted[0].module.inner[0]", "module.solo").unwrap().len(), 1);
}

#[test]
fn what_terraform_refuses_to_move_is_refused() {
    let taken = |to: &str| format!("cannot move to {to}: the state has something there already");
    assert_eq!(refused("terraform_data.plain", "terraform_data.count[0]"), taken("terraform_data.count[0]"));
    assert_eq!(refused("terraform_data.plain", "terraform_data.plain"), taken("terraform_data.plain"));
    assert_eq!(refused("terraform_data.count", "terraform_data.each"), taken("terraform_data.each"));
    assert_eq!(refused("module.one", r#"module.many["x"]"#), taken(r#"module.many["x"]"#));

    let other = "cannot move terraform_data.plain to null_resource.plain: they are of different types";
    assert_eq!(refused("terraform_data.plain", "null_resource.plain"), other);
    assert!(refused("terraform_data.plain", "data.terraform_data.plain").ends_with("different types"));
    assert!(
        refused("terraform_data.count", r#"terraform_data.new["x"]"#)
            .ends_with("a resource with several objects can be moved only to another")
    );
    assert!(refused("terraform_data.plain", "module.one").ends_with("a resource can be moved only to another"));
    assert!(refused("module.one", "terraform_data.x").ends_with("a module can be moved only to another"));
    assert_eq!(refused("terraform_data.gone", "terraform_data.x"), "the state has nothing at terraform_data.gone");
    assert_eq!(refused("terraform_data.count[99]", "terraform_data.x"), "the state has nothing at terraform_data.count[99]");

    assert_eq!(refused("module.counted", "module.x"), "the state has nothing at module.counted");
    let hint = everything().move_to(&target("module.counted"), &target("module.x")).unwrap_err().hint().unwrap();
    assert_eq!(hint, "there is module.counted[0], module.counted[1]");
}
