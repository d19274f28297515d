//! The contract: exported files equal the code, every element is described, and nothing that a client may rely on
//! goes away unannounced. `cargo xtask codegen schema` writes the files.

#![expect(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

mod changes;
mod descriptions;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_default()
}

fn check(path: &str, expected: &str) {
    if std::env::var_os("WIKIMOVIE_CODEGEN").is_some() {
        let path = root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, expected).unwrap();
    }
    assert!(read(path) == expected, "{path} differs from the code: run `cargo xtask codegen schema`");
}

#[test]
fn the_exported_contract_equals_the_code() {
    check("schema.graphql", wikimovie_api::sdl());
}

#[test]
fn the_reference_equals_the_contract() {
    check("docs/schema.md", &wikimovie_api::reference::schema(wikimovie_api::sdl()).unwrap());
}

#[test]
fn the_error_reference_equals_the_table() {
    check("docs/errors.md", &wikimovie_api::reference::errors());
}

#[test]
fn the_table_of_limits_equals_the_code() {
    let text = read("docs/limits.md");
    let (start, end) = ("<!-- limits -->\n", "<!-- /limits -->\n");
    let (before, rest) = text.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    check("docs/limits.md", &[before, start, &wikimovie_api::reference::limits(), end, after].concat());
}

#[test]
fn every_element_is_described() {
    assert_eq!(descriptions::missing(wikimovie_api::sdl()), Vec::<String>::new());
}

#[test]
fn a_removed_description_is_found() {
    let sdl = wikimovie_api::sdl();
    for (removed, missing) in [
        ("  \"Title as the provider writes it.\"\n", "Movie.title"),
        ("\"A picture on the web.\"\n", "Image"),
        ("    \"Global id of the movie.\"\n", "Query.movie(id)"),
        ("  \"A decade.\"\n  DECADE", "SuggestionKind.DECADE"),
        ("  \"First year of the range.\"\n", "YearRange.gte"),
    ] {
        assert!(sdl.contains(removed), "{removed}");
        let kept = removed.lines().skip(1).collect::<Vec<_>>().join("\n");
        let without = sdl.replacen(removed, &kept, 1);
        assert!(descriptions::missing(&without).contains(&missing.to_owned()), "{missing}");
    }
}

#[test]
fn breaking_changes_are_announced() {
    let baseline = read("api/tests/baseline.graphql");
    let breaking = changes::breaking(&baseline, wikimovie_api::sdl());
    let silent = changes::unannounced(&breaking, &read("CHANGELOG.md"));
    assert!(
        silent.is_empty(),
        "these changes break clients; undo them, or add a line `Breaking: <element> …` under Unreleased in \
         CHANGELOG.md: {silent:#?}"
    );
}

#[test]
fn removed_and_changed_elements_are_found() {
    let sdl = wikimovie_api::sdl();
    let changed = |from: &str, to: &str| {
        assert!(sdl.contains(from), "{from}");
        let elements = changes::breaking(sdl, &sdl.replacen(from, to, 1));
        elements.into_iter().map(|change| change.element).collect::<Vec<_>>()
    };
    assert_eq!(changes::breaking(sdl, sdl), []);
    for (from, to, element) in [
        ("  \"Title as the provider writes it.\"\n  title: String!\n", "", "Movie.title"),
        ("  title: String!\n", "  title: String\n", "Movie.title"),
        ("    id: ID!\n  ): Movie\n", "    key: ID!\n  ): Movie\n", "Query.movie(id)"),
        ("    prefix: String!,", "    prefix: String!, extra: Int!,", "Query.autocomplete(extra)"),
        ("first: Int = 8", "first: Int = 9", "Query.autocomplete(first)"),
        ("  title: String\n", "  titel: String\n", "MovieWhere.title"),
        ("  gte: Int\n", "  gte: Int!\n", "RuntimeRange.gte"),
        ("  YEAR_ASC\n", "  YEAR_UP\n", "MovieSort.YEAR_ASC"),
        ("type Movie implements Node {", "type Movie {", "Movie implements Node"),
        ("type Image {", "type Picture {", "Image"),
        ("scalar SearchState", "enum SearchState { A }", "SearchState"),
    ] {
        assert!(changed(from, to).contains(&element.to_owned()), "{element}: {:?}", changed(from, to));
    }
}

#[test]
fn additions_and_stronger_promises_break_nothing() {
    let sdl = wikimovie_api::sdl();
    for (from, to) in [
        ("  year: Int\n", "  year: Int!\n"),
        ("  title: String!\n", "  title: String!\n  tagline: String\n"),
        ("    prefix: String!,", "    prefix: String, extra: Int,"),
        ("  YEAR_ASC\n", "  YEAR_ASC\n  RANDOM\n"),
        ("  gte: Int\n", "  gte: Int\n  near: Int\n"),
    ] {
        assert!(sdl.contains(from), "{from}");
        assert_eq!(changes::breaking(sdl, &sdl.replacen(from, to, 1)), [], "{to}");
    }
}

#[test]
fn only_an_unreleased_line_that_names_the_element_announces_it() {
    let sdl = wikimovie_api::sdl();
    let breaking = changes::breaking(sdl, &sdl.replacen("  title: String!\n", "  title: String\n", 1));
    let announced = |changelog: &str| changes::unannounced(&breaking, changelog).is_empty();
    assert!(announced("# Changelog\n\n## Unreleased\n- Breaking: `Movie.title` may be null.\n"));
    assert!(announced("## [Unreleased]\nBreaking: Movie.title\n## 0.1.0\n"));
    assert!(!announced("## Unreleased\n- Movie.title may be null\n"));
    assert!(!announced("## Unreleased\n- Breaking: Movie.titles\n"));
    assert!(!announced("## Unreleased\n\n## 0.1.0\n- Breaking: Movie.title\n"));
}
