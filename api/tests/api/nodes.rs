//! Movies and people by id: batched, ordered, and null for what is not there.

use serde_json::{Value, json};

use crate::app::{TestApp, texts};

#[tokio::test]
async fn ten_aliases_are_one_engine_call() {
    let app = TestApp::dozen();
    let data = app.ask("{ search { hits(first: 10) { nodes { id title } } } }").await;
    let nodes = data["search"]["hits"]["nodes"].clone();
    let fields: String = texts(&nodes, "id")
        .iter()
        .enumerate()
        .map(|(place, id)| format!("m{place}: movie(id: \"{id}\") {{ title }} "))
        .collect();
    app.catalog.take_calls();
    let found = app.ask(&format!("{{ {fields} }}")).await;
    assert_eq!(app.catalog.take_calls(), 1);
    for (place, title) in texts(&nodes, "title").iter().enumerate() {
        assert_eq!(found[format!("m{place}")]["title"], *title);
    }
}

#[tokio::test]
async fn people_of_many_movies_are_one_engine_call() {
    let app = TestApp::dozen();
    let data =
        app.ask("{ search(sort: YEAR_DESC) { hits { nodes { cast people { name movieCount } } } } }").await;
    assert_eq!(app.catalog.take_calls(), 2);
    for movie in data["search"]["hits"]["nodes"].as_array().unwrap() {
        assert_eq!(json!(texts(&movie["people"], "name")), movie["cast"]);
    }
}

#[tokio::test]
async fn lists_keep_the_order_asked_with_null_for_what_is_not_there() {
    let app = TestApp::dozen();
    let (alien, heat) = (app.movie_id("Alien").await, app.movie_id("Heat").await);
    let person = app.ask("{ person(name: \"al pacino\") { id name } }").await["person"].clone();
    let person = person["id"].as_str().unwrap();
    let ids = json!([heat, "nothing", alien, heat, person, ""]);
    let data = app
        .ask_with(
            "query($ids: [ID!]!) { movies(ids: $ids) { title } nodes(ids: $ids) { __typename id ... on Person { name } } }",
            json!({ "ids": ids }),
        )
        .await;
    let titles: Vec<_> =
        data["movies"].as_array().unwrap().iter().map(|movie| movie["title"].clone()).collect();
    assert_eq!(titles, [json!("Heat"), Value::Null, json!("Alien"), json!("Heat"), Value::Null, Value::Null]);
    assert_eq!(data["nodes"][4], json!({ "__typename": "Person", "id": person, "name": "Al Pacino" }));
    assert_eq!(data["nodes"][0]["id"], heat);
    assert_eq!(data["nodes"][1], Value::Null);
    let node = app
        .ask(&format!("{{ node(id: \"{alien}\") {{ ... on Movie {{ title poster {{ url }} }} }} }}"))
        .await;
    assert_eq!(node["node"], json!({ "title": "Alien", "poster": null }));
}

#[tokio::test]
async fn a_movie_tells_all_it_has() {
    let app = TestApp::dozen();
    let id = app.movie_id("The Godfather").await;
    let data = app
        .ask(&format!(
            "{{ movie(id: \"{id}\") {{ title year cast genres summary url poster {{ url width height }}
                provenance {{ provider object record generation }} similar(first: 2) {{ title }} }} }}"
        ))
        .await;
    let movie = &data["movie"];
    assert_eq!(movie["year"], 1972);
    assert_eq!(
        movie["poster"],
        json!({ "url": "https://example.org/godfather.jpg", "width": 300, "height": 450 })
    );
    assert_eq!(movie["provenance"]["object"], "test/movies.json");
    assert_eq!(movie["provenance"]["record"], 1);
    assert_eq!(movie["provenance"]["generation"], "1000");
    assert!(movie["similar"].as_array().unwrap().len() <= 2);
}

#[tokio::test]
async fn unknown_ids_are_null_and_too_many_are_an_error() {
    let app = TestApp::dozen();
    let data = app
        .ask("{ movie(id: \"x\") { id } node(id: \"TW92aWU6YTpi\") { id } person(name: \"Nobody\") { id } }")
        .await;
    assert_eq!(data, json!({ "movie": null, "node": null, "person": null }));
    let ids = vec!["\"x\""; 101].join(",");
    let error = app.fail(&format!("{{ movies(ids: [{ids}]) {{ id }} }}")).await;
    assert_eq!(error["message"], "ids holds 101 ids, more than 100");
    assert_eq!(error["extensions"]["argument"], "ids");
}
