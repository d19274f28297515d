//! One question from start to end, against one snapshot.

use std::{sync::Arc, time::Instant};

use serde::Serialize;
use wikimovie_domain::{
    Correction, Explain, Hit, HitPage, HitsRequest, Movie, MovieParts, MovieSort, PageRequest, Question,
    Relaxation, SearchAnswer, SearchRequest, Total, TotalRelation,
};
use wikimovie_engine::{
    cursor::{self, Cursor, Cursors, SortKey},
    token::Sealer,
};
use wikimovie_plan::{
    ENOUGH_HITS, Plan,
    compile::{self, Compiled},
    highlight,
    levels::Probe,
    like,
    plan_cache::PlanCache,
    relax::{self, Candidate},
    work::Work,
};

use super::{
    error::{ReadError, check_waiting},
    eval::Matched,
    info::ENGINE,
    known::Known,
    paging::{HitOrder, Ties},
    scores::Scores,
    snapshot::Snapshot,
};

/// The plan as `explain` shows it to an operator.
#[derive(Serialize)]
struct ExplainedPlan<'a> {
    plan: &'a Plan,
    revision: u64,
    documents: usize,
}

/// A movie without its plot where that is not asked for: it may be far longer than all else.
fn without_unasked(mut movie: Movie, parts: MovieParts) -> Movie {
    if !parts.plot {
        movie.details.plot = None;
    }
    movie
}

/// Shared by all pages of one question.
struct List<'a> {
    order: HitOrder<'a>,
    has_text: bool,
    cursors: Cursors<'a>,
    compiled: &'a Compiled,
    level: usize,
}

impl Snapshot {
    pub(super) fn search(
        &self,
        request: &SearchRequest,
        plans: &PlanCache,
        sealer: &Sealer,
        work: &Work,
    ) -> Result<SearchAnswer, ReadError> {
        let started = Instant::now();
        let question = &request.question;
        let open = |token| cursor::open(sealer, question, token);
        let opened = request
            .hits
            .iter()
            .map(|hits| hits.page.cursor.as_deref().map(open).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        let compiled = match self.like(question)? {
            Some(compiled) => Arc::new(compiled),
            None => self.compiled(question, plans, work)?,
        };
        let moved_on = opened.iter().flatten().find_map(|cursor| cursor.warning(self.revision.number));
        let places: Vec<_> =
            opened.into_iter().map(|cursor| cursor.map(|cursor| self.place(cursor))).collect();
        let known = Known::default();
        let (level, matched) = self.matched(&compiled, &known, work)?;
        let plan = compiled.plan_at(level);
        let found = matched.hits.len() as u64;
        check_waiting(work)?;

        let scored = question.sort == MovieSort::Relevance && !request.hits.is_empty();
        let scores = if scored { self.scores(&plan.score, &matched.hits, &known)? } else { Scores::None };
        check_waiting(work)?;
        let list = List {
            order: HitOrder {
                snapshot: self,
                sort: question.sort,
                ties: Ties::Standing(&self.columns.standing),
                scores: &scores,
            },
            has_text: !plan.score.is_empty(),
            cursors: Cursors::new(sealer, question, self.revision.number),
            compiled: &compiled,
            level,
        };
        let hits = request
            .hits
            .iter()
            .zip(&places)
            .map(|(page, place)| self.hits(page, place.as_ref(), &list, &matched))
            .collect::<Result<_, _>>()?;
        let facet = |facet| check_waiting(work).map(|()| self.facet(facet, &matched, &question.filter));
        let facets = request.facets.iter().map(facet).collect::<Result<_, _>>()?;
        let matching = compiled.matching(level);
        let few = found < ENOUGH_HITS;
        let did_you_mean = if request.wanted.did_you_mean && (few || matching.is_weak()) {
            let least = if matching.is_weak() { 0 } else { found };
            self.did_you_mean(question, least, &known, work)?
        } else {
            None
        };
        let relaxations = if request.wanted.relaxations && few {
            self.relaxations(question, found, &known, work)?
        } else {
            Vec::new()
        };
        let explain = request.wanted.explain.then(|| {
            let explained =
                ExplainedPlan { plan: &plan, revision: self.revision.number, documents: self.rows() };
            Explain {
                engine: ENGINE.into(),
                took_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
                plan: serde_json::to_string(&explained).unwrap_or_default(),
            }
        });
        Ok(SearchAnswer {
            total: request.wanted.total.then_some(Total { value: found, relation: TotalRelation::Equal }),
            hits,
            facets,
            understood: compiled.understood(level),
            did_you_mean,
            matching,
            relaxations,
            explain,
            warnings: compiled.warnings.iter().cloned().chain(moved_on).collect(),
        })
    }

    /// Where the page of a cursor starts.
    fn place(&self, cursor: Cursor) -> SortKey {
        let candidates = cursor.order_start().map_or(0..0, |start| self.orders.starting_with(start));
        cursor.sort_key(candidates.map(|place| self.orders.get(place)))
    }

    /// The plan of a question, with the current vocabulary.
    fn compiled(
        &self,
        question: &Question,
        plans: &PlanCache,
        work: &Work,
    ) -> Result<Arc<Compiled>, ReadError> {
        let (asked, revision) = (cursor::hash(question), self.revision.number);
        if let Some(compiled) = plans.get(asked, revision) {
            return Ok(compiled);
        }
        let compiled = Arc::new(compile::compile_during(question, &self.vocabulary, work));
        // One that ended early is of no use to anybody.
        check_waiting(work)?;
        plans.insert(asked, revision, Arc::clone(&compiled));
        Ok(compiled)
    }

    fn hits(
        &self,
        request: &HitsRequest,
        place: Option<&SortKey>,
        list: &List<'_>,
        matched: &Matched<'_>,
    ) -> Result<HitPage, ReadError> {
        let List { order, has_text, cursors, compiled, level } = list;
        let page = order.page(&matched.hits, &request.page, place);
        let mut hits = Vec::with_capacity(page.docs.len());
        for &doc in &page.docs {
            let movie = self.movie(doc)?;
            hits.push(Hit {
                cursor: if request.cursors { cursors.seal(&order.sort_key(doc)) } else { String::new() },
                score: (*has_text && order.sort == MovieSort::Relevance).then(|| order.score(doc)),
                highlights: if request.highlights {
                    highlight::highlights(&movie, &compiled.highlight_terms)
                } else {
                    Vec::new()
                },
                reasons: if request.reasons {
                    highlight::reasons(&movie, compiled, *level)
                } else {
                    Vec::new()
                },
                movie: without_unasked(movie, request.parts),
            });
        }
        Ok(page.into_page(hits))
    }

    /// The plan of a question for movies like one, where its text names that one.
    fn like(&self, question: &Question) -> Result<Option<Compiled>, ReadError> {
        let Some(of) = like::like(question) else { return Ok(None) };
        let compiled = compile::compile(&of, &self.vocabulary);
        let plan = compiled.probe(Probe::Named);
        let known = Known::default();
        let named = Matched::known(self, &plan.must, &plan.drill, &known)?.hits;
        let scores = self.scores(&compiled.plan.score, &named, &known)?;
        let order = HitOrder {
            snapshot: self,
            sort: MovieSort::Relevance,
            ties: Ties::Standing(&self.columns.standing),
            scores: &scores,
        };
        let page = order.page(&named, &PageRequest::first(1), None);
        let Some(&doc) = page.docs.first() else { return Ok(None) };
        Ok(Some(like::compile_like(question, &self.movie(doc)?, &self.vocabulary)))
    }

    /// The level at which a question is answered, and the movies that it finds.
    fn matched<'a>(
        &'a self,
        compiled: &Compiled,
        known: &Known<'a>,
        work: &Work,
    ) -> Result<(usize, Matched<'a>), ReadError> {
        let first = Matched::known(self, &compiled.plan.must, &compiled.plan.drill, known)?;
        let mut last = (0, first);
        let level = compiled.levels.choose(|probe| -> Result<u64, ReadError> {
            check_waiting(work)?;
            match probe {
                Probe::Level(level) if level == last.0 => {}
                Probe::Level(level) => {
                    let plan = compiled.probe(probe);
                    last = (level, Matched::known(self, &plan.must, &plan.drill, known)?);
                }
                Probe::Text(_) | Probe::Named => {
                    let plan = compiled.probe(probe);
                    let found = Matched::known(self, &plan.must, &plan.drill, known)?;
                    return Ok(found.hits.len() as u64);
                }
            }
            Ok(last.1.hits.len() as u64)
        })?;
        if last.0 != level {
            let plan = compiled.plan_at(level);
            last = (level, Matched::known(self, &plan.must, &plan.drill, known)?);
        }
        Ok(last)
    }

    fn total<'a>(&'a self, question: &Question, known: &Known<'a>, work: &Work) -> Result<u64, ReadError> {
        let compiled = compile::compile_during(question, &self.vocabulary, work);
        check_waiting(work)?;
        Ok(self.matched(&compiled, known, work)?.1.hits.len() as u64)
    }

    fn did_you_mean<'a>(
        &'a self,
        question: &Question,
        found: u64,
        known: &Known<'a>,
        work: &Work,
    ) -> Result<Option<Correction>, ReadError> {
        let Some(corrected) = compile::corrected(question, &self.vocabulary) else { return Ok(None) };
        let total = self.total(&corrected, known, work)?;
        // Equal counts suffice: the typo-tolerant question finds the same movies, and the correction is still useful.
        Ok((total > 0 && total >= found).then(|| Correction {
            text: corrected.text.clone(),
            total,
            question: corrected,
        }))
    }

    fn relaxations<'a>(
        &'a self,
        question: &Question,
        found: u64,
        known: &Known<'a>,
        work: &Work,
    ) -> Result<Vec<Relaxation>, ReadError> {
        for step in relax::relaxations(question, found, &self.vocabulary) {
            let mut offers = Vec::new();
            for Candidate { part, dropped, question } in step {
                let total = self.total(&question, known, work)?;
                if total > found {
                    offers.push(Relaxation { part, dropped, total, question });
                }
            }
            if !offers.is_empty() {
                offers.truncate(relax::MAX_OFFERS);
                return Ok(offers);
            }
        }
        Ok(Vec::new())
    }
}
