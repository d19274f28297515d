//! How much memory a part of the catalogue takes: by this the cache of parts is weighed.
//!
//! Counted are the tables of a snapshot that no other snapshot of the commit shares: the words, people and titles of the
//! part, and what is kept by document (some 20 bytes for each of the whole catalogue).

use super::snapshot::{Snapshot, Titles};

impl Snapshot {
    /// Bytes of its own, about.
    pub(super) fn bytes(&self) -> usize {
        let numbers = self.rank.len() + self.doc_at_rank.len() + self.bases.len();
        let lists = [
            &self.genres,
            &self.genre_docs,
            &self.cast,
            &self.cast_docs,
            &self.directors,
            &self.director_docs,
            &self.writer_docs,
            &self.languages,
            &self.language_docs,
            &self.countries,
            &self.country_docs,
            &self.providers,
            &self.provider_docs,
        ];
        numbers * size_of::<u32>()
            + self.live.len() / 8
            + lists.iter().map(|list| list.bytes()).sum::<usize>()
            + self.orders.bytes()
            + self.titles_with_article.bytes()
            + self.titles_with_number.bytes()
            + self.vocabulary.heap_bytes()
            + self.ledger.len() * LEDGER_ROW
    }
}

/// A row of the ledger with its texts and its place in the tree.
const LEDGER_ROW: usize = 1_000;

impl Titles {
    fn bytes(&self) -> usize {
        self.keys.bytes() + self.docs.len() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use fixedbitset::FixedBitSet;
    use std::sync::Arc;
    use wikimovie_engine::catalog::ReceiptsOf;

    use crate::testing::dozen_in_segments;

    #[test]
    fn a_part_takes_less_than_the_whole_and_shares_its_columns() {
        let whole = dozen_in_segments();
        let mut among = FixedBitSet::with_capacity(whole.rows());
        among.insert(whole.doc_at_rank[0] as usize);
        let part = whole.restricted(&among, &ReceiptsOf::Everyone, &Arc::default()).unwrap();
        assert!(part.bytes() < whole.bytes(), "{} {}", part.bytes(), whole.bytes());
        assert!(part.bytes() > whole.rows() * 4);
        assert!(Arc::ptr_eq(&part.columns, &whole.columns));
    }
}
