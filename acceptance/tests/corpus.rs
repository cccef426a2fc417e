//! Every case of `acceptance/cases`, by Terraform, by hotswap, and by both in turns.

use hotswap_acceptance::corpus;

macro_rules! cases {
    ($($test:ident = $name:literal;)*) => {
        $(#[test]
        fn $test() {
            corpus::compare($name);
        })*

        #[test]
        fn every_case_is_played() {
            assert_eq!([$($name),*].as_slice(), corpus::names());
        }
    };
}

cases! {
    bump_a_version = "bump-a-version";
    bump_a_version_create_first = "bump-a-version-create-first";
    changed_behind_our_back = "changed-behind-our-back";
    composed_letters = "composed-letters";
    conditions = "conditions";
    count_grow_and_shrink = "count-grow-and-shrink";
    create_and_destroy = "create-and-destroy";
    data_sources = "data-sources";
    deleted_behind_our_back = "deleted-behind-our-back";
    depends_on_only = "depends-on-only";
    deployment = "deployment";
    drift = "drift";
    endpoint_known_later = "endpoint-known-later";
    ephemeral_token = "ephemeral-token";
    ephemeral_values = "ephemeral-values";
    errors_of_many_blocks = "errors-of-many-blocks";
    first_rollout_fails = "first-rollout-fails";
    for_each_grow_and_shrink = "for-each-grow-and-shrink";
    held_rollout = "held-rollout";
    import_and_forget = "import-and-forget";
    import_block = "import-block";
    import_command = "import-command";
    json_syntax = "json-syntax";
    language = "language";
    lifecycle = "lifecycle";
    modules = "modules";
    moved = "moved";
    nothing_to_do = "nothing-to-do";
    outputs_only = "outputs-only";
    partial_failure = "partial-failure";
    partial_failure_of_each = "partial-failure-of-each";
    published_meanwhile = "published-meanwhile";
    quota_gone = "quota-gone";
    refresh_only = "refresh-only";
    refused = "refused";
    removed_block = "removed-block";
    removed_by_hand = "removed-by-hand";
    replace = "replace";
    replace_create_first = "replace-create-first";
    retire_and_revive = "retire-and-revive";
    sensitive = "sensitive";
    server_away = "server-away";
    state_commands = "state-commands";
    stop_a_create = "stop-a-create";
    stop_an_update = "stop-an-update";
    target_and_replace = "target-and-replace";
    two_configurations = "two-configurations";
    two_platforms = "two-platforms";
    unknown_keys = "unknown-keys";
    update_in_place = "update-in-place";
    variables = "variables";
    whole_life = "whole-life";
}
