//! Requests and their answers, without a cluster.

use serde_json::{Value, json};

use super::*;

/// A request of three writes: two documents and a removal.
fn request() -> Request {
    let mut buffer = Buffer::default();
    for (id, version) in [("a", 1), ("b", 2)] {
        buffer.line(&BulkAction::Index(BulkMeta::new(id, version)), true).unwrap();
        buffer.line(&json!({ "id": id }), false).unwrap();
    }
    buffer.line(&BulkAction::Delete(BulkMeta::new("c", 3)), true).unwrap();
    Request { body: buffer.body.into(), offsets: buffer.offsets }
}

/// Ids of the writes of a request, in order.
fn ids(request: &Request) -> Vec<String> {
    let text = String::from_utf8(request.body.to_vec()).unwrap();
    let actions = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let ids =
        actions.filter_map(|line| Some(line.as_object()?.values().next()?.get("_id")?.as_str()?.to_owned()));
    ids.collect()
}

fn items(answer: Value) -> BulkResponse {
    serde_json::from_value(answer).unwrap()
}

#[test]
fn each_write_carries_its_version() {
    let text = String::from_utf8(request().body.to_vec()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let version = |action: &str, id: &str, version: u64| json!({ action: { "_id": id, "version": version, "version_type": "external" } });
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[0], version("index", "a", 1));
    assert_eq!(lines[4], version("delete", "c", 3));
}

#[test]
fn a_request_is_parted_between_writes() {
    let (first, second) = request().halves();
    assert_eq!((ids(&first), ids(&second)), (vec!["a".to_owned()], vec!["b".to_owned(), "c".to_owned()]));
    let mut some = request();
    some.retain(&[0, 2]);
    assert_eq!(ids(&some), ["a", "c"]);
    some.retain(&[1]);
    assert_eq!(ids(&some), ["c"]);
    some.retain(&[]);
    assert!(some.offsets.is_empty() && some.body.is_empty());
}

#[test]
fn items_of_an_answer_are_done_retried_or_errors() {
    let item = |status: u16| json!({ "index": { "status": status } });
    let done = item(201);
    let failed =
        |status: u16, kind: &str| json!({ "index": { "status": status, "error": { "type": kind } } });
    /// What is expected: places that are sent again, or a word of the error.
    type Expected = Result<&'static [usize], &'static str>;
    let cases: Vec<(&str, Value, Expected)> = vec![
        ("all done", json!({ "errors": false, "items": [done, done, done] }), Ok(&[])),
        (
            "busy",
            json!({ "errors": true, "items": [done, failed(429, "es_rejected"), item(503)] }),
            Ok(&[1, 2]),
        ),
        (
            "something newer is there, and a removal of nothing",
            json!({ "errors": true, "items": [done, failed(409, "version_conflict"), item(404)] }),
            Ok(&[]),
        ),
        (
            "the alias is gone",
            json!({ "errors": true, "items": [done, failed(404, "index_not_found_exception"), done] }),
            Err("is gone"),
        ),
        (
            "a document that does not fit",
            json!({ "errors": true, "items": [done, failed(400, "mapper_parsing_exception"), done] }),
            Err("status 400"),
        ),
        ("fewer items than writes", json!({ "errors": false, "items": [done] }), Err("does not match")),
    ];
    for (name, answer, expected) in cases {
        match (request().rejected(&items(answer), "movies-write"), expected) {
            (Ok(again), Ok(places)) => assert_eq!(again, places, "{name}"),
            (Err(error), Err(word)) => assert!(error.to_string().contains(word), "{name}: {error}"),
            (found, _) => panic!("{name}: {found:?}"),
        }
    }
    let gone = json!({ "errors": true, "items": [failed(404, "index_not_found_exception"), done, done] });
    let gone = request().rejected(&items(gone), "movies-write");
    assert!(matches!(gone, Err(WriteError::IndexChanged(_))), "{gone:?}");
}
