//! How long large plans take. Figures mean something in a release build only: `cargo test --release -p hotswap-plan -- --ignored --nocapture`.

use std::time::Instant;

use super::Desk;

#[tokio::test]
#[ignore = "a measurement"]
async fn ten_thousand_objects() {
    for (what, repeat, name) in [("count", "count = 10000", "\"t${count.index}\""), ("for_each", "for_each = local.all", "each.value.name")]
    {
        let text = format!(
            r#"
            locals {{
              numbers = [for pair in setproduct(range(100), range(100)) : pair[0] * 100 + pair[1]]
              all     = {{ for number in local.numbers : "k${{number}}" => {{ name = "n${{number}}", size = number }} }}
            }}
            resource "test_thing" "t" {{
              {repeat}
              name  = {name}
              tags  = {{ a = "1", b = {name} }}
              parts = [{{ label = "x" }}, {{ label = "y" }}]
            }}
            resource "test_thing" "u" {{
              {repeat}
              name = test_thing.t[{key}].value
            }}
            output "n" {{ value = length(test_thing.u) }}
            "#,
            key = if what == "count" { "count.index" } else { "each.key" },
        );
        let mut desk = Desk::new();
        let before = Instant::now();
        let planned = desk.plan(&text).await;
        println!("{what}: create of {} planned in {:?}", planned.plan.changes.len(), before.elapsed());
        desk.apply(&text).await;
        let before = Instant::now();
        let planned = desk.plan(&text).await;
        println!("{what}: no change of {} planned in {:?}", planned.plan.changes.len(), before.elapsed());
        assert_eq!(planned.actions(), [""; 0]);
    }
}
