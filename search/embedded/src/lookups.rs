//! Terms and phrases looked up in tantivy's index.

use tantivy::{
    DocSet as _, TERMINATED, Term,
    query::{EnableScoring, PhraseQuery, Query},
    schema::Field,
};
use wikimovie_plan::{Clause, MAX_PREFIX_CHARS, WordField};

use super::{doc_set::DocSet, fields::Fields, postings, snapshot::Snapshot};

impl Snapshot {
    /// The documents of a clause that asks for terms; those that are not shown may be among them.
    pub(super) fn look_up<'a>(&self, clause: &Clause) -> tantivy::Result<DocSet<'a>> {
        match clause {
            Clause::Word(field, word) => self.term(self.fields.words(*field), word),
            Clause::Prefix(field, prefix) => self.prefix(*field, prefix),
            Clause::Phrase(field, words) => self.phrase(*field, words),
            Clause::TitleForm(form) => self.term(self.fields.title_form, form),
            Clause::TitlePart(part) => self.term(self.fields.title_part, part),
            Clause::OtherTitleForm(form) => self.term(self.fields.other_title_form, form),
            Clause::OtherTitleStarts(prefix) => self.starting(self.fields.other_title_start, prefix),
            _ => Ok(DocSet::default()),
        }
    }

    fn term<'a>(&self, field: Field, text: &str) -> tantivy::Result<DocSet<'a>> {
        let mut found = self.union();
        self.for_each_doc(&Fields::term(field, text), |doc| found.push(doc))?;
        Ok(found.finish())
    }

    fn prefix<'a>(&self, field: WordField, prefix: &str) -> tantivy::Result<DocSet<'a>> {
        if let Some(prefixes) = self.fields.prefixes(field)
            && prefix.chars().count() <= MAX_PREFIX_CHARS
        {
            return self.term(prefixes, prefix);
        }
        self.starting(self.fields.words(field), prefix)
    }

    fn starting<'a>(&self, field: Field, prefix: &str) -> tantivy::Result<DocSet<'a>> {
        let mut found = self.union();
        for (reader, &base) in self.searcher.segment_readers().iter().zip(&self.bases) {
            let index = reader.inverted_index(field)?;
            let mut terms = index.terms().range().ge(prefix).into_stream()?;
            while terms.advance() && terms.key().starts_with(prefix.as_bytes()) {
                postings::for_each_doc_of_entry(&index, terms.value(), |doc| found.push(base + doc))?;
            }
        }
        Ok(found.finish())
    }

    fn phrase<'a>(&self, field: WordField, words: &[String]) -> tantivy::Result<DocSet<'a>> {
        if words.iter().any(|word| self.vocabulary.counts(word).of(field) == 0) {
            return Ok(DocSet::default());
        }
        let field = self.fields.words(field);
        let terms: Vec<Term> = words.iter().map(|word| Fields::term(field, word)).collect();
        match words {
            [] => return Ok(DocSet::default()),
            [word] => return self.term(field, word),
            _ => {}
        }
        let weight = PhraseQuery::new(terms).weight(EnableScoring::disabled_from_searcher(&self.searcher))?;
        let mut docs = self.union();
        for (reader, &base) in self.searcher.segment_readers().iter().zip(&self.bases) {
            let mut found = weight.scorer(reader, 1.0)?;
            let mut doc = found.doc();
            while doc != TERMINATED {
                docs.push(base + doc);
                doc = found.advance();
            }
        }
        Ok(docs.finish())
    }
}
