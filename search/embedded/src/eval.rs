//! Which movies a plan's clauses hold for, and how many points each gets.

use std::{cell::RefCell, rc::Rc};

use fixedbitset::FixedBitSet;
use tantivy::{
    DocSet, TERMINATED, Term,
    query::{EnableScoring, PhraseQuery, Query},
    schema::Field,
};
use wikimovie_domain::{RatingValue, Role, YearRange};
use wikimovie_engine::indexed::title_of;
use wikimovie_plan::{Clause, Drill, Group, MAX_PREFIX_CHARS, WordField};
use wikimovie_text::natural_order::natural_order;

use super::{columns::Doc, fields::Fields, postings, snapshot::Snapshot};

/// A set of documents.
pub(super) type Bits = FixedBitSet;

impl Snapshot {
    /// The shown movies for which a clause holds.
    pub(super) fn matches(&self, clause: &Clause) -> tantivy::Result<Bits> {
        self.matches_known(clause, &Known::default())
    }

    fn matches_known(&self, clause: &Clause, known: &Known) -> tantivy::Result<Bits> {
        let mut bits = self.none();
        self.add(clause, &mut bits, known)?;
        bits.intersect_with(&self.live);
        Ok(bits)
    }

    /// No movie.
    pub(super) fn none(&self) -> Bits {
        Bits::with_capacity(self.rows())
    }

    /// Points of each document in `among`; 0 elsewhere.
    pub(super) fn scores(&self, groups: &[Group], among: &Bits) -> tantivy::Result<Vec<u32>> {
        let mut scores = vec![0_u32; self.rows()];
        let known = Known::default();
        for group in groups {
            let mut open = among.clone();
            for tier in &group.tiers {
                let mut met = self.none();
                self.add(&tier.clause, &mut met, &known)?;
                met.intersect_with(&open);
                for doc in met.ones() {
                    scores[doc] += tier.weight;
                }
                open.difference_with(&met);
            }
        }
        Ok(scores)
    }

    /// Adds the documents for which a clause holds; documents that are not shown may be among them.
    fn add(&self, clause: &Clause, bits: &mut Bits, known: &Known) -> tantivy::Result<()> {
        match clause {
            Clause::All => bits.union_with(&self.live),
            Clause::None => {}
            Clause::Word(field, word) => self.add_term(self.fields.words(*field), word, bits)?,
            Clause::Prefix(field, prefix) => self.add_prefix(*field, prefix, bits)?,
            Clause::Phrase(field, words) => self.add_phrase(*field, words, bits)?,
            Clause::TitleKey(key) => {
                for rank in self.orders.starting_with(&[natural_order(key).as_str(), "\0"].concat()) {
                    if title_of(self.orders.get(rank)).1.is_none() {
                        bits.insert(self.doc_at_rank[rank] as usize);
                    }
                }
                self.titles_with_article.add_equal(key, bits);
            }
            Clause::TitleForm(form) => self.add_term(self.fields.title_form, form, bits)?,
            Clause::TitlePart(part) => self.add_term(self.fields.title_part, part, bits)?,
            Clause::TitleStarts(prefix) => {
                // Up to its first number, a title is itself in natural order.
                if prefix.contains(|c: char| c.is_ascii_digit()) {
                    self.titles_with_number.add_starting_with(prefix, bits);
                } else {
                    self.add_ranks(self.orders.starting_with(prefix), bits);
                }
                self.titles_with_article.add_starting_with(prefix, bits);
            }
            Clause::OtherTitleForm(form) => self.add_term(self.fields.other_title_form, form, bits)?,
            Clause::OtherTitleStarts(prefix) => {
                self.add_starting(self.fields.other_title_start, prefix, bits)?;
            }
            Clause::Genre(key) => add_docs(self.genre_docs.get(place(self.vocabulary.genres(), key)), bits),
            Clause::Person(role, key) => {
                add_docs(self.docs_of(*role).get(place(self.vocabulary.people(), key)), bits);
            }
            Clause::Language(key) => {
                add_docs(self.language_docs.get(place(self.vocabulary.languages(), key)), bits);
            }
            Clause::Country(key) => {
                add_docs(self.country_docs.get(place(self.vocabulary.countries(), key)), bits);
            }
            Clause::Provider(key) => {
                add_docs(self.provider_docs.get(place(self.vocabulary.providers(), key)), bits)
            }
            Clause::Years(range) => self.add_years(std::slice::from_ref(range), bits),
            Clause::Runtime(range) => self.add_numbers(&self.columns.runtime, bits, |minutes| {
                range.is_empty() || range.contains(Some(minutes))
            }),
            Clause::Rating(range) => self.add_numbers(&self.columns.rating, bits, |hundredths| {
                range.is_empty() || range.contains(RatingValue::try_from(hundredths).ok())
            }),
            Clause::Poster(has) => {
                let mut with = self.live.clone();
                if *has {
                    with.intersect_with(&self.columns.poster);
                } else {
                    with.difference_with(&self.columns.poster);
                }
                bits.union_with(&with);
            }
            Clause::AllOf(clauses) => {
                let mut all = self.live.clone();
                for clause in clauses {
                    let mut one = self.none();
                    self.add(clause, &mut one, known)?;
                    all.intersect_with(&one);
                    if all.is_clear() {
                        break;
                    }
                }
                bits.union_with(&all);
            }
            Clause::AnyOf(clauses) => clauses.iter().try_for_each(|clause| self.add(clause, bits, known))?,
            Clause::AtLeast(count, clauses) => {
                let counts = known.counts(self, clauses)?;
                for doc in self.live.ones().filter(|&doc| usize::from(counts[doc]) >= *count) {
                    bits.insert(doc);
                }
            }
            Clause::Not(clause) => {
                let mut rest = self.live.clone();
                let mut out = self.none();
                self.add(clause, &mut out, known)?;
                rest.difference_with(&out);
                bits.union_with(&rest);
            }
        }
        Ok(())
    }

    fn add_term(&self, field: Field, text: &str, bits: &mut Bits) -> tantivy::Result<()> {
        self.for_each_doc(&Fields::term(field, text), |doc| bits.insert(doc as usize))
    }

    fn add_prefix(&self, field: WordField, prefix: &str, bits: &mut Bits) -> tantivy::Result<()> {
        if let Some(prefixes) = self.fields.prefixes(field)
            && prefix.chars().count() <= MAX_PREFIX_CHARS
        {
            return self.add_term(prefixes, prefix, bits);
        }
        self.add_starting(self.fields.words(field), prefix, bits)
    }

    fn add_starting(&self, field: Field, prefix: &str, bits: &mut Bits) -> tantivy::Result<()> {
        for (reader, &base) in self.searcher.segment_readers().iter().zip(&self.bases) {
            let index = reader.inverted_index(field)?;
            let mut terms = index.terms().range().ge(prefix).into_stream()?;
            while terms.advance() && terms.key().starts_with(prefix.as_bytes()) {
                postings::for_each_doc_of_entry(&index, terms.value(), |doc| {
                    bits.insert((base + doc) as usize);
                })?;
            }
        }
        Ok(())
    }

    fn add_phrase(&self, field: WordField, words: &[String], bits: &mut Bits) -> tantivy::Result<()> {
        let field = self.fields.words(field);
        let terms: Vec<Term> = words.iter().map(|word| Fields::term(field, word)).collect();
        match words {
            [] => return Ok(()),
            [word] => return self.add_term(field, word, bits),
            _ => {}
        }
        let weight = PhraseQuery::new(terms).weight(EnableScoring::disabled_from_searcher(&self.searcher))?;
        for (reader, &base) in self.searcher.segment_readers().iter().zip(&self.bases) {
            let mut found = weight.scorer(reader, 1.0)?;
            let mut doc = found.doc();
            while doc != TERMINATED {
                bits.insert((base + doc) as usize);
                doc = found.advance();
            }
        }
        Ok(())
    }

    fn add_ranks(&self, ranks: std::ops::Range<usize>, bits: &mut Bits) {
        add_docs(&self.doc_at_rank[ranks], bits);
    }

    /// Adds the movies that have a number for which this holds, in a column of numbers and one more.
    fn add_numbers(&self, column: &[u16], bits: &mut Bits, holds: impl Fn(u16) -> bool) {
        for doc in self.live.ones() {
            if column[doc].checked_sub(1).is_some_and(&holds) {
                bits.insert(doc);
            }
        }
    }

    fn add_years(&self, ranges: &[YearRange], bits: &mut Bits) {
        for doc in self.live.ones() {
            let year = i64::from(self.columns.year[doc]);
            let holds = |range: &YearRange| {
                range.gte.is_none_or(|gte| gte <= year) && range.lte.is_none_or(|lte| year <= lte)
            };
            if year != 0 && ranges.iter().any(holds) {
                bits.insert(doc);
            }
        }
    }
}

/// How many of some clauses each document meets, while the levels of one question are tried: they ask for different
/// numbers of the same clauses.
#[derive(Default)]
pub(super) struct Known(RefCell<Vec<ClauseCounts>>);

struct ClauseCounts {
    clauses: Vec<Clause>,
    by_doc: Rc<[u8]>,
}

impl Known {
    fn counts(&self, snapshot: &Snapshot, clauses: &[Clause]) -> tantivy::Result<Rc<[u8]>> {
        let known = self
            .0
            .borrow()
            .iter()
            .find(|known| known.clauses == clauses)
            .map(|known| Rc::clone(&known.by_doc));
        if let Some(by_doc) = known {
            return Ok(by_doc);
        }
        let mut counts = vec![0_u8; snapshot.rows()];
        for clause in clauses {
            let mut met = snapshot.none();
            snapshot.add(clause, &mut met, self)?;
            for doc in met.ones() {
                counts[doc] = counts[doc].saturating_add(1);
            }
        }
        let by_doc: Rc<[u8]> = counts.into();
        self.0.borrow_mut().push(ClauseCounts { clauses: clauses.to_vec(), by_doc: Rc::clone(&by_doc) });
        Ok(by_doc)
    }
}

/// The movies of a plan, before and after the filters that facets ignore.
pub(super) struct Matched {
    /// Text and every filter but the drill.
    base: Bits,
    /// Movies that pass each dimension of the drill; `None` where it constrains nothing.
    dimensions: [Option<Bits>; 7],
    /// Movies that pass everything: the hits.
    pub(super) hits: Bits,
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

impl Matched {
    pub(super) fn of(snapshot: &Snapshot, must: &Clause, drill: &Drill) -> tantivy::Result<Self> {
        Self::known(snapshot, must, drill, &Known::default())
    }

    /// The same, where some of it was counted before.
    pub(super) fn known(
        snapshot: &Snapshot,
        must: &Clause,
        drill: &Drill,
        known: &Known,
    ) -> tantivy::Result<Self> {
        let base = snapshot.matches_known(must, known)?;
        let any = |clauses: Vec<Clause>| -> tantivy::Result<Option<Bits>> {
            if clauses.is_empty() { Ok(None) } else { snapshot.matches(&Clause::AnyOf(clauses)).map(Some) }
        };
        let ranges = |ranges: &[YearRange]| {
            (!ranges.is_empty()).then(|| {
                let mut bits = snapshot.none();
                snapshot.add_years(ranges, &mut bits);
                bits
            })
        };
        let years = if drill.years.is_empty() { None } else { ranges(&[drill.years]) };
        let years = match (ranges(&drill.decades), years) {
            (Some(decades), Some(years)) => Some(&decades & &years),
            (decades, years) => decades.or(years),
        };
        let dimensions = [
            any(drill.genres.iter().cloned().map(Clause::Genre).collect())?,
            any(in_role(Role::Cast, &drill.cast))?,
            any(in_role(Role::Director, &drill.directors))?,
            any(drill.languages.iter().cloned().map(Clause::Language).collect())?,
            any(drill.countries.iter().cloned().map(Clause::Country).collect())?,
            any(drill.providers.iter().cloned().map(Clause::Provider).collect())?,
            years,
        ];
        let mut hits = base.clone();
        for bits in dimensions.iter().flatten() {
            hits.intersect_with(bits);
        }
        Ok(Self { base, dimensions, hits })
    }

    /// The movies that pass everything but one dimension.
    pub(super) fn without(&self, dimension: Dimension) -> Bits {
        let mut bits = self.base.clone();
        for (place, passing) in self.dimensions.iter().enumerate() {
            if let Some(passing) = passing
                && place != dimension as usize
            {
                bits.intersect_with(passing);
            }
        }
        bits
    }
}

fn in_role(role: Role, keys: &[String]) -> Vec<Clause> {
    keys.iter().map(|key| Clause::Person(role, key.clone())).collect()
}

fn add_docs(docs: &[Doc], bits: &mut Bits) {
    for &doc in docs {
        bits.insert(doc as usize);
    }
}

/// Place of a key among sorted entries; past the end where it is not there.
fn place(entries: &[wikimovie_plan::vocabulary::Entry], key: &str) -> usize {
    entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).unwrap_or(usize::MAX - 1)
}

#[cfg(test)]
mod tests;
