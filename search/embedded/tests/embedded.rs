//! The embedded engine as its callers see it: objects in, one catalogue out, whatever happens in between.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails with the test")]

use std::path::Path;

use wikimovie_domain::{
    Details, HitsRequest, Movie, MovieId, MovieSort, PageRequest, Provenance, Question, ReceiptStatus,
    SearchRequest, Wanted, Year,
};
use wikimovie_embedded::{Embedded, EmbeddedOptions, EmbeddedWriter};
use wikimovie_engine::{
    Catalog, CatalogWriter, ObjectState, OperationContext, PutOutcome, Removal, SearchError, Tally,
    TokenError, WriteError,
};

fn open(folder: &Path) -> Embedded {
    Embedded::open(&EmbeddedOptions { folder: folder.to_owned(), ..EmbeddedOptions::default() }).unwrap()
}

fn movie(id: &str, title: &str, year: i64) -> Movie {
    Movie {
        id: MovieId::from_record("p", id),
        title: title.into(),
        year: Year::try_from(year).ok(),
        cast: vec!["Ann Actor".into(), format!("Only {id}")],
        genres: vec!["Drama".into()],
        summary: None,
        url: None,
        poster: None,
        directors: Vec::new(),
        titles: Vec::new(),
        details: Details::default(),
        provenance: Provenance {
            provider: "p".into(),
            object: String::new(),
            record: 0,
            generation: 0,
            original_genres: Vec::new(),
        },
    }
}

/// Applies an object that lists these movies, without committing.
fn apply(writer: &mut EmbeddedWriter, key: &str, modified_ms: u64, movies: &[Movie]) -> (u64, u64, u64, u64) {
    let object = ObjectState {
        key: key.into(),
        object: key.into(),
        provider: "p".into(),
        modified_ms,
        fingerprint: modified_ms.to_string(),
    };
    let object = writer.begin(&object).unwrap();
    for (place, movie) in movies.iter().enumerate() {
        let mut movie = movie.clone();
        movie.provenance.object = key.into();
        movie.provenance.generation = object.generation();
        movie.provenance.record = place as u64 + 1;
        writer.put(&object, movie).unwrap();
    }
    let receipt = writer.finish(object, Tally::default()).unwrap();
    assert_eq!(receipt.status, ReceiptStatus::Complete);
    (receipt.accepted, receipt.changed, receipt.merged, receipt.removed)
}

async fn titles(catalog: &dyn Catalog) -> Vec<String> {
    let page = search(catalog, PageRequest::first(100), MovieSort::TitleAsc).await.unwrap();
    page.hits.into_iter().map(|hit| hit.movie.title).collect()
}

async fn search(
    catalog: &dyn Catalog,
    page: PageRequest,
    sort: MovieSort,
) -> Result<wikimovie_domain::HitPage, SearchError> {
    let request = SearchRequest {
        question: Question { sort, ..Question::default() },
        hits: vec![HitsRequest::plain(page)],
        facets: vec![],
        wanted: Wanted { total: true, ..Wanted::default() },
    };
    Ok(catalog.search(&OperationContext::new(), request).await?.value.hits.remove(0))
}

#[tokio::test]
async fn the_newest_object_shows_and_the_next_newest_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    let catalog = index.catalog();
    let mut writer = index.writer().unwrap();
    assert_eq!(
        apply(&mut writer, "old", 10, &[movie("1", "Old one", 1990), movie("2", "Two", 1991)]),
        (2, 2, 0, 0)
    );
    assert_eq!(apply(&mut writer, "new", 20, &[movie("1", "New one", 1990)]), (1, 1, 0, 0));
    assert_eq!(titles(&*catalog).await, Vec::<String>::new(), "nothing shows before the commit");
    writer.commit().unwrap();
    assert_eq!(titles(&*catalog).await, ["New one", "Two"]);

    // An older object applied later does not win: its own clock counts, not the order of arrival.
    apply(&mut writer, "oldest", 5, &[movie("1", "Oldest one", 1990)]);
    writer.commit().unwrap();
    assert_eq!(titles(&*catalog).await, ["New one", "Two"]);

    // The newest drops it: the next newest shows; that one goes as a whole: the oldest shows.
    assert_eq!(apply(&mut writer, "new", 30, &[movie("3", "Three", 1992)]), (1, 1, 0, 1));
    writer.commit().unwrap();
    assert_eq!(titles(&*catalog).await, ["Old one", "Three", "Two"]);
    assert!(matches!(writer.remove("old").unwrap(), Removal::Removed(_)));
    assert_eq!(writer.remove("old").unwrap(), Removal::Unknown);
    writer.commit().unwrap();
    assert_eq!(titles(&*catalog).await, ["Oldest one", "Three"]);
    let info = catalog.info(&OperationContext::new()).await.unwrap();
    assert_eq!((info.movies, info.people), (2, 3), "people of hidden listings are not told");
}

#[tokio::test]
async fn the_last_record_of_an_object_wins_and_what_did_not_change_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    let mut writer = index.writer().unwrap();
    let records = [movie("1", "First", 1990), movie("2", "Two", 1990), movie("1", "Last", 1990)];
    assert_eq!(apply(&mut writer, "a", 10, &records), (2, 2, 1, 0));
    let before = writer.commit().unwrap();
    assert_eq!(titles(&*index.catalog()).await, ["Last", "Two"]);

    assert_eq!(apply(&mut writer, "a", 11, &records), (2, 0, 1, 0), "nothing changed");
    let after = writer.commit().unwrap();
    assert_eq!(after.number, before.number, "the revision is that of the movies");
    assert_eq!(apply(&mut writer, "a", 12, &records[1..]), (2, 0, 0, 0), "the shown record is the same");
    assert_eq!(apply(&mut writer, "a", 13, &records[..1]), (1, 1, 0, 1));
    assert!(writer.commit().unwrap().number > before.number);

    // Applied twice before a commit, the second is told against the first.
    assert_eq!(apply(&mut writer, "a", 14, &records[..2]), (2, 1, 0, 0));
    assert_eq!(apply(&mut writer, "a", 15, &records[1..2]), (1, 0, 0, 1));
    writer.commit().unwrap();
    assert_eq!(titles(&*index.catalog()).await, ["Two"]);
}

#[tokio::test]
async fn put_tells_a_repeated_id() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    let mut writer = index.writer().unwrap();
    let object = ObjectState {
        key: "k".into(),
        object: "k".into(),
        provider: "p".into(),
        modified_ms: 1,
        fingerprint: "f".into(),
    };
    let object = writer.begin(&object).unwrap();
    assert_eq!(writer.put(&object, movie("1", "A", 1990)).unwrap(), PutOutcome::Accepted);
    assert_eq!(writer.put(&object, movie("1", "B", 1990)).unwrap(), PutOutcome::Merged);
    writer.rollback().unwrap();
    // Nothing is in progress any more.
    let late = writer.put(&object, movie("1", "C", 1990));
    assert!(matches!(late, Err(WriteError::Engine(_))));
    assert!(matches!(writer.finish(object, Tally::default()), Err(WriteError::Engine(_))));
    assert_eq!(writer.ledger().unwrap(), []);
}

#[tokio::test]
async fn everything_is_there_after_reopening_and_a_second_process_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, revision) = {
        let index = open(folder.path());
        let mut writer = index.writer().unwrap();
        apply(&mut writer, "a", 10, &[movie("1", "One", 1990)]);
        let revision = writer.commit().unwrap();
        apply(&mut writer, "b", 10, &[movie("2", "Never committed", 1990)]);
        let again =
            Embedded::open(&EmbeddedOptions { folder: folder.path().into(), ..EmbeddedOptions::default() });
        assert!(matches!(again, Err(WriteError::Locked(_))));
        assert!(matches!(index.writer().map(drop), Err(WriteError::Locked(_))));
        writer.rollback().unwrap();
        (writer.ledger().unwrap(), revision)
    };
    let index = open(folder.path());
    assert_eq!(titles(&*index.catalog()).await, ["One"]);
    assert_eq!(index.writer().unwrap().ledger().unwrap(), ledger);
    assert_eq!(*index.catalog().revisions().borrow(), revision);
    assert_eq!(index.catalog().receipt(&OperationContext::new(), "a").await.unwrap(), ledger[0].receipt);
}

#[tokio::test]
async fn an_index_of_another_version_is_rebuilt_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    {
        let index = open(folder.path());
        let mut writer = index.writer().unwrap();
        apply(&mut writer, "a", 10, &[movie("1", "One", 1990)]);
        writer.commit().unwrap();
    }
    let marker = folder.path().join("wikimovie.json");
    std::fs::write(&marker, br#"{"format":4000000000}"#).unwrap();
    let options = EmbeddedOptions { folder: folder.path().into(), ..EmbeddedOptions::default() };
    let refused = Embedded::open(&options).unwrap_err();
    assert!(
        matches!(&refused, WriteError::Incompatible(line) if line.contains("newer wikimovie")),
        "{refused}"
    );
    std::fs::write(&marker, br#"{"format":0}"#).unwrap();
    assert_eq!(titles(&*open(folder.path()).catalog()).await, Vec::<String>::new());
    assert!(titles(&*open(folder.path()).catalog()).await.is_empty(), "and then it opens as usual");

    std::fs::write(folder.path().join("index").join("meta.json"), b"{").unwrap();
    let refused = Embedded::open(&options).unwrap_err();
    assert!(
        matches!(&refused, WriteError::Incompatible(line) if line.contains("remove that folder")),
        "{refused}"
    );
}

#[tokio::test]
async fn pages_walk_every_order_both_ways_without_gap_or_overlap() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    let catalog = index.catalog();
    let mut writer = index.writer().unwrap();
    // Equal titles and years on purpose, some without a year, over two segments.
    let of = |n: i64| {
        movie(
            &n.to_string(),
            ["Same", "Other", "Émile"][n as usize % 3],
            if n % 5 == 0 { 0 } else { 1990 + n % 4 },
        )
    };
    apply(&mut writer, "a", 1, &(0..20).map(of).collect::<Vec<_>>());
    writer.commit().unwrap();
    apply(&mut writer, "b", 2, &(20..37).map(of).collect::<Vec<_>>());
    writer.commit().unwrap();
    for sort in [
        MovieSort::Relevance,
        MovieSort::YearAsc,
        MovieSort::YearDesc,
        MovieSort::TitleAsc,
        MovieSort::TitleDesc,
    ] {
        let ids = |page: &wikimovie_domain::HitPage| {
            page.hits.iter().map(|hit| hit.movie.id.to_string()).collect::<Vec<_>>()
        };
        let whole = search(&*catalog, PageRequest::first(100), sort).await.unwrap();
        assert_eq!(whole.hits.len(), 37);
        assert!(!whole.has_previous && !whole.has_next);
        if matches!(sort, MovieSort::YearAsc | MovieSort::YearDesc) {
            assert!(whole.hits[30..].iter().all(|hit| hit.movie.year.is_none()), "a missing year sorts last");
        }
        for size in [1, 7, 37] {
            let (mut forward, mut backward) = (Vec::new(), Vec::new());
            let mut page = PageRequest::first(size);
            loop {
                let found = search(&*catalog, page.clone(), sort).await.unwrap();
                assert_eq!(found.has_previous, !forward.is_empty());
                forward.extend(ids(&found));
                assert_eq!(found.has_next, forward.len() < 37);
                if !found.has_next {
                    break;
                }
                page.cursor = Some(found.hits.last().unwrap().cursor.clone());
            }
            assert_eq!(forward, ids(&whole));
            let mut page = PageRequest::parse(None, None, Some(size as i64), None).unwrap();
            loop {
                let found = search(&*catalog, page.clone(), sort).await.unwrap();
                assert_eq!(found.has_next, !backward.is_empty());
                backward.splice(0..0, ids(&found));
                assert_eq!(found.has_previous, backward.len() < 37);
                if !found.has_previous {
                    break;
                }
                page.cursor = Some(found.hits[0].cursor.clone());
            }
            assert_eq!(backward, ids(&whole));
        }
        // A cursor survives its movie.
        let cursor = whole.hits[10].cursor.clone();
        let expected = ids(&whole)[11..].to_vec();
        let gone = whole.hits[10].movie.id.clone();
        let object = if whole.hits[10].movie.provenance.object == "a" { "a" } else { "b" };
        let numbers = if object == "a" { 0..20 } else { 20..37 };
        let rest: Vec<Movie> = numbers.clone().map(of).filter(|movie| movie.id != gone).collect();
        apply(&mut writer, object, 3, &rest);
        writer.commit().unwrap();
        let page = PageRequest { cursor: Some(cursor), ..PageRequest::first(100) };
        assert_eq!(ids(&search(&*catalog, page, sort).await.unwrap()), expected, "{sort:?}");
        apply(&mut writer, object, 4, &numbers.map(of).collect::<Vec<_>>());
        writer.commit().unwrap();
    }
}

#[tokio::test]
async fn a_cursor_of_another_question_or_making_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    let catalog = index.catalog();
    let mut writer = index.writer().unwrap();
    apply(&mut writer, "a", 1, &[movie("1", "One", 1990), movie("2", "Two", 1990)]);
    writer.commit().unwrap();
    let page = search(&*catalog, PageRequest::first(1), MovieSort::TitleAsc).await.unwrap();
    let with = |cursor: &str| PageRequest { cursor: Some(cursor.to_owned()), ..PageRequest::first(1) };
    let cursor = &page.hits[0].cursor;
    assert!(search(&*catalog, with(cursor), MovieSort::TitleAsc).await.is_ok());
    let other = search(&*catalog, with(cursor), MovieSort::TitleDesc).await.unwrap_err();
    assert!(matches!(other, SearchError::BadCursor(TokenError::OtherQuestion)));
    for forged in ["", "x", &cursor[1..], &cursor.replace(&cursor[4..5], "_")] {
        let forged = search(&*catalog, with(forged), MovieSort::TitleAsc).await.unwrap_err();
        assert!(matches!(forged, SearchError::BadCursor(TokenError::Forged)), "{forged}");
    }
}

#[tokio::test]
async fn people_are_connected_by_the_fewest_movies() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    let catalog = index.catalog();
    let mut writer = index.writer().unwrap();
    let with = |id: &str, cast: &[&str]| Movie {
        cast: cast.iter().map(|&name| name.to_owned()).collect(),
        ..movie(id, id, 1990)
    };
    let movies = [
        with("ab", &["Ann", "Bob"]),
        with("bc", &["Bob", "Cy"]),
        with("cd", &["Cy", "Dée"]),
        with("abx", &["Ann", "Bob", "Bob"]),
        with("alone", &["Zed"]),
    ];
    apply(&mut writer, "a", 1, &movies);
    writer.commit().unwrap();
    let path = catalog.costar_path(&OperationContext::new(), "ann", "DEE").await.unwrap().value.unwrap();
    let steps: Vec<_> =
        path.steps.iter().map(|step| (step.movie.as_str(), step.person.name.as_str())).collect();
    assert_eq!(steps, [("p:ab", "Bob"), ("p:bc", "Cy"), ("p:cd", "Dée")]);
    assert_eq!(
        catalog.costar_path(&OperationContext::new(), "Ann", "Ann").await.unwrap().value.unwrap().steps,
        []
    );
    assert_eq!(catalog.costar_path(&OperationContext::new(), "Ann", "Zed").await.unwrap().value, None);
    assert_eq!(catalog.costar_path(&OperationContext::new(), "Ann", "Nobody").await.unwrap().value, None);
    let costars = catalog.costars(&OperationContext::new(), "Bob", 10).await.unwrap().value;
    let costars: Vec<_> =
        costars.iter().map(|costar| (costar.person.name.as_str(), costar.together)).collect();
    assert_eq!(costars, [("Ann", 2), ("Cy", 1)]);
    assert_eq!(
        catalog.people(&OperationContext::new(), &["bob".into(), "no".into()]).await.unwrap()[0]
            .as_ref()
            .unwrap()
            .movies,
        3
    );
}
