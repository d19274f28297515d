//! Suggestions while a person types, each with a hit under the current filters.

use wikimovie_domain::{AutocompleteRequest, MovieSort, PageRequest, Question, Role, Suggestion, YearRange};
use wikimovie_plan::{
    compile, prefix,
    suggest::Typos,
    suggestions::{Candidates, Counts},
    work::Work,
};

use super::{
    doc_set::DocSet,
    error::{ReadError, check_waiting},
    eval::Matched,
    known::Known,
    paging::{HitOrder, Ties},
    snapshot::Snapshot,
};

impl Snapshot {
    pub(super) fn autocomplete(
        &self,
        request: &AutocompleteRequest,
        work: &Work,
    ) -> Result<Vec<Suggestion>, ReadError> {
        for typos in Typos::PASSES {
            let found = self.suggestions(request, typos, work)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    fn suggestions(
        &self,
        request: &AutocompleteRequest,
        typos: Typos,
        work: &Work,
    ) -> Result<Vec<Suggestion>, ReadError> {
        let Some(candidates) = Candidates::of(request, &self.vocabulary, typos) else {
            return Ok(Vec::new());
        };
        let compiled = prefix::compile_prefix(&request.prefix, &request.filter, &self.vocabulary, typos);
        check_waiting(work)?;
        let mut movies = Vec::new();
        if candidates.movies {
            let known = Known::default();
            let hits = Matched::known(self, &compiled.plan.must, &compiled.plan.drill, &known)?.hits;
            let scores = self.scores(&compiled.plan.score, &hits, &known)?;
            let sort = MovieSort::Relevance;
            let order =
                HitOrder { snapshot: self, sort, ties: Ties::Known(&self.columns.known), scores: &scores };
            let page = order.page(&hits, &PageRequest::first(request.first), None);
            movies = page.docs.into_iter().map(|doc| self.movie(doc)).collect::<Result<_, _>>()?;
        }
        let hits = if candidates.needs_counts() {
            let filter = Question { filter: request.filter.clone(), ..Question::default() };
            let plan = compile::count_plan(&filter, &self.vocabulary, work);
            Matched::of(self, &plan.must, &plan.drill)?.hits
        } else {
            DocSet::default()
        };
        let under = Under { snapshot: self, hits };
        Ok(candidates.suggestions(request, &compiled, movies, &self.vocabulary, &under))
    }
}

/// The movies under the current filters.
struct Under<'a> {
    snapshot: &'a Snapshot,
    hits: DocSet<'a>,
}

impl Under<'_> {
    fn count(&self, docs: &[u32]) -> u64 {
        docs.iter().filter(|&&doc| self.hits.contains(doc)).count() as u64
    }
}

impl Counts for Under<'_> {
    fn person(&self, at: usize, role: Role) -> u64 {
        self.count(self.snapshot.docs_of(role).get(at))
    }

    fn genre(&self, at: usize) -> u64 {
        self.count(self.snapshot.genre_docs.get(at))
    }

    fn decade(&self, from: i64) -> u64 {
        let years = YearRange { gte: Some(from), lte: Some(from + 9) };
        self.count(self.snapshot.columns.by_year.get(&years))
    }
}
