//! What the API does not know it refuses: every body of every call, at every depth, as the OpenAPI document describes them.
#![allow(clippy::unwrap_used)]

use hotswap_tests::{DataFolder, Server};
use reqwest::Method;
use serde_json::{Value, json};

/// How deep bodies are looked into.
const DEPTH: usize = 6;

/// The schema that a reference means.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => resolved(document, document.pointer(reference.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

/// Bodies that are right but for one field that nobody knows, each at another place. What must be there may be missing: a field
/// that is not known is told before.
fn bodies(document: &Value, schema: &Value, depth: usize) -> Vec<Value> {
    let schema = resolved(document, schema);
    let mut found = Vec::new();
    if depth == 0 {
        return found;
    }
    for variants in ["oneOf", "anyOf", "allOf"] {
        for variant in schema[variants].as_array().into_iter().flatten() {
            found.extend(bodies(document, variant, depth - 1));
        }
    }
    if let Some(properties) = schema["properties"].as_object() {
        found.push(json!({ "colour": "red" }));
        for (name, property) in properties {
            found.extend(bodies(document, property, depth - 1).into_iter().map(|body| json!({ name: body })));
        }
    }
    if schema["items"].is_object() {
        found.extend(bodies(document, &schema["items"], depth - 1).into_iter().map(|body| json!([body])));
    }
    found
}

/// The path with something in its places.
fn filled(path: &str) -> String {
    let mut parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |path, part| format!("{path}/{part}"))
}

#[tokio::test]
async fn a_field_that_is_not_known_is_refused_by_every_call_wherever_it_stands() {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    let before = server.everything(&data).await;
    let document: Value = serde_json::from_str(&server.ask(Method::GET, "/openapi.json", None).await.text).unwrap();
    let mut asked = Vec::new();
    for (path, calls) in document["paths"].as_object().unwrap() {
        for (method, call) in calls.as_object().unwrap() {
            let schema = &call["requestBody"]["content"]["application/json"]["schema"];
            if !schema.is_object() {
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            let bodies = bodies(&document, schema, DEPTH);
            assert!(!bodies.is_empty(), "{method} {path} takes a body of which nothing is known: {schema}");
            for body in bodies {
                let answer = server.ask(method.clone(), &filled(path), Some(body.clone())).await;
                assert_eq!(answer.status, 400, "{method} {path} {body}: {answer:?}");
                let problem = answer.problem();
                assert!(problem.detail.contains("unknown field `colour`"), "{method} {path} {body}: {}", problem.detail);
                asked.push(format!("{method} {path} {body}"));
            }
        }
    }
    assert!(asked.len() > 25, "{asked:#?}");
    // Neither are parameters of the query that nobody knows.
    for path in [
        "/v1/plugins?colour=red",
        "/v1/tenants?colour=red",
        "/v1/plugins/x/versions?colour=red",
        "/v1/plugins/x/diff?from=1.0.0&to=1.0.0&colour=red",
    ] {
        let answer = server.ask(Method::GET, path, None).await;
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
    }
    assert_eq!(server.everything(&data).await, before);
}
