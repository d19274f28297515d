//! One search from start to end: one request.

use std::{collections::HashMap, sync::Arc, time::Instant};

use wikimovie_domain::{
    Correction, Direction, Explain, Hit, HitPage, HitsRequest, Movie, MovieId, MovieParts, Question,
    Relaxation, SearchAnswer, SearchRequest, Total, TotalRelation, Warning,
};
use wikimovie_elasticsearch_dsl::{Ids, Query, Search, Sort, SortValue, Source};
use wikimovie_engine::{
    cursor::{self, Cursor, Cursors, SortKey},
    error::SearchError,
};
use wikimovie_plan::{
    compile::{Compiled, corrected, count_plan},
    highlight, relax, similar,
    work::Work,
};

use crate::{
    compile::{self, FEW_HITS, HitOrder, PageSearches},
    facets,
    mapping::field,
    reader::Reader,
    response::{MovieHit, MoviesFound, movie, movies, unexpected_response},
    view::View,
};

/// Name of this engine in answers.
pub(crate) const ENGINE: &str = "elasticsearch";

/// Code of the warning for an answer from a part of the catalogue only.
const PARTIAL_RESULTS: &str = "PARTIAL_RESULTS";

/// Most movies whose long titles start alike.
const SAME_START: usize = 100;

impl Reader<'_> {
    pub(crate) async fn search(&self, request: &SearchRequest) -> Result<SearchAnswer, SearchError> {
        let view = self.view;
        let started = Instant::now();
        let question = &request.question;
        let opened = request
            .hits
            .iter()
            .map(|hits| {
                let open = |token| cursor::open(&view.sealer, question, token);
                hits.page.cursor.as_deref().map(open).transpose()
            })
            .collect::<Result<Vec<_>, _>>()?;
        let Understood { compiled, probes } = self.understood(request);
        let plan = &compiled.plan;
        let moved_on = opened.iter().flatten().find_map(|cursor| cursor.warning(view.revision.number));
        let mut places = Vec::with_capacity(opened.len());
        for cursor in opened {
            places.push(match cursor {
                Some(cursor) => Some(self.place(cursor).await?),
                None => None,
            });
        }

        let compile::Searches { mut searches, pages } =
            compile::compile(plan, request, &places, view.sizes());
        let own = searches.len();
        searches.extend(probes.searches);
        let explained = request.wanted.explain.then(|| explain(view, &searches)).transpose()?;

        let mut found = self.ask(searches).await?;
        let probed = found.split_off(own);
        let partial = found.iter().chain(&probed).any(MoviesFound::is_partial);
        let took = found.iter().map(|found| found.took).max().unwrap_or(0);
        let total = found.first().map_or(0, MoviesFound::total);
        let facets = match found.first_mut() {
            Some(first) => facets::answers(view, request, &mut first.aggregations)?,
            None => Vec::new(),
        };
        let list = List {
            cursors: Cursors::new(&view.sealer, question, view.revision.number),
            order: HitOrder::of(question.sort, plan),
            compiled: &compiled,
        };
        let mut found: Vec<Option<MoviesFound>> = found.into_iter().map(Some).collect();
        let hits = request
            .hits
            .iter()
            .zip(&places)
            .zip(&pages)
            .map(|((asked, place), at)| list.page(asked, place.is_some(), *at, &mut found))
            .collect::<Result<_, _>>()?;
        let (did_you_mean, relaxations) = probes.questions.results(total, &probed);
        let mut warnings = compiled.warnings.clone();
        warnings.extend(moved_on);
        if partial {
            warnings.push(partial_warning());
        }
        let relation = if partial { TotalRelation::AtLeast } else { TotalRelation::Equal };
        tracing::debug!(took_ms = took, elapsed_us = started.elapsed().as_micros(), "answered");
        Ok(SearchAnswer {
            total: request.wanted.total.then_some(Total { value: total, relation }),
            hits,
            facets,
            understood: compiled.understood.clone(),
            did_you_mean,
            relaxations,
            explain: explained.map(|plan| Explain { engine: ENGINE.into(), took_us: took * 1_000, plan }),
            warnings,
        })
    }

    /// What a request asks, by the vocabulary of the view.
    fn understood(&self, request: &SearchRequest) -> Understood {
        let wanted = &request.wanted;
        let known = self.view.known_plan(&request.question);
        match known.filter(|_| !wanted.did_you_mean && !wanted.relaxations) {
            Some(compiled) => Understood { compiled, probes: Probes::default() },
            None => self.read(|view, work| Understood {
                compiled: view.compiled(&request.question, work),
                probes: Probes::of(view, request, work),
            }),
        }
    }

    /// Where the page of a cursor starts. A long title is looked up by its start.
    async fn place(&self, cursor: Cursor) -> Result<SortKey, SearchError> {
        let Some(start) = cursor.order_start() else { return Ok(cursor.sort_key([])) };
        let search = Search {
            size: SAME_START,
            sort: vec![Sort::asc(field::ORDER)],
            search_after: Some(vec![SortValue::Text(start.to_owned())]),
            source: Source::Whole(false),
            ..Search::new(Query::ALL)
        };
        let found = self.ask(vec![search]).await?.pop().map(|found| found.hits.hits).unwrap_or_default();
        let orders = found.iter().filter_map(|row| match row.sort.first() {
            Some(SortValue::Text(order)) => Some(order.as_str()),
            _ => None,
        });
        Ok(cursor.sort_key(orders))
    }

    /// Movies by id, in the order asked.
    pub(crate) async fn movies(&self, ids: &[MovieId]) -> Result<Vec<Option<Movie>>, SearchError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let values: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let search = Search {
            size: values.len(),
            source: Source::Whole(true),
            ..Search::new(Query::all_of(vec![Query::Ids(Ids { values })]))
        };
        let found = self.ask(vec![search]).await?.pop().map(movies).transpose()?.unwrap_or_default();
        let found: HashMap<MovieId, Movie> =
            found.into_iter().map(|movie| (movie.id.clone(), movie)).collect();
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }

    /// The movies most like one, best first, without it.
    pub(crate) async fn similar(&self, id: &MovieId, first: usize) -> Result<Vec<Movie>, SearchError> {
        let Some(Some(movie)) = self.movies(std::slice::from_ref(id)).await?.pop() else {
            return Ok(Vec::new());
        };
        let groups = similar::groups(&movie, &self.view.vocabulary);
        let itself = Query::Ids(Ids { values: vec![id.as_str().to_owned()] });
        let among = Query::all_of(vec![compile::query(&similar::any(&groups)), itself.negated()]);
        let search = Search {
            size: first,
            sort: vec![Sort::desc("_score"), Sort::desc(field::PRIOR), Sort::asc(field::ORDER)],
            source: Source::Whole(true),
            ..Search::new(compile::ranked(among, &groups))
        };
        self.ask(vec![search]).await?.pop().map_or_else(|| Ok(Vec::new()), movies)
    }
}

/// What a request asks.
struct Understood {
    compiled: Arc<Compiled>,
    probes: Probes,
}

/// What all pages of one question share.
struct List<'a> {
    cursors: Cursors<'a>,
    order: HitOrder,
    compiled: &'a Compiled,
}

impl List<'_> {
    fn page(
        &self,
        asked: &HitsRequest,
        from_cursor: bool,
        at: PageSearches,
        found: &mut [Option<MoviesFound>],
    ) -> Result<HitPage, SearchError> {
        let mut take = |at: usize| found.get_mut(at).and_then(Option::take);
        // A probe is asked from a cursor only; without one the page starts at its end of the list.
        let behind =
            from_cursor && at.probe.and_then(&mut take).is_some_and(|probe| !probe.hits.hits.is_empty());
        let mut rows = take(at.page).map(|found| found.hits.hits).unwrap_or_default();
        let ahead = rows.len() > asked.page.size;
        rows.truncate(asked.page.size);
        let (has_previous, has_next) = match asked.page.direction {
            Direction::Forward => (behind, ahead),
            Direction::Backward => {
                rows.reverse();
                (ahead, behind)
            }
        };
        let hits = rows.into_iter().map(|row| self.hit(asked, row)).collect::<Result<_, _>>()?;
        Ok(HitPage { hits, has_previous, has_next })
    }

    fn hit(&self, asked: &HitsRequest, row: MovieHit) -> Result<Hit, SearchError> {
        let place = compile::sort_key_of(self.order, &row.sort)
            .ok_or_else(|| unexpected_response("unexpected sort values"))?;
        let movie = movie(row)?;
        let score = place.score;
        Ok(Hit {
            score: (self.order == HitOrder::Score).then_some(score),
            cursor: if asked.cursors { self.cursors.seal(&place) } else { String::new() },
            highlights: if asked.highlights {
                highlight::highlights(&movie, &self.compiled.highlight_terms)
            } else {
                Vec::new()
            },
            reasons: if asked.reasons { highlight::reasons(&movie, self.compiled) } else { Vec::new() },
            movie: only(movie, asked.parts),
        })
    }
}

/// A movie without what highlights needed and the caller did not ask for.
fn only(mut movie: Movie, parts: MovieParts) -> Movie {
    if !parts.summary {
        movie.summary = None;
    }
    movie
}

/// Other questions whose totals are asked in the same request: what may have been meant, and what may be dropped.
#[derive(Default)]
struct Probes {
    questions: ProbedQuestions,
    searches: Vec<Search>,
}

#[derive(Default)]
struct ProbedQuestions {
    correction: Option<Question>,
    relaxations: Vec<(wikimovie_domain::RelaxedPart, String, Question)>,
}

impl Probes {
    fn of(view: &View, request: &SearchRequest, work: &Work) -> Self {
        let question = &request.question;
        let wanted = &request.wanted;
        let correction = wanted.did_you_mean.then(|| corrected(question, &view.vocabulary)).flatten();
        let relaxations = if wanted.relaxations { relax::relaxations(question) } else { Vec::new() };
        let questions = correction.iter().chain(relaxations.iter().map(|(.., question)| question));
        let count =
            |question| Search::count(compile::everything(&count_plan(question, &view.vocabulary, work)));
        let searches = questions.take_while(|_| !work.is_over()).map(count).collect();
        Self { searches, questions: ProbedQuestions { correction, relaxations } }
    }
}

impl ProbedQuestions {
    fn results(self, found: u64, probed: &[MoviesFound]) -> (Option<Correction>, Vec<Relaxation>) {
        if found > FEW_HITS {
            return (None, Vec::new());
        }
        let mut totals = probed.iter().map(MoviesFound::total);
        let correction = self.correction.and_then(|question| {
            let total = totals.next().unwrap_or(0);
            // As many will do: the typo-tolerant question finds the same movies, and the spelling is still worth
            // telling.
            let text = question.text.clone();
            (total > 0 && total >= found).then_some(Correction { text, total, question })
        });
        let relaxations = self.relaxations.into_iter().zip(totals).filter(|&(_, total)| total > found);
        let relaxation = |((part, dropped, question), total)| Relaxation { part, dropped, total, question };
        (correction, relaxations.map(relaxation).collect())
    }
}

/// The DSL as `explain` returns it.
fn explain(view: &View, searches: &[Search]) -> Result<String, SearchError> {
    let mut searches = searches.to_vec();
    searches.iter_mut().for_each(|search| view.force(search));
    let json = match searches.as_slice() {
        [search] => serde_json::to_string(search),
        searches => serde_json::to_string(searches),
    };
    json.map_err(|error| SearchError::Engine(error.to_string()))
}

fn partial_warning() -> Warning {
    Warning {
        code: PARTIAL_RESULTS,
        message: "part of the catalogue did not answer in time; movies may be missing and counts too low"
            .to_owned(),
        argument: String::new(),
        value: String::new(),
        suggestions: Vec::new(),
    }
}
