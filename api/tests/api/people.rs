//! People: filmography, co-stars, and the path between two.

use serde_json::json;

use crate::app::{TestApp, texts};

#[tokio::test]
async fn a_filmography_is_newest_first_and_pages() {
    let app = TestApp::dozen();
    let query = "query($after: String) { person(name: \"AL PACINO\") { name movieCount
        filmography(first: 2, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } } } }";
    let first = app.ask_with(query, json!({})).await["person"].clone();
    assert_eq!(first["name"], "Al Pacino");
    assert_eq!(first["movieCount"], 3);
    assert_eq!(texts(&first["filmography"]["nodes"], "title"), ["Heat", "The Godfather Part II"]);
    let after = &first["filmography"]["pageInfo"]["endCursor"];
    let second = app.ask_with(query, json!({ "after": after })).await["person"].clone();
    assert_eq!(texts(&second["filmography"]["nodes"], "title"), ["The Godfather"]);
    assert_eq!(second["filmography"]["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn costars_are_counted() {
    let app = TestApp::dozen();
    let data =
        app.ask("{ person(name: \"al pacino\") { costars(first: 2) { together person { name } } } }").await;
    assert_eq!(
        data["person"]["costars"][0],
        json!({ "together": 2, "person": { "name": "Robert De Niro" } })
    );
    assert_eq!(data["person"]["costars"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_path_leads_from_movie_to_movie() {
    let app = TestApp::dozen();
    let data = app
        .ask("{ costars(from: \"Marlon Brando\", to: \"anthony hopkins\") { length from { name } to { name } steps { movie { title } person { name } } } }")
        .await;
    let path = &data["costars"];
    assert_eq!(path["length"], 4);
    assert_eq!(path["to"]["name"], "Anthony Hopkins");
    let steps = path["steps"].as_array().unwrap();
    assert_eq!(steps[0]["movie"]["title"], "The Godfather");
    assert_eq!(steps[3]["movie"]["title"], "The Silence of the Lambs");
    assert_eq!(steps[3]["person"]["name"], "Anthony Hopkins");
    let none = app.ask("{ a: costars(from: \"Al Pacino\", to: \"Nobody\") { length } b: costars(from: \"Al Pacino\", to: \"Audrey Tautou\") { length } c: costars(from: \"Al Pacino\", to: \"al pacino\") { length } }").await;
    assert_eq!(none, json!({ "a": null, "b": null, "c": { "length": 0 } }));
}
