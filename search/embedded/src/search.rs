//! One question from start to end, against one snapshot.

use std::{sync::Arc, time::Instant};

use serde::Serialize;
use wikimovie_domain::{
    Correction, Explain, Hit, HitPage, HitsRequest, MovieSort, Question, Relaxation, SearchAnswer,
    SearchRequest, Total, TotalRelation,
};
use wikimovie_engine::{
    cursor::{self, Cursor, Cursors},
    token::Sealer,
};
use wikimovie_plan::{
    FEW_HITS, Plan,
    compile::{self, Compiled},
    highlight, relax,
};

use super::{
    error::ReadError, eval::Matched, info::ENGINE, paging::HitOrder, plans::Plans, snapshot::Snapshot,
};

/// The plan as `explain` shows it to an operator.
#[derive(Serialize)]
struct ExplainedPlan<'a> {
    plan: &'a Plan,
    revision: u64,
    documents: usize,
}

/// Shared by all pages of one question.
struct List<'a> {
    order: HitOrder<'a>,
    has_text: bool,
    cursors: Cursors<'a>,
    compiled: &'a Compiled,
}

impl Snapshot {
    pub(super) fn search(
        &self,
        request: &SearchRequest,
        plans: &Plans,
        sealer: &Sealer,
    ) -> Result<SearchAnswer, ReadError> {
        let started = Instant::now();
        let question = &request.question;
        let open = |token| cursor::open(sealer, question, token);
        let mut opened = request
            .hits
            .iter()
            .map(|hits| hits.page.cursor.as_deref().map(open).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        let compiled = self.compiled(question, plans);
        // A further page uses the plan of the page before it.
        let carried = opened.iter_mut().flatten().find_map(|cursor| cursor.plan.take());
        let plan = carried.as_ref().unwrap_or(&compiled.plan);
        let matched = Matched::of(self, &plan.must, &plan.drill)?;
        let found = matched.hits.count_ones(..) as u64;

        let scored = question.sort == MovieSort::Relevance && !request.hits.is_empty();
        let scores = if scored { self.scores(&plan.score, &matched.hits)? } else { Vec::new() };
        let list = List {
            order: HitOrder { snapshot: self, sort: question.sort, prior: &self.prior, scores: &scores },
            has_text: !plan.score.is_empty(),
            cursors: Cursors::new(sealer, question, plan),
            compiled: &compiled,
        };
        let hits = request
            .hits
            .iter()
            .zip(&opened)
            .map(|(page, cursor)| self.hits(page, cursor.as_ref(), &list, &matched))
            .collect::<Result<_, _>>()?;
        let facets =
            request.facets.iter().map(|facet| self.facet(facet, &matched, &question.filter)).collect();
        let little = found <= FEW_HITS;
        let did_you_mean =
            if request.wanted.did_you_mean && little { self.did_you_mean(question, found)? } else { None };
        let relaxations = if request.wanted.relaxations && little {
            self.relaxations(question, found)?
        } else {
            Vec::new()
        };
        let explain = request.wanted.explain.then(|| {
            let explained = ExplainedPlan { plan, revision: self.revision.number, documents: self.rows() };
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
            understood: compiled.understood.clone(),
            did_you_mean,
            relaxations,
            explain,
            warnings: compiled.warnings.clone(),
        })
    }

    /// The plan of a question, with the current vocabulary.
    fn compiled(&self, question: &Question, plans: &Plans) -> Arc<Compiled> {
        let key = (cursor::hash(question), self.revision.number);
        plans.get_with(key, || Arc::new(compile::compile(question, &self.vocabulary)))
    }

    fn hits(
        &self,
        request: &HitsRequest,
        cursor: Option<&Cursor>,
        list: &List<'_>,
        matched: &Matched,
    ) -> Result<HitPage, ReadError> {
        let List { order, has_text, cursors, compiled } = list;
        let page = order.page(&matched.hits, &request.page, cursor.map(|cursor| &cursor.sort_key));
        let hits = page
            .docs
            .iter()
            .map(|&doc| {
                let movie = self.movie(doc)?;
                Ok(Hit {
                    cursor: if request.cursors { cursors.seal(order.sort_key(doc)) } else { String::new() },
                    score: (*has_text && order.sort == MovieSort::Relevance).then(|| order.score(doc)),
                    highlights: if request.highlights {
                        highlight::highlights(&movie, &compiled.highlight_terms)
                    } else {
                        Vec::new()
                    },
                    reasons: if request.reasons { highlight::reasons(&movie, compiled) } else { Vec::new() },
                    movie,
                })
            })
            .collect::<Result<_, ReadError>>()?;
        Ok(page.into_page(hits))
    }

    fn total(&self, question: &Question) -> Result<u64, ReadError> {
        let plan = compile::compile(question, &self.vocabulary).plan;
        Ok(Matched::of(self, &plan.must, &plan.drill)?.hits.count_ones(..) as u64)
    }

    fn did_you_mean(&self, question: &Question, found: u64) -> Result<Option<Correction>, ReadError> {
        let Some(corrected) = compile::corrected(question, &self.vocabulary) else { return Ok(None) };
        let total = self.total(&corrected)?;
        // Equal counts suffice: the typo-tolerant question finds the same movies, and the correction is still useful.
        Ok((total > 0 && total >= found).then(|| Correction {
            text: corrected.text.clone(),
            total,
            question: corrected,
        }))
    }

    fn relaxations(&self, question: &Question, found: u64) -> Result<Vec<Relaxation>, ReadError> {
        let mut relaxations = Vec::new();
        for (part, dropped, question) in relax::relaxations(question) {
            let total = self.total(&question)?;
            if total > found {
                relaxations.push(Relaxation { part, dropped, total, question });
            }
        }
        Ok(relaxations)
    }
}
