//! What holds of every configuration.

use proptest::prelude::*;

use super::Desk;

/// Resources that refer to earlier ones, with keys and without.
fn configurations() -> impl Strategy<Value = String> {
    prop::collection::vec((0..4_u8, any::<prop::sample::Index>(), 0..3_u8, any::<bool>()), 1..6).prop_map(|blocks| {
        let mut text = String::new();
        for (position, (kind, other, size, noted)) in blocks.iter().enumerate() {
            let note = match (position, noted) {
                (0, _) | (_, false) => "null".to_owned(),
                (position, true) => format!("jsonencode(test_thing.t{})", other.index(position)),
            };
            let (meta, name) = match kind {
                0 => ("", format!("\"t{position}\"")),
                1 => ("count = 2", format!("\"t{position}-${{count.index}}\"")),
                2 => ("for_each = toset([\"a\", \"b\"])", "each.key".to_owned()),
                _ => ("lifecycle { create_before_destroy = true }", format!("\"t{position}\"")),
            };
            text += &format!(
                "resource \"test_thing\" \"t{position}\" {{\n {meta}\n name = {name}\n size = {size}\n note = {note}\n parts = [{{ label = \
                 \"x\" }}]\n}}\noutput \"o{position}\" {{\n value = jsonencode(test_thing.t{position})\n sensitive = true\n}}\n"
            );
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn planning_after_applying_changes_nothing(first in configurations(), second in configurations()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut desk = Desk::new();
            for text in [&first, &second] {
                desk.apply(text).await;
                let planned = desk.plan(text).await;
                prop_assert_eq!(planned.actions(), Vec::<String>::new(), "{}", text);
                let still = planned.plan.outputs.values().all(|output| output.action == hotswap_plan::Action::NoOp);
                prop_assert!(still, "{:?} {}", planned.plan.outputs, text);
            }
            Ok(())
        })?;
    }
}
