//! Thousands of random questions to every engine, each answer compared with the plain truth: every movie looked at,
//! nothing clever.
//!
//! What a text matches and scores is taken from its compiled plan and evaluated by the oracle; filters, counts,
//! orders and pages are worked out here from the movies alone.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails with the test")]

mod facts;

use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

use fastrand::Rng;
use futures::future::join_all;
use wikimovie_domain::{
    Direction, FacetAnswer, FacetField, FacetOrder, FacetRequest, Filter, HitPage, HitsRequest, Movie,
    MovieSort, PageRequest, Question, SearchAnswer, SearchRequest, ValueMatch, Wanted, YearRange,
};
use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_engine::{Catalog, CatalogWriter, ObjectState, OperationContext, Tally};
use wikimovie_plan::{
    compile::{Compiled, compile},
    levels::Probe,
    vocabulary::Vocabulary,
};
use wikimovie_testkit_builders::{Oracle, data, full, random};
use wikimovie_testkit_services::{TestCluster, engines};
use wikimovie_text::key;

use self::facts::Facts;

/// Random questions asked of the seeds.
const QUESTIONS: usize = 1_600;

/// Random questions asked of records that tell everything of a movie.
const QUESTIONS_OF_FULL: usize = 400;

/// Random questions asked of the large catalogue, each of which takes longer.
const QUESTIONS_OF_LARGE: usize = 400;

#[tokio::test(flavor = "multi_thread")]
async fn answers_equal_brute_force() {
    let test = "answers_equal_brute_force";
    check(test, data::seeds(), questions(QUESTIONS)).await;
    if let Some(movies) = data::large_catalogue(test) {
        check(test, movies, questions(QUESTIONS_OF_LARGE)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_about_full_records_equal_brute_force() {
    let test = "answers_about_full_records_equal_brute_force";
    check(test, full(data::seeds(), 1), questions(QUESTIONS_OF_FULL)).await;
}

/// Random questions of a run: `WIKIMOVIE_TEST_QUESTIONS` where it is set, else as many as fit a usual one.
fn questions(usual: usize) -> usize {
    std::env::var("WIKIMOVIE_TEST_QUESTIONS").ok().and_then(|given| given.parse().ok()).unwrap_or(usual)
}

/// What answers: the embedded engine, and each search node.
struct Engines {
    catalogs: Vec<Arc<dyn Catalog>>,
    // Gone with the last question.
    _folder: tempfile::TempDir,
    _clusters: Vec<TestCluster>,
}

impl Engines {
    /// The same movies on each.
    async fn with(test: &str, movies: &mut [Movie]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = EmbeddedOptions { folder: folder.path().into(), ..EmbeddedOptions::default() };
        let embedded = Embedded::open(&options).unwrap();
        fill(&mut embedded.writer().unwrap(), movies);
        let mut catalogs = vec![embedded.catalog()];
        let mut clusters = Vec::new();
        for engine in engines(test) {
            let cluster = TestCluster::new(&engine).await;
            let mut own = movies.to_vec();
            cluster.write(move |writer| fill(writer, &mut own)).await;
            catalogs.push(cluster.engine.catalog());
            clusters.push(cluster);
        }
        Self { catalogs, _folder: folder, _clusters: clusters }
    }
}

async fn check(test: &str, mut movies: Vec<Movie>, questions: usize) {
    let engines = Engines::with(test, &mut movies).await;
    let truth = Truth::new(movies);
    for seed in 0..questions as u64 {
        let mut rng = Rng::with_seed(seed);
        let question = random::question(&truth.movies, &mut rng);
        truth.compare(&engines.catalogs, &question, &mut rng).await;
    }
    truth.walk_everything(&engines.catalogs).await;
}

/// Applies the movies as several objects over several commits, with listings that are hidden or gone again.
fn fill(writer: &mut dyn CatalogWriter, movies: &mut [Movie]) {
    let third = movies.len() / 3 + 1;
    let mut apply = |key: &str, modified_ms: u64, movies: &mut [Movie], changed: bool| {
        let object = ObjectState {
            key: key.into(),
            object: key.into(),
            provider: "default".into(),
            modified_ms,
            fingerprint: String::new(),
        };
        let object = writer.begin(&object).unwrap();
        for (record, movie) in (1..).zip(movies) {
            movie.provenance.object = key.into();
            movie.provenance.record = record;
            movie.provenance.generation = object.generation();
            let mut movie = movie.clone();
            if changed {
                movie.title.push_str(" hidden zzyzx");
                movie.cast.push("Nobody Hidden".into());
            }
            writer.put(&object, movie).unwrap();
        }
        writer.finish(object, Tally::default()).unwrap();
        writer.commit().unwrap();
    };
    apply("old", 1, &mut movies[..third / 2], true);
    for (part, key) in movies.chunks_mut(third).zip(["a", "b", "c"]) {
        apply(key, 2, &mut part[..1], true);
        apply(key, 3, part, false);
    }
}

struct Truth {
    oracle: Oracle,
    vocabulary: Vocabulary,
    facts: Vec<Facts>,
    movies: Vec<Movie>,
}

impl Truth {
    fn new(movies: Vec<Movie>) -> Self {
        let oracle = Oracle::new(movies.clone());
        Self {
            vocabulary: oracle.vocabulary(),
            facts: movies.iter().map(Facts::of).collect(),
            oracle,
            movies,
        }
    }

    async fn compare(&self, catalogs: &[Arc<dyn Catalog>], question: &Question, rng: &mut Rng) {
        let text = Question { filter: Filter::default(), ..question.clone() };
        let compiled = compile(&text, &self.vocabulary);
        let level = self.level(&compiled, &question.filter);
        let plan = compiled.plan_at(level);
        let by_text = self.oracle.set(&plan.must);
        let passing = |filter: &Filter| {
            (0..self.movies.len())
                .filter(|&ord| by_text[ord] && self.facts[ord].passes(filter))
                .collect::<Vec<_>>()
        };
        let found = passing(&question.filter);

        let facets = random::facets(rng);
        let request = SearchRequest {
            question: question.clone(),
            hits: vec![],
            facets: facets.clone(),
            wanted: Wanted { total: true, distinct: true, ..Wanted::default() },
        };
        let context = OperationContext::new();
        let answers =
            join_all(catalogs.iter().map(|catalog| catalog.search(&context, request.clone()))).await;
        let answers: Vec<SearchAnswer> = answers.into_iter().map(|answer| answer.unwrap().value).collect();
        for answer in &answers {
            assert_eq!(answer.total.unwrap().value, found.len() as u64, "{question:?}");
            assert_eq!(answer.matching, compiled.matching(level), "{question:?}");
        }
        for (place, request) in facets.iter().enumerate() {
            let mut without = question.filter.clone();
            match request {
                FacetRequest::Years { .. } | FacetRequest::Terms { field: FacetField::Decades, .. } => {
                    without.year = YearRange::default();
                    without.decades.clear();
                }
                FacetRequest::Terms { field, .. } => match field {
                    FacetField::Genres => without.genres.any_of.clear(),
                    FacetField::Cast => without.cast.any_of.clear(),
                    FacetField::Directors => without.directors.any_of.clear(),
                    FacetField::Languages => without.languages.any_of.clear(),
                    FacetField::Countries => without.countries.any_of.clear(),
                    FacetField::Providers => without.providers.any_of.clear(),
                    FacetField::Decades => {}
                },
            }
            let among = passing(&without);
            for answer in &answers {
                self.compare_facet(request, &answer.facets[place], &among, &question.filter);
            }
        }

        let scores =
            if question.sort == MovieSort::Relevance { self.oracle.scores(&plan) } else { Vec::new() };
        let expected = self.ordered(found, &scores, question.sort);
        for direction in [Direction::Forward, Direction::Backward] {
            // All pages where they are few, else the first ones from this end.
            const MOST_PAGES: usize = 6;
            let size = rng.usize(1..=100).max(expected.len() / MOST_PAGES).min(100);
            let walks = catalogs
                .iter()
                .map(|one| self.walk(&**one, question, &expected, direction, size, MOST_PAGES));
            join_all(walks).await;
        }

        // A further filter never adds a hit, as long as it leaves one.
        let mut narrower = question.clone();
        narrower.filter.and.push(random::filter(&self.movies, rng, 0));
        let fewer = passing(&narrower.filter);
        if narrower.filter.validate().is_ok() && !fewer.is_empty() {
            assert_eq!(self.level(&compiled, &narrower.filter), level, "{narrower:?}");
            assert!(fewer.len() <= expected.len());
            let all: Vec<&str> = expected.iter().map(|&ord| self.movies[ord].id.as_str()).collect();
            let first = |catalog| page_of(catalog, &narrower, PageRequest::first(100));
            for page in join_all(catalogs.iter().map(|catalog| first(&**catalog))).await {
                assert!(page.hits.iter().all(|hit| all.contains(&hit.movie.id.as_str())));
            }
        }
    }

    /// The level of the text: the first that finds enough, whatever the filter; a wider one where the filter leaves
    /// nothing of it. Every level finds all that the one before it finds.
    fn level(&self, compiled: &Compiled, filter: &Filter) -> usize {
        let found = |probe| self.oracle.set(&compiled.probe(probe).must);
        let mut before: Option<Vec<bool>> = None;
        let by_text = compiled.levels.choose(|probe| -> Result<u64, Infallible> {
            let found = found(probe);
            let count = found.iter().filter(|found| **found).count() as u64;
            if probe != Probe::Named {
                if let Some(before) = &before {
                    assert!(before.iter().zip(&found).all(|(before, now)| *now || !before));
                }
                before = Some(found);
            }
            Ok(count)
        });
        let by_text = by_text.unwrap();
        let is_left = |level: &usize| {
            let found = found(Probe::Level(*level));
            (0..self.movies.len()).any(|ord| found[ord] && self.facts[ord].passes(filter))
        };
        (by_text..compiled.levels.count()).find(is_left).unwrap_or(by_text)
    }

    /// Every movie, page by page, in each order both ways.
    async fn walk_everything(&self, catalogs: &[Arc<dyn Catalog>]) {
        let sorts = [
            MovieSort::Relevance,
            MovieSort::YearAsc,
            MovieSort::YearDesc,
            MovieSort::TitleAsc,
            MovieSort::TitleDesc,
            MovieSort::RatingDesc,
            MovieSort::RatingAsc,
            MovieSort::PopularityDesc,
            MovieSort::PopularityAsc,
        ];
        for sort in sorts {
            let question = Question { sort, ..Question::default() };
            let expected = self.ordered((0..self.movies.len()).collect(), &[], sort);
            for direction in [Direction::Forward, Direction::Backward] {
                let all = usize::MAX;
                let walks =
                    catalogs.iter().map(|one| self.walk(&**one, &question, &expected, direction, 100, all));
                join_all(walks).await;
            }
        }
    }

    fn ordered(&self, mut found: Vec<usize>, scores: &[u32], sort: MovieSort) -> Vec<usize> {
        use std::cmp::Reverse;
        let title = |ord: usize| (self.facts[ord].sort_key.as_str(), self.movies[ord].id.as_str());
        let score = |ord: usize| scores.get(ord).copied().unwrap_or(0);
        match sort {
            MovieSort::Relevance => {
                let known = |ord: usize| (self.facts[ord].popularity, self.facts[ord].prior);
                found.sort_by_key(|&ord| (Reverse((score(ord), known(ord))), title(ord)));
            }
            MovieSort::YearDesc => {
                found.sort_by_key(|&ord| (Reverse(self.facts[ord].year), title(ord)));
            }
            MovieSort::YearAsc => {
                found.sort_by_key(|&ord| (self.facts[ord].year.unwrap_or(i64::MAX), title(ord)));
            }
            MovieSort::RatingDesc => found.sort_by_key(|&ord| (Reverse(self.facts[ord].rating), title(ord))),
            MovieSort::RatingAsc => found.sort_by_key(|&ord| {
                let rating = self.facts[ord].rating;
                (rating.is_none(), rating, title(ord))
            }),
            MovieSort::PopularityDesc => {
                found.sort_by_key(|&ord| (Reverse(self.facts[ord].popularity), title(ord)));
            }
            MovieSort::PopularityAsc => found.sort_by_key(|&ord| {
                let popularity = self.facts[ord].popularity;
                (popularity.is_none(), popularity, title(ord))
            }),
            MovieSort::TitleAsc => found.sort_by_key(|&ord| title(ord)),
            MovieSort::TitleDesc => found.sort_by_key(|&ord| Reverse(title(ord))),
        }
        found
    }

    /// Walks pages of a size from one end, at most so many and one.
    async fn walk(
        &self,
        catalog: &dyn Catalog,
        question: &Question,
        expected: &[usize],
        direction: Direction,
        size: usize,
        most_pages: usize,
    ) {
        let mut read = 0;
        let mut cursor = None;
        for _ in 0..=most_pages {
            let page = page_of(catalog, question, PageRequest { size, direction, cursor }).await;
            let end = (read + size).min(expected.len());
            let part: Vec<usize> = match direction {
                Direction::Forward => expected[read..end].to_vec(),
                Direction::Backward => expected[expected.len() - end..expected.len() - read].to_vec(),
            };
            let ids = |ord: &usize| self.movies[*ord].id.as_str();
            let got: Vec<&str> = page.hits.iter().map(|hit| hit.movie.id.as_str()).collect();
            assert_eq!(got, part.iter().map(ids).collect::<Vec<_>>(), "{question:?} from {read}");
            let (behind, ahead) = match direction {
                Direction::Forward => (page.has_previous, page.has_next),
                Direction::Backward => (page.has_next, page.has_previous),
            };
            assert_eq!((behind, ahead), (read > 0, end < expected.len()), "{question:?}");
            let edge = if direction == Direction::Forward { page.hits.last() } else { page.hits.first() };
            read = end;
            let Some(edge) = edge.filter(|_| ahead) else { break };
            cursor = Some(edge.cursor.clone());
        }
    }

    fn compare_facet(&self, request: &FacetRequest, answer: &FacetAnswer, among: &[usize], filter: &Filter) {
        let FacetRequest::Terms { field, first, contains, order } = request else {
            let FacetRequest::Years { interval } = request else { unreachable!() };
            return self.compare_years(i64::from(*interval), answer, among, filter);
        };
        let values = |ord: usize| -> Vec<String> {
            let facts = &self.facts[ord];
            match field {
                FacetField::Genres => facts.genres.clone(),
                FacetField::Cast => facts.people[0].clone(),
                FacetField::Directors => facts.people[1].clone(),
                FacetField::Languages => facts.languages.clone(),
                FacetField::Countries => facts.countries.clone(),
                FacetField::Providers => vec![facts.provider.clone()],
                FacetField::Decades => {
                    facts.year.map(|year| (year / 10 * 10).to_string()).into_iter().collect()
                }
            }
        };
        let fold = |value: &str| if *field == FacetField::Providers { value.to_owned() } else { key(value) };
        let (mut selected, mut excluded) = (Vec::new(), Vec::new());
        let none = ValueMatch::default();
        let mut open = vec![filter];
        while let Some(filter) = open.pop() {
            let values = match field {
                FacetField::Genres => &filter.genres,
                FacetField::Cast => &filter.cast,
                FacetField::Directors => &filter.directors,
                FacetField::Languages => &filter.languages,
                FacetField::Countries => &filter.countries,
                FacetField::Providers => &filter.providers,
                FacetField::Decades => &none,
            };
            selected.extend(values.any_of.iter().chain(&values.all_of).map(|value| fold(value)));
            excluded.extend(values.none_of.iter().map(|value| fold(value)));
            if *field == FacetField::Decades {
                selected.extend(filter.decades.iter().map(ToString::to_string));
            }
            open.extend(&filter.and);
        }
        let chosen = |value: &String| selected.contains(value) || excluded.contains(value);
        let named = selected.iter().chain(&excluded);
        let mut counts: BTreeMap<String, u64> = named.map(|value| (value.clone(), 0)).collect();
        let mut missing = 0;
        for &ord in among {
            let values = values(ord);
            missing += u64::from(values.is_empty());
            for value in values {
                *counts.entry(value).or_default() += 1;
            }
        }
        if let Some(contains) = contains {
            counts.retain(|value, _| chosen(value) || value.contains(&key(contains)));
        }
        let distinct = counts.values().filter(|&&count| count > 0).count() as u64;
        let mut listed: Vec<(String, u64)> = counts.into_iter().collect();
        if *order == FacetOrder::Count {
            listed.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        }
        let (mut told, mut other) = (Vec::new(), 0);
        for (place, (value, count)) in listed.into_iter().enumerate() {
            if place < *first || chosen(&value) {
                let (selected, excluded) = (selected.contains(&value), excluded.contains(&value));
                told.push((value, count, selected, excluded));
            } else {
                other += count;
            }
        }
        let FacetAnswer::Terms { values, other: got_other, missing: got_missing, distinct: got_distinct } =
            answer
        else {
            panic!("a facet of terms was answered by years")
        };
        let got: Vec<_> = values
            .iter()
            .map(|value| (fold(&value.value), value.count, value.selected, value.excluded))
            .collect();
        assert_eq!(got, told, "{request:?} {filter:?}");
        assert_eq!(
            (*got_other, *got_missing, *got_distinct),
            (other, missing, distinct),
            "{request:?} {filter:?}"
        );
    }

    fn compare_years(&self, interval: i64, answer: &FacetAnswer, among: &[usize], filter: &Filter) {
        let FacetAnswer::Years(histogram) = answer else { panic!("years were answered by terms") };
        let years: Vec<i64> = among.iter().filter_map(|&ord| self.facts[ord].year).collect();
        let mut buckets: BTreeMap<i64, u64> = BTreeMap::new();
        for year in &years {
            *buckets.entry(year / interval * interval).or_default() += 1;
        }
        let selected = |from: i64| {
            !filter.year.is_empty()
                && (from..from + interval).any(|year| {
                    filter.year.gte.is_none_or(|gte| gte <= year)
                        && filter.year.lte.is_none_or(|lte| year <= lte)
                })
        };
        let expected: Vec<_> = buckets
            .iter()
            .map(|(&from, &count)| (from, from + interval - 1, count, selected(from)))
            .collect();
        let got: Vec<_> = histogram
            .buckets
            .iter()
            .map(|bucket| (bucket.from, bucket.to, bucket.count, bucket.selected))
            .collect();
        assert_eq!(got, expected);
        assert_eq!(
            (histogram.min, histogram.max),
            (years.iter().min().copied(), years.iter().max().copied())
        );
        assert_eq!(histogram.missing, (among.len() - years.len()) as u64);
    }
}

async fn page_of(catalog: &dyn Catalog, question: &Question, page: PageRequest) -> HitPage {
    let request = SearchRequest {
        question: question.clone(),
        hits: vec![HitsRequest::all(page)],
        ..SearchRequest::default()
    };
    catalog.search(&OperationContext::new(), request).await.unwrap().value.hits.remove(0)
}
