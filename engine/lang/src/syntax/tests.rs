//! What sources are read as, and what is said of those that can't be.

use super::*;
use crate::ast::{ExprKind, ObjectKey, TemplatePart};

/// An expression in brackets for every node, so that a test shows how it was grouped.
fn shape(expr: &Expr) -> String {
    let all = |exprs: &[Expr]| exprs.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(truth) => truth.to_string(),
        ExprKind::Number(number) => number.to_string(),
        ExprKind::String(text) => format!("{text:?}"),
        ExprKind::Template(parts) => format!("(template {})", parts_shape(parts)),
        ExprKind::Tuple(elements) => format!("[{}]", all(elements)),
        ExprKind::Object(items) => {
            let item = |(key, value): &(ObjectKey, Expr)| match key {
                ObjectKey::Name(name, _) => format!("{name}={}", shape(value)),
                ObjectKey::Expr(key) => format!("<{}>={}", shape(key), shape(value)),
            };
            format!("{{{}}}", items.iter().map(item).collect::<Vec<_>>().join(" "))
        }
        ExprKind::Variable(name) => name.to_string(),
        ExprKind::Attribute(base, name) => format!("(. {} {name})", shape(base)),
        ExprKind::Index(base, key) => format!("(at {} {})", shape(base), shape(key)),
        ExprKind::Splat { base, each, full } => format!("({} {} {})", if *full { "[*]" } else { ".*" }, shape(base), shape(each)),
        ExprKind::SplatItem => "@".to_owned(),
        ExprKind::Call { name, arguments, expand, .. } => format!("({name} {}{})", all(arguments), if *expand { "..." } else { "" }),
        ExprKind::Conditional(a, b, c) => format!("(? {} {} {})", shape(a), shape(b), shape(c)),
        ExprKind::Unary(op, operand) => format!("({op:?} {})", shape(operand)),
        ExprKind::Binary(left, op, right) => format!("({op:?} {} {})", shape(left), shape(right)),
        ExprKind::For(it) => format!(
            "(for {}{} {}: {}{}{}{})",
            it.key_name.as_ref().map_or(String::new(), |name| format!("{name},")),
            it.value_name,
            shape(&it.collection),
            it.key.as_ref().map_or(String::new(), |key| format!("{}=>", shape(key))),
            shape(&it.value),
            if it.group { "..." } else { "" },
            it.condition.as_ref().map_or(String::new(), |condition| format!(" if {}", shape(condition))),
        ),
        ExprKind::Parenthesis(inner) => format!("({})", shape(inner)),
    }
}

fn parts_shape(parts: &[TemplatePart]) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => format!("{text:?}"),
        TemplatePart::Interpolation(expr) => format!("${}", shape(expr)),
        TemplatePart::If(it) => format!("(if {} [{}] [{}])", shape(&it.0), parts_shape(&it.1), parts_shape(&it.2)),
        TemplatePart::For(it) => format!(
            "(for {}{} {} [{}])",
            it.key.as_ref().map_or(String::new(), |name| format!("{name},")),
            it.value,
            shape(&it.collection),
            parts_shape(&it.body)
        ),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" ")
}

fn expression(text: &str) -> Result<Expr, Diagnostics> {
    let mut sources = Sources::default();
    let file = sources.add("test.tf", text);
    parse_expression(&sources, file)
}

fn read(text: &str) -> String {
    match expression(text) {
        Ok(expr) => shape(&expr),
        Err(faults) => format!("{}: {}", faults[0].summary, faults[0].detail),
    }
}

/// The value of `a` in a file.
fn attribute(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("test.tf", text);
    let (body, faults) = parse_file(&sources, file);
    assert!(faults.is_empty(), "{faults:?}");
    shape(&body.attribute("a").unwrap().value)
}

#[test]
fn operators_group_by_strength_then_from_the_left() {
    assert_eq!(read("1 + 2 * 3 - 4"), "(Subtract (Add 1 (Multiply 2 3)) 4)");
    assert_eq!(read("a || b && c == d < e + 1"), "(Or a (And b (Equal c (Less d (Add e 1)))))");
    assert_eq!(read("!a.b && -c[0] == -1"), "(And (Not (. a b)) (Equal (Negate (at c 0)) (Negate 1)))");
    assert_eq!(read("a ? b : c ? d : e"), "(? a b (? c d e))");
    assert_eq!(read("a ? b ? 1 : 2 : c == d"), "(? a (? b 1 2) (Equal c d))");
    assert_eq!(read("(1 + 2) * 3"), "(Multiply ((Add 1 2)) 3)");
}

#[test]
fn traversals_read_as_in_terraform() {
    assert_eq!(read("a.b[\"c\"].0.1.d"), r#"(. (at (at (at (. a b) "c") 0) 1) d)"#);
    assert_eq!(read("a.*.b.c[0]"), "(at (.* a (. (. @ b) c)) 0)");
    assert_eq!(read("a[*].b[0].c"), "([*] a (. (at (. @ b) 0) c))");
    assert_eq!(read("a[*]"), "([*] a @)");
    assert_eq!(read("a.*.0"), "(.* a (at @ 0))");
    assert_eq!(read("f(a)[b].c"), "(. (at (f a) b) c)");
    assert_eq!(read("provider::x::y(1, a...)"), "(provider::x::y 1 a...)");
}

#[test]
fn collections_and_for() {
    assert_eq!(read("[1, 2,\n 3,\n]"), "[1 2 3]");
    assert_eq!(read("{ a = 1, b : 2\n (c) = 3\n \"d\" = 4\n null = 5, }"), r#"{a=1 b=2 <(c)>=3 <"d">=4 null=5}"#);
    assert_eq!(read("{ a = 1, a = 2 }"), "{a=1 a=2}");
    assert_eq!(read("[for x in y : x.z if x.ok]"), "(for x y: (. x z) if (. x ok))");
    assert_eq!(read("{\n for k, v in y :\n k => v... }"), "(for k,v y: k=>v...)");
}

#[test]
fn numbers_are_exact() {
    assert_eq!(read("9007199254740993"), "9007199254740993");
    assert_eq!(read("0.1"), "0.1");
}

#[test]
fn escapes_and_markers() {
    assert_eq!(read(r#""a\n\t\"\\\u00e9\U0001F600$${x}%%{y}$a""#), "\"a\\n\\t\\\"\\\\é😀${x}%{y}$a\"");
    assert_eq!(read(r#""${a}""#), "(template $a)");
    assert_eq!(read(r#""a ${~ b ~} c""#), r#"(template "a" $b "c")"#);
    assert_eq!(read(r#""${ { a = "}" }.a }x""#), r#"(template $(. {a="}"} a) "x")"#);
    assert_eq!(read(r#""%{ if a }x\ny%{ else }z%{ endif }""#), r#"(template (if a ["x\ny"] ["z"]))"#);
    assert_eq!(read(r#""%{ for i, x in y ~} ${x}, %{ endfor }""#), r#"(template (for i,x y ["" $x ", "]))"#);
}

#[test]
fn heredocs_lose_the_indent_all_lines_share() {
    assert_eq!(attribute("a = <<EOT\n  x\n y\nEOT\n"), r#""  x\n y\n""#);
    assert_eq!(attribute("a = <<-EOT\n    x\n\n   ${b}\n     y\n  EOT\n"), r#"(template " x\n\n" $b "\n  y\n")"#);
    assert_eq!(attribute("a = <<EOT\nEOT\n"), r#""""#);
    assert_eq!(attribute("a = <<-EOT\n  %{ if b ~}\n  x\n  %{ endif ~}\n  EOT\n"), r#"(template "" (if b ["  x\n"] []) "")"#);
    assert_eq!(attribute("a = <<EOT\r\nx\r\nEOT\r\n"), r#""x\r\n""#);
}

#[test]
fn ranges_are_those_of_the_text() {
    let text = "b \"l\" m {\n  a = f(x.y[0], \"z\") + 1 # c\n}\n";
    let mut sources = Sources::default();
    let file = sources.add("test.tf", text);
    let (body, faults) = parse_file(&sources, file);
    assert!(faults.is_empty(), "{faults:?}");
    let block = &body.blocks[0];
    assert_eq!(sources.text(block.header), "b \"l\" m");
    assert_eq!(sources.text(block.labels[0].1), "\"l\"");
    assert_eq!(sources.text(block.range), text.trim_end());
    assert!(sources.text(block.body.range).starts_with('{') && sources.text(block.body.range).ends_with('}'));
    let attribute = &block.body.attributes[0];
    assert_eq!(sources.text(attribute.range), "a = f(x.y[0], \"z\") + 1");
    let ExprKind::Binary(call, ..) = &attribute.value.kind else { panic!("{attribute:?}") };
    let ExprKind::Call { name_range, arguments, .. } = &call.kind else { panic!("{call:?}") };
    assert_eq!(sources.text(call.range), "f(x.y[0], \"z\")");
    assert_eq!(sources.text(*name_range), "f");
    assert_eq!(arguments.iter().map(|argument| sources.text(argument.range)).collect::<Vec<_>>(), ["x.y[0]", "\"z\""]);
}

#[test]
fn deep_nesting_is_a_fault_and_no_overflow() {
    for text in
        ["(".repeat(100_000), "[".repeat(100_000), "-".repeat(100_000), "\"${".repeat(50_000), "{a=".repeat(50_000), "x ? ".repeat(50_000)]
    {
        assert!(expression(&text).is_err());
    }
    assert!(expression(&format!("1{}", " + 1".repeat(10_000))).is_err());
    assert!(expression(&format!("a{}", ".b".repeat(10_000))).is_err());
    assert!(expression(&format!("1{}", " + 1".repeat(100))).is_ok());
    let mut sources = Sources::default();
    let file = sources.add("test.tf", "a {\n".repeat(50_000));
    assert!(!parse_file(&sources, file).1.is_empty());
    let file = sources.add("test.tf", format!("a = \"{}\"", "%{if x}".repeat(50_000)));
    assert!(!parse_file(&sources, file).1.is_empty());
}

/// What is said of a file: place, summary, detail.
fn faults(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("test.tf", text);
    let (_, faults) = parse_file(&sources, file);
    let line = |fault: &Diagnostic| {
        let range = fault.range.unwrap();
        let position = sources.position(file, range.start);
        format!("{}:{} {:?} {}: {}", position.line, position.column, sources.text(range), fault.summary, fault.detail)
    };
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn several_faults_of_a_file_are_told_in_one_run() {
    insta::assert_snapshot!(faults(
        "a = \nb = 'x'\nresource x y {\n  c = [1, 2\n  d = \"open\n  e: 1\n  f = 1, g = 2\n  h = \"${x\"\n}\n\"q\" = 1\nz = 1 2\nok = 1\n}\nlast = )\n"
    ));
}

#[test]
fn a_missing_brace_is_told_where_it_was_opened_and_where_it_is_missing() {
    insta::assert_snapshot!(faults("resource \"a\" \"b\" {\n  x = 1\n\nresource \"a\" \"c\" {\n  y = 1\n}\n"));
}

#[test]
fn slips_are_explained() {
    insta::assert_snapshot!(faults(
        "a = `x`\nb = 1; c = 2\nd = x & y\ne = “x”\nf = \"\\q\"\ng = [for x in y : x => 1]\nh = {for x in y : x}\ni = {a 1}\nj = f(1 2)\na = 2\nk { l = 1\n m = 2 }\nn = \"%{ iff }\"\nl \"${x}\" {}\no = <<EOT\nx\n"
    ));
}

#[test]
fn the_deepest_trees_that_are_read_can_be_walked() {
    // A test's thread has the 2 MiB of stack that a worker of the async runtime has.
    let deepest = |text: &dyn Fn(usize) -> String| (1..200).rev().find_map(|depth| expression(&text(depth)).ok()).unwrap();
    let forms: [&dyn Fn(usize) -> String; 6] = [
        &|depth| format!("{}1{}", "(".repeat(depth), ")".repeat(depth)),
        &|depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth)),
        &|depth| format!("{}1{}", "{a=".repeat(depth), "}".repeat(depth)),
        &|depth| format!("{}1{}", "\"x${".repeat(depth), "}\"".repeat(depth)),
        &|depth| format!("{}1{}", "true ? ".repeat(depth), " : 2".repeat(depth)),
        &|depth| format!("1{}", " + 1".repeat(depth)),
    ];
    for form in forms {
        let expr = deepest(form);
        let mut count = 0;
        expr.walk(&mut |_| count += 1);
        assert!(count > 40, "{count}");
        assert!(crate::config::constant_value(&expr).is_ok());
        assert!(crate::evaluate::references(&expr, &mut Vec::new()).is_empty());
    }
}
