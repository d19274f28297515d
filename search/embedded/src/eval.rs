//! Which movies a plan's clauses hold for, and how many points each gets.

use std::rc::Rc;

use wikimovie_domain::{RatingValue, Role, YearRange};
use wikimovie_engine::indexed::title_of;
use wikimovie_plan::{Clause, Drill, vocabulary::Entry};
use wikimovie_text::natural_order::natural_order;

use super::{
    columns::Doc,
    doc_set::{DocSet, Union},
    known::Known,
    snapshot::Snapshot,
};

impl Snapshot {
    /// The shown movies for which a clause holds.
    pub(super) fn matches<'a>(&'a self, clause: &Clause, known: &Known<'a>) -> tantivy::Result<DocSet<'a>> {
        Ok(self.eval(clause, known)?.and(&self.shown()))
    }

    fn shown(&self) -> DocSet<'_> {
        DocSet::of_bits(&self.live)
    }

    /// The documents for which a clause holds; documents that are not shown may be among them.
    pub(super) fn eval<'a>(&'a self, clause: &Clause, known: &Known<'a>) -> tantivy::Result<Rc<DocSet<'a>>> {
        let set = match clause {
            Clause::All => self.shown(),
            Clause::None => DocSet::default(),
            Clause::Word(..)
            | Clause::Prefix(..)
            | Clause::Phrase(..)
            | Clause::TitleForm(_)
            | Clause::TitlePart(_)
            | Clause::OtherTitleForm(_)
            | Clause::OtherTitleStarts(_) => return known.looked_up(clause, || self.look_up(clause)),
            Clause::TitleKey(key) => {
                let mut found = self.union();
                for rank in self.orders.starting_with(&[natural_order(key).as_str(), "\0"].concat()) {
                    if title_of(self.orders.get(rank)).1.is_none() {
                        found.push(self.doc_at_rank[rank]);
                    }
                }
                self.titles_with_article.add_equal(key, &mut found);
                found.finish()
            }
            Clause::TitleStarts(prefix) => {
                let mut found = self.union();
                // Up to its first number, a title is itself in natural order.
                if prefix.contains(|c: char| c.is_ascii_digit()) {
                    self.titles_with_number.add_starting_with(prefix, &mut found);
                } else {
                    found.extend(&self.doc_at_rank[self.orders.starting_with(prefix)]);
                }
                self.titles_with_article.add_starting_with(prefix, &mut found);
                found.finish()
            }
            Clause::Genre(key) => DocSet::of_list(self.genre_docs.get(place(self.vocabulary.genres(), key))),
            Clause::Person(role, key) => {
                DocSet::of_list(self.docs_of(*role).get(place(self.vocabulary.people(), key)))
            }
            Clause::Language(key) => {
                DocSet::of_list(self.language_docs.get(place(self.vocabulary.languages(), key)))
            }
            Clause::Country(key) => {
                DocSet::of_list(self.country_docs.get(place(self.vocabulary.countries(), key)))
            }
            Clause::Provider(key) => {
                DocSet::of_list(self.provider_docs.get(place(self.vocabulary.providers(), key)))
            }
            Clause::Years(range) => self.in_years(std::slice::from_ref(range), &self.shown()),
            Clause::Runtime(_) | Clause::Rating(_) | Clause::Poster(_) => {
                self.shown().filtered(|doc| self.has_value(clause, doc))
            }
            Clause::AllOf(clauses) => return self.all_of(clauses, known),
            Clause::AnyOf(clauses) => {
                let mut any = self.union();
                for clause in clauses {
                    any.add(&*self.eval(clause, known)?);
                }
                any.finish()
            }
            Clause::AtLeast(count, clauses) => known.counted(self, clauses)?.at_least(*count, self.rows()),
            Clause::Not(clause) => self.shown().without(&*self.eval(clause, known)?),
        };
        Ok(Rc::new(set))
    }

    /// The documents for which all clauses hold. What is known of each document by itself is asked last, of few.
    fn all_of<'a>(&'a self, clauses: &[Clause], known: &Known<'a>) -> tantivy::Result<Rc<DocSet<'a>>> {
        let (values, others): (Vec<&Clause>, Vec<&Clause>) =
            clauses.iter().partition(|clause| is_value(clause));
        let mut all: Option<Rc<DocSet<'a>>> = None;
        let (exclusions, others): (Vec<&Clause>, Vec<&Clause>) =
            others.into_iter().partition(|clause| matches!(clause, Clause::Not(_)));
        for clause in others.into_iter().filter(|clause| **clause != Clause::All) {
            let one = self.eval(clause, known)?;
            let both = all.map_or_else(|| Rc::clone(&one), |all| Rc::new(all.and(&one)));
            if both.is_empty() {
                return Ok(both);
            }
            all = Some(both);
        }
        let mut all = all.unwrap_or_else(|| Rc::new(self.shown()));
        for clause in values {
            all = Rc::new(match clause {
                Clause::Years(range) => self.in_years(std::slice::from_ref(range), &all),
                _ => all.filtered(|doc| self.has_value(clause, doc)),
            });
        }
        for clause in exclusions {
            let Clause::Not(clause) = clause else { continue };
            if all.is_empty() {
                break;
            }
            all = Rc::new(all.without(&*self.eval(clause, known)?));
        }
        Ok(all)
    }

    /// Whether a document has a value as a clause of values wants it.
    fn has_value(&self, clause: &Clause, doc: Doc) -> bool {
        let row = doc as usize;
        // Columns hold a number and one more; 0 is none.
        let number = |column: &[u16]| column[row].checked_sub(1);
        match clause {
            Clause::Runtime(range) => number(&self.columns.runtime)
                .is_some_and(|minutes| range.is_empty() || range.contains(Some(minutes))),
            Clause::Rating(range) => number(&self.columns.rating).is_some_and(|hundredths| {
                range.is_empty() || range.contains(RatingValue::try_from(hundredths).ok())
            }),
            Clause::Poster(has) => self.columns.poster.contains(row) == *has,
            _ => false,
        }
    }

    /// Those of some documents that have a year in one of the ranges.
    fn in_years<'a>(&self, ranges: &[YearRange], among: &DocSet<'a>) -> DocSet<'a> {
        let by_year = &self.columns.by_year;
        let slices: Vec<&[Doc]> = ranges.iter().map(|range| by_year.get(range)).collect();
        let many = among.len();
        if slices.iter().map(|docs| docs.len()).sum::<usize>() < many {
            let mut found = self.union();
            slices.into_iter().flatten().filter(|&&doc| among.contains(doc)).for_each(|&doc| found.push(doc));
            return found.finish();
        }
        among.filtered(|doc| {
            let year = i64::from(self.columns.year[doc as usize]);
            let holds = |range: &YearRange| {
                range.gte.is_none_or(|gte| gte <= year) && range.lte.is_none_or(|lte| year <= lte)
            };
            year != 0 && ranges.iter().any(holds)
        })
    }

    /// Collects documents of this snapshot.
    pub(super) fn union(&self) -> Union {
        Union::new(self.rows())
    }
}

/// Whether a clause asks for a value that each document has in a column.
fn is_value(clause: &Clause) -> bool {
    matches!(clause, Clause::Years(_) | Clause::Runtime(_) | Clause::Rating(_) | Clause::Poster(_))
}

/// The movies of a plan, before and after the filters that facets ignore.
pub(super) struct Matched<'a> {
    /// Text and every filter but the drill.
    base: DocSet<'a>,
    /// Movies of the base that pass each dimension of the drill; `None` where it constrains nothing.
    dimensions: [Option<DocSet<'a>>; 7],
    /// Movies that pass everything: the hits.
    pub(super) hits: DocSet<'a>,
}

/// What a facet ignores of the drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    Genres,
    Cast,
    Directors,
    Languages,
    Countries,
    Providers,
    /// Years and decades, which ignore each other.
    Years,
}

impl<'a> Matched<'a> {
    pub(super) fn of(snapshot: &'a Snapshot, must: &Clause, drill: &Drill) -> tantivy::Result<Self> {
        Self::known(snapshot, must, drill, &Known::default())
    }

    /// The same, where some of it was looked up before.
    pub(super) fn known(
        snapshot: &'a Snapshot,
        must: &Clause,
        drill: &Drill,
        known: &Known<'a>,
    ) -> tantivy::Result<Self> {
        let base = snapshot.matches(must, known)?;
        let any = |clauses: Vec<Clause>| -> tantivy::Result<Option<DocSet<'a>>> {
            if clauses.is_empty() {
                return Ok(None);
            }
            Ok(Some(base.and(&*snapshot.eval(&Clause::AnyOf(clauses), known)?)))
        };
        let ranges = |ranges: &[YearRange], among: &DocSet<'a>| snapshot.in_years(ranges, among);
        let decades = (!drill.decades.is_empty()).then(|| ranges(&drill.decades, &base));
        let years = (!drill.years.is_empty())
            .then(|| ranges(std::slice::from_ref(&drill.years), decades.as_ref().unwrap_or(&base)));
        let dimensions = [
            any(drill.genres.iter().cloned().map(Clause::Genre).collect())?,
            any(in_role(Role::Cast, &drill.cast))?,
            any(in_role(Role::Director, &drill.directors))?,
            any(drill.languages.iter().cloned().map(Clause::Language).collect())?,
            any(drill.countries.iter().cloned().map(Clause::Country).collect())?,
            any(drill.providers.iter().cloned().map(Clause::Provider).collect())?,
            years.or(decades),
        ];
        let hits = all_of(&base, dimensions.iter().flatten());
        Ok(Self { base, dimensions, hits })
    }

    /// The movies that pass everything but one dimension.
    pub(super) fn without(&self, dimension: Dimension) -> DocSet<'a> {
        if self.dimensions[dimension as usize].is_none() {
            return self.hits.clone();
        }
        let others = self.dimensions.iter().enumerate().filter(|&(place, _)| place != dimension as usize);
        all_of(&self.base, others.filter_map(|(_, passing)| passing.as_ref()))
    }
}

/// What passes all of some parts of a set.
fn all_of<'a, 'b>(base: &DocSet<'a>, parts: impl Iterator<Item = &'b DocSet<'a>>) -> DocSet<'a>
where
    'a: 'b,
{
    parts
        .fold(None, |all: Option<DocSet<'a>>, part| {
            Some(all.map_or_else(|| part.clone(), |all| all.and(part)))
        })
        .unwrap_or_else(|| base.clone())
}

fn in_role(role: Role, keys: &[String]) -> Vec<Clause> {
    keys.iter().map(|key| Clause::Person(role, key.clone())).collect()
}

/// Place of a key among sorted entries; past the end where it is not there.
fn place(entries: &[Entry], key: &str) -> usize {
    entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).unwrap_or(usize::MAX - 1)
}

#[cfg(test)]
mod tests;
