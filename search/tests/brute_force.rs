//! Thousands of random questions, each answer compared with the plain truth: every movie looked at, nothing clever.
//!
//! What a text matches and scores is taken from its compiled plan and evaluated by the oracle; filters, counts,
//! orders and pages are worked out here from the movies alone.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails with the test")]

use std::collections::BTreeMap;

use fastrand::Rng;
use wikimovie_domain::{
    Direction, FacetAnswer, FacetField, FacetOrder, FacetRequest, Filter, HitPage, HitsRequest, Movie,
    MovieSort, PageRequest, Question, SearchAnswer, SearchRequest, ValueMatch, Wanted, YearRange,
};
use wikimovie_search::{
    Catalog, CatalogWriter, ObjectState, Tally,
    embedded::{Embedded, EmbeddedOptions},
    plan::{compile::compile, rank},
    text::{key, title_key, words},
    vocabulary::Vocabulary,
};
use wikimovie_testkit::{Oracle, TestCluster, data, engines};

#[tokio::test]
async fn answers_equal_brute_force_on_the_seeds() {
    check(data::seeds(), 400).await;
}

#[tokio::test]
async fn answers_equal_brute_force_on_real_movies() {
    if let Some(movies) = data::real_movies("answers_equal_brute_force_on_real_movies") {
        check(movies, 1_000).await;
    }
}

async fn check(mut movies: Vec<Movie>, questions: usize) {
    let folder = tempfile::tempdir().unwrap();
    let index =
        Embedded::open(&EmbeddedOptions { folder: folder.path().into(), ..Default::default() }).unwrap();
    fill(&mut index.writer().unwrap(), &mut movies);
    check_catalog(index.catalog(), movies, questions).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_clusters_equal_brute_force_on_the_seeds() {
    on_clusters("answers_of_clusters_equal_brute_force_on_the_seeds", data::seeds(), questions(500)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_clusters_equal_brute_force_on_real_movies() {
    let test = "answers_of_clusters_equal_brute_force_on_real_movies";
    if let Some(movies) = data::real_movies(test) {
        on_clusters(test, movies, questions(200)).await;
    }
}

/// Random questions of a run: `WIKIMOVIE_TEST_QUESTIONS` where it is set, else as many as fit a usual one.
fn questions(usual: usize) -> usize {
    std::env::var("WIKIMOVIE_TEST_QUESTIONS").ok().and_then(|given| given.parse().ok()).unwrap_or(usual)
}

async fn on_clusters(test: &str, movies: Vec<Movie>, questions: usize) {
    for engine in engines(test) {
        let index = TestCluster::new(&engine).await;
        let mut own = movies.clone();
        let own = index.write(move |writer| {
            fill(writer, &mut own);
            own
        });
        check_catalog(index.engine.catalog(), own.await, questions).await;
    }
}

async fn check_catalog(catalog: std::sync::Arc<dyn Catalog>, movies: Vec<Movie>, questions: usize) {
    let truth = Truth::new(movies);
    for seed in 0..questions as u64 {
        let mut rng = Rng::with_seed(seed);
        let question = truth.random_question(&mut rng);
        truth.compare(&*catalog, &question, &mut rng).await;
    }
    truth.walk_everything(&*catalog).await;
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
        let generation = writer.begin(&object).unwrap();
        for (record, movie) in (1..).zip(movies) {
            movie.provenance.object = key.into();
            movie.provenance.record = record;
            movie.provenance.generation = generation;
            let mut movie = movie.clone();
            if changed {
                movie.title.push_str(" hidden zzyzx");
                movie.cast.push("Nobody Hidden".into());
            }
            writer.put(movie).unwrap();
        }
        writer.finish(Tally::default()).unwrap();
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

/// What filters and facets ask of a movie, folded once.
struct Facts {
    title_words: Vec<String>,
    title_key: String,
    genres: Vec<String>,
    cast: Vec<String>,
    year: Option<i64>,
    poster: bool,
    provider: String,
    prior: u32,
}

impl Facts {
    fn of(movie: &Movie) -> Self {
        let keys = |values: &[String]| {
            let mut keys: Vec<String> = values.iter().map(|value| key(value)).collect();
            keys.sort();
            keys.dedup();
            keys
        };
        Self {
            title_words: words(&movie.title).into_iter().map(|word| word.text).collect(),
            title_key: title_key(&movie.title),
            genres: keys(&movie.genres),
            cast: keys(&movie.cast),
            year: movie.year.map(|year| year.get()),
            poster: movie.poster.is_some(),
            provider: movie.provenance.provider.clone(),
            prior: rank::prior(movie),
        }
    }

    fn passes(&self, filter: &Filter) -> bool {
        let in_range = |gte: Option<i64>, lte: Option<i64>| {
            self.year
                .is_some_and(|year| gte.is_none_or(|gte| gte <= year) && lte.is_none_or(|lte| year <= lte))
        };
        let title = |title: &String| words(title).iter().all(|word| self.title_words.contains(&word.text));
        matches(&filter.genres, &self.genres, key)
            && matches(&filter.cast, &self.cast, key)
            && matches(&filter.providers, std::slice::from_ref(&self.provider), str::to_owned)
            && filter.title.as_ref().is_none_or(title)
            && (filter.year.is_empty() || in_range(filter.year.gte, filter.year.lte))
            && (filter.decades.is_empty()
                || filter.decades.iter().any(|&decade| in_range(Some(decade), Some(decade + 9))))
            && filter.has_poster.is_none_or(|has| has == self.poster)
            && filter.and.iter().all(|filter| self.passes(filter))
            && (filter.or.iter().all(Filter::is_empty) || filter.or.iter().any(|filter| self.passes(filter)))
            && filter.not.as_ref().is_none_or(|not| not.is_empty() || !self.passes(not))
    }
}

fn matches(wanted: &ValueMatch, has: &[String], fold: impl Fn(&str) -> String) -> bool {
    let holds = |value: &String| has.contains(&fold(value));
    (wanted.any_of.is_empty() || wanted.any_of.iter().any(holds))
        && wanted.all_of.iter().all(holds)
        && !wanted.none_of.iter().any(holds)
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

    async fn compare(&self, catalog: &dyn Catalog, question: &Question, rng: &mut Rng) {
        let text = Question { filter: Filter::default(), ..question.clone() };
        let plan = compile(&text, &self.vocabulary).plan;
        let by_text = self.oracle.set(&plan.must);
        let passing = |filter: &Filter| {
            (0..self.movies.len())
                .filter(|&ord| by_text[ord] && self.facts[ord].passes(filter))
                .collect::<Vec<_>>()
        };
        let found = passing(&question.filter);

        let facets = facet_requests(rng);
        let request = SearchRequest {
            question: question.clone(),
            hits: vec![],
            facets: facets.clone(),
            wanted: Wanted { total: true, distinct: true, ..Wanted::default() },
        };
        let SearchAnswer { total, facets: answers, .. } = catalog.search(request).await.unwrap();
        assert_eq!(total.unwrap().value, found.len() as u64, "{question:?}");
        for (request, answer) in facets.iter().zip(answers) {
            let mut without = question.filter.clone();
            match request {
                FacetRequest::Years { .. } => without.year = YearRange::default(),
                FacetRequest::Terms { field, .. } => match field {
                    FacetField::Genres => without.genres.any_of.clear(),
                    FacetField::Cast => without.cast.any_of.clear(),
                    FacetField::Providers => without.providers.any_of.clear(),
                    FacetField::Decades => without.decades.clear(),
                },
            }
            self.compare_facet(request, &answer, &passing(&without), &question.filter);
        }

        let scores =
            if question.sort == MovieSort::Relevance { self.oracle.scores(&plan) } else { Vec::new() };
        let expected = self.ordered(found, &scores, question.sort);
        for direction in [Direction::Forward, Direction::Backward] {
            // All pages where they are few, else the first ones from this end.
            const MOST_PAGES: usize = 6;
            let size = rng.usize(1..=100).max(expected.len() / MOST_PAGES).min(100);
            self.walk(catalog, question, &expected, direction, size, MOST_PAGES).await;
        }

        // A further filter never adds a hit.
        let mut narrower = question.clone();
        narrower.filter.and.push(self.random_filter(rng, 0));
        if narrower.filter.validate().is_ok() {
            let fewer = passing(&narrower.filter);
            let page = page_of(catalog, &narrower, PageRequest::first(100)).await;
            let all: Vec<&str> = expected.iter().map(|&ord| self.movies[ord].id.as_str()).collect();
            assert!(fewer.len() <= expected.len());
            assert!(page.hits.iter().all(|hit| all.contains(&hit.movie.id.as_str())));
        }
    }

    /// Every movie, page by page, in each order both ways.
    async fn walk_everything(&self, catalog: &dyn Catalog) {
        let sorts = [
            MovieSort::Relevance,
            MovieSort::YearAsc,
            MovieSort::YearDesc,
            MovieSort::TitleAsc,
            MovieSort::TitleDesc,
        ];
        for sort in sorts {
            let question = Question { sort, ..Question::default() };
            let expected = self.ordered((0..self.movies.len()).collect(), &[], sort);
            for direction in [Direction::Forward, Direction::Backward] {
                self.walk(catalog, &question, &expected, direction, 100, usize::MAX).await;
            }
        }
    }

    fn ordered(&self, mut found: Vec<usize>, scores: &[u32], sort: MovieSort) -> Vec<usize> {
        use std::cmp::Reverse;
        let title = |ord: usize| (self.facts[ord].title_key.as_str(), self.movies[ord].id.as_str());
        let score = |ord: usize| scores.get(ord).copied().unwrap_or(0);
        match sort {
            MovieSort::Relevance => {
                found.sort_by_key(|&ord| (Reverse((score(ord), self.facts[ord].prior)), title(ord)));
            }
            MovieSort::YearDesc => {
                found.sort_by_key(|&ord| (Reverse(self.facts[ord].year), title(ord)));
            }
            MovieSort::YearAsc => {
                found.sort_by_key(|&ord| (self.facts[ord].year.unwrap_or(i64::MAX), title(ord)));
            }
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
                FacetField::Cast => facts.cast.clone(),
                FacetField::Providers => vec![facts.provider.clone()],
                FacetField::Decades => {
                    facts.year.map(|year| (year / 10 * 10).to_string()).into_iter().collect()
                }
            }
        };
        let mut selected: Vec<String> = match field {
            FacetField::Genres => filter.genres.any_of.iter().map(|value| key(value)).collect(),
            FacetField::Cast => filter.cast.any_of.iter().map(|value| key(value)).collect(),
            FacetField::Providers => filter.providers.any_of.clone(),
            FacetField::Decades => filter.decades.iter().map(ToString::to_string).collect(),
        };
        selected.sort();
        selected.dedup();
        let mut counts: BTreeMap<String, u64> = selected.iter().map(|value| (value.clone(), 0)).collect();
        let mut missing = 0;
        for &ord in among {
            let values = values(ord);
            missing += u64::from(values.is_empty());
            for value in values {
                *counts.entry(value).or_default() += 1;
            }
        }
        if let Some(contains) = contains {
            counts.retain(|value, _| selected.contains(value) || value.contains(&key(contains)));
        }
        let distinct = counts.values().filter(|&&count| count > 0).count() as u64;
        let mut listed: Vec<(String, u64)> = counts.into_iter().collect();
        if *order == FacetOrder::Count {
            listed.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        }
        let (mut told, mut other) = (Vec::new(), 0);
        for (place, (value, count)) in listed.into_iter().enumerate() {
            let is_selected = selected.contains(&value);
            if place < *first || is_selected {
                told.push((value, count, is_selected));
            } else {
                other += count;
            }
        }
        let FacetAnswer::Terms { values, other: got_other, missing: got_missing, distinct: got_distinct } =
            answer
        else {
            panic!("a facet of terms was answered by years")
        };
        let fold = |value: &str| if *field == FacetField::Providers { value.to_owned() } else { key(value) };
        let got: Vec<_> =
            values.iter().map(|value| (fold(&value.value), value.count, value.selected)).collect();
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

    fn random_question(&self, rng: &mut Rng) -> Question {
        let sorts = [MovieSort::YearAsc, MovieSort::YearDesc, MovieSort::TitleAsc, MovieSort::TitleDesc];
        Question {
            text: self.random_text(rng),
            filter: if rng.u8(..4) == 0 { Filter::default() } else { self.random_filter(rng, 2) },
            sort: if rng.bool() { MovieSort::Relevance } else { sorts[rng.usize(..4)] },
            understand: rng.u8(..8) > 0,
        }
    }

    fn random_text(&self, rng: &mut Rng) -> String {
        let movie = &self.movies[rng.usize(..self.movies.len())];
        let name = |rng: &mut Rng| rng.choice(&movie.cast).cloned().unwrap_or_default();
        let genre = |rng: &mut Rng| rng.choice(&movie.genres).cloned().unwrap_or_default();
        let words: Vec<&str> = movie.summary.as_deref().unwrap_or_default().split_whitespace().collect();
        match rng.u8(..10) {
            0 | 1 => String::new(),
            2 => movie.title.clone(),
            3 => slip(&movie.title, rng),
            4 => name(rng),
            5 => [name(rng), genre(rng)].join(" "),
            6 => [genre(rng), (movie.year.map_or(1950, |year| year.decade())).to_string() + "s"].join(" "),
            7 => movie.title.chars().take(rng.usize(1..=6)).collect(),
            8 => (0..rng.usize(1..=3))
                .filter_map(|_| rng.choice(&words).copied())
                .collect::<Vec<_>>()
                .join(" "),
            _ => ["the", "\"the", "-drama western", "💥", "1984", "a b c", "東京"][rng.usize(..7)].to_owned(),
        }
    }

    fn random_filter(&self, rng: &mut Rng, depth: usize) -> Filter {
        let movie = &self.movies[rng.usize(..self.movies.len())];
        let other = &self.movies[rng.usize(..self.movies.len())];
        let mut filter = Filter::default();
        let some =
            |values: &[String], rng: &mut Rng| rng.choice(values).cloned().into_iter().collect::<Vec<_>>();
        match rng.u8(..9) {
            0 => filter.genres.any_of = [some(&movie.genres, rng), some(&other.genres, rng)].concat(),
            1 => filter.genres.all_of = movie.genres.clone(),
            2 => filter.genres.none_of = other.genres.clone(),
            3 => {
                filter.cast.any_of =
                    [some(&movie.cast, rng), some(&other.cast, rng), vec!["Nobody".into()]].concat()
            }
            4 => filter.title = movie.title.split_whitespace().last().map(ToOwned::to_owned),
            5 => {
                let (a, b) = (1900 + rng.i64(0..130), 1900 + rng.i64(0..130));
                let open = rng.u8(..4);
                filter.year.gte = (open != 0).then_some(a.min(b));
                filter.year.lte = (open != 1).then_some(a.max(b));
            }
            6 => filter.decades = vec![1900 + rng.i64(0..13) * 10, 1900 + rng.i64(0..13) * 10],
            7 => filter.has_poster = Some(rng.bool()),
            _ => filter.providers.any_of = vec![["default", "nobody"][rng.usize(..2)].to_owned()],
        }
        if depth > 0 {
            let more = |rng: &mut Rng| self.random_filter(rng, depth - 1);
            match rng.u8(..6) {
                0 => filter.and = vec![more(rng), more(rng)],
                1 => filter.or = vec![more(rng), more(rng)],
                2 => filter.not = Some(Box::new(more(rng))),
                3 => {
                    let second = more(rng);
                    filter.cast = if filter.cast.is_empty() { second.cast } else { filter.cast };
                    filter.year = if filter.year.is_empty() { second.year } else { filter.year };
                    filter.decades = if filter.decades.is_empty() { second.decades } else { filter.decades };
                }
                _ => {}
            }
        }
        filter
    }
}

fn facet_requests(rng: &mut Rng) -> Vec<FacetRequest> {
    let fields = [FacetField::Genres, FacetField::Cast, FacetField::Decades, FacetField::Providers];
    let mut requests: Vec<FacetRequest> = fields
        .into_iter()
        .map(|field| FacetRequest::Terms {
            field,
            first: rng.usize(..=20),
            contains: (rng.u8(..4) == 0)
                .then(|| ["a", "dr", "John", "é", "198", ""][rng.usize(..6)].to_owned()),
            order: if rng.bool() { FacetOrder::Count } else { FacetOrder::Value },
        })
        .collect();
    requests.push(FacetRequest::Years { interval: [1, 5, 10, 7][rng.usize(..4)] });
    requests
}

/// Two neighbouring letters swapped.
fn slip(text: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() > 4 {
        let place = rng.usize(1..letters.len() - 1);
        letters.swap(place, place + 1);
    }
    letters.into_iter().collect()
}

async fn page_of(catalog: &dyn Catalog, question: &Question, page: PageRequest) -> HitPage {
    let request = SearchRequest {
        question: question.clone(),
        hits: vec![HitsRequest::all(page)],
        ..SearchRequest::default()
    };
    catalog.search(request).await.unwrap().hits.remove(0)
}
