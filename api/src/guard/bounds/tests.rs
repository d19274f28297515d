//! What is bounded, and what is let through.

use super::*;
use async_graphql::parser::parse_query;
use proptest::prelude::*;

fn refused(document: &str) -> String {
    let checked =
        check_text(document).and_then(|()| check_document(&parse_query(document).expect("it parses")));
    checked.expect_err("it is refused").message().to_owned()
}

#[test]
fn deep_values_and_selections_are_refused_unparsed() {
    let value = format!("{{ search(where: {}1{}) {{ total }} }}", "{not:".repeat(2_000), "}".repeat(2_000));
    assert_eq!(check_text(&value).unwrap_err().message(), "the document is nested deeper than 64");
    let lists = format!("query($a: {}Int{}) {{ a }}", "[".repeat(100), "]".repeat(100));
    assert!(check_text(&lists).is_err());
    assert!(check_text(&"{a".repeat(64)).is_ok());
    assert!(check_text(&"{a".repeat(65)).is_err());
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    let brackets = "{".repeat(100);
    for document in [
        format!("{{ a(b: \"{brackets}\\\"{brackets}\") }}"),
        format!("{{ a(b: \"\"\"{brackets} \" \\\"\"\" {brackets}\"\"\") }}"),
        format!("# {brackets}\n{{ a }}"),
    ] {
        assert_eq!(check_text(&document), Ok(()), "{document}");
    }
    let hidden = format!("{{ a(b: \"\n {brackets}");
    assert!(check_text(&hidden).is_err(), "a string does not reach beyond its line");
}

#[test]
fn long_documents_name_the_limit() {
    assert!(refused(&format!("{{ {} }}", "a ".repeat(10_001))).contains("more than 10000 tokens"));
    let bytes = format!("{{ a }} #{}", "x".repeat(MAX_DOCUMENT_BYTES));
    assert!(check_text(&bytes).unwrap_err().message().contains("more than 131072"));
}

#[test]
fn doubling_fragments_are_refused() {
    let mut document = "{ ...f0 }".to_owned();
    for number in 0..30 {
        document += &format!(" fragment f{number} on Query {{ ...f{0} ...f{0} }}", number + 1);
    }
    for end in ["__typename", "...unknown"] {
        let document = format!("{document} fragment f30 on Query {{ {end} }}");
        assert!(refused(&document).contains("more than 5000 fields"), "{end}");
    }
}

#[test]
fn fragment_cycles_and_chains_are_refused() {
    let cycle = "{ ...a } fragment a on Query { ...b } fragment b on Query { x { ...a } }";
    assert!(refused(cycle).contains("spreads itself"));
    let mut chain = "{ ...f0 }".to_owned();
    for number in 0..1_000 {
        chain += &format!(" fragment f{number} on Query {{ ...f{} }}", number + 1);
    }
    chain += " fragment f1000 on Query { __typename }";
    assert!(refused(&chain).contains("nested deeper than 64"));
}

#[test]
fn shared_fragments_are_fine() {
    let document = "{ a { ...f } b { ...f } } fragment f on X { c d ...g } fragment g on X { e }";
    assert!(check_document(&parse_query(document).unwrap()).is_ok());
}

#[test]
fn aliases_root_fields_and_directives_are_counted_where_fragments_put_them() {
    let document = "query @a { x: a ...f @b ... on Query @c { y: b { z: c @d @e } } } fragment f on Query { d ...g } \
                    fragment g on Query { u: e v: e @f }";
    let measure = check_document(&parse_query(document).unwrap()).unwrap();
    assert_eq!((measure.aliases, measure.root_fields, measure.directives), (5, 5, 6));
}

#[test]
fn nested_fragment_spreads_count_by_their_longest_chain() {
    let document = "{ a { ...f ... on X { ...g } } ...h } fragment f on X { b { ...g } ...h } \
                    fragment g on X { c } fragment h on X { ...g }";
    let measure = check_document(&parse_query(document).unwrap()).unwrap();
    assert_eq!(measure.fragment_depth, 3);
}

#[test]
fn going_round_in_the_schema_is_refused() {
    let mut round = "name".to_owned();
    for _ in 0..4 {
        round = format!("fields {{ type {{ {round} }} }}");
    }
    assert!(refused(&format!("{{ __schema {{ types {{ {round} }} }} }}")).contains("500000 values"));
    let hidden = format!("{{ ...f }} fragment f on Query {{ a: __type(name: \"Movie\") {{ {round} }} }}");
    assert!(check_document(&parse_query(&hidden).unwrap()).is_ok(), "one type's fields are few enough");
    let wide: String = (0..90)
        .map(|alias| format!("a{alias}: fields {{ type {{ fields {{ type {{ name }} }} }} }} "))
        .collect();
    assert!(refused(&format!("{{ __schema {{ types {{ {wide} }} }} }}")).contains("500000 values"));
    // The same words elsewhere are nothing special.
    assert!(check_document(&parse_query(format!("{{ types {{ {round} }} }}")).unwrap()).is_ok());
}

#[test]
fn the_introspection_of_tools_is_within_bounds() {
    let query = "query { __schema { queryType { name } types { ...T } directives { name args { ...I } } } } \
        fragment T on __Type { kind name fields(includeDeprecated: true) { name args { ...I } type { ...R } } \
        inputFields { ...I } interfaces { ...R } enumValues { name } possibleTypes { ...R } } \
        fragment I on __InputValue { name description type { ...R } defaultValue } \
        fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
        ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
    assert!(check_document(&parse_query(query).unwrap()).is_ok());
}

#[test]
fn long_lists_of_variables_are_refused() {
    let variables = |json| Variables::from_json(json);
    let ids = |count: usize| serde_json::json!({ "ids": vec!["a"; count] });
    assert_eq!(check_variables(measure_variables(&variables(ids(MAX_LIST)))), Ok(()));
    let error = check_variables(measure_variables(&variables(ids(MAX_LIST + 1)))).unwrap_err();
    assert_eq!(error.message(), "a list of the variables has 1001 items, more than 1000");
    let many = serde_json::json!({ "w": vec![vec!["a"; 900]; 6] });
    assert!(
        check_variables(measure_variables(&variables(many)))
            .unwrap_err()
            .message()
            .contains("more than 5000")
    );
}

#[test]
fn an_answer_is_bounded_in_bytes() {
    let answer = |count: usize| Value::List(vec![Value::String("x".repeat(1_024)); count]);
    assert_eq!(check_answer(&answer(8_000)), Ok(()));
    assert!(check_answer(&answer(8_192)).unwrap_err().message().contains("more than 8388608 bytes"));
}

#[test]
fn json_nesting_is_counted_outside_strings() {
    assert_eq!(check_json(br#"{"a":"[[[[\"[[","b":[{}]}"#), Ok(()));
    assert!(check_json("[".repeat(65).as_bytes()).is_err());
    assert_eq!(check_json("[".repeat(64).as_bytes()), Ok(()));
}

proptest! {
    #[test]
    fn any_text_is_checked_without_harm(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = check_text(&text);
        let _ = check_json(&bytes);
    }
}
