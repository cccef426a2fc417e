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
    create_and_destroy = "create-and-destroy";
    for_each_grow_and_shrink = "for-each-grow-and-shrink";
    update_in_place = "update-in-place";
}
