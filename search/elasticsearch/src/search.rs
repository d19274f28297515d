//! One search from start to end: one request where it finds enough. Where it finds little, a second one counts what weaker
//! matches find, a third one reads them, and more count what may be asked instead.

use std::{collections::HashMap, convert::Infallible, sync::Arc, time::Instant};

use wikimovie_domain::{
    Correction, Direction, Explain, Hit, HitPage, HitsRequest, Matching, Movie, MovieId, MovieParts,
    Question, Relaxation, SearchAnswer, SearchRequest, Total, TotalRelation, Warning,
};
use wikimovie_elasticsearch_dsl::{Ids, Query, Search, Sort, SortValue, Source};
use wikimovie_engine::{
    cursor::{self, Cursor, Cursors, SortKey},
    error::SearchError,
};
use wikimovie_plan::{
    ENOUGH_HITS,
    compile::{Compiled, corrected},
    highlight,
    levels::Probe,
    like,
    relax::{self, Candidate},
    similar,
};

use crate::{
    compile::{self, HitOrder, PageSearches},
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
        let compiled = match self.like(question).await? {
            Some(compiled) => Arc::new(compiled),
            None => self.compiled(question).await?,
        };
        let moved_on = opened.iter().flatten().find_map(|cursor| cursor.warning(view.revision.number));
        let mut places = Vec::with_capacity(opened.len());
        for cursor in opened {
            places.push(match cursor {
                Some(cursor) => Some(self.place(cursor).await?),
                None => None,
            });
        }

        let mut level = 0;
        let mut plan = compiled.plan_at(0);
        let mut asked = compile::compile(&plan, request, &places, view.sizes());
        let mut found = self.ask(asked.searches.clone()).await?;
        let mut took = longest(&found);
        let mut partial = found.iter().any(MoviesFound::is_partial);
        let first_total = found.first().map_or(0, MoviesFound::total);
        if first_total < compiled.levels.enough(0) && compiled.levels.count() > 1 {
            let counts = self.count(&[&compiled], 1).await?;
            took += counts.took;
            partial |= counts.partial;
            level = counts.level(&compiled, 0, Some(first_total));
            if level > 0 {
                plan = compiled.plan_at(level);
                asked = compile::compile(&plan, request, &places, view.sizes());
                found = self.ask(asked.searches.clone()).await?;
                took += longest(&found);
                partial |= found.iter().any(MoviesFound::is_partial);
            }
        }
        let compile::Searches { searches, pages } = asked;
        let explained = request.wanted.explain.then(|| explain(view, &searches)).transpose()?;
        let total = found.first().map_or(0, MoviesFound::total);
        let facets = match found.first_mut() {
            Some(first) => facets::answers(view, request, &mut first.aggregations)?,
            None => Vec::new(),
        };
        let list = List {
            cursors: Cursors::new(&view.sealer, question, view.revision.number),
            order: HitOrder::of(question.sort, &plan),
            compiled: &compiled,
            level,
        };
        let mut found: Vec<Option<MoviesFound>> = found.into_iter().map(Some).collect();
        let hits = request
            .hits
            .iter()
            .zip(&places)
            .zip(&pages)
            .map(|((asked, place), at)| list.page(asked, place.is_some(), *at, &mut found))
            .collect::<Result<_, _>>()?;
        let matching = compiled.matching(level);
        let did_you_mean = self.did_you_mean(request, total, &matching).await?;
        let relaxations = if request.wanted.relaxations && total < ENOUGH_HITS {
            self.relaxations(question, total).await?
        } else {
            Vec::new()
        };
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
            understood: compiled.understood(level),
            did_you_mean,
            matching,
            relaxations,
            explain: explained.map(|plan| Explain { engine: ENGINE.into(), took_us: took * 1_000, plan }),
            warnings,
        })
    }

    /// The plan of a question for movies like one, where its text names that one.
    async fn like(&self, question: &Question) -> Result<Option<Compiled>, SearchError> {
        let Some(of) = like::like(question) else { return Ok(None) };
        let compiled = self.compiled(&of).await?;
        let named = compile::everything(&compiled.probe(Probe::Named));
        let search = Search {
            size: 1,
            sort: vec![Sort::desc("_score"), Sort::desc(field::STANDING), Sort::asc(field::ORDER)],
            source: Source::Whole(true),
            ..Search::new(compile::ranked(named, &compiled.plan.score))
        };
        let found = self.ask(vec![search]).await?.pop().map(movies).transpose()?;
        let movie = found.into_iter().flatten().next();
        Ok(movie.map(|movie| like::compile_like(question, &movie, &self.view.vocabulary)))
    }

    /// Counts what the levels of these questions find, from a level on.
    async fn count(&self, questions: &[&Compiled], from: usize) -> Result<LevelCounts, SearchError> {
        let probes: Vec<Vec<Probe>> = questions.iter().map(|compiled| compiled.levels.probes(from)).collect();
        let searches = questions.iter().zip(&probes).flat_map(|(compiled, probes)| {
            probes.iter().map(|&probe| Search::count(compile::everything(&compiled.probe(probe))))
        });
        let searches: Vec<Search> = searches.collect();
        let found = if searches.is_empty() { Vec::new() } else { self.ask(searches).await? };
        let mut totals = found.iter().map(MoviesFound::total);
        let counted = |probes: Vec<Probe>| -> HashMap<Probe, u64> {
            probes.into_iter().map(|probe| (probe, totals.next().unwrap_or(0))).collect()
        };
        Ok(LevelCounts {
            by_question: probes.into_iter().map(counted).collect(),
            took: longest(&found),
            partial: found.iter().any(MoviesFound::is_partial),
        })
    }

    /// What may have been meant, where little is found or only with typos.
    async fn did_you_mean(
        &self,
        request: &SearchRequest,
        found: u64,
        matching: &Matching,
    ) -> Result<Option<Correction>, SearchError> {
        let weak = matching.is_weak();
        if !request.wanted.did_you_mean || (found >= ENOUGH_HITS && !weak) {
            return Ok(None);
        }
        let question = request.question.clone();
        let corrected = self.read(move |view, _| corrected(&question, &view.vocabulary)).await?;
        let Some(question) = corrected else { return Ok(None) };
        let compiled = self.compiled(&question).await?;
        let total = self.count(&[&compiled], 0).await?.total(&compiled, 0);
        // As many will do: the typo-tolerant question finds the same movies, and the spelling is still worth telling.
        let text = question.text.clone();
        Ok((total > 0 && (weak || total >= found)).then_some(Correction { text, total, question }))
    }

    /// What may be dropped to find more.
    async fn relaxations(&self, question: &Question, found: u64) -> Result<Vec<Relaxation>, SearchError> {
        for step in relax::relaxations(question, found, &self.view.vocabulary) {
            let mut compiled: Vec<Arc<Compiled>> = Vec::with_capacity(step.len());
            for candidate in &step {
                compiled.push(self.compiled(&candidate.question).await?);
            }
            let all: Vec<&Compiled> = compiled.iter().map(AsRef::as_ref).collect();
            let counts = self.count(&all, 0).await?;
            let totals = all.iter().enumerate().map(|(at, compiled)| counts.total(compiled, at));
            let mut offers: Vec<Relaxation> = step
                .into_iter()
                .zip(totals)
                .filter(|&(_, total)| total > found)
                .map(|(Candidate { part, dropped, question }, total)| Relaxation {
                    part,
                    dropped,
                    total,
                    question,
                })
                .collect();
            if !offers.is_empty() {
                offers.truncate(relax::MAX_OFFERS);
                return Ok(offers);
            }
        }
        Ok(Vec::new())
    }

    /// The plan of a question, read off the threads that serve requests where it is not known.
    async fn compiled(&self, question: &Question) -> Result<Arc<Compiled>, SearchError> {
        if let Some(compiled) = self.view.known_plan(question) {
            return Ok(compiled);
        }
        let question = question.clone();
        self.read(move |view, work| view.compiled(&question, work)).await
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
            sort: vec![Sort::desc("_score"), Sort::desc(field::STANDING), Sort::asc(field::ORDER)],
            source: Source::Whole(true),
            ..Search::new(compile::ranked(among, &groups))
        };
        self.ask(vec![search]).await?.pop().map_or_else(|| Ok(Vec::new()), movies)
    }
}

/// What all pages of one question share.
struct List<'a> {
    cursors: Cursors<'a>,
    order: HitOrder,
    compiled: &'a Compiled,
    level: usize,
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
            reasons: if asked.reasons {
                highlight::reasons(&movie, self.compiled, self.level)
            } else {
                Vec::new()
            },
            movie: only(movie, asked.parts),
        })
    }
}

/// A movie without what highlights needed and the caller did not ask for.
fn only(mut movie: Movie, parts: MovieParts) -> Movie {
    if !parts.summary {
        movie.summary = None;
    }
    if !parts.plot {
        movie.details.plot = None;
    }
    movie
}

/// What the levels of some questions find.
struct LevelCounts {
    by_question: Vec<HashMap<Probe, u64>>,
    took: u64,
    partial: bool,
}

impl LevelCounts {
    fn of(&self, at: usize, probe: Probe) -> u64 {
        self.by_question.get(at).and_then(|counts| counts.get(&probe)).copied().unwrap_or(0)
    }

    /// The level at which a question is answered; `first` is what its first level finds, where that was not counted here.
    fn level(&self, compiled: &Compiled, at: usize, first: Option<u64>) -> usize {
        let count = |probe| -> Result<u64, Infallible> {
            Ok(first.filter(|_| probe == Probe::Level(0)).unwrap_or_else(|| self.of(at, probe)))
        };
        compiled.levels.choose(count).unwrap_or(0)
    }

    /// Movies that a question finds.
    fn total(&self, compiled: &Compiled, at: usize) -> u64 {
        self.of(at, Probe::Level(self.level(compiled, at, None)))
    }
}

fn longest(found: &[MoviesFound]) -> u64 {
    found.iter().map(|found| found.took).max().unwrap_or(0)
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
