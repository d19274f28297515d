//! How files are read, by mappings and vocabularies, is part of what they are.

use std::{fs, sync::Arc, time::Duration};

use proptest::prelude::*;
use wikimovie_ingest::{Change, Folder, Mapping, Rules, Vocabulary};

use crate::{Index, line, outcome, put};

const FILMS: &str = "Werk;Sparte\nOne;Sci-Fi\nTwo;Krimi\n";

/// Titles and genres.
fn shown(index: &Index) -> Vec<(String, String)> {
    index.movies().into_iter().map(|movie| (movie.title, movie.genres.join("; "))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(title, genres)| (title.to_owned(), genres.to_owned())).collect()
}

#[test]
fn a_mapping_beside_files_counts_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::new();
    put(folder.path(), "acme/a.csv", FILMS);
    put(folder.path(), "acme/deep/b.json", "[{\"Werk\":\"Three\"}]");
    put(folder.path(), "zenith/a.ndjson", line("Four"));
    let source = Folder::watched(folder.path()).unwrap();
    std::thread::sleep(Duration::from_millis(60));
    index.sync(&source);
    assert_eq!(index.titles(), ["Four"]);

    // The provider's objects are applied anew, and no others.
    put(folder.path(), "acme/_mapping.json", r#"{"fields": {"title": "Werk", "genres": "Sparte"}}"#);
    let report = index.sync(&source);
    let expected = [
        ("acme/a.csv", Change::Applied),
        ("acme/deep/b.json", Change::Applied),
        ("zenith/a.ndjson", Change::Unchanged),
    ];
    assert_eq!(outcome(&report), expected);
    let reading = report.objects[0].receipt.reading.as_ref().unwrap();
    assert_eq!(reading.mapping.as_deref(), Some("acme/_mapping.json"));
    let mapped = pairs(&[("Four", ""), ("One", "Science Fiction"), ("Three", ""), ("Two", "Krimi")]);
    assert_eq!(shown(&index), mapped);

    // One that is refused lets them stay, changed or not, and says which line is wrong.
    put(folder.path(), "acme/_mapping.json", "{\"fields\": {\n\"titel\": \"Werk\"}}");
    put(folder.path(), "acme/a.csv", "Werk;Sparte\nFive;Drama\n");
    fs::remove_file(folder.path().join("acme/deep/b.json")).unwrap();
    let report = index.sync(&source);
    assert_eq!(report.problems, []);
    let [kept] = report.kept.as_slice() else { panic!("{:?}", report.kept) };
    assert_eq!(kept.problem.object, "acme/a.csv");
    let why = "acme/a.csv stays as it is: the mapping acme/_mapping.json is refused: line 2: a movie has no field \"titel\"";
    assert_eq!(kept.problem.message, why);
    assert_eq!(shown(&index), pairs(&[("Four", ""), ("One", "Science Fiction"), ("Two", "Krimi")]));

    // Another file is another result; white space is none.
    put(folder.path(), "acme/_mapping.json", r#"{"fields": {"title": "Werk", "genres": []}}"#);
    index.sync(&source);
    assert_eq!(shown(&index), pairs(&[("Five", ""), ("Four", "")]));
    std::thread::sleep(Duration::from_millis(60));
    index.sync(&source);
    put(folder.path(), "acme/_mapping.json", "{\n\"fields\": {\"genres\": [], \"title\": \"Werk\"}}");
    assert_eq!(index.sync(&source).changes().count(), 0);

    // Without it they are read as if there never was one.
    fs::remove_file(folder.path().join("acme/_mapping.json")).unwrap();
    let report = index.sync(&source);
    assert_eq!(outcome(&report)[0], ("acme/a.csv", Change::Applied));
    assert_eq!(index.titles(), ["Four"]);
}

#[test]
fn rules_given_by_hand_count_for_all_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::new();
    put(folder.path(), "a.csv", FILMS);
    put(folder.path(), "_mapping.json", "not even JSON");
    let mapping = Mapping::parse("m.json", br#"{"fields": {"title": "Werk", "genres": "Sparte"}}"#).unwrap();
    let vocabulary = Vocabulary::parse("Krimi = Crime\nSci-Fi = SF\n").unwrap();
    let rules = Rules { mapping: Some(Arc::new(mapping)), vocabulary: Arc::new(vocabulary) };
    let plain = Folder::loaded(&folder.path().join("a.csv")).unwrap();
    assert_eq!(index.sync(&plain).kept.len(), 1);
    let report = index.sync(&plain.clone().reading_by(rules.clone()));
    assert_eq!(shown(&index), pairs(&[("One", "SF"), ("Two", "Crime")]));
    let movies = index.movies();
    assert_eq!(movies[1].provenance.original_genres, ["Krimi"]);
    let renamed = &report.objects[0].receipt.reading.as_ref().unwrap().renamed;
    assert_eq!((renamed[0].from.as_str(), renamed[0].to.as_str()), ("Krimi", "Crime"));

    // The vocabulary is part of what an object is.
    std::thread::sleep(Duration::from_millis(60));
    index.sync(&plain.clone().reading_by(rules.clone()));
    assert_eq!(index.sync(&plain.clone().reading_by(rules.clone())).changes().count(), 0);
    let other = Rules { vocabulary: Arc::new(Vocabulary::parse("").unwrap()), ..rules };
    assert_eq!(index.sync(&plain.reading_by(other)).changes().count(), 1);
    assert_eq!(shown(&index), pairs(&[("One", "Sci-Fi"), ("Two", "Krimi")]));
}

/// A pipe that nobody writes to, or a folder: it is not waited for, and nothing is taken for vanished.
#[cfg(unix)]
#[test]
fn a_mapping_that_is_no_file_keeps_its_provider() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::new();
    put(folder.path(), "acme/a.ndjson", line("One"));
    put(folder.path(), "zenith/a.ndjson", line("Two"));
    let source = Folder::watched(folder.path()).unwrap();
    index.sync(&source);
    let mapping = folder.path().join("acme/_mapping.json");
    for make in [("mkfifo", None), ("mkdir", None), ("ln", Some("/dev/zero"))] {
        let (program, target) = make;
        let options = target.map(|target| ["-s", target]).into_iter().flatten();
        assert!(std::process::Command::new(program).args(options).arg(&mapping).status().unwrap().success());
        put(folder.path(), "acme/a.ndjson", line("Three"));
        put(folder.path(), "zenith/a.ndjson", line(&["Two ", program].concat()));
        let report = index.sync(&source);
        let [problem] = report.problems.as_slice() else { panic!("{:?}", report.problems) };
        assert!(problem.message.contains("acme/_mapping.json cannot be read: it is no file"), "{problem:?}");
        assert_eq!(index.titles(), ["One".to_owned(), ["Two ", program].concat()], "{program}");
        if program == "mkdir" {
            fs::remove_dir(&mapping).unwrap()
        } else {
            fs::remove_file(&mapping).unwrap()
        }
    }
    index.sync(&source);
    assert_eq!(index.titles(), ["Three", "Two ln"]);
}

const MAPPINGS: [&str; 3] = [
    r#"{"fields": {"title": "a", "genres": "g"}}"#,
    r#"{"fields": {"title": "b"}}"#,
    r#"{"fields": {"title": ["c", "a"]}, "only": {"g": "Drama"}}"#,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Whatever the order of changes to files and mappings, the catalogue ends as if it had only seen the last of them.
    #[test]
    fn the_catalogue_is_a_function_of_files_and_mappings(
        steps in proptest::collection::vec((0_usize..3, 0_usize..5, any::<bool>()), 1..10)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut index = Index::new();
        put(folder.path(), "p/none.json", "[]");
        let source = Folder::watched(folder.path()).unwrap();
        for (clock, (what, value, looks)) in steps.iter().enumerate() {
            match (what, value) {
                (0, value) => {
                    let content = format!("a;b;c;g\nA{clock};B{value};C{clock};{}\n", ["Drama", "Sci-Fi"][value % 2]);
                    put(folder.path(), ["p/a.csv", "p/b.csv", "q/a.csv"][value % 3], content);
                }
                (1, 0..3) => put(folder.path(), "p/_mapping.json", MAPPINGS[*value]),
                (1, _) => {
                    let _ = fs::remove_file(folder.path().join("p/_mapping.json"));
                }
                (_, value) => put(folder.path(), "q/_mapping.json", MAPPINGS[value % 3]),
            }
            if *looks {
                index.sync(&source);
            }
        }
        index.sync(&source);
        let mut fresh = Index::new();
        fresh.sync(&source);
        prop_assert_eq!(index.movies(), fresh.movies());
    }
}
