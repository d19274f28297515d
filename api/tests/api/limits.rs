//! Hostile documents are refused before they run, naming the limit, and the process stays up.

use serde_json::{Value, json};
use wikimovie_api::{
    ApiSettings,
    guard::{GuardSettings, Limits},
};
use wikimovie_testkit_builders::dozen;

use crate::app::TestApp;

async fn refused(app: &TestApp, body: &Value) -> String {
    let answer = app.post(body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (400, "QUERY_TOO_COMPLEX"),
        "{}",
        answer.text()
    );
    app.ask("{ __typename }").await;
    answer.json()["errors"][0]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn deep_documents_are_refused() {
    let app = TestApp::dozen();
    let value =
        format!("{{ search(where: {}{{}}{}) {{ state }} }}", "{not:".repeat(20_000), "}".repeat(20_000));
    assert!(refused(&app, &json!({ "query": value })).await.contains("nested deeper than 64"));
    let deep = "[".repeat(500_000);
    assert!(refused(&app, &json!({ "query": format!("{{ a(b: {deep}") })).await.contains("the document has"));
    let mut variables = json!({});
    for _ in 0..100 {
        variables = json!({ "not": variables });
    }
    let query = "query($w: MovieWhere) { search(where: $w) { state } }";
    let body = json!({ "query": query, "variables": { "w": variables } });
    assert!(refused(&app, &body).await.contains("nested deeper than 64"));
}

#[tokio::test]
async fn multiplying_fragments_are_refused() {
    let app = TestApp::dozen();
    let mut query = "{ ...f0 }".to_owned();
    for number in 0..40 {
        query += &format!(" fragment f{number} on Query {{ ...f{0} ...f{0} }}", number + 1);
    }
    query += " fragment f40 on Query { __typename }";
    assert!(refused(&app, &json!({ "query": query })).await.contains("5000 fields"));
}

#[tokio::test]
async fn wide_answers_are_refused() {
    let app = TestApp::dozen();
    let query = "{ search { hits(first: 100) { nodes { similar(first: 100) { similar { title } } } } } }";
    refused(&app, &json!({ "query": query })).await;
    let mut deep = "id".to_owned();
    for _ in 0..21 {
        deep = format!("similar(first: 1) {{ {deep} }}");
    }
    refused(&app, &json!({ "query": format!("{{ movie(id: \"x\") {{ {deep} }} }}") })).await;
}

#[tokio::test]
async fn one_operation_holds_four_searches_and_one_search_four_pages() {
    let app = TestApp::dozen();
    let searches = |count: usize| {
        (0..count).map(|place| format!("s{place}: search(text: \"a\") {{ state }} ")).collect::<String>()
    };
    app.ask(&format!("{{ {} }}", searches(4))).await;
    let error = app.fail(&format!("{{ {} }}", searches(5))).await;
    assert_eq!(error["message"], "one operation holds more than 4 search fields");
    let pages = |count: usize| {
        (0..count)
            .map(|place| format!("p{place}: hits(first: {place}) {{ nodes {{ id }} }} "))
            .collect::<String>()
    };
    app.ask(&format!("{{ search {{ {} }} }}", pages(4))).await;
    let error = app.fail(&format!("{{ search {{ {} }} }}", pages(5))).await;
    assert_eq!(error["message"], "one search holds more than 4 different pages of hits");
}

#[tokio::test]
async fn what_is_just_within_bounds_does_no_harm() {
    // The budget as wide as it goes, so that what reaches the executor is all that ever may.
    let limits = Limits {
        depth: 64,
        fragment_depth: 64,
        cost: 1_000_000,
        aliases: 5_000,
        root_fields: 5_000,
        directives: 5_000,
        ..Limits::default()
    };
    let guard = GuardSettings { limits, ..GuardSettings::default() };
    let app = TestApp::of(dozen(), ApiSettings { guard, ..ApiSettings::default() });
    let value = format!("{{ search(where: {}{{}}{}) {{ state }} }}", "{not:".repeat(60), "}".repeat(60));
    let fields = format!("{{ {}x{} }}", "a{".repeat(60), "}".repeat(60));
    let aliases: String = (0..2_400).map(|place| format!("a{place}:__typename ")).collect();
    let variables: String = (0..2_000).map(|place| format!("$v{place}:Int ")).collect();
    let fragments: String =
        (0..1_200).map(|place| format!("fragment f{place} on Query {{ __typename }} ")).collect();
    let spreads: String = (0..1_200).map(|place| format!("...f{place} ")).collect();
    let mut ladder = "{ ...l0 }".to_owned();
    for step in 0..60 {
        ladder += &format!(" fragment l{step} on Query {{ a{step}: __typename ...l{} }}", step + 1);
    }
    ladder += " fragment l60 on Query { __typename }";
    let values =
        format!("{{ search(where: {{ genres: {{ anyOf: [{}] }} }}) {{ state }} }}", "\"a\" ".repeat(9_900));
    let documents = [
        value,
        fields,
        format!("{{ {aliases} }}"),
        format!("query({variables}) {{ __typename }}"),
        format!("{{ __typename }} {fragments}"),
        format!("{{ {spreads} }} {fragments}"),
        ladder,
        values,
        format!("{{ {} }}", "search { state } ".repeat(1_200)),
        format!("{{ search {{ {} }} }}", "hits { nodes { id } } ".repeat(100)),
        format!("{{ __typename {} }}", "@skip(if: false) ".repeat(1_000)),
    ];
    for document in documents {
        let started = std::time::Instant::now();
        let answer = app.post(&json!({ "query": document })).await;
        let (took, head) = (started.elapsed(), &document[..60]);
        assert!(answer.status == 200 || answer.status == 400, "{head}: {}", answer.status);
        // Milliseconds in a release build; this bound only tells linear from worse.
        assert!(took.as_secs() < 5, "{head} took {took:?}");
    }
}

/// As graphql-js 16 writes it, with every option on.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind }
  subscriptionType { name kind } types { ...FullType } directives { name description isRepeatable locations
  args(includeDeprecated: true) { ...InputValue } } } }
  fragment FullType on __Type { kind name description specifiedByURL isOneOf
    fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
    inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
  fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
  fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[tokio::test]
async fn introspection_of_the_reference_implementation_passes() {
    let app = TestApp::dozen();
    let data = app.ask(INTROSPECTION).await;
    let types = data["__schema"]["types"].as_array().unwrap();
    assert!(types.iter().any(|ty| ty["name"] == "MovieSearch"));
}
