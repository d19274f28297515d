//! Receipts and the catalogue as a whole.

use serde_json::json;

use crate::app::{TestApp, texts};

#[tokio::test]
async fn receipts_tell_what_became_of_objects_and_page() {
    let app = TestApp::dozen();
    for name in ["a", "b", "c"] {
        let movies = vec![wikimovie_testkit_builders::movie(name, name, 2000).build()];
        app.index.load(&format!("test/{name}.json"), 2_000, movies);
    }
    let one = app
        .ask("{ importReceipt(object: \"test/a.json\") { object provider status accepted changed merged refused removed bytes generation refusals { line } reading { format } } none: importReceipt(object: \"x\") { object } }")
        .await;
    assert_eq!(
        one["importReceipt"],
        json!({ "object": "test/a.json", "provider": "test", "status": "COMPLETE", "accepted": 1, "changed": 1,
                "merged": 0, "refused": 0, "removed": 0, "bytes": "0", "generation": "2000", "refusals": [], "reading": null })
    );
    assert_eq!(one["none"], json!(null));
    let query = "query($after: String) { importReceipts(first: 2, after: $after) { totalCount nodes { object } edges { cursor }
        pageInfo { hasNextPage hasPreviousPage endCursor } } }";
    let first = app.ask_with(query, json!({})).await["importReceipts"].clone();
    assert_eq!(first["totalCount"], 4);
    assert_eq!(texts(&first["nodes"], "object"), ["test/a.json", "test/b.json"]);
    assert_eq!(first["pageInfo"]["hasPreviousPage"], false);
    let second =
        app.ask_with(query, json!({ "after": first["pageInfo"]["endCursor"] })).await["importReceipts"]
            .clone();
    assert_eq!(texts(&second["nodes"], "object"), ["test/c.json", "test/movies.json"]);
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
    assert_eq!(second["pageInfo"]["hasPreviousPage"], true);
    let failed = app.ask("{ importReceipts(status: FAILED) { totalCount nodes { object } } }").await;
    assert_eq!(failed["importReceipts"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(
        app.fail("{ importReceipts(after: \"x\") { totalCount } }").await["extensions"]["code"],
        "BAD_CURSOR"
    );
}

#[tokio::test]
async fn the_catalogue_counts_itself() {
    let app = TestApp::dozen();
    let data = app.ask("{ catalog { engine engineVersion movies people genres providers { name movies } generation asOf } }").await;
    let catalog = &data["catalog"];
    assert_eq!(catalog["engine"], "embedded");
    assert_eq!(catalog["movies"], 12);
    assert_eq!(catalog["providers"], json!([{ "name": "test", "movies": 12 }]));
    assert!(catalog["asOf"].as_str().unwrap().ends_with('Z'));
}
