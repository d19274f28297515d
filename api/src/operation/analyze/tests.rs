//! What the analysis finds out, and that it vouches for nothing that the library refuses.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn analyzer() -> Analyzer {
    Analyzer::new(&ApiSettings::default(), &crate::sdl())
}

fn request(document: &str, variables: serde_json::Value) -> Request {
    Request::new(document).variables(Variables::from_json(variables))
}

fn of_operation(document: &str, name: Option<&str>) -> Request {
    let request = Request::new(document);
    match name {
        Some(name) => request.operation_name(name),
        None => request,
    }
}

fn analyze(document: &str) -> Arc<OperationAnalysis> {
    analyzer().analyze(&request(document, json!({})), false).unwrap().analysis
}

fn messages(refusal: &Refusal) -> Vec<String> {
    refusal.response.errors.iter().map(|error| format!("{:?} {}", error.locations, error.message)).collect()
}

#[test]
fn operations_are_found_by_the_rule_of_the_library() {
    let (one, named, two) =
        ("{ __typename }", "query A { __typename }", "query A { __typename } query B { a: __typename }");
    let analyzer = analyzer();
    for (document, name, found) in [
        (one, None, true),
        (one, Some("A"), false),
        (named, None, true),
        (named, Some("A"), true),
        (named, Some("B"), false),
        (two, None, false),
        (two, Some("A"), true),
        (two, Some("B"), true),
        (two, Some("C"), false),
    ] {
        let parsed = parse_document(document).unwrap();
        assert_eq!(operation_named(&parsed, name).is_some(), found, "{document} {name:?}");
        let request = of_operation(document, name);
        assert_eq!(validate(&analyzer.validator, &request, &parsed).is_empty(), found, "{document} {name:?}");
    }
}

#[test]
fn one_field_that_changes_makes_the_whole_answer_change() {
    let cases = [
        ("{ search { total { value } } m: movie(id: 1) { id } __typename }", None, true),
        ("{ search { total { value } } rateLimit { cost } }", None, false),
        ("{ importReceipts { totalCount } }", None, false),
        ("{ ... { a: importReceipt(object: \"a\") { status } } }", None, false),
        (
            "{ ...f ...f } fragment f on Query { ...g } fragment g on Query { movie(id: 1) { id } }",
            None,
            true,
        ),
        ("{ ...f } fragment f on Query { ...g } fragment g on Query { rateLimit { cost } }", None, false),
        ("query A { movie(id: 1) { id } } query B { rateLimit { cost } }", Some("A"), true),
        ("query A { movie(id: 1) { id } } query B { rateLimit { cost } }", Some("B"), false),
        ("subscription { catalogChanged { movies } }", None, false),
        ("{ __schema { types { name } } }", None, false),
    ];
    for (document, name, expected) in cases {
        let request = of_operation(document, name);
        let analysis = analyzer().analyze(&request, false).unwrap().analysis;
        assert_eq!(analysis.cacheable, expected, "{document}");
    }
}

#[test]
fn a_dry_run_is_seen_wherever_it_stands() {
    let dry = |document: &str, variables: serde_json::Value| {
        let request = request(document, variables);
        analyzer().analyze(&request, false).unwrap().analysis.is_dry_run(&request.variables)
    };
    assert!(dry("{ rateLimit(dryRun: true) { cost } search { state } }", json!({})));
    assert!(dry("{ ... { r: rateLimit(dryRun: true) { cost } } }", json!({})));
    assert!(dry("{ ...f } fragment f on Query { rateLimit(dryRun: true) { cost } }", json!({})));
    let asked = "query($d: Boolean = true) { rateLimit(dryRun: $d) { cost } }";
    assert!(dry(asked, json!({})) && dry(asked, json!({ "d": true })));
    assert!(!dry(asked, json!({ "d": false })));
    assert!(!dry("{ rateLimit { cost } }", json!({})));
    assert!(!dry("{ rateLimit(dryRun: false) { cost } }", json!({})));
    assert!(!dry("{ search { hits { nodes { id } } } }", json!({})));
}

#[test]
fn nothing_else_is_left_of_a_dry_run() {
    let analysis = analyze(
        "{ a: rateLimit(dryRun: true) { cost } search { state } ...f } fragment f on Query { movie(id: 1) { id } }",
    );
    let (_, operation) = analysis.plan(true).document.operations.iter().next().unwrap();
    assert_eq!(operation.node.selection_set.node.items.len(), 1);
    assert_eq!(analysis.plan(true).selection.len(), 2);
    assert_eq!(analysis.plan(false).selection.len(), 6);
}

#[test]
fn a_document_is_analysed_once_whatever_its_variables_are() {
    let analyzer = analyzer();
    let document =
        "query($n: Int, $w: MovieWhere) { search(where: $w) { hits(first: $n) { nodes { id } } } }";
    let analyze = |variables| analyzer.analyze(&request(document, variables), false).unwrap();
    let first = analyze(json!({ "n": 2 }));
    let second = analyze(json!({ "n": 30, "w": { "genres": { "anyOf": ["Drama"] } } }));
    assert!(Arc::ptr_eq(&first.analysis, &second.analysis));
    assert_eq!((first.points, second.points), (1 + 1 + 2 * 2, 1 + 1 + 30 * 2));
    assert_eq!(first.analysis.measure(first.points).depth, 4);
}

#[test]
fn a_known_document_refuses_what_it_refused_when_it_was_new() {
    let document = "query($n: Int!, $w: MovieWhere, $k: [SuggestionKind!], $i: [ID!]!, $d: Boolean!) {
        search(where: $w) { hits(first: $n) { nodes { id } } facets { genres { values { value } } } }
        autocomplete(prefix: \"a\", kinds: $k) { text @skip(if: $d) __typename } nodes(ids: $i) { id } }";
    let good = json!({ "n": 1, "i": ["a"], "d": true });
    let known = analyzer();
    known.analyze(&request(document, good.clone()), false).unwrap();
    for (name, value) in [
        ("n", json!("1")),
        ("n", json!(1.5)),
        ("n", json!(3_000_000_000_u64)),
        ("w", json!({ "genre": {} })),
        ("w", json!({ "year": { "gte": "1" } })),
        ("w", json!({ "or": [{ "decades": ["x"] }] })),
        ("k", json!(["MOVIE", "NOBODY"])),
        ("k", json!(7)),
        ("i", json!([null])),
        ("i", json!([true])),
        ("d", json!(1)),
    ] {
        let mut variables = good.clone();
        variables[name] = value;
        let request = request(document, variables);
        let new = analyzer().analyze(&request, false).expect_err("it is refused");
        let again = known.analyze(&request, false).expect_err("it is refused again");
        assert_eq!(messages(&new), messages(&again));
        assert_eq!(again.code, ErrorCode::GraphqlValidationFailed);
    }
    // A missing value is refused where its price depends on it.
    let missing = request(document, json!({ "i": ["a"], "d": true }));
    let refusal = known.analyze(&missing, false).expect_err("it has no price");
    assert_eq!(refusal.response.errors[0].message, "Variable n is not defined.");
    assert!(known.analyze(&request(document, good), false).is_ok());
}

#[test]
fn a_mutation_is_not_sent_by_get() {
    let refusal = analyzer().analyze(&Request::new("mutation { a }"), true).expect_err("it is refused");
    assert_eq!(refusal.code, ErrorCode::MethodNotAllowed);
}

#[test]
fn memory_is_bounded() {
    let analyzer = analyzer();
    for number in 0..2_000 {
        let fields: String = (0..60).map(|field| format!("f{number}x{field}: __typename ")).collect();
        analyzer.analyze(&Request::new(format!("{{ {fields} }}")), false).unwrap();
    }
    analyzer.known.run_pending_tasks();
    assert!(analyzer.known.weighted_size() <= CACHE_BYTES);
    assert!(analyzer.known.entry_count() < 2_000);
}

/// Arguments of the contract that take a variable of each type.
const USES: &[(&str, &str)] = &[
    ("Int", "{ search { hits(first: $v) { nodes { id } } } }"),
    ("Boolean", "{ search(understand: $v) { state } }"),
    ("String", "{ search(text: $v) { state } }"),
    ("MovieSort", "{ search(sort: $v) { state } }"),
    ("SearchState", "{ search(state: $v) { state } }"),
    ("MovieWhere", "{ search(where: $v) { state } }"),
    ("[MovieWhere!]", "{ search(where: { and: $v, hasPoster: true }) { state } }"),
    ("[SuggestionKind!]", "{ autocomplete(prefix: \"a\", kinds: $v) { text } }"),
    ("[ID!]!", "{ movies(ids: $v) { id } }"),
    ("ID!", "{ movie(id: $v) { id } }"),
];

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|bool| json!(bool)),
        any::<i32>().prop_map(|int| json!(int)),
        any::<i64>().prop_map(|int| json!(int)),
        any::<f64>().prop_map(|float| json!(float)),
        prop::sample::select(vec!["", "a", "MOVIE", "RELEVANCE", "YEAR_ASC", "1"])
            .prop_map(|text| json!(text)),
    ];
    let keys =
        vec!["genres", "anyOf", "title", "year", "gte", "lte", "decades", "hasPoster", "and", "not", "x"];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| json!(items)),
            prop::collection::hash_map(prop::sample::select(keys.clone()), inner, 0..3)
                .prop_map(|fields| json!(fields)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn what_the_analysis_vouches_for_the_library_accepts(value in value(), at in 0..USES.len()) {
        thread_local! {
            static ANALYZER: Analyzer = analyzer();
        }
        let (ty, selection) = USES[at];
        let document = format!("query($v: {ty}) {selection}");
        let given = Variables::from_json(json!({ "v": value }));
        let parsed = parse_document(&document).unwrap();
        ANALYZER.with(|analyzer| {
            let mut walk = Walk::new(&analyzer.contract, &parsed, &given);
            walk.document(operation_named(&parsed, None));
            let vouched = walk.uses.iter().all(|one| analyzer.contract.accepts(&one.ty, &one.literal, &given));
            if vouched && !walk.is_left_to_library {
                let request = Request::new(document.clone()).variables(given.clone());
                let errors = validate(&analyzer.validator, &request, &parsed);
                assert!(errors.is_empty(), "{document} {given:?}: {errors:?}");
            }
        });
    }
}
