//! Each document answers the same by GraphQL, REST and as a tool, over random variables.

use serde_json::{Map, Value, json};
use wikimovie_testkit_builders::dozen;

use super::{call, documents, get, json_of, operations, post, tool_of, validator};
use crate::app::TestApp;

/// Random variables for each document.
const ROUNDS: usize = 200;

const WORDS: [&str; 14] = [
    "godfather",
    "the godfahter",
    "alien",
    "al pa",
    "crime 70s",
    "de niro",
    "heat -pacino",
    "\"taxi driver\"",
    "",
    "zzzz",
    "Drama",
    "horror",
    "[Rec] & <b>",
    "1979",
];
const NAMES: [&str; 7] =
    ["Al Pacino", "robert de niro", "Jodie Foster", "Sigourney Weaver", "Crime", "horror", "nobody"];

/// What random variables are made of.
struct Pool {
    random: fastrand::Rng,
    ids: Vec<String>,
    states: Vec<String>,
    cursors: Vec<String>,
}

impl Pool {
    async fn of(app: &TestApp) -> Self {
        let text = "{ search(text: \"crime\") { state hits(first: 20) { edges { cursor } } } \
                    all: search { state hits(first: 20) { nodes { id people { id } } } } }";
        let data = app.ask(text).await;
        let nodes = data["all"]["hits"]["nodes"].as_array().unwrap();
        let own = nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned());
        let people = nodes.iter().filter_map(|node| Some(node["people"][0]["id"].as_str()?.to_owned()));
        let edges = data["search"]["hits"]["edges"].as_array().unwrap();
        Self {
            random: fastrand::Rng::with_seed(27),
            ids: own.chain(people).chain(["x".to_owned()]).collect(),
            states: ["search", "all"].map(|field| data[field]["state"].as_str().unwrap().to_owned()).into(),
            cursors: edges.iter().map(|edge| edge["cursor"].as_str().unwrap().to_owned()).collect(),
        }
    }

    fn one<'a>(&mut self, of: &'a [&'a str]) -> &'a str {
        of[self.random.usize(..of.len())]
    }

    fn text(&mut self, name: &str) -> String {
        let pick = |random: &mut fastrand::Rng, of: &[String]| of[random.usize(..of.len())].clone();
        match name {
            "id" | "ids" => pick(&mut self.random, &self.ids),
            "state" => pick(&mut self.random, &self.states),
            "after" | "before" => pick(&mut self.random, &self.cursors),
            "name" | "from" | "to" | "cast" | "genres" | "anyOf" | "allOf" | "noneOf" => {
                self.one(&NAMES).to_owned()
            }
            "object" => self.one(&["dozen.ndjson", "nothing.json"]).to_owned(),
            _ => self.one(&WORDS).to_owned(),
        }
    }

    /// A value of a schema.
    fn value(&mut self, schemas: &Value, schema: &Value, name: &str, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let named = reference.rsplit('/').next().unwrap();
            return self.value(schemas, &schemas[named], name, depth + 1);
        }
        if let Some(either) = schema["anyOf"].as_array() {
            let chosen = self.random.usize(..either.len());
            return self.value(schemas, &either[chosen], name, depth);
        }
        if let Some(values) = schema["enum"].as_array() {
            return values[self.random.usize(..values.len())].clone();
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds[self.random.usize(..kinds.len())].as_str().unwrap(),
            kind => kind.as_str().unwrap(),
        };
        match kind {
            "null" => Value::Null,
            "boolean" => self.random.bool().into(),
            "integer" if matches!(name, "from" | "to" | "gte" | "lte") => self.random.i32(1900..2030).into(),
            "integer" if name == "decades" => (self.random.i32(190..203) * 10).into(),
            "integer" => self.random.i32(-1..110).into(),
            "array" if depth > 3 => json!([]),
            "array" => {
                let length = self.random.usize(..3);
                (0..length).map(|_| self.value(schemas, &schema["items"], name, depth)).collect()
            }
            "object" => self.object(schemas, schema, depth, 5).into(),
            _ => self.text(name).into(),
        }
    }

    /// Fields of an object; one of `rare` of those that may be left out.
    fn object(&mut self, schemas: &Value, schema: &Value, depth: usize, rare: usize) -> Map<String, Value> {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut object = Map::new();
        for (name, schema) in schema["properties"].as_object().unwrap() {
            let is_required = required.iter().any(|one| one == name);
            if is_required || depth < 3 && self.random.usize(..rare) == 0 {
                object.insert(name.clone(), self.value(schemas, schema, name, depth + 1));
            }
        }
        object
    }
}

#[tokio::test]
async fn each_document_answers_the_same_by_every_door() {
    let app = TestApp::of(dozen(), wikimovie_api::ApiSettings::default());
    let openapi = json_of(&app, "/openapi.json").await;
    let documents = documents();
    let schemas = &openapi["components"]["schemas"];
    let mut pool = Pool::of(&app).await;
    let (mut answered, mut refused) = (0, 0);
    let operations = operations(&openapi);
    assert_eq!(operations.len(), documents.len(), "{operations:?}");
    for (name, operation) in operations {
        let document = &documents[&operation];
        let answers = validator(&openapi, &format!("{operation}Data"));
        let taken = validator(&openapi, &format!("{operation}Variables"));
        for round in 0..ROUNDS {
            let schema = &schemas[format!("{operation}Variables")];
            let variables = Value::Object(pool.object(schemas, schema, 0, 2));
            assert!(taken.is_valid(&variables), "{name}: {variables}");
            let graphql = app.post(&json!({ "query": document, "variables": variables })).await;
            // A parameter cannot be null, and an empty list is none.
            let is_plain =
                |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
            let by_get = round % 2 == 0 && variables.as_object().unwrap().values().all(is_plain);
            let rest = match by_get {
                true => get(&app, &name, &[], &variables).await,
                false => post(&app, &name, &[], &variables).await,
            };
            let tool = call(&app, &[], &tool_of(&name), &variables).await.json()["result"].clone();
            let whole = graphql.json();
            if whole["errors"].is_null() {
                answered += 1;
                assert_eq!(rest.status, 200, "{name} {variables}: {}", rest.text());
                let start = [b"{\"data\":", &rest.body[..]].concat();
                assert!(graphql.body.starts_with(&start), "{name} {variables}");
                assert_eq!(tool["structuredContent"], whole["data"], "{name} {variables}");
                let text = tool["content"][0]["text"].as_str().unwrap();
                assert_eq!(serde_json::from_str::<Value>(text).unwrap(), whole["data"]);
                let errors: Vec<_> =
                    answers.iter_errors(&rest.json()).map(|error| error.to_string()).collect();
                assert_eq!(errors, Vec::<String>::new(), "{name} {variables}");
            } else {
                refused += 1;
                let code = &whole["errors"][0]["extensions"]["code"];
                assert_eq!(&rest.json()["code"], code, "{name} {variables}: {whole}");
                assert_eq!(rest.json()["status"], rest.status.as_u16());
                assert_eq!(tool["isError"], true, "{name} {variables}");
                let text = tool["content"][0]["text"].as_str().unwrap();
                assert_eq!(&serde_json::from_str::<Value>(text).unwrap()["code"], code);
            }
        }
    }
    println!("{answered} answers and {refused} refusals were equal by GraphQL, REST and MCP");
    assert!(answered > refused, "{answered} {refused}");
}

#[tokio::test]
async fn every_door_charges_the_same() {
    use std::num::NonZeroU32;
    use wikimovie_api::{ApiSettings, CacheSettings, guard::GuardSettings};
    let settings = |cache| ApiSettings {
        guard: GuardSettings { points_per_minute: NonZeroU32::new(3_000), ..GuardSettings::default() },
        cache,
        ..ApiSettings::default()
    };
    for cache in [CacheSettings::off(), CacheSettings::default()] {
        let app = TestApp::of(dozen(), settings(cache));
        let (document, variables) = (&documents()["Search"], json!({ "text": "crime" }));
        // The first pays for the analysis at most what the operation costs.
        app.post(&json!({ "query": document, "variables": variables })).await;
        let left = |answer: &crate::app::Answer| {
            let header = answer.header("ratelimit").to_owned();
            let remaining = header.split("r=").nth(1).unwrap().split(';').next().unwrap().to_owned();
            remaining.parse::<i64>().unwrap()
        };
        let first = left(&app.post(&json!({ "query": document, "variables": variables })).await);
        let rest = left(&get(&app, "search", &[], &variables).await);
        let again = left(&get(&app, "search", &[], &variables).await);
        let tool = left(&call(&app, &[], "search_movies", &variables).await);
        let costs = [first - rest, rest - again, again - tool];
        // Points come back while the test runs.
        let spread = costs.iter().max().unwrap() - costs.iter().min().unwrap();
        assert!(costs[0] > 50 && spread * 10 < costs[0], "{costs:?}");
    }
}
