//! `output` blocks.

use super::{Output, arguments::Arguments, check, names};
use crate::{Diagnostics, ast::Block};

pub(super) fn decode(block: Block, faults: &mut Diagnostics) -> Option<Output> {
    let header = block.header;
    let mut arguments = Arguments::new(block);
    let value = arguments.required("value");
    let description = arguments.string("description").map(|(text, _)| text);
    let sensitive = arguments.bool("sensitive").is_some_and(|(truth, _)| truth);
    let ephemeral = arguments.bool("ephemeral").is_some_and(|(truth, _)| truth);
    let depends_on = names::depends_on(&mut arguments);
    let preconditions =
        arguments.blocks("precondition").into_iter().filter_map(|block| check::rule(block, &mut arguments.faults)).collect();
    faults.extend(arguments.finish());
    Some(Output { value: value?.value, description, sensitive, ephemeral, depends_on, preconditions, header })
}
