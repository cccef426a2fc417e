//! `override.tf` and `*_override.tf`: their blocks change those of the same name in other files, argument by argument.

use crate::{
    Diagnostic, Diagnostics,
    ast::{Attribute, Block, Body},
};

/// Merges what override files hold into what the others do.
pub(super) fn merge(base: &mut Body, overrides: Vec<Body>, faults: &mut Diagnostics) {
    for file in overrides {
        for attribute in file.attributes {
            base.attributes.push(attribute);
        }
        for block in file.blocks {
            match &*block.ty {
                "locals" => locals(base, block, faults),
                "terraform" => terraform(base, block),
                "moved" | "import" | "removed" | "check" => faults.push(
                    Diagnostic::error(
                        "Invalid override",
                        format!("A {:?} block can't be overridden; write it in another file.", &*block.ty),
                    )
                    .at(block.header),
                ),
                _ => named(base, block, faults),
            }
        }
    }
}

fn labels(block: &Block) -> Vec<&str> {
    block.labels.iter().map(|(label, _)| &**label).collect()
}

fn named(base: &mut Body, block: Block, faults: &mut Diagnostics) {
    // Several configurations of one provider differ in an argument.
    let alias = |block: &Block| block.body.attribute("alias").map(|attribute| format!("{:?}", attribute.value.kind));
    let same = |other: &&mut Block| {
        other.ty == block.ty && labels(other) == labels(&block) && (&*block.ty != "provider" || alias(other) == alias(&block))
    };
    match base.blocks.iter_mut().find(same) {
        Some(found) => merge_body(&mut found.body, block.body),
        None => {
            let detail = format!("No other file has this {:?} block, so there is nothing to override.", &*block.ty);
            faults.push(Diagnostic::error("Nothing to override", detail).at(block.header));
        }
    }
}

fn merge_body(base: &mut Body, new: Body) {
    for attribute in new.attributes {
        set(&mut base.attributes, attribute);
    }
    let mut replaced: Vec<std::sync::Arc<str>> = Vec::new();
    for block in new.blocks {
        if &*block.ty == "lifecycle"
            && let Some(found) = base.blocks.iter_mut().find(|other| *other.ty == *"lifecycle")
        {
            merge_body(&mut found.body, block.body);
            continue;
        }
        if !replaced.contains(&block.ty) {
            replaced.push(block.ty.clone());
            // `dynamic "x"` makes blocks of type x, and is replaced by them.
            base.blocks.retain(|other| other.ty != block.ty && !(*other.ty == *"dynamic" && labels(other) == [&*block.ty]));
        }
        base.blocks.push(block);
    }
}

fn set(attributes: &mut Vec<Attribute>, new: Attribute) {
    match attributes.iter_mut().find(|attribute| attribute.name == new.name) {
        Some(found) => *found = new,
        None => attributes.push(new),
    }
}

fn locals(base: &mut Body, block: Block, faults: &mut Diagnostics) {
    for attribute in block.body.attributes {
        let mut blocks = base.blocks.iter_mut().filter(|block| *block.ty == *"locals");
        match blocks.find_map(|block| block.body.attributes.iter_mut().find(|old| old.name == attribute.name)) {
            Some(found) => *found = attribute,
            None => faults.push(
                Diagnostic::error("Nothing to override", format!("No other file has a local value {:?}.", &*attribute.name))
                    .at(attribute.name_range),
            ),
        }
    }
}

fn terraform(base: &mut Body, block: Block) {
    for attribute in &block.body.attributes {
        for old in base.blocks.iter_mut().filter(|block| *block.ty == *"terraform") {
            old.body.attributes.retain(|other| other.name != attribute.name);
        }
    }
    for nested in &block.body.blocks {
        for old in base.blocks.iter_mut().filter(|block| *block.ty == *"terraform") {
            if *nested.ty == *"required_providers" {
                for required in old.body.blocks.iter_mut().filter(|block| *block.ty == *"required_providers") {
                    required.body.attributes.retain(|other| nested.body.attribute(&other.name).is_none());
                }
            } else {
                old.body.blocks.retain(|other| other.ty != nested.ty);
            }
        }
    }
    base.blocks.push(block);
}
