//! Which members of a JSON object are blocks. In native syntax the braces say so; here the name has to.

/// What a body holds besides arguments: names of blocks, how many labels each has, and what lies in it.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) blocks: &'static [(&'static str, usize, &'static Schema)],
    /// Arguments whose text is an expression, not a template.
    pub(super) expressions: &'static [&'static str],
}

static ARGUMENTS: Schema = Schema { blocks: &[], expressions: &[] };
static RULED: Schema = Schema { blocks: &[("precondition", 0, &ARGUMENTS), ("postcondition", 0, &ARGUMENTS)], expressions: &[] };
static DYNAMIC: Schema = Schema { blocks: &[("content", 0, &ARGUMENTS)], expressions: &[] };
static RESOURCE: Schema = Schema {
    blocks: &[("lifecycle", 0, &RULED), ("provisioner", 1, &ARGUMENTS), ("connection", 0, &ARGUMENTS), ("dynamic", 1, &DYNAMIC)],
    expressions: &[],
};
static VARIABLE: Schema = Schema { blocks: &[("validation", 0, &ARGUMENTS)], expressions: &["type"] };
static OUTPUT: Schema = Schema { blocks: &[("precondition", 0, &ARGUMENTS)], expressions: &[] };
static TERRAFORM: Schema = Schema {
    blocks: &[
        ("required_providers", 0, &ARGUMENTS),
        ("backend", 1, &ARGUMENTS),
        ("cloud", 0, &ARGUMENTS),
        ("provider_meta", 1, &ARGUMENTS),
    ],
    expressions: &[],
};
static CHECK: Schema = Schema { blocks: &[("assert", 0, &ARGUMENTS), ("data", 2, &RESOURCE)], expressions: &[] };

/// A file.
pub(super) static FILE: Schema = Schema {
    blocks: &[
        ("resource", 2, &RESOURCE),
        ("data", 2, &RESOURCE),
        ("ephemeral", 2, &RESOURCE),
        ("variable", 1, &VARIABLE),
        ("output", 1, &OUTPUT),
        ("locals", 0, &ARGUMENTS),
        ("module", 1, &ARGUMENTS),
        ("provider", 1, &ARGUMENTS),
        ("terraform", 0, &TERRAFORM),
        ("moved", 0, &ARGUMENTS),
        ("import", 0, &ARGUMENTS),
        ("removed", 0, &RESOURCE),
        ("check", 1, &CHECK),
    ],
    expressions: &[],
};
