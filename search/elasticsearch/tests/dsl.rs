//! The DSL of questions: five of them as a document for people, and thousands as TypeScript to be checked against
//! Elastic's own definitions (`make dsl-types`).

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use serde_json::{Map, Value, json};
use wikimovie_domain::{
    Direction, FacetField, FacetOrder, FacetRequest, Filter, HitsRequest, MovieParts, MovieSort, PageRequest,
    Question, SearchRequest, ValueMatch, Wanted, YearRange,
};
use wikimovie_elasticsearch::{cursor_at, index_body, to_dsl};
use wikimovie_engine::Sealer;
use wikimovie_plan::compile::compile;
use wikimovie_testkit_builders::{Oracle, data, dozen, random};

fn terms(field: FacetField, contains: Option<&str>, order: FacetOrder) -> FacetRequest {
    FacetRequest::Terms { field, first: 5, contains: contains.map(str::to_owned), order }
}

fn filter(genres: &[&str], decades: &[i64]) -> Filter {
    let any_of = genres.iter().map(|&genre| genre.to_owned()).collect();
    Filter {
        genres: ValueMatch { any_of, ..ValueMatch::default() },
        decades: decades.to_vec(),
        ..Filter::default()
    }
}

fn titles(page: PageRequest) -> HitsRequest {
    HitsRequest {
        cursors: false,
        page_info: false,
        parts: MovieParts { year: true, ..MovieParts::default() },
        ..HitsRequest::plain(page)
    }
}

#[test]
fn five_questions_beside_their_dsl_are_documented() {
    let vocabulary = Oracle::new(dozen()).vocabulary();
    let sealer = Sealer::new(b"secret");
    let mut text = String::from(HEAD);
    for (title, graphql, request) in documented(&sealer) {
        let plan = compile(&request.question, &vocabulary).plan;
        let json = serde_json::to_string_pretty(&to_dsl(&plan, &request, &sealer).unwrap()).unwrap();
        write!(text, "\n## {title}\n\n```graphql\n{graphql}\n```\n\n```json\n{json}\n```\n").unwrap();
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/dsl.md");
    if std::env::var_os("WIKIMOVIE_CODEGEN").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text, "docs/dsl.md is out of date: run `cargo xtask codegen dsl`");
}

const HEAD: &str = "# Questions and their DSL

What the gateway sends to Elasticsearch or OpenSearch, over a catalogue of a dozen movies. This page is written by the
code (`make dsl`), a test compares it. `explain { plan }` shows the same for any question.

Words are expanded by the gateway against the catalogue's own vocabulary, so the engine gets plain terms; every scoring
clause is a constant, so that points are exact and equal on every engine. A question that finds enough is one request;
one that finds few movies counts and reads what weaker matches find ([relevance.md](relevance.md)).
";

fn documented(sealer: &Sealer) -> Vec<(&'static str, &'static str, SearchRequest)> {
    let ask = |text: &str| Question { text: text.to_owned(), ..Question::default() };
    let by_year = Question { filter: filter(&[], &[]), sort: MovieSort::YearDesc, ..Question::default() };
    let cursor = cursor_at(sealer, &by_year);
    let behind = PageRequest { size: 10, direction: Direction::Forward, cursor: Some(cursor) };
    vec![
        (
            "A title with a typo",
            "{ search(text: \"the godfahter\") { hits(first: 3) { nodes { title year } } } }",
            SearchRequest {
                question: ask("the godfahter"),
                hits: vec![titles(PageRequest::first(3))],
                ..SearchRequest::default()
            },
        ),
        (
            "Only a total",
            "{ search(text: \"alien\") { total { value } } }",
            SearchRequest {
                question: ask("alien"),
                wanted: Wanted { total: true, ..Wanted::default() },
                ..SearchRequest::default()
            },
        ),
        (
            "Filters with disjunctive facets",
            "{ search(where: { genres: { anyOf: [\"Crime\"] }, decades: [1970] }) { total { value } hits(first: 3) { nodes { title year } }\n  facets { genres(first: 5) { values { value count } } decades(first: 20) { values { value count } } } } }",
            SearchRequest {
                question: Question { filter: filter(&["Crime"], &[1970]), ..Question::default() },
                hits: vec![titles(PageRequest::first(3))],
                facets: vec![
                    terms(FacetField::Genres, None, FacetOrder::Count),
                    terms(FacetField::Decades, None, FacetOrder::Count),
                ],
                wanted: Wanted { total: true, ..Wanted::default() },
            },
        ),
        (
            "The next page, newest first, with a probe for what stands before it",
            "{ search(sort: YEAR_DESC) { hits(first: 10, after: \"…\") { nodes { title year } pageInfo { hasPreviousPage hasNextPage } } } }",
            SearchRequest {
                question: by_year,
                hits: vec![HitsRequest { page_info: true, ..titles(behind) }],
                ..SearchRequest::default()
            },
        ),
        (
            "Words read as a decade and a genre, and one excluded",
            "{ search(text: \"70s crime -driver\") { hits(first: 3) { nodes { title year } } } }",
            SearchRequest {
                question: ask("70s crime -driver"),
                hits: vec![titles(PageRequest::first(3))],
                ..SearchRequest::default()
            },
        ),
    ]
}

/// Writes every different shape of request as TypeScript; `make dsl-types` checks it with the compiler.
#[test]
fn requests_are_written_for_the_type_check() {
    let movies = data::seeds();
    let vocabulary = Oracle::new(movies.clone()).vocabulary();
    let sealer = Sealer::new(b"secret");
    let mut shapes = Shapes::default();
    let mut asked = 0;
    // The random ones are those that every engine answers (tests/brute_force/).
    let random = (0..2_000).map(|seed| {
        let mut rng = fastrand::Rng::with_seed(seed);
        (random::question(&movies, &mut rng), random::facets(&mut rng))
    });
    let chosen = questions().into_iter().map(|question| (question, all_facets()));
    for (question, facets) in chosen.chain(random) {
        let plan = compile(&question, &vocabulary).plan;
        for request in requests(&question, &facets, &cursor_at(&sealer, &question)) {
            asked += 1;
            match to_dsl(&plan, &request, &sealer).unwrap() {
                Value::Array(searches) => searches.iter().for_each(|search| shapes.add(search)),
                search => shapes.add(&search),
            }
        }
    }
    assert!(asked > 16_000, "{asked}");
    let Shapes { searches, queries, aggregations } = shapes;
    assert!(searches.len() > 20 && queries.len() > 20, "{} and {}", searches.len(), queries.len());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("typecheck/requests");
    fs::create_dir_all(&folder).unwrap();
    for client in ["elasticsearch-8", "elasticsearch-9"] {
        let mut code = format!("import type {{ estypes }} from '{client}'\n");
        for (at, query) in queries.iter().enumerate() {
            writeln!(code, "export const query{at}: estypes.QueryDslQueryContainer = {query}").unwrap();
        }
        for (at, aggregation) in aggregations.iter().enumerate() {
            writeln!(
                code,
                "export const aggregation{at}: estypes.AggregationsAggregationContainer = {aggregation}"
            )
            .unwrap();
        }
        for (at, search) in searches.iter().enumerate() {
            writeln!(code, "export const search{at}: estypes.SearchRequest = {search}").unwrap();
            writeln!(code, "export const multi{at}: estypes.MsearchRequest = {{ index: 'movies', searches: [{{}}, {search}] }}").unwrap();
        }
        let mut index = index_body(1, 1).unwrap();
        index.as_object_mut().unwrap().insert("index".into(), json!("movies-v1-000001"));
        writeln!(code, "export const index: estypes.IndicesCreateRequest = {index}").unwrap();
        fs::write(folder.join(format!("{client}.ts")), code).unwrap();
    }
    println!(
        "{asked} requests: {} shapes of searches, {} of queries, {} of aggregations",
        searches.len(),
        queries.len(),
        aggregations.len()
    );
}

/// What types can tell apart in many requests. Types are checked from the outside in, so a query or an
/// aggregation within stands for itself, and where it was, any will do.
#[derive(Default)]
struct Shapes {
    searches: BTreeSet<String>,
    queries: BTreeSet<String>,
    aggregations: BTreeSet<String>,
}

impl Shapes {
    fn add(&mut self, search: &Value) {
        let search = self.shape(search).to_string();
        self.searches.insert(search);
    }

    fn shape(&mut self, value: &Value) -> Value {
        match value {
            Value::Array(items) => {
                let mut kept: Vec<Value> = Vec::new();
                for item in items {
                    let item = self.shape(item);
                    if !kept.contains(&item) {
                        kept.push(item);
                    }
                }
                Value::Array(kept)
            }
            Value::Object(members) => {
                let member = |(name, member): (&String, &Value)| (name.clone(), self.member(name, member));
                Value::Object(members.iter().map(member).collect())
            }
            other => other.clone(),
        }
    }

    /// Words of the language stay, such as the order of a sort; what is looked for does not matter.
    fn member(&mut self, name: &str, member: &Value) -> Value {
        let any = || json!({ "match_all": {} });
        match (name, member) {
            ("query" | "post_filter" | "filter", Value::Object(_)) => {
                self.query(member);
                any()
            }
            ("filter" | "should" | "must_not" | "queries", Value::Array(queries)) => {
                queries.iter().for_each(|query| self.query(query));
                json!([any()])
            }
            ("aggs", Value::Object(aggregations)) => {
                aggregations.values().for_each(|aggregation| self.aggregation(aggregation));
                json!({ "any": { "value_count": { "field": "text" } } })
            }
            ("value" | "query" | "include" | "timeout", Value::String(_)) => json!("text"),
            ("terms", Value::Object(fields)) if fields.values().all(Value::is_array) => Value::Object(
                fields.keys().map(|field| (field.clone(), json!(["text"]))).collect::<Map<_, _>>(),
            ),
            ("boost" | "gte" | "lte" | "size", Value::Number(_)) => json!(1),
            _ => self.shape(member),
        }
    }

    fn aggregation(&mut self, aggregation: &Value) {
        let aggregation = self.shape(aggregation).to_string();
        self.aggregations.insert(aggregation);
    }

    fn query(&mut self, query: &Value) {
        let query = self.shape(query).to_string();
        self.queries.insert(query);
    }
}

fn questions() -> Vec<Question> {
    let texts = [
        "",
        "the godfahter",
        "alien",
        "wa",
        "spider man",
        "rocky 2",
        "80s horror",
        "-war \"star wars\"",
        "it",
        "tom hanks comedies",
        "1999",
        "七人の侍",
        "a very long text about a man and a woman in a house in the war",
    ];
    let years = YearRange { gte: Some(1970), lte: None };
    let filters = [
        Filter::default(),
        filter(&["Drama", "War"], &[]),
        filter(&[], &[1970, 1980]),
        Filter {
            year: years,
            has_poster: Some(false),
            title: Some("the man".into()),
            ..filter(&["Drama"], &[1990])
        },
        Filter {
            or: vec![filter(&["Drama"], &[]), filter(&[], &[1980])],
            not: Some(Box::new(Filter { year: years, ..filter(&["War"], &[]) })),
            cast: ValueMatch {
                any_of: vec!["Tom Hanks".into()],
                all_of: vec!["Meg Ryan".into()],
                none_of: vec!["John Wayne".into()],
            },
            providers: ValueMatch { any_of: vec!["default".into()], ..ValueMatch::default() },
            ..Filter::default()
        },
    ];
    let sorts = [
        MovieSort::Relevance,
        MovieSort::YearAsc,
        MovieSort::YearDesc,
        MovieSort::TitleAsc,
        MovieSort::TitleDesc,
    ];
    let mut questions = Vec::new();
    for text in texts {
        for filter in &filters {
            for sort in sorts {
                questions.push(Question {
                    text: text.into(),
                    filter: filter.clone(),
                    sort,
                    understand: true,
                });
            }
        }
    }
    questions
}

fn all_facets() -> Vec<FacetRequest> {
    vec![
        terms(FacetField::Genres, Some("dr?m*"), FacetOrder::Value),
        terms(FacetField::Cast, None, FacetOrder::Count),
        terms(FacetField::Decades, None, FacetOrder::Count),
        terms(FacetField::Providers, None, FacetOrder::Count),
        FacetRequest::Years { interval: 5 },
    ]
}

fn requests(question: &Question, all_facets: &[FacetRequest], cursor: &str) -> Vec<SearchRequest> {
    let page = |direction, cursor: Option<&str>| PageRequest {
        size: 10,
        direction,
        cursor: cursor.map(str::to_owned),
    };
    let (forward, backward) = (Direction::Forward, Direction::Backward);
    let request = |hits: Vec<HitsRequest>, facets: &[FacetRequest], wanted: Wanted| SearchRequest {
        question: question.clone(),
        hits,
        facets: facets.to_vec(),
        wanted,
    };
    let total = Wanted { total: true, distinct: true, ..Wanted::default() };
    let extras = Wanted { did_you_mean: true, relaxations: true, ..Wanted::default() };
    vec![
        request(vec![], all_facets, total),
        request(vec![HitsRequest::all(page(forward, None))], all_facets, Wanted::default()),
        request(vec![titles(page(backward, None))], &[], extras),
        request(vec![HitsRequest::plain(page(forward, Some(cursor)))], &all_facets[..2], total),
        request(vec![HitsRequest::all(page(backward, Some(cursor)))], &[], Wanted::default()),
        request(
            vec![HitsRequest::plain(page(forward, None)), titles(page(backward, Some(cursor)))],
            &[],
            total,
        ),
        request(vec![titles(PageRequest { size: 0, ..page(forward, None) })], &[], total),
    ]
}
