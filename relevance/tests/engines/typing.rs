//! A movie is suggested while its title is typed, and stays suggested.

use std::collections::HashSet;

use wikimovie_domain::Movie;
use wikimovie_engine::Catalog;
use wikimovie_relevance::{TypedTitle, type_titles};
use wikimovie_testkit_builders::data;
use wikimovie_testkit_services::TestIndex;
use wikimovie_text::title_key;

use super::Engines;

/// Titles typed of one catalogue.
const TITLES: usize = 150;

/// Titles typed on every engine, since each letter is a request.
const TITLES_ON_NODES: usize = 15;

/// Share of well-known titles that are suggested when half of the letters are typed.
const HALFWAY: f64 = 0.9;

/// The same, of any titles among tens of thousands.
const HALFWAY_OF_ALL: f64 = 0.8;

#[tokio::test(flavor = "multi_thread")]
async fn a_movie_stays_suggested_while_its_title_is_typed() {
    let test = "a_movie_stays_suggested_while_its_title_is_typed";
    let seeds = data::seeds();
    let engines = Engines::with(test, seeds.clone()).await;
    let mut embedded: Option<Vec<TypedTitle>> = None;
    for (engine, catalog) in &engines.catalogs {
        let typed = type_titles(catalog.as_ref(), &spread(&seeds, TITLES_ON_NODES)).await.unwrap();
        let embedded = embedded.get_or_insert_with(|| typed.clone());
        assert_eq!(&typed, embedded, "{engine} and embedded differ");
    }
    check(engines.catalogs[0].1.as_ref(), &seeds, HALFWAY, "seeds").await;
    let Some(movies) = data::large_catalogue(test) else { return };
    let index = TestIndex::of(movies.clone());
    let catalog = index.embedded.catalog();
    let titles: HashSet<(String, _)> =
        seeds.iter().map(|movie| (title_key(&movie.title), movie.year)).collect();
    let is_known = |movie: &&Movie| titles.contains(&(title_key(&movie.title), movie.year));
    let known: Vec<Movie> = movies.iter().filter(is_known).cloned().collect();
    check(catalog.as_ref(), &known, HALFWAY, "well-known titles of many").await;
    let typed = type_titles(catalog.as_ref(), &spread(&movies, TITLES)).await.unwrap();
    assert!(halfway(&typed) >= HALFWAY_OF_ALL, "titles of many: {:.3}", halfway(&typed));
}

/// Movies from all over a catalogue.
fn spread(movies: &[Movie], count: usize) -> Vec<Movie> {
    movies.iter().step_by(movies.len() / count).take(count).cloned().collect()
}

fn halfway(typed: &[TypedTitle]) -> f64 {
    typed.iter().filter(|typed| typed.halfway).count() as f64 / typed.len() as f64
}

async fn check(catalog: &dyn Catalog, movies: &[Movie], floor: f64, of: &str) {
    let typed = type_titles(catalog, &spread(movies, TITLES)).await.unwrap();
    let lost: Vec<_> =
        typed.iter().flat_map(|typed| typed.lost.iter().map(|at| (&typed.title, at))).collect();
    assert!(lost.is_empty(), "{of}: suggested, and then no more: {lost:?}");
    let missing: Vec<_> = typed.iter().filter(|typed| !typed.at_end).map(|typed| &typed.title).collect();
    assert!(missing.is_empty(), "{of}: never suggested: {missing:?}");
    let late: Vec<_> = typed.iter().filter(|typed| !typed.halfway).map(|typed| &typed.title).collect();
    assert!(halfway(&typed) >= floor, "{of}: {:.3} suggested halfway, not {late:?}", halfway(&typed));
}
