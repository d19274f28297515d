//! What the analysis finds out, and that it vouches for nothing that the library refuses.

use std::collections::HashMap;

use async_graphql::parser::parse_query;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn analyzer() -> Analyzer {
    Analyzer::new(&ApiSettings::default(), crate::sdl())
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
    analyze_with(&analyzer(), &request(document, json!({})), false).unwrap().analysis
}

fn analyze_with(analyzer: &Analyzer, request: &Request, read_only: bool) -> Result<Analyzed, Refusal> {
    let (key, size) = (key_of(request), bounds::measure_variables(&request.variables));
    match analyzer.known(request, &key, size, read_only)? {
        Some(known) => Ok(known),
        None => analyzer.analyze(request, key, size, read_only),
    }
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
        let analysis = analyze_with(&analyzer(), &request, false).unwrap().analysis;
        assert_eq!(analysis.cacheable, expected, "{document}");
    }
}

#[test]
fn a_dry_run_is_seen_wherever_it_stands() {
    let dry = |document: &str, variables: serde_json::Value| {
        let request = request(document, variables);
        analyze_with(&analyzer(), &request, false).unwrap().analysis.is_dry_run(&request.variables)
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
    let analyze = |variables| analyze_with(&analyzer, &request(document, variables), false).unwrap();
    let first = analyze(json!({ "n": 2 }));
    let second = analyze(json!({ "n": 30, "w": { "genres": { "anyOf": ["Drama"] } } }));
    assert!(Arc::ptr_eq(&first.analysis, &second.analysis));
    assert!(first.points < second.points, "{} {}", first.points, second.points);
    assert_eq!(first.analysis.measure(first.points).depth, 4);
}

#[test]
fn a_known_document_refuses_what_it_refused_when_it_was_new() {
    let document = "query($n: Int!, $w: MovieWhere, $k: [SuggestionKind!], $i: [ID!]!, $d: Boolean!) {
        search(where: $w) { hits(first: $n) { nodes { id } } facets { genres { values { value } } } }
        autocomplete(prefix: \"a\", kinds: $k) { text @skip(if: $d) __typename } nodes(ids: $i) { id } }";
    let good = json!({ "n": 1, "i": ["a"], "d": true });
    let known = analyzer();
    analyze_with(&known, &request(document, good.clone()), false).unwrap();
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
        let refusal = |analyzer: &Analyzer| match analyze_with(analyzer, &request, false) {
            Ok(_) => panic!("{name}: {} is not refused", request.variables[name]),
            Err(refusal) => refusal,
        };
        let (new, again) = (refusal(&analyzer()), refusal(&known));
        assert_eq!(messages(&new), messages(&again));
        assert_eq!(again.code, ErrorCode::GraphqlValidationFailed);
    }
    // A missing value is refused where its price depends on it.
    let missing = request(document, json!({ "i": ["a"], "d": true }));
    let refusal = analyze_with(&known, &missing, false).expect_err("it has no price");
    assert_eq!(refusal.response.errors[0].message, "Variable n is not defined.");
    assert!(analyze_with(&known, &request(document, good), false).is_ok());
}

#[test]
fn a_mutation_is_not_sent_by_get() {
    let refusal =
        analyze_with(&analyzer(), &Request::new("mutation { a }"), true).expect_err("it is refused");
    assert_eq!(refusal.code, ErrorCode::MethodNotAllowed);
}

#[test]
fn memory_is_bounded() {
    let analyzer = analyzer();
    for number in 0..2_000 {
        let fields: String = (0..40).map(|field| format!("f{number}x{field}: __typename ")).collect();
        analyze_with(&analyzer, &Request::new(format!("{{ {fields} }}")), false).unwrap();
    }
    analyzer.known.run_pending_tasks();
    assert!(analyzer.known.weighted_size() <= CACHE_BYTES);
    assert!(analyzer.known.entry_count() < 2_000);
}

/// A document as its author may also write it.
mod rewritten {
    use async_graphql::parser::types::{FragmentDefinition, FragmentSpread, InlineFragment};

    use super::*;

    /// Each named fragment in the place of its spreads.
    pub(super) fn inline(document: &ExecutableDocument) -> ExecutableDocument {
        fn set(document: &ExecutableDocument, selection: &SelectionSet) -> SelectionSet {
            let items = selection.items.iter().map(|item| {
                let node = match &item.node {
                    Selected::Field(field) => {
                        let mut field = field.clone();
                        let own = &mut field.node.selection_set;
                        own.node = set(document, &own.node);
                        Selected::Field(field)
                    }
                    Selected::InlineFragment(inline) => {
                        let mut inline = inline.clone();
                        let own = &mut inline.node.selection_set;
                        own.node = set(document, &own.node);
                        Selected::InlineFragment(inline)
                    }
                    Selected::FragmentSpread(spread) => {
                        let fragment = &document.fragments[&spread.node.fragment_name.node].node;
                        let inner = set(document, &fragment.selection_set.node);
                        let inline = InlineFragment {
                            type_condition: Some(fragment.type_condition.clone()),
                            directives: spread.node.directives.clone(),
                            selection_set: Positioned::new(inner, spread.pos),
                        };
                        Selected::InlineFragment(Positioned::new(inline, spread.pos))
                    }
                };
                Positioned::new(node, item.pos)
            });
            SelectionSet { items: items.collect() }
        }
        let mut inlined = document.clone();
        match &mut inlined.operations {
            DocumentOperations::Single(operation) => {
                let own = &mut operation.node.selection_set;
                own.node = set(document, &own.node);
            }
            DocumentOperations::Multiple(operations) => {
                for operation in operations.values_mut() {
                    let own = &mut operation.node.selection_set;
                    own.node = set(document, &own.node);
                }
            }
        }
        inlined
    }

    /// Each inline fragment with a type as a named one.
    pub(super) fn named(document: &ExecutableDocument) -> ExecutableDocument {
        fn set(selection: &mut SelectionSet, made: &mut Vec<(Name, Positioned<FragmentDefinition>)>) {
            for item in &mut selection.items {
                let pos = item.pos;
                match &mut item.node {
                    Selected::Field(field) => set(&mut field.node.selection_set.node, made),
                    Selected::FragmentSpread(_) => {}
                    Selected::InlineFragment(inline) => {
                        set(&mut inline.node.selection_set.node, made);
                        let Some(type_condition) = inline.node.type_condition.clone() else { continue };
                        let name = Name::new(format!("made{}", made.len()));
                        let selection_set = inline.node.selection_set.clone();
                        let definition =
                            FragmentDefinition { type_condition, directives: Vec::new(), selection_set };
                        made.push((name.clone(), Positioned::new(definition, pos)));
                        let directives = inline.node.directives.clone();
                        let spread = FragmentSpread { fragment_name: Positioned::new(name, pos), directives };
                        item.node = Selected::FragmentSpread(Positioned::new(spread, pos));
                    }
                }
            }
        }
        let mut renamed = document.clone();
        let mut made = Vec::new();
        match &mut renamed.operations {
            DocumentOperations::Single(operation) => {
                set(&mut operation.node.selection_set.node, &mut made);
            }
            DocumentOperations::Multiple(operations) => {
                for operation in operations.values_mut() {
                    set(&mut operation.node.selection_set.node, &mut made);
                }
            }
        }
        for fragment in renamed.fragments.values_mut() {
            set(&mut fragment.node.selection_set.node, &mut made);
        }
        renamed.fragments.extend(made);
        renamed
    }
}

fn price(analyzer: &Analyzer, document: &ExecutableDocument) -> u64 {
    let given = Variables::default();
    let mut walk = Walk::new(&analyzer.contract, document, &given);
    let (cost, _) = walk.document(document.operations.iter().next().map(|(_, operation)| operation));
    cost.points(&given).unwrap()
}

/// Fields that lead from one type to another, and fields that end.
const FIELDS: &[(&str, &str, &str)] = &[
    ("Query", "search(text: \"a b\")", "MovieSearch"),
    ("Query", "autocomplete(prefix: \"a\", first: 9)", "Suggestion"),
    ("Query", "node(id: 1)", "Node"),
    ("Query", "nodes(ids: [1, 2, 3])", "Node"),
    ("Query", "movie(id: 1)", "Movie"),
    ("MovieSearch", "hits(first: 7)", "MovieHitConnection"),
    ("MovieSearch", "facets", "MovieFacets"),
    ("MovieSearch", "state", ""),
    ("MovieFacets", "cast(first: 11)", "TermFacet"),
    ("TermFacet", "values", "FacetValue"),
    ("TermFacet", "distinct", ""),
    ("FacetValue", "toggle", ""),
    ("MovieHitConnection", "nodes", "Movie"),
    ("MovieHitConnection", "pageInfo", "PageInfo"),
    ("PageInfo", "endCursor", ""),
    ("Node", "id", ""),
    ("Movie", "id", ""),
    ("Movie", "summary", ""),
    ("Movie", "similar(first: 10)", "Movie"),
    ("Movie", "people(first: 3)", "Person"),
    ("Person", "name", ""),
    ("Person", "filmography(last: 4)", "MovieHitConnection"),
    ("Person", "costars", "Costar"),
    ("Costar", "person", "Person"),
    ("Suggestion", "state", ""),
    ("Suggestion", "text", ""),
    ("MovieSuggestion", "movie", "Movie"),
    ("MovieSuggestion", "state", ""),
    ("PersonSuggestion", "person", "Person"),
    ("DecadeSuggestion", "from", ""),
];

/// A selection of a type, by the choices of a seed.
fn selection_of_type(ty: &str, depth: usize, random: &mut fastrand::Rng) -> String {
    let fields: Vec<_> = FIELDS.iter().filter(|(of, ..)| *of == ty).collect();
    let mut out = "__typename ".to_owned();
    for _ in 0..random.usize(1..4) {
        let concrete = match ty {
            "Node" => ["Movie", "Person", "Node"][random.usize(..3)],
            "Suggestion" => ["MovieSuggestion", "PersonSuggestion", "DecadeSuggestion"][random.usize(..3)],
            ty => ty,
        };
        if depth > 0 && (concrete != ty || random.u8(..3) == 0) {
            let inner = selection_of_type(concrete, depth - 1, random);
            out += &format!("... on {concrete} {{ {inner} }} ");
        } else if let Some((_, field, leads_to)) = fields.get(random.usize(..fields.len().max(1))) {
            match *leads_to {
                "" => out += &format!("{field} "),
                _ if depth == 0 => {}
                next => out += &format!("{field} {{ {} }} ", selection_of_type(next, depth - 1, random)),
            }
        }
    }
    out
}

#[test]
fn a_fragment_costs_the_same_named_and_inline() {
    let analyzer = analyzer();
    let mut most = 0;
    for seed in 0..2_000 {
        let document = selection_of_type("Query", 9, &mut fastrand::Rng::with_seed(seed));
        let document = parse_query(format!("{{ {document} }}")).unwrap();
        let own = price(&analyzer, &document);
        assert_eq!(own, price(&analyzer, &rewritten::named(&document)), "{document:?}");
        most = most.max(own);
    }
    assert!(most > 5_000, "some are dear: {most}");
}

#[test]
fn the_operations_of_the_clients_cost_the_same_named_and_inline() {
    let analyzer = analyzer();
    for folder in ["../clients/operations", "../web/src/operations"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "graphql"));
        let documents: Vec<_> =
            files.map(|path| (parse_query(std::fs::read_to_string(&path).unwrap()).unwrap(), path)).collect();
        // A fragment stands in one file, for all of the folder.
        let fragments = documents.iter().flat_map(|(document, _)| document.fragments.clone());
        let fragments: HashMap<_, _> = fragments.collect();
        for (mut document, path) in documents {
            document.fragments.clone_from(&fragments);
            let inline = rewritten::inline(&document);
            let given = Variables::from_json(json!({
                "genres": 10, "people": 8, "id": "a", "prefix": "al", "text": "the godfather",
            }));
            let points = |document: &ExecutableDocument| {
                let mut walk = Walk::new(&analyzer.contract, document, &given);
                let operation = document.operations.iter().next().map(|(_, operation)| operation);
                walk.document(operation).0.points(&given).unwrap()
            };
            let own = points(&document);
            assert_eq!(own, points(&inline), "{}", path.display());
            assert_eq!(own, points(&rewritten::named(&inline)), "{}", path.display());
        }
    }
}

#[test]
fn a_fragment_on_an_interface_hides_no_price() {
    let points = |document: &str| price(&analyzer(), &parse_query(document).unwrap());
    let named = |first| {
        format!(
            "{{ node(id: 1) {{ ...F }} }} fragment F on Movie {{ similar(first: {first}) {{ similar(first: {first}) {{ \
             similar(first: {first}) {{ id }} }} }} }}"
        )
    };
    assert!(points(&named(100)) > 80_000, "{}", points(&named(100)));
    assert!(points(&named(10)) > 900, "{}", points(&named(10)));
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
