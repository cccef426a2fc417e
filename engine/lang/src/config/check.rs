//! `check` blocks, and the rules that variables, outputs and resources hold as well.

use hotswap_value::address::ResourceMode;

use super::{Check, CheckRule, arguments::Arguments, draft::Draft, names};
use crate::{Diagnostics, ast::Block};

pub(super) fn decode(draft: &mut Draft<'_>, block: Block) {
    let header = block.header;
    let Some([name]) = names::labels(&block, ["name"], &mut draft.faults) else { return };
    names::identifier(&name, block.labels[0].1, header, &mut draft.faults);
    let mut arguments = Arguments::new(block);
    let asserts: Vec<CheckRule> = arguments.blocks("assert").into_iter().filter_map(|block| rule(block, &mut arguments.faults)).collect();
    let data = arguments.block("data");
    if asserts.is_empty() && arguments.faults.is_empty() {
        arguments.fault(header, "Nothing to check", "A check block holds at least one assert block with a condition and an error_message.");
    }
    draft.faults.extend(arguments.finish());
    if let Some(data) = data {
        draft.resource(data, ResourceMode::Data);
    }
    if draft.claim("check", &name, header) {
        draft.module.checks.insert(name, Check { asserts, header });
    }
}

/// A `validation`, `precondition`, `postcondition` or `assert` block.
pub(super) fn rule(block: Block, faults: &mut Diagnostics) -> Option<CheckRule> {
    names::labels::<0>(&block, [], faults);
    let range = block.range;
    let mut arguments = Arguments::new(block);
    let condition = arguments.required("condition");
    let error_message = arguments.required("error_message");
    faults.extend(arguments.finish());
    Some(CheckRule { condition: condition?.value, error_message: error_message?.value, range })
}
