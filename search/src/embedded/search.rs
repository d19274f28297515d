//! One question from start to end, against one snapshot.

use std::{sync::Arc, time::Instant};

use serde::Serialize;
use sha2::{Digest, Sha256};
use wikimovie_domain::{
    Correction, Explain, Hit, HitPage, HitsRequest, MovieSort, Question, Relaxation, SearchAnswer,
    SearchRequest, Total, TotalRelation,
};

use super::{
    ENGINE,
    eval::Matched,
    paging::{Cursor, Order},
    snapshot::Snapshot,
};
use crate::{
    error::SearchError,
    plan::{
        Plan,
        compile::{self, Compiled},
        relax,
    },
    text::highlight,
    token::Sealer,
};

/// So few hits or fewer are "little found": other spellings and relaxations are looked for.
const FEW_HITS: u64 = 3;

/// Plans of questions asked lately, by hash of the question and number of the revision.
pub(super) type Plans = moka::sync::Cache<(u64, u64), Arc<Compiled>>;

/// The plan as it is told to an operator.
#[derive(Serialize)]
struct Told<'a> {
    plan: &'a Plan,
    revision: u64,
    documents: usize,
}

impl Snapshot {
    pub(super) fn search(
        &self,
        request: &SearchRequest,
        plans: &Plans,
        sealer: &Sealer,
    ) -> Result<SearchAnswer, SearchError> {
        let started = Instant::now();
        let question = &request.question;
        let hash = hash(question);
        let open = |token| Cursor::open(token, hash, sealer);
        let cursors = request
            .hits
            .iter()
            .map(|hits| hits.page.cursor.as_deref().map(open).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        let first_read = cursors.iter().flatten().map(Cursor::revision).min();
        let (revision, compiled) = self.compiled(question, hash, first_read, plans);
        let matched = Matched::of(self, &compiled.plan.must, &compiled.plan.drill)?;
        let found = matched.hits.count_ones(..) as u64;

        let scored = question.sort == MovieSort::Relevance && !request.hits.is_empty();
        let scores = if scored { self.scores(&compiled.plan.score, &matched.hits)? } else { Vec::new() };
        let order =
            Order { snapshot: self, sort: question.sort, scores: &scores, question: hash, revision, sealer };
        let hits = request
            .hits
            .iter()
            .zip(&cursors)
            .map(|(page, cursor)| self.hits(page, cursor.as_ref(), &order, &matched, &compiled))
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
            let told = Told { plan: &compiled.plan, revision: self.revision.number, documents: self.rows() };
            Explain {
                engine: ENGINE.into(),
                took_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
                plan: serde_json::to_string(&told).unwrap_or_default(),
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

    /// The plan of a question. Points depend on how rare words are, so the next page of a list is read with the
    /// plan that its first page was read with, as long as that is remembered; else with today's.
    fn compiled(
        &self,
        question: &Question,
        hash: u64,
        first_read: Option<u64>,
        plans: &Plans,
    ) -> (u64, Arc<Compiled>) {
        let revision = first_read.unwrap_or(self.revision.number);
        if first_read.is_some()
            && let Some(compiled) = plans.get(&(hash, revision))
        {
            return (revision, compiled);
        }
        let compiled = Arc::new(compile::compile(question, &self.vocabulary));
        let revision = self.revision.number;
        plans.insert((hash, revision), Arc::clone(&compiled));
        (revision, compiled)
    }

    fn hits(
        &self,
        request: &HitsRequest,
        cursor: Option<&Cursor>,
        order: &Order<'_>,
        matched: &Matched,
        compiled: &Compiled,
    ) -> Result<HitPage, SearchError> {
        let page = order.page(&matched.hits, &request.page, cursor);
        let has_text = !compiled.plan.score.is_empty();
        let hits = page
            .docs
            .iter()
            .map(|&doc| {
                let movie = self.movie(doc)?;
                Ok(Hit {
                    cursor: order.cursor(doc),
                    score: (has_text && order.sort == MovieSort::Relevance).then(|| order.score(doc)),
                    highlights: if request.highlights {
                        highlight::highlights(&movie, &compiled.typed)
                    } else {
                        Vec::new()
                    },
                    reasons: if request.reasons { highlight::reasons(&movie, compiled) } else { Vec::new() },
                    movie,
                })
            })
            .collect::<Result<_, SearchError>>()?;
        Ok(page.into_page(hits))
    }

    fn total(&self, question: &Question) -> Result<u64, SearchError> {
        let plan = compile::compile(question, &self.vocabulary).plan;
        Ok(Matched::of(self, &plan.must, &plan.drill)?.hits.count_ones(..) as u64)
    }

    fn did_you_mean(&self, question: &Question, found: u64) -> Result<Option<Correction>, SearchError> {
        let Some(corrected) = compile::corrected(question, &self.vocabulary) else { return Ok(None) };
        let total = self.total(&corrected)?;
        // As many will do: the typo-tolerant question finds the same movies, and the spelling is still worth telling.
        Ok((total > 0 && total >= found).then(|| Correction {
            text: corrected.text.clone(),
            total,
            question: corrected,
        }))
    }

    fn relaxations(&self, question: &Question, found: u64) -> Result<Vec<Relaxation>, SearchError> {
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

/// What binds a cursor to its question: the first 64 bits of SHA-256 over its canonical JSON.
fn hash(question: &Question) -> u64 {
    let json = serde_json::to_vec(question).unwrap_or_default();
    let digest = Sha256::digest(&json);
    let first: [u8; 8] = std::array::from_fn(|place| digest[place]);
    u64::from_be_bytes(first)
}
