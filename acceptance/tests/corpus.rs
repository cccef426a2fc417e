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
    conditions = "conditions";
    count_grow_and_shrink = "count-grow-and-shrink";
    create_and_destroy = "create-and-destroy";
    data_sources = "data-sources";
    deployment = "deployment";
    drift = "drift";
    ephemeral_token = "ephemeral-token";
    ephemeral_values = "ephemeral-values";
    errors_of_many_blocks = "errors-of-many-blocks";
    first_rollout_fails = "first-rollout-fails";
    for_each_grow_and_shrink = "for-each-grow-and-shrink";
    held_rollout = "held-rollout";
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
    refresh_only = "refresh-only";
    removed_block = "removed-block";
    removed_by_hand = "removed-by-hand";
    replace = "replace";
    replace_create_first = "replace-create-first";
    retire_and_revive = "retire-and-revive";
    sensitive = "sensitive";
    state_commands = "state-commands";
    target_and_replace = "target-and-replace";
    unknown_keys = "unknown-keys";
    update_in_place = "update-in-place";
    variables = "variables";
}
