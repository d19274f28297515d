//! Each operation against a live gateway over the movies of `seeds/`, named by `WIKIMOVIE_URL`: `cargo test -- --ignored`.

use cynic::QueryBuilder;
use wikimovie_client::{
    Client, ClientError,
    operations::{
        Autocomplete, AutocompleteVariables, Catalog, Costars, CostarsVariables, MovieById,
        MovieByIdVariables, MovieSort, MovieWhere, PersonByName, PersonByNameVariables, Restore,
        RestoreVariables, Search, SearchState, SearchVariables, Suggestion, TotalRelation, ValueMatch,
        YearRange,
    },
};

/// Runs a test against the gateway.
fn live(test: impl FnOnce(&Client)) {
    let url = std::env::var("WIKIMOVIE_URL").expect("WIKIMOVIE_URL names a gateway");
    test(&Client::new(&url));
}

fn search_godfather(client: &Client) -> Search {
    let variables = SearchVariables { text: Some("the godfahter"), first: Some(3), ..Default::default() };
    client.ask(&Search::build(variables)).expect("a search is answered")
}

#[test]
#[ignore = "needs a gateway, named by WIKIMOVIE_URL"]
fn a_typo_finds_the_movie_that_was_meant() {
    live(|client| {
        let search = search_godfather(client).search;
        let first = &search.hits.edges[0];
        assert_eq!(first.node.title, "The Godfather");
        assert_eq!(search.total.relation, TotalRelation::Equal);
        assert!(first.highlights.iter().any(|text| text.html.contains("<mark>Godfather</mark>")));
    });
}

#[test]
#[ignore = "needs a gateway, named by WIKIMOVIE_URL"]
fn a_facet_value_has_the_state_token_of_its_toggle() {
    live(|client| {
        let any_of = |value: &str| ValueMatch { any_of: Some(vec![value.to_owned()]), ..Default::default() };
        let filter = MovieWhere {
            genres: Some(any_of("crime")),
            year: Some(YearRange { gte: Some(1970), lte: Some(1979) }),
            ..Default::default()
        };
        let variables =
            SearchVariables { filter: Some(filter), sort: Some(MovieSort::YearAsc), ..Default::default() };
        let search = client.ask(&Search::build(variables)).expect("a search is answered").search;
        let years: Vec<_> =
            search.hits.edges.iter().map(|hit| hit.node.year.expect("the filter asks a year")).collect();
        assert!(
            !years.is_empty() && years.is_sorted() && years.iter().all(|year| (1970..=1979).contains(year))
        );

        let crime =
            search.facets.genres.values.iter().find(|value| value.value == "Crime").expect("it is selected");
        assert!(crime.selected);
        let restore = Restore::build(RestoreVariables { state: crime.toggle.clone() });
        let without = client.ask(&restore).expect("a token is answered").search;
        assert!(without.total.value > search.total.value);
        assert_ne!(without.state, search.state);
    });
}

#[test]
#[ignore = "needs a gateway, named by WIKIMOVIE_URL"]
fn suggestions_differ_by_kind() {
    live(|client| {
        let operation = Autocomplete::build(AutocompleteVariables { prefix: "al pa" });
        let found = client.ask(&operation).expect("a prefix is answered").autocomplete;
        let person = found.iter().find_map(|suggestion| match suggestion {
            Suggestion::PersonSuggestion(person) => Some(person),
            Suggestion::MovieSuggestion(_) | Suggestion::Other => None,
        });
        let person = person.expect("a person is suggested");
        assert_eq!(person.text, "Al Pacino");
        assert!(person.count > 0);
    });
}

#[test]
#[ignore = "needs a gateway, named by WIKIMOVIE_URL"]
fn a_movie_has_similar_movies_and_its_provenance() {
    live(|client| {
        let id = search_godfather(client).search.hits.edges[0].node.id.clone();
        let answer = client.ask(&MovieById::build(MovieByIdVariables { id })).expect("an id is answered");
        let movie = answer.movie.expect("it was just found");
        assert_eq!(movie.title, "The Godfather");
        assert_eq!(movie.provenance.provider, "multiplex");
        assert!(movie.similar.iter().any(|similar| similar.title.starts_with("The Godfather Part")));
    });
}

#[test]
#[ignore = "needs a gateway, named by WIKIMOVIE_URL"]
fn a_path_of_movies_connects_two_people() {
    live(|client| {
        let operation = PersonByName::build(PersonByNameVariables { name: "robert de niro" });
        let person = client.ask(&operation).expect("a name is answered").person.expect("he is in the seeds");
        assert_eq!(person.name, "Robert De Niro");
        assert!(person.movie_count > 1 && !person.costars.is_empty());

        let operation = Costars::build(CostarsVariables { from: "Marlon Brando", to: "Robert De Niro" });
        let path =
            client.ask(&operation).expect("two names are answered").costars.expect("both are in the seeds");
        assert_eq!(usize::try_from(path.length), Ok(path.steps.len()));
        assert_eq!(path.steps.last().map(|step| step.person.name.as_str()), Some("Robert De Niro"));
    });
}

#[test]
#[ignore = "needs a gateway, named by WIKIMOVIE_URL"]
fn the_catalogue_has_counts() {
    live(|client| {
        let catalog = client.ask(&Catalog::build(())).expect("the catalogue is answered").catalog;
        assert!(catalog.movies >= 400);
        assert!(!catalog.engine.is_empty() && catalog.as_of.0.ends_with('Z'));
    });
}

#[test]
#[ignore = "needs a gateway, named by WIKIMOVIE_URL"]
fn a_forged_token_has_its_error_code() {
    live(|client| {
        let restore = Restore::build(RestoreVariables { state: SearchState("forged".into()) });
        let refused = client.ask(&restore).expect_err("the token is invalid");
        assert!(matches!(refused, ClientError::Refused { code: Some(code), .. } if code == "BAD_STATE"));
    });
}
