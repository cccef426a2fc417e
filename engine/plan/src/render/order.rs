//! The order in which objects are listed: as Terraform lists them, with data sources before resources.

use std::cmp::Ordering;

use hotswap_value::address::{InstanceKey, ModuleInstance, ResourceInstance, ResourceMode};

/// By module (outer ones first), then data before resources, then type, name and key.
pub(super) fn by_address(a: &ResourceInstance, b: &ResourceInstance) -> Ordering {
    let data_first = |object: &ResourceInstance| object.resource.mode != ResourceMode::Data;
    by_module(&a.module, &b.module)
        .then_with(|| data_first(a).cmp(&data_first(b)))
        .then_with(|| a.resource.ty.cmp(&b.resource.ty))
        .then_with(|| a.resource.name.cmp(&b.resource.name))
        .then_with(|| a.key.cmp(&b.key))
}

fn by_module(a: &ModuleInstance, b: &ModuleInstance) -> Ordering {
    a.0.len().cmp(&b.0.len()).then_with(|| a.cmp(b))
}

/// A key as JSON: a number or text; `None` if there is none.
pub(super) fn key_json(key: &InstanceKey) -> Option<serde_json::Value> {
    match key {
        InstanceKey::None => None,
        InstanceKey::Index(index) => Some((*index).into()),
        InstanceKey::Key(key) => Some(key.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outer_modules_come_first_and_data_before_resources() {
        let mut objects = ["module.a.a_b.c", "a_b.d", "data.z_z.z", "a_b.c[10]", "a_b.c[9]", "module.a.data.a_b.c"]
            .map(|text| text.parse::<ResourceInstance>().unwrap());
        objects.sort_by(by_address);
        let sorted: Vec<String> = objects.iter().map(ToString::to_string).collect();
        assert_eq!(sorted, ["data.z_z.z", "a_b.c[9]", "a_b.c[10]", "a_b.d", "module.a.data.a_b.c", "module.a.a_b.c"]);
    }
}
