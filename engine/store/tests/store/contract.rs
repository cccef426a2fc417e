//! What every database promises, as functions over a store; each runs on every kind there is.

use std::slice;

use crate::kit::*;
use futures::future::join_all;
use hotswap_model::{
    Channel, DeploymentStatus, Digest, Held, Quotas, Role, RolloutId, RolloutStatus, Span, TenantSpec, TenantStatus, Timestamp,
    TokenStatus, TokenTerms, Usage, VersionSpec,
};
use hotswap_store::{
    Adoption, ChangedPlugin, Deployment, IdempotentAnswer, Kind, Page, PinnedSecret, PluginVersion, RegistryChanges, Rollout, SealedSecret,
    Store, StoreError, StoredRevision, Tenant, Token, Versions,
};

/// Makes a test of each function: for SQLite on disk, SQLite that ends with the process, and PostgreSQL.
macro_rules! on_every_store {
    ($($name:ident)*) => {
        mod on_disk {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let dir = tempfile::tempdir().unwrap();
                super::$name(&super::Store::open(&dir.path().join("hotswap.db")).await.unwrap()).await;
            })*
        }
        mod in_memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&super::Store::memory().await.unwrap()).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let url = hotswap_test_servers::Postgres::shared().database().parse().unwrap();
                super::$name(&super::Store::connect(&url, None).await.unwrap()).await;
            })*
        }
    };
}

on_every_store! {
    a_record_reads_back_as_it_was_written
    a_name_is_taken_once_and_the_conflict_tells_by_whom
    a_destroyed_name_is_free_at_once_and_gets_a_new_id
    of_two_hundred_who_want_one_name_one_gets_it
    two_hundred_writers_all_get_their_turn
    a_reader_sees_one_state_while_others_write
    a_reader_cannot_write
    what_is_not_committed_never_happened
    a_change_by_who_has_not_seen_the_row_is_refused
    lists_come_in_parts_by_name
    many_are_read_by_name_at_once
    use_is_the_sum_over_the_wanted_revisions_of_live_deployments
    bytes_stay_referenced_while_anything_could_serve_them
    a_version_is_retired_and_revived_in_its_place
    the_same_deployment_name_lives_in_each_tenant
    users_json_is_kept_to_the_letter
    a_newer_generation_shuts_out_older_ones
    events_are_numbered_from_one_without_a_gap
    an_answer_is_kept_once_and_forgotten_when_old
    rows_that_refer_to_nothing_are_refused
    a_token_is_found_by_its_digest_and_its_value_is_free_once_it_has_ended
    tokens_end_with_their_tenant_and_are_forgotten_after_a_while
    secrets_stay_as_long_as_a_revision_may_serve_that_has_them
    who_runs_what_is_counted_by_tenant_and_version
    what_changed_in_the_registry_is_told_from_any_generation_on
    what_changed_among_tenants_and_deployments_is_told_from_any_generation_on
    who_begins_to_lead_has_a_higher_number_than_all_before
}

async fn a_record_reads_back_as_it_was_written(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let spec = TenantSpec {
        display_name: Some("Ácme \"Inc\"".into()),
        labels: [("a".into(), "1".into())].into(),
        tier: Some("gold".into()),
        status: TenantStatus::Suspended,
        quotas: Quotas { max_plugins: Some(0), max_memory_mb: Some(u64::MAX), ..Quotas::default() },
        ..tenant_spec("acme")
    };
    let tenant = tx.insert_tenant(&tenant_id("1"), &spec, at(5)).await.unwrap();
    assert_eq!((tenant.etag, tenant.created_at, tenant.updated_at, &tenant.spec), (1, at(5), at(5), &spec));
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let (deployment, revision) = deploy(&mut tx, &tenant, "web", &version, 2, 64).await;
    let held = Held { revision: 1, reason: "3 of 4 requests failed".into(), at: at(9) };
    let rollout = rollout(&deployment, "1", None, 1);
    tx.insert_rollout(&rollout).await.unwrap();
    let changed = Deployment {
        active_revision: Some(1),
        status: DeploymentStatus::Held,
        held: Some(held),
        rollout_id: Some(rollout.id.clone()),
        ..deployment.clone()
    };
    let changed = tx.update_deployment(&changed, at(10)).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.tenant(&tenant.spec.name).await.unwrap().unwrap(), tenant);
    assert_eq!(tx.tenant_by_id(&tenant.id).await.unwrap().unwrap(), tenant);
    assert_eq!(tx.plugin_version(&version.plugin_id, &version.spec.version).await.unwrap().unwrap(), version);
    assert_eq!(tx.plugin_version_by_id(&version.id).await.unwrap().unwrap(), version);
    assert_eq!(tx.deployment(&deployment.address()).await.unwrap().unwrap(), changed);
    assert_eq!(tx.deployment_by_id(&deployment.id).await.unwrap().unwrap(), changed);
    assert_eq!(tx.revision(&deployment.id, 1).await.unwrap().unwrap(), revision);
    assert_eq!(tx.rollout(&rollout.id).await.unwrap().unwrap(), rollout);
    assert_eq!((changed.etag, changed.updated_at, changed.created_at), (2, at(10), deployment.created_at));
}

async fn a_name_is_taken_once_and_the_conflict_tells_by_whom(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let error = tx.insert_tenant(&tenant_id("2"), &tenant_spec("acme"), at(2)).await.unwrap_err();
    assert_eq!(error.to_string(), "tenant \"acme\" exists already (as ten_1)");

    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let error = tx.insert_plugin(&plugin_id("other"), &plugin_spec("greeter"), at(2)).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { kind: Kind::Plugin, existing: Some(id), .. } if id == "plg_greeter"));

    let error = tx.insert_plugin_version(&"ver_other".parse().unwrap(), &version.plugin_id, &version.spec, at(2)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("plugin version \"greeter 1.0.0\" exists already (as {})", version.id));

    let (deployment, revision) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
    let other = Deployment { id: "dep_other".parse().unwrap(), ..deployment.clone() };
    let error = tx.insert_deployment(&other).await.unwrap_err();
    assert_eq!(error.to_string(), format!("deployment \"acme/web\" exists already (as {})", deployment.id));
    let error = tx.insert_revision(&revision).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { kind: Kind::Revision, .. }), "{error}");
}

async fn a_destroyed_name_is_free_at_once_and_gets_a_new_id(store: &Store) {
    for round in 1..=3 {
        let mut tx = store.write().await.unwrap();
        let tenant = tx.insert_tenant(&tenant_id(&round.to_string()), &tenant_spec("acme"), at(round)).await.unwrap();
        let plugin = tx.insert_plugin(&plugin_id(&round.to_string()), &plugin_spec("greeter"), at(round)).await.unwrap();
        let version = add_version(&mut tx, &plugin, "1.0.0", &format!("bytes {round}")).await;
        let (deployment, _) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
        tx.commit().await.unwrap();

        let mut tx = store.write().await.unwrap();
        tx.delete_deployment(&deployment.id, Some(deployment.etag), at(round)).await.unwrap();
        assert_eq!(tx.deployment(&deployment.address()).await.unwrap(), None);
        assert!(matches!(tx.delete_deployment(&deployment.id, None, at(round)).await.unwrap_err(), StoreError::NotFound { .. }));
        tx.delete_plugin(&plugin.id, None, at(round)).await.unwrap();
        tx.delete_tenant(&tenant.id, None, at(round)).await.unwrap();
        assert_eq!(tx.tenant(&tenant.spec.name).await.unwrap(), None);
        assert_eq!(tx.tenant_by_id(&tenant.id).await.unwrap(), None);
        assert_eq!(tx.list_tenants(&Page::all()).await.unwrap(), []);
        assert_eq!(tx.list_plugins(&Page::all()).await.unwrap(), []);
        tx.commit().await.unwrap();
    }
}

async fn of_two_hundred_who_want_one_name_one_gets_it(store: &Store) {
    let wants = (0..200).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut tx = store.write().await.unwrap();
            match tx.insert_tenant(&tenant_id(&number.to_string()), &tenant_spec("acme"), at(number)).await {
                Ok(tenant) => {
                    tx.commit().await.unwrap();
                    Ok(tenant.id)
                }
                Err(StoreError::Conflict { existing, .. }) => Err(existing.unwrap()),
                Err(other) => panic!("{other}"),
            }
        })
    });
    let (mut won, mut lost) = (vec![], vec![]);
    for want in join_all(wants).await {
        match want.unwrap() {
            Ok(id) => won.push(id.to_string()),
            Err(existing) => lost.push(existing),
        }
    }
    assert_eq!((won.len(), lost.len()), (1, 199));
    assert!(lost.iter().all(|existing| *existing == won[0]), "everybody was told who has the name");
}

async fn two_hundred_writers_all_get_their_turn(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(0)).await.unwrap();
    tx.commit().await.unwrap();
    let changes = (0..200).map(|number| {
        let (store, id) = (store.clone(), tenant.id.clone());
        tokio::spawn(async move {
            let mut tx = store.write().await.unwrap();
            let before = tx.tenant_by_id(&id).await.unwrap().unwrap();
            tx.update_tenant(&id, &before.spec, Some(before.etag), at(number)).await.unwrap();
            tx.commit().await.unwrap();
        })
    });
    join_all(changes).await.into_iter().for_each(|change| change.unwrap());
    let after = store.read().await.unwrap().tenant_by_id(&tenant.id).await.unwrap().unwrap();
    assert_eq!(after.etag, 201, "no change was lost");
}

async fn a_reader_sees_one_state_while_others_write(store: &Store) {
    // Nothing was read in it yet when the other one writes: what it sees was fixed when it began.
    let (mut early, mut reader) = (store.read().await.unwrap(), store.read().await.unwrap());
    let mut writer = store.write().await.unwrap();
    writer.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    assert_eq!(early.list_tenants(&Page::all()).await.unwrap(), [], "not committed");
    writer.commit().await.unwrap();
    assert_eq!(reader.list_tenants(&Page::all()).await.unwrap(), [], "committed after the reader began");
    drop(reader);
    assert_eq!(store.read().await.unwrap().list_tenants(&Page::all()).await.unwrap().len(), 1);
}

async fn a_reader_cannot_write(store: &Store) {
    let mut reader = store.read().await.unwrap();
    assert!(reader.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.is_err());
    drop(reader);
    assert_eq!(store.read().await.unwrap().list_tenants(&Page::all()).await.unwrap(), []);
}

async fn what_is_not_committed_never_happened(store: &Store) {
    let mut tx = store.write().await.unwrap();
    tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    drop(tx);
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.list_tenants(&Page::all()).await.unwrap(), []);
    assert_eq!(tx.blob(&Digest::of(b"bytes")).await.unwrap(), None);
    tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_change_by_who_has_not_seen_the_row_is_refused(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let changed = TenantSpec { tier: Some("gold".into()), ..tenant.spec.clone() };
    let after = tx.update_tenant(&tenant.id, &changed, Some(1), at(2)).await.unwrap();
    assert_eq!((after.etag, after.created_at, after.updated_at, &after.spec), (2, at(1), at(2), &changed));
    let error = tx.update_tenant(&tenant.id, &tenant.spec, Some(1), at(3)).await.unwrap_err();
    assert_eq!(error.to_string(), "tenant \"acme\" changed since it was read: its etag is 2 now");
    assert!(matches!(tx.delete_tenant(&tenant.id, Some(1), at(3)).await.unwrap_err(), StoreError::Stale { etag: 2, .. }));
    assert_eq!(tx.tenant_by_id(&tenant.id).await.unwrap().unwrap(), after);
    let unconditional = tx.update_tenant(&tenant.id, &tenant.spec, None, at(4)).await.unwrap();
    assert_eq!(unconditional.etag, 3);
    let renamed = tx.update_tenant(&tenant.id, &tenant_spec("other"), None, at(5)).await.unwrap_err();
    assert!(matches!(renamed, StoreError::NotFound { kind: Kind::Tenant, .. }), "{renamed}");

    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let (deployment, _) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
    tx.update_deployment(&deployment, at(6)).await.unwrap();
    assert!(matches!(tx.update_deployment(&deployment, at(7)).await.unwrap_err(), StoreError::Stale { etag: 2, .. }));
}

async fn lists_come_in_parts_by_name(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    for name in ["b", "a-1", "c", "a"] {
        let tenant = tx.insert_tenant(&tenant_id(&name.replace('-', "")), &tenant_spec(name), at(1)).await.unwrap();
        for deployment in ["y", "x"] {
            deploy(&mut tx, &tenant, deployment, &version, 1, 64).await;
        }
    }
    let mut seen = vec![];
    let mut page = Page { after: None, limit: 3 };
    loop {
        let part = tx.list_tenants(&page).await.unwrap();
        seen.extend(part.iter().map(|tenant| tenant.spec.name.to_string()));
        if part.len() < 3 {
            break;
        }
        page.after = part.last().map(|tenant| tenant.spec.name.clone());
    }
    assert_eq!(seen, ["a", "a-1", "b", "c"]);

    let (mut seen, mut page) = (vec![], Page { after: None, limit: 3 });
    loop {
        let part = tx.list_deployments(None, &page).await.unwrap();
        seen.extend(part.iter().map(|deployment| deployment.address().to_string()));
        if part.len() < 3 {
            break;
        }
        page.after = part.last().map(Deployment::address);
    }
    assert_eq!(seen, ["a/x", "a/y", "a-1/x", "a-1/y", "b/x", "b/y", "c/x", "c/y"]);

    let of_b = tx.list_deployments(Some(&"b".parse().unwrap()), &Page { after: Some(address("b", "x")), limit: 10 }).await.unwrap();
    assert_eq!(of_b.iter().map(|deployment| deployment.address().to_string()).collect::<Vec<_>>(), ["b/y"]);
}

async fn many_are_read_by_name_at_once(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let (mut names, mut addresses, mut revisions) = (vec![], vec![], vec![]);
    for number in 0..900 {
        let tenant = tx.insert_tenant(&tenant_id(&number.to_string()), &tenant_spec(&format!("t{number}")), at(1)).await.unwrap();
        let (deployment, revision) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
        names.push(tenant.spec.name);
        addresses.push(deployment.address());
        revisions.push((revision.deployment_id, 1));
    }
    names.push("nobody".parse().unwrap());
    addresses.push(address("t1", "nothing"));
    revisions.push((revisions[0].0.clone(), 2));
    let mut found: Vec<_> = tx.tenants_named(&names).await.unwrap().into_iter().map(|tenant| tenant.spec.name).collect();
    names.pop();
    names.sort();
    found.sort();
    assert_eq!(found, names);
    let mut found: Vec<_> = tx.deployments_named(&addresses).await.unwrap().iter().map(Deployment::address).collect();
    addresses.pop();
    addresses.sort();
    found.sort();
    assert_eq!(found, addresses);
    let mut found: Vec<_> =
        tx.revisions(&revisions).await.unwrap().into_iter().map(|stored| (stored.deployment_id, stored.revision.number)).collect();
    revisions.pop();
    revisions.sort();
    found.sort();
    assert_eq!(found, revisions);
    assert_eq!(tx.plugins_named(std::slice::from_ref(&version.spec.plugin)).await.unwrap().len(), 1);
    assert_eq!(tx.tenants_named(&[]).await.unwrap(), []);
}

async fn use_is_the_sum_over_the_wanted_revisions_of_live_deployments(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let acme = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let other = tx.insert_tenant(&tenant_id("2"), &tenant_spec("other"), at(1)).await.unwrap();
    assert_eq!(tx.usage(&acme.id).await.unwrap(), Usage::default());

    let greeter = publish(&mut tx, "greeter", "1.0.0", "ten bytes!").await;
    let newer = publish(&mut tx, "greeter", "1.1.0", "thirteen bytes").await;
    let auth = publish(&mut tx, "auth", "1.0.0", "ten bytes!").await;
    let (web, _) = deploy(&mut tx, &acme, "web", &greeter, 4, 64).await;
    let (login, _) = deploy(&mut tx, &acme, "login", &auth, 2, 32).await;
    deploy(&mut tx, &other, "web", &newer, 100, 1024).await;
    let both = Usage { deployments: 2, plugins: 2, instances: 6, memory_mb: 4 * 64 + 2 * 32, storage_bytes: 10 };
    assert_eq!(tx.usage(&acme.id).await.unwrap(), both, "the same bytes are counted once");

    let wanted = revise(&mut tx, &web, &newer, 5, 128).await;
    let after = Usage { instances: 7, memory_mb: 5 * 128 + 2 * 32, storage_bytes: 10 + 14, ..both };
    assert_eq!(tx.usage(&acme.id).await.unwrap(), after, "the wanted revision counts, not the one before");

    tx.delete_deployment(&login.id, None, at(3)).await.unwrap();
    let without = Usage { deployments: 1, plugins: 1, instances: 5, memory_mb: 640, storage_bytes: 14 };
    assert_eq!(tx.usage(&acme.id).await.unwrap(), without);
    assert_eq!(tx.count_deployments_of_tenant(&acme.id).await.unwrap(), 1);
    assert_eq!(tx.count_deployments_of_plugin(&auth.plugin_id).await.unwrap(), 0);
    assert_eq!(tx.count_deployments_of_plugin(&greeter.plugin_id).await.unwrap(), 2);
    assert_eq!(tx.count_deployments_of_version(&newer.id).await.unwrap(), 2);
    assert_eq!(tx.count_deployments_of_version(&greeter.id).await.unwrap(), 0, "neither wanted nor active");
    assert_eq!(tx.count_revisions_since(&acme.id, at(0)).await.unwrap(), 3, "ended deployments count too");
    assert_eq!(tx.count_revisions_since(&acme.id, wanted.updated_at).await.unwrap(), 0);
}

async fn bytes_stay_referenced_while_anything_could_serve_them(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let (old, new) = (publish(&mut tx, "greeter", "1.0.0", "old").await, publish(&mut tx, "greeter", "2.0.0", "new").await);
    let (old_bytes, new_bytes) = (Digest::of(b"old"), Digest::of(b"new"));
    let (deployment, _) = deploy(&mut tx, &tenant, "web", &old, 1, 64).await;
    tx.retire_plugin_version(&old.id, None, at(2)).await.unwrap();
    assert!(tx.bytes_referenced(&old_bytes).await.unwrap(), "it is wanted");
    assert!(tx.bytes_referenced(&new_bytes).await.unwrap(), "its version is live");

    let serving = Deployment { active_revision: Some(1), ..deployment };
    let serving = tx.update_deployment(&serving, at(2)).await.unwrap();
    let deployment = revise(&mut tx, &serving, &new, 1, 64).await;
    assert!(tx.bytes_referenced(&old_bytes).await.unwrap(), "it is active");

    let mut rollout = rollout(&deployment, "1", Some(1), 2);
    tx.insert_rollout(&rollout).await.unwrap();
    let deployment = tx.update_deployment(&Deployment { active_revision: Some(2), ..deployment }, at(3)).await.unwrap();
    assert!(tx.bytes_referenced(&old_bytes).await.unwrap(), "the rollout may go back to it");

    rollout.status = RolloutStatus::Completed;
    rollout.ended_at = Some(at(4));
    tx.update_rollout(&rollout).await.unwrap();
    assert!(!tx.bytes_referenced(&old_bytes).await.unwrap());

    tx.delete_blob(&old_bytes).await.unwrap();
    assert_eq!(tx.blob(&old_bytes).await.unwrap(), None, "its bytes have to be uploaded again");
    let retired = tx.plugin_version_by_id(&old.id).await.unwrap().unwrap();
    assert_eq!(retired.size, 3, "what was learned of them is still known");
    upload(&mut tx, "old").await;
    assert!(tx.blob(&old_bytes).await.unwrap().is_some());

    tx.retire_plugin_version(&new.id, None, at(5)).await.unwrap();
    assert!(tx.bytes_referenced(&new_bytes).await.unwrap(), "it serves");
    tx.delete_deployment(&deployment.id, None, at(6)).await.unwrap();
    assert!(!tx.bytes_referenced(&new_bytes).await.unwrap());
}

async fn a_version_is_retired_and_revived_in_its_place(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let newer = publish(&mut tx, "greeter", "1.10.0", "bytes").await;
    publish(&mut tx, "greeter", "1.9.0", "bytes").await;
    let notes = VersionSpec { channel: Channel::Deprecated, release_notes: Some("old".into()), ..version.spec.clone() };
    let changed = tx.update_plugin_version(&version.id, &notes, Some(1), at(2)).await.unwrap();
    assert_eq!((changed.etag, &changed.spec), (2, &notes));
    let other = VersionSpec { default_config: Some("{}".into()), ..notes.clone() };
    assert!(tx.update_plugin_version(&version.id, &other, None, at(3)).await.is_err(), "what was published doesn't change");

    let retired = tx.retire_plugin_version(&version.id, None, at(4)).await.unwrap();
    assert_eq!(retired.retired_at, Some(at(4)));
    assert!(matches!(tx.retire_plugin_version(&version.id, None, at(5)).await.unwrap_err(), StoreError::NotFound { .. }));
    let numbers = |versions: Vec<PluginVersion>| versions.iter().map(|v| v.spec.version.to_string()).collect::<Vec<_>>();
    assert_eq!(numbers(tx.list_plugin_versions(&newer.plugin_id, Versions::Live).await.unwrap()), ["1.10.0", "1.9.0"]);
    assert_eq!(numbers(tx.list_plugin_versions(&newer.plugin_id, Versions::All).await.unwrap()), ["1.10.0", "1.9.0", "1.0.0"]);

    publish(&mut tx, "auth", "2.0.0", "bytes").await;
    let named = |versions: Vec<PluginVersion>| versions.iter().map(|v| format!("{}/{}", v.spec.plugin, v.spec.version)).collect::<Vec<_>>();
    let page = Page { after: None, limit: 2 };
    assert_eq!(named(tx.list_all_plugin_versions(&page).await.unwrap()), ["auth/2.0.0", "greeter/1.10.0"], "by text, live ones alone");
    let page = Page { after: Some(("greeter".parse().unwrap(), "1.10.0".parse().unwrap())), limit: 2 };
    assert_eq!(named(tx.list_all_plugin_versions(&page).await.unwrap()), ["greeter/1.9.0"]);
    let wanted = [("auth", "2.0.0"), ("auth", "1.9.0"), ("greeter", "1.0.0"), ("nobody", "1.0.0")];
    let wanted = wanted.map(|(plugin, version)| (plugin.parse().unwrap(), version.parse().unwrap()));
    assert_eq!(named(tx.plugin_versions_named(&wanted).await.unwrap()), ["auth/2.0.0"], "the retired one is as good as gone");

    assert!(tx.revive_plugin_version(&version.id, &other, at(6)).await.is_err(), "it comes back with what it had");
    let revived = tx.revive_plugin_version(&version.id, &version.spec, at(7)).await.unwrap();
    assert_eq!((revived.retired_at, &revived.id, &revived.spec), (None, &version.id, &version.spec));
    assert_eq!(tx.plugin_version(&version.plugin_id, &version.spec.version).await.unwrap().unwrap(), revived);
}

async fn the_same_deployment_name_lives_in_each_tenant(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    for name in ["acme", "other"] {
        let tenant = tx.insert_tenant(&tenant_id(name), &tenant_spec(name), at(1)).await.unwrap();
        deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
    }
    let of_acme = tx.deployment(&address("acme", "web")).await.unwrap().unwrap();
    let of_other = tx.deployment(&address("other", "web")).await.unwrap().unwrap();
    assert_ne!(of_acme.id, of_other.id);
    assert_eq!((of_acme.tenant.as_str(), of_other.tenant.as_str()), ("acme", "other"));
}

async fn users_json_is_kept_to_the_letter(store: &Store) {
    let odd = "{ \"b\" : 1.0,\n\t\"a\":1e400, \"b\": \"\\u00e4\" }";
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let (_, mut stored) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
    stored.revision.number = 2;
    stored.revision.spec.config = Some(odd.into());
    stored.effective_config = odd.into();
    stored.revision.dependencies = vec![hotswap_model::Solved {
        plugin: "auth".parse().unwrap(),
        version: "2.0.0".parse().unwrap(),
        needed_by: vec![hotswap_model::Need {
            plugin: "greeter".parse().unwrap(),
            version: "1.0.0".parse().unwrap(),
            constraint: "~>  1.0".parse().unwrap(),
        }],
    }];
    tx.insert_revision(&stored).await.unwrap();
    let read = tx.list_revisions(&stored.deployment_id).await.unwrap();
    assert_eq!(read.iter().map(|stored| stored.revision.number).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((read[0].revision.spec.config.as_deref(), read[0].effective_config.as_str()), (Some(odd), odd));
    assert_eq!(read[0].revision.dependencies, stored.revision.dependencies);
    assert!(read[1].revision.dependencies.is_empty());
}

async fn a_newer_generation_shuts_out_older_ones(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let (deployment, _) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
    let first = rollout(&deployment, "1", None, 1);
    tx.insert_rollout(&first).await.unwrap();
    assert_eq!(tx.list_unfinished_rollouts().await.unwrap(), std::slice::from_ref(&first));

    let taken_over = Rollout { generation: 2, progress: "{\"stage\":1}".into(), ..first.clone() };
    tx.update_rollout(&taken_over).await.unwrap();
    let late = Rollout { status: RolloutStatus::Completed, ended_at: Some(at(9)), ..first.clone() };
    match tx.update_rollout(&late).await.unwrap_err() {
        StoreError::StaleGeneration { stored: 2, given: 1, rollout } => assert_eq!(rollout, first.id),
        other => panic!("{other}"),
    }
    assert_eq!(tx.rollout(&first.id).await.unwrap().unwrap(), taken_over);

    let reason = (Some("error_rate".into()), Some("3 of 4 requests failed".into()));
    let over = Rollout {
        status: RolloutStatus::RolledBack,
        reason_code: reason.0,
        reason: reason.1,
        updated_at: at(8),
        ended_at: Some(at(8)),
        ..taken_over
    };
    tx.update_rollout(&over).await.unwrap();
    assert_eq!(tx.list_unfinished_rollouts().await.unwrap(), []);
    let second = Rollout { started_at: at(10), ..rollout(&deployment, "2", Some(1), 2) };
    tx.insert_rollout(&second).await.unwrap();
    assert_eq!(tx.list_rollouts(&deployment.id, 10).await.unwrap(), [second.clone(), over]);
    assert_eq!(tx.list_rollouts(&deployment.id, 1).await.unwrap(), [second]);
}

async fn events_are_numbered_from_one_without_a_gap(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let (deployment, _) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
    let rollout = rollout(&deployment, "1", None, 1);
    tx.insert_rollout(&rollout).await.unwrap();
    let first = tx.append_rollout_event(&rollout.id, at(1), "started", "began", "{}").await.unwrap();
    tx.commit().await.unwrap();
    let mut dropped = store.write().await.unwrap();
    dropped.append_rollout_event(&rollout.id, at(2), "stage", "never committed", "{}").await.unwrap();
    drop(dropped);
    let mut tx = store.write().await.unwrap();
    let second = tx.append_rollout_event(&rollout.id, at(2), "stage", "10 %", "{\"weight\":10}").await.unwrap();
    assert_eq!((first.seq, second.seq), (1, 2));
    assert_eq!(tx.list_rollout_events(&rollout.id, 0).await.unwrap(), [first, second.clone()]);
    assert_eq!(tx.list_rollout_events(&rollout.id, 1).await.unwrap(), [second]);
    assert_eq!(tx.list_rollout_events(&rollout.id, 2).await.unwrap(), []);
}

async fn an_answer_is_kept_once_and_forgotten_when_old(store: &Store) {
    let answer = |key: &str, created_at: Timestamp| IdempotentAnswer {
        key: key.into(),
        request_hash: "h".into(),
        status: 201,
        body: "{\"id\":\"ten_1\"}".into(),
        created_at,
    };
    let mut tx = store.write().await.unwrap();
    tx.insert_idempotent_answer(&answer("old", at(1))).await.unwrap();
    tx.insert_idempotent_answer(&answer("new", at(5))).await.unwrap();
    assert!(matches!(tx.insert_idempotent_answer(&answer("new", at(6))).await.unwrap_err(), StoreError::Conflict { .. }));
    assert_eq!(tx.idempotent_answer("new").await.unwrap(), Some(answer("new", at(5))));
    assert_eq!(tx.prune_idempotent_answers(at(5)).await.unwrap(), 1);
    assert_eq!(tx.idempotent_answer("old").await.unwrap(), None);
    assert!(tx.idempotent_answer("new").await.unwrap().is_some());
}

async fn rows_that_refer_to_nothing_are_refused(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let (deployment, stored) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
    tx.commit().await.unwrap();
    // What is refused by the database leaves the transaction unusable: each has its own.
    let ghost =
        Deployment { id: "dep_ghost".parse().unwrap(), tenant_id: tenant_id("9"), name: "ghost".parse().unwrap(), ..deployment.clone() };
    let mut tx = store.write().await.unwrap();
    assert!(matches!(tx.insert_deployment(&ghost).await.unwrap_err(), StoreError::Dangling { kind: Kind::Deployment, .. }));
    drop(tx);
    let mut tx = store.write().await.unwrap();
    let nowhere = StoredRevision { deployment_id: ghost.id.clone(), ..stored.clone() };
    assert!(matches!(tx.insert_revision(&nowhere).await.unwrap_err(), StoreError::NotFound { kind: Kind::Deployment, .. }));
    let mut unversioned = StoredRevision { version_id: "ver_ghost".parse().unwrap(), ..stored };
    unversioned.revision.number = 2;
    assert!(matches!(tx.insert_revision(&unversioned).await.unwrap_err(), StoreError::Dangling { kind: Kind::Revision, .. }));
    drop(tx);
    let mut tx = store.write().await.unwrap();
    assert!(matches!(
        tx.insert_rollout(&rollout(&ghost, "1", None, 1)).await.unwrap_err(),
        StoreError::NotFound { kind: Kind::Deployment, .. }
    ));
    let none: RolloutId = "rol_ghost".parse().unwrap();
    assert!(matches!(
        tx.append_rollout_event(&none, at(1), "k", "m", "{}").await.unwrap_err(),
        StoreError::NotFound { kind: Kind::Rollout, .. }
    ));
}

/// A token of the tenant, or all, that is made at second 10 and expires at second 20.
fn token(unique: &str, tenant: Option<&Tenant>, value: &str) -> Token {
    Token {
        id: format!("tok_{unique}").parse().unwrap(),
        role: Role::Operator,
        tenant: tenant.map(|tenant| (tenant.id.clone(), tenant.spec.name.clone())),
        terms: TokenTerms { description: Some("Ácme's".into()), ttl: Some(Span::from_secs(10)) },
        digest: Digest::of(value.as_bytes()),
        created_at: at(10),
        issued_at: at(10),
        expires_at: Some(at(20)),
        revoked_at: None,
    }
}

async fn a_token_is_found_by_its_digest_and_its_value_is_free_once_it_has_ended(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let (first, second) = (token("1", Some(&tenant), "a"), token("2", None, "a"));
    tx.insert_token(&first).await.unwrap();
    assert_eq!(tx.token_by_digest(&first.digest).await.unwrap().as_ref(), Some(&first));
    assert_eq!(tx.token_by_digest(&Digest::of(b"b")).await.unwrap(), None);
    assert!(matches!(tx.insert_token(&second).await.unwrap_err(), StoreError::Conflict { kind: Kind::Token, .. }));
    let ghost = Token { tenant: Some((tenant_id("9"), "ghost".parse().unwrap())), ..token("3", None, "c") };
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(matches!(tx.insert_token(&ghost).await.unwrap_err(), StoreError::Dangling { kind: Kind::Token, .. }));
    drop(tx);
    let mut tx = store.write().await.unwrap();

    // One that has expired is no more in the way than one that was revoked.
    assert_eq!([19, 20].map(|now| first.status(at(now))), [TokenStatus::Active, TokenStatus::Expired]);
    tx.revoke_expired_tokens(at(20)).await.unwrap();
    let ended = tx.token(&first.id).await.unwrap().unwrap();
    assert_eq!((ended.revoked_at, ended.status(at(25))), (Some(at(20)), TokenStatus::Expired));
    tx.insert_token(&second).await.unwrap();
    assert_eq!(tx.token_by_digest(&first.digest).await.unwrap().as_ref(), Some(&second));
    let revoked = Token { revoked_at: Some(at(15)), ..second.clone() };
    tx.update_token(&revoked).await.unwrap();
    assert_eq!(tx.token(&second.id).await.unwrap().unwrap().status(at(25)), TokenStatus::Revoked);
    tx.insert_token(&token("4", None, "d")).await.unwrap();
    let taken = Token { digest: Digest::of(b"d"), ..token("5", None, "e") };
    tx.insert_token(&token("5", None, "e")).await.unwrap();
    assert!(matches!(tx.update_token(&taken).await.unwrap_err(), StoreError::Conflict { .. }));
    let nobody = token("6", None, "f");
    assert!(matches!(tx.update_token(&nobody).await.unwrap_err(), StoreError::NotFound { kind: Kind::Token, .. }));
}

async fn tokens_end_with_their_tenant_and_are_forgotten_after_a_while(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let (own, other) = (token("1", Some(&tenant), "a"), token("2", None, "b"));
    tx.insert_token(&own).await.unwrap();
    tx.insert_token(&other).await.unwrap();
    assert_eq!(tx.list_tokens(None, at(15), &Page::all()).await.unwrap(), [own.clone(), other.clone()]);
    assert_eq!(tx.list_tokens(None, at(15), &Page { after: Some(own.id.clone()), limit: 5 }).await.unwrap(), slice::from_ref(&other));
    assert_eq!(tx.list_tokens(Some(&tenant.id), at(15), &Page::all()).await.unwrap(), slice::from_ref(&own));
    assert_eq!(tx.list_tokens(None, at(20), &Page::all()).await.unwrap(), []);

    tx.revoke_tokens_of(&tenant.id, at(16)).await.unwrap();
    assert_eq!(tx.list_tokens(None, at(17), &Page::all()).await.unwrap(), slice::from_ref(&other));
    assert_eq!(tx.prune_tokens(at(17)).await.unwrap(), 1);
    assert_eq!(tx.token(&own.id).await.unwrap(), None);
    assert_eq!(tx.prune_tokens(at(20)).await.unwrap(), 0);
    assert_eq!(tx.prune_tokens(at(21)).await.unwrap(), 1);
}

fn sealed(deployment: &Deployment, unique: &str, version: u64) -> SealedSecret {
    SealedSecret {
        id: format!("sec_{unique}").parse().unwrap(),
        deployment_id: deployment.id.clone(),
        version,
        names: vec!["key".into(), "password".into()],
        master_key: "feedbeef".into(),
        sealed_key: "k".into(),
        sealed: "s".into(),
        created_at: at(3),
    }
}

async fn secrets_stay_as_long_as_a_revision_may_serve_that_has_them(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let (deployment, first) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
    assert_eq!(first.secret, None);
    let (one, two) = (sealed(&deployment, "1", 1), sealed(&deployment, "2", 2));
    tx.insert_secret(&one).await.unwrap();
    tx.insert_secret(&two).await.unwrap();
    assert_eq!(tx.secret(&one.id).await.unwrap().as_ref(), Some(&one));
    assert_eq!(tx.secret_of_version(&deployment.id, 2).await.unwrap().as_ref(), Some(&two));
    assert_eq!(tx.master_keys_of_secrets().await.unwrap(), ["feedbeef"]);
    let ghost = SealedSecret { deployment_id: "dep_ghost".parse().unwrap(), ..sealed(&deployment, "3", 3) };
    assert!(matches!(tx.insert_secret(&ghost).await.unwrap_err(), StoreError::NotFound { kind: Kind::Deployment, .. }));

    // Revision 2 serves with the first, revision 3 is wanted with the second.
    let mut number = 1;
    for secret in [&one, &two] {
        number += 1;
        let pinned = Some(PinnedSecret { id: secret.id.clone(), names: secret.names.clone() });
        let mut next = StoredRevision { secret: pinned, ..first.clone() };
        next.revision.number = number;
        tx.insert_revision(&next).await.unwrap();
        assert_eq!(tx.revision(&deployment.id, number).await.unwrap().unwrap(), next);
    }
    let deployment = tx.update_deployment(&Deployment { revision: 3, active_revision: Some(2), ..deployment }, at(4)).await.unwrap();
    assert_eq!(tx.remove_unpinned_secrets(&deployment.id).await.unwrap(), 0);
    let deployment = tx.update_deployment(&Deployment { active_revision: Some(3), ..deployment }, at(5)).await.unwrap();
    assert_eq!(tx.remove_unpinned_secrets(&deployment.id).await.unwrap(), 1);
    assert_eq!(tx.secret(&one.id).await.unwrap(), None);
    let past = tx.revision(&deployment.id, 2).await.unwrap().unwrap().secret.unwrap();
    assert_eq!((past.id, past.names), (one.id, vec![]), "that it had them stays written");
    tx.delete_deployment(&deployment.id, None, at(6)).await.unwrap();
    assert_eq!(tx.remove_unpinned_secrets(&deployment.id).await.unwrap(), 1);
    assert_eq!(tx.master_keys_of_secrets().await.unwrap(), Vec::<String>::new());
}

async fn who_runs_what_is_counted_by_tenant_and_version(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let acme = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let other = tx.insert_tenant(&tenant_id("2"), &tenant_spec("other"), at(1)).await.unwrap();
    let (old, new) = (publish(&mut tx, "greeter", "1.9.0", "old").await, publish(&mut tx, "greeter", "1.10.0", "new").await);
    let auth = publish(&mut tx, "auth", "1.0.0", "auth").await;
    let (web, _) = deploy(&mut tx, &acme, "web", &old, 1, 64).await;
    let web = tx.update_deployment(&Deployment { active_revision: Some(1), ..web }, at(2)).await.unwrap();
    revise(&mut tx, &web, &new, 1, 64).await;
    deploy(&mut tx, &acme, "shop", &new, 1, 64).await;
    deploy(&mut tx, &other, "web", &old, 1, 64).await;
    let (gone, _) = deploy(&mut tx, &other, "gone", &new, 1, 64).await;
    tx.delete_deployment(&gone.id, None, at(3)).await.unwrap();
    deploy(&mut tx, &acme, "login", &auth, 1, 64).await;
    let told =
        |found: Vec<Adoption>| found.iter().map(|a| format!("{} {} {}/{}", a.tenant, a.version, a.serving, a.wanted)).collect::<Vec<_>>();
    let all = ["acme 1.10.0 0/2", "acme 1.9.0 1/0", "other 1.9.0 0/1"];
    assert_eq!(told(tx.adoption(&old.plugin_id, None).await.unwrap()), all);
    assert_eq!(told(tx.adoption(&old.plugin_id, Some(&other.id)).await.unwrap()), all[2..]);
    assert_eq!(told(tx.adoption(&plugin_id("nobody"), None).await.unwrap()), [""; 0]);
}

async fn what_changed_in_the_registry_is_told_from_any_generation_on(store: &Store) {
    let told = |changes: RegistryChanges| {
        let line = |changed: &ChangedPlugin| match changed {
            ChangedPlugin::Live(plugin, versions) => format!("{} {}", plugin.spec.name, versions.len()),
            ChangedPlugin::Ended(id) => format!("{id} ended"),
        };
        changes.plugins.iter().map(line).collect::<Vec<_>>()
    };
    let mut generations = vec![store.read().await.unwrap().registry_generation().await.unwrap()];
    let mut tx = store.write().await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    publish(&mut tx, "auth", "1.0.0", "bytes").await;
    tx.commit().await.unwrap();
    generations.push(store.read().await.unwrap().registry_generation().await.unwrap());
    let mut tx = store.write().await.unwrap();
    tx.retire_plugin_version(&version.id, None, at(2)).await.unwrap();
    tx.commit().await.unwrap();
    generations.push(store.read().await.unwrap().registry_generation().await.unwrap());
    let mut tx = store.write().await.unwrap();
    tx.delete_plugin(&version.plugin_id, None, at(3)).await.unwrap();
    publish(&mut tx, "never", "1.0.0", "committed").await;
    drop(tx);
    let mut tx = store.read().await.unwrap();
    assert!(generations.is_sorted_by(|a, b| a < b), "{generations:?}");
    assert_eq!(tx.registry_generation().await.unwrap(), generations[2], "what was not committed raises nothing");
    assert_eq!(told(tx.registry_changes(0).await.unwrap()), ["auth 1", "greeter 0"]);
    assert_eq!(told(tx.registry_changes(generations[0]).await.unwrap()), ["auth 1", "greeter 0"]);
    assert_eq!(told(tx.registry_changes(generations[1]).await.unwrap()), ["greeter 0"]);
    assert_eq!(told(tx.registry_changes(generations[2]).await.unwrap()), [""; 0]);
    drop(tx);
    let mut tx = store.write().await.unwrap();
    tx.delete_plugin(&version.plugin_id, None, at(3)).await.unwrap();
    assert_eq!(told(tx.registry_changes(generations[2]).await.unwrap()), ["plg_greeter ended"]);
    let identity = tx.database_identity().await.unwrap();
    assert_eq!(identity.len(), 32);
    assert_ne!(Store::memory().await.unwrap().read().await.unwrap().database_identity().await.unwrap(), identity);
}

async fn what_changed_among_tenants_and_deployments_is_told_from_any_generation_on(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let tenant = tx.insert_tenant(&tenant_id("1"), &tenant_spec("acme"), at(1)).await.unwrap();
    let version = publish(&mut tx, "greeter", "1.0.0", "bytes").await;
    let (web, _) = deploy(&mut tx, &tenant, "web", &version, 1, 64).await;
    let (shop, _) = deploy(&mut tx, &tenant, "shop", &version, 1, 64).await;
    let before = tx.fleet_generation().await.unwrap();
    assert_eq!(tx.fleet_changes(before).await.unwrap().deployments, []);
    let web = tx.update_deployment(&web, at(2)).await.unwrap();
    tx.delete_deployment(&shop.id, None, at(2)).await.unwrap();
    let changes = tx.fleet_changes(before).await.unwrap();
    assert_eq!((changes.deployments, changes.ended, changes.tenants.len()), (vec![web], vec![shop.id], 0));
    assert!(changes.generation > before);
    tx.update_tenant(&tenant.id, &tenant.spec, None, at(3)).await.unwrap();
    assert_eq!(tx.fleet_changes(changes.generation).await.unwrap().tenants.len(), 1);
}

async fn who_begins_to_lead_has_a_higher_number_than_all_before(store: &Store) {
    let mut first = store.lead().await.unwrap().unwrap();
    assert!(first.holds().await);
    assert_eq!(store.read().await.unwrap().leader_generation().await.unwrap(), first.generation);
    let number = first.generation;
    first.let_go().await;
    let second = store.lead().await.unwrap().unwrap();
    assert_eq!(second.generation, number + 1);
    second.let_go().await;
}
