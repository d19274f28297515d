//! `search`: one engine call whatever is selected, and every part of the answer.

use serde_json::json;
use wikimovie_domain::{FacetField, FacetRequest, PageRequest, Wanted};

use crate::app::{TestApp, texts};

#[tokio::test]
async fn a_typo_finds_the_meant_title_first_with_facets_and_highlights() {
    let app = TestApp::dozen();
    let data = app
        .ask(
            r#"{ search(text: "godfahter") {
                total { value relation }
                hits(first: 5) { edges { node { title year } score
                    highlights { field text html spans { start end } } reasons { kind field typed matched } } }
                facets { genres { values { value count selected } missing distinct other } }
            } }"#,
        )
        .await;
    let search = &data["search"];
    assert_eq!(search["total"], json!({ "value": 2, "relation": "EQUAL" }));
    let first = &search["hits"]["edges"][0];
    assert_eq!(first["node"]["title"], "The Godfather");
    assert!(first["score"].as_f64().unwrap() > 0.0);
    let title = &first["highlights"][0];
    assert_eq!(title["html"], "The <mark>Godfather</mark>");
    assert_eq!(title["spans"], json!([{ "start": 4, "end": 13 }]));
    assert_eq!(first["reasons"][0]["kind"], "TYPO");
    assert_eq!(
        search["facets"]["genres"]["values"][0],
        json!({ "value": "Crime", "count": 2, "selected": false })
    );
}

#[tokio::test]
async fn only_what_is_selected_is_asked_and_all_of_it_at_once() {
    let app = TestApp::dozen();
    app.ask(
        r#"query($no: Boolean = false, $n: Int = 3) { search {
            a: hits(first: $n) { nodes { title } }
            b: hits(first: 3) { edges { reasons { kind } } }
            c: hits(last: 2) { ...page }
            total @include(if: $no) { value }
            ... on MovieSearch { facets { one: genres(first: 2) { distinct } two: genres(first: 2) { other }
                cast @skip(if: true) { distinct } years(interval: 10) { min } } }
        } }
        fragment page on MovieHitConnection { edges { highlights { html } } }"#,
    )
    .await;
    assert_eq!(app.catalog.take_calls(), 1);
    let request = app.catalog.last.lock().unwrap().take().unwrap();
    assert_eq!(request.wanted, Wanted { distinct: true, ..Wanted::default() });
    assert_eq!(request.hits.len(), 2, "equal pages are asked once");
    let (forward, backward) = {
        let at = request.hits.iter().position(|hits| hits.page == PageRequest::first(3)).unwrap();
        (&request.hits[at], &request.hits[1 - at])
    };
    assert!(forward.reasons && !forward.highlights);
    assert!(backward.highlights && !backward.reasons);
    let genres = FacetRequest::Terms {
        field: FacetField::Genres,
        first: 2,
        contains: None,
        order: Default::default(),
    };
    assert_eq!(request.facets, [genres, FacetRequest::Years { interval: 10 }]);
}

#[tokio::test]
async fn every_extra_is_asked_only_where_it_is_selected() {
    let app = TestApp::dozen();
    let data = app
        .ask(r#"{ search(text: "nosuchword") { total { value } didYouMean { text } relaxations { part } explain { engine plan tookMicros } } }"#)
        .await;
    assert_eq!(data["search"]["total"]["value"], 0);
    assert_eq!(data["search"]["explain"]["engine"], "embedded");
    let request = app.catalog.last.lock().unwrap().take().unwrap();
    assert_eq!(
        request.wanted,
        Wanted { total: true, did_you_mean: true, relaxations: true, explain: true, distinct: false }
    );
    assert!(request.hits.is_empty() && request.facets.is_empty());
}

#[tokio::test]
async fn pages_lead_forward_and_backward_through_the_whole_list() {
    let app = TestApp::dozen();
    let query = "query($first: Int, $after: String, $last: Int, $before: String) {
        search(sort: TITLE_ASC) { hits(first: $first, after: $after, last: $last, before: $before) {
            nodes { title } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";
    let all = app.ask_with(query, json!({ "first": 100 })).await;
    let all = texts(&all["search"]["hits"]["nodes"], "title");
    assert_eq!(all.len(), 12);
    let (mut forward, mut after) = (Vec::new(), None);
    loop {
        let data = app.ask_with(query, json!({ "first": 5, "after": after })).await;
        let hits = &data["search"]["hits"];
        assert_eq!(hits["pageInfo"]["hasPreviousPage"], !forward.is_empty());
        forward.extend(texts(&hits["nodes"], "title"));
        if hits["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = Some(hits["pageInfo"]["endCursor"].clone());
    }
    assert_eq!(forward, all);
    let (mut backward, mut before): (Vec<String>, _) = (Vec::new(), None);
    loop {
        let data = app.ask_with(query, json!({ "last": 5, "before": before })).await;
        let hits = &data["search"]["hits"];
        backward.splice(0..0, texts(&hits["nodes"], "title"));
        if hits["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
        before = Some(hits["pageInfo"]["startCursor"].clone());
    }
    assert_eq!(backward, all);
}

#[tokio::test]
async fn an_empty_page_is_fine() {
    let app = TestApp::dozen();
    let data = app.ask("{ search { total { value } hits(first: 0) { edges { cursor } pageInfo { hasNextPage startCursor } } } }").await;
    assert_eq!(data["search"]["total"]["value"], 12);
    assert_eq!(data["search"]["hits"]["edges"], json!([]));
    assert_eq!(data["search"]["hits"]["pageInfo"], json!({ "hasNextPage": true, "startCursor": null }));
}

#[tokio::test]
async fn toggling_a_value_twice_leads_back() {
    let app = TestApp::dozen();
    let query = "query($state: SearchState) { search(state: $state) { state total { value }
        facets { genres(first: 100) { values { value count selected toggle } }
                 years(interval: 10) { buckets { from count selected toggle } } } } }";
    let genre = |data: &serde_json::Value, name: &str| {
        let values = data["search"]["facets"]["genres"]["values"].as_array().unwrap().clone();
        values.into_iter().find(|value| value["value"] == name).unwrap()
    };
    let start = app.ask_with(query, json!({})).await;
    let comedy = genre(&start, "Comedy");
    assert_eq!(comedy["count"], 2);
    let on = app.ask_with(query, json!({ "state": comedy["toggle"] })).await;
    assert_eq!(on["search"]["total"]["value"], 2);
    assert_eq!(genre(&on, "Comedy")["selected"], true);
    assert_eq!(genre(&on, "Crime")["count"], 5, "a facet ignores its own filter");
    let off = app.ask_with(query, json!({ "state": genre(&on, "Comedy")["toggle"] })).await;
    assert_eq!(off["search"]["state"], start["search"]["state"]);
    let buckets = start["search"]["facets"]["years"]["buckets"].as_array().unwrap().clone();
    let seventies = buckets.into_iter().find(|bucket| bucket["from"] == 1970).unwrap();
    let years = app.ask_with(query, json!({ "state": seventies["toggle"] })).await;
    assert_eq!(years["search"]["total"]["value"], 4);
}

#[tokio::test]
async fn a_state_stands_for_the_whole_question() {
    let app = TestApp::dozen();
    let data = app.ask(r#"{ search(text: "alien", sort: YEAR_ASC, where: { genres: { anyOf: ["horror"] } }) { state hits { nodes { title } } } }"#).await;
    let state = data["search"]["state"].as_str().unwrap();
    let again =
        app.ask(&format!("{{ search(state: \"{state}\") {{ state hits {{ nodes {{ title }} }} }} }}")).await;
    assert_eq!(again, data);
    for other in ["where: {}", "understand: true"] {
        let error = app.fail(&format!("{{ search(state: \"{state}\", {other}) {{ state }} }}")).await;
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{other}");
    }
    let nulls = "text: null, where: null, sort: null, understand: null";
    let same = app.ask(&format!("{{ search(state: \"{state}\", {nulls}) {{ state }} }}")).await;
    assert_eq!(same["search"]["state"], state);
    let absent = "query($text: String, $sort: MovieSort) { search(state: \"STATE\", text: $text, sort: $sort) { state } }";
    assert_eq!(app.ask(&absent.replace("STATE", state)).await["search"]["state"], state);
    // Another text and order under the same filter.
    for (beside, written) in [
        ("text: \"psycho\"", "text: \"psycho\", sort: YEAR_ASC"),
        ("sort: TITLE_ASC", "text: \"alien\", sort: TITLE_ASC"),
        ("text: \"\", sort: YEAR_DESC", "text: \"\", sort: YEAR_DESC"),
    ] {
        let fields = "{ state hits { nodes { title } } }";
        let beside = app.ask(&format!("{{ search(state: \"{state}\", {beside}) {fields} }}")).await;
        let filter = "where: { genres: { anyOf: [\"horror\"] } }";
        let written = app.ask(&format!("{{ search({written}, {filter}) {fields} }}")).await;
        assert_eq!(beside, written);
    }
}

#[tokio::test]
async fn null_takes_the_default() {
    let app = TestApp::dozen();
    let with = "{ search(text: null, where: null, sort: null, understand: null) { state
        hits(first: null, after: null) { nodes { id } }
        facets { genres(first: null, contains: null, orderBy: null) { values { value } } years(interval: null) { min } } } }";
    let without = "{ search { state hits { nodes { id } }
        facets { genres { values { value } } years { min } } } }";
    assert_eq!(app.ask(with).await, app.ask(without).await);
}

#[tokio::test]
async fn unknown_values_are_told_as_warnings() {
    let app = TestApp::dozen();
    let query = r#"{ mine: search(where: { genres: { anyOf: ["Thriler"] } }) { total { value } } }"#;
    let answer = app.post(&json!({ "query": query })).await.json();
    assert_eq!(answer["data"]["mine"]["total"]["value"], 0);
    let warning = &answer["extensions"]["warnings"][0];
    assert_eq!(warning["code"], "UNKNOWN_VALUE");
    assert_eq!(warning["path"], json!(["mine"]));
    assert_eq!(warning["value"], "Thriler");
    assert_eq!(warning["suggestions"][0], "Thriller");
}

#[tokio::test]
async fn understood_words_can_be_taken_out() {
    let app = TestApp::dozen();
    let query = "query($text: String, $state: SearchState) { search(text: $text, state: $state) {
        total { value } understood { kind typed value effect remove } } }";
    let data = app.ask_with(query, json!({ "text": "crime 1990s" })).await;
    let understood = data["search"]["understood"].as_array().unwrap().clone();
    let decade = understood.iter().find(|chip| chip["kind"] == "DECADE").unwrap();
    assert_eq!(decade["typed"], "1990s");
    let without = app.ask_with(query, json!({ "state": decade["remove"] })).await;
    let kinds = without["search"]["understood"].as_array().unwrap().iter().map(|chip| chip["kind"].clone());
    assert_eq!(kinds.collect::<Vec<_>>(), ["GENRE"]);
    // A question that finds few movies by all of its words may find as many by some of them.
    assert!(without["search"]["total"]["value"].as_u64() >= data["search"]["total"]["value"].as_u64());
}

#[tokio::test]
async fn hostile_text_is_no_error_and_no_markup() {
    let app = TestApp::dozen();
    let long = "a".repeat(20_000);
    for text in [
        "\"",
        "\\",
        "((",
        "AND OR NOT",
        "*:*",
        "💥💥",
        "\u{0}\u{1}\u{202e}",
        "-",
        "\"\"\"",
        "<script>",
        &long,
    ] {
        let query = "query($t: String) { search(text: $t) { total { value } hits { edges { highlights { html } } } state } }";
        app.ask_with(query, json!({ "t": text })).await;
    }
    let data = app.ask(r#"{ search(text: "lost guest") { hits { edges { highlights { html } } } }
        title: search(where: { title: "lost" }, text: "lost") { hits { edges { highlights { text html } } } } }"#).await;
    assert!(!data.to_string().contains("<b>Lost</b>\",\"html\":\"<b>"));
    assert_eq!(
        data["title"]["hits"]["edges"][0]["highlights"][0]["html"],
        "&lt;b&gt;<mark>Lost</mark>&lt;/b&gt; Reel"
    );
}
