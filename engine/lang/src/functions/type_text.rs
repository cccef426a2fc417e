//! Types as the console's `type` prints them.

use hotswap_value::Type;

/// A type over as many lines as it takes, each attribute and element on its own.
pub fn type_text(ty: &Type) -> String {
    let mut out = String::new();
    write(&mut out, ty, 0);
    out
}

fn write(out: &mut String, ty: &Type, depth: usize) {
    let collection = |out: &mut String, name: &str, element: &Type| {
        out.push_str(name);
        out.push('(');
        write(out, element, depth);
        out.push(')');
    };
    match ty {
        Type::List(element) => collection(out, "list", element),
        Type::Set(element) => collection(out, "set", element),
        Type::Map(element) => collection(out, "map", element),
        Type::Tuple(types) if types.is_empty() => out.push_str("tuple([])"),
        Type::Object(types) if types.is_empty() => out.push_str("object({})"),
        Type::Tuple(types) => {
            out.push_str("tuple([\n");
            for ty in types {
                line(out, "", ty, depth + 1);
            }
            out.push_str(&indent(depth));
            out.push_str("])");
        }
        Type::Object(types) => {
            out.push_str("object({\n");
            for (name, ty) in types {
                line(out, &format!("{name}: "), ty, depth + 1);
            }
            out.push_str(&indent(depth));
            out.push_str("})");
        }
        ty => out.push_str(&ty.to_string()),
    }
}

fn line(out: &mut String, start: &str, ty: &Type, depth: usize) {
    out.push_str(&indent(depth));
    out.push_str(start);
    write(out, ty, depth);
    out.push_str(",\n");
}

fn indent(depth: usize) -> String {
    "    ".repeat(depth)
}
