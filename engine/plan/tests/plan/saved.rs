//! Plans in files.

use std::path::Path;

use hotswap_plan::file::{self, PlanFileError, Stale, check_fresh};

use super::Desk;

const TEXT: &str = r#"
    variable "key" { sensitive = true }
    resource "test_thing" "a" {
      name = "a"
      note = var.key
      tags = { "a.b" = "1" }
    }
    output "o" { value = { id = test_thing.a.id, list = [1.5, null] } }
"#;

#[tokio::test]
async fn a_plan_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p");
    let planned = Desk::new().variable("key", "k").plan(TEXT).await;
    file::write(&path, &planned.plan, planned.config()).unwrap();
    let saved = file::read(&path).unwrap();
    assert_eq!(format!("{:?}", saved.plan), format!("{:?}", planned.plan));
    let loaded = hotswap_lang::config::load(&saved.files, Path::new("."));
    assert!(loaded.diagnostics.is_empty() && loaded.config.root().resources.len() == 1);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_no_plan_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p");
    let read = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        file::read(&path).unwrap_err()
    };
    assert!(matches!(read(b"{}"), PlanFileError::NotAPlan { .. }));
    assert!(matches!(read(b"PK\x03\x04..."), PlanFileError::TerraformPlan { .. }));
    assert!(matches!(read(b"hotswap plan, format 99\n{}"), PlanFileError::Newer { format: 99, .. }));
    assert!(matches!(read(b"hotswap plan, format 1\n{"), PlanFileError::Damaged { .. }));
    assert!(matches!(file::read(folder.path()).unwrap_err(), PlanFileError::Io { .. }));
}

#[tokio::test]
async fn a_plan_for_another_state_is_stale() {
    let mut desk = Desk::new().variable("key", "k");
    let planned = desk.apply(TEXT).await;
    assert_eq!(check_fresh(&planned.plan, &planned.plan.base), Ok(()));
    desk.state.serial += 1;
    let stale = check_fresh(&planned.plan, &desk.state).unwrap_err();
    assert_eq!(stale.to_string(), "the state was changed since the plan was made (serial 0, now 1): test_thing.a, output.o");
    desk.state.lineage = "other".to_owned();
    assert!(matches!(check_fresh(&planned.plan, &desk.state), Err(Stale::OtherLineage { .. })));
}
