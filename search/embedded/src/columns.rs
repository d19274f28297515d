//! The columns of a commit, read through all of its segments.
//!
//! Documents are numbered through all segments, so that a set of them is one bitset and a column is one array.

use fixedbitset::FixedBitSet;
use tantivy::{DocId, Searcher, SegmentReader, columnar::StrColumn};
use wikimovie_domain::YearRange;

use super::fields::column;

/// A document of a snapshot: its place among all segments.
pub(super) type Doc = u32;

/// What ranking and filtering need of each document. The same for all parts of a commit, which share it.
#[derive(Debug)]
pub(super) struct DocColumns {
    /// Year of release, 0 where it is not known.
    pub(super) year: Vec<u16>,
    pub(super) by_year: ByYear,
    /// Popularity and prior, see [`wikimovie_plan::rank::standing`].
    pub(super) standing: Vec<u64>,
    /// Mean rating, see [`wikimovie_plan::rank::rating`].
    pub(super) rating: Vec<u16>,
    /// Minutes and one more, 0 where they are not known.
    pub(super) runtime: Vec<u16>,
    /// How much each movie is expected while its title is typed.
    pub(super) known: Vec<u16>,
    pub(super) poster: FixedBitSet,
}

impl DocColumns {
    pub(super) fn read(segments: &Segments<'_>) -> tantivy::Result<Self> {
        let year = segments.small_numbers(column::YEAR)?;
        Ok(Self {
            by_year: ByYear::of(&year),
            year,
            standing: segments.numbers(column::STANDING)?,
            rating: segments.small_numbers(column::RATING)?,
            runtime: segments.small_numbers(column::RUNTIME)?,
            known: segments.small_numbers(column::KNOWN)?,
            poster: segments.flags(column::POSTER)?,
        })
    }
}

/// The documents in the order of their years.
#[derive(Debug)]
pub(super) struct ByYear {
    docs: Vec<Doc>,
    /// For each year, up to the last one, where its documents start in `docs`, and one end.
    starts: Vec<u32>,
}

impl ByYear {
    fn of(years: &[u16]) -> Self {
        let last = years.iter().copied().max().unwrap_or(0);
        let mut starts = vec![0_u32; usize::from(last) + 2];
        for &year in years {
            starts[usize::from(year) + 1] += 1;
        }
        for year in 1..starts.len() {
            starts[year] += starts[year - 1];
        }
        let mut next = starts.clone();
        let mut docs = vec![0; years.len()];
        for (doc, &year) in (0..).zip(years) {
            let slot = &mut next[usize::from(year)];
            docs[*slot as usize] = doc;
            *slot += 1;
        }
        Self { docs, starts }
    }

    /// The documents that have a year in a range, by year; an empty range holds all years.
    pub(super) fn get(&self, range: &YearRange) -> &[Doc] {
        let last = self.starts.len() as i64 - 2;
        let from = range.gte.unwrap_or(1).max(1);
        let to = range.lte.unwrap_or(last).min(last);
        if from > to {
            return &[];
        }
        &self.docs[self.starts[from as usize] as usize..self.starts[to as usize + 1] as usize]
    }
}

/// The segments of a commit, each with the number of its first document.
pub(super) struct Segments<'a> {
    readers: &'a [SegmentReader],
    pub(super) bases: Vec<Doc>,
    docs: Doc,
}

impl<'a> Segments<'a> {
    pub(super) fn of(searcher: &'a Searcher) -> Self {
        let readers = searcher.segment_readers();
        let mut bases = Vec::with_capacity(readers.len());
        let mut docs = 0;
        for reader in readers {
            bases.push(docs);
            docs += reader.max_doc();
        }
        Self { readers, bases, docs }
    }

    /// Documents in all segments, deleted ones included.
    pub(super) fn rows(&self) -> usize {
        self.docs as usize
    }

    /// Each segment with the number of its first document.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a SegmentReader, Doc)> {
        self.readers.iter().zip(self.bases.iter().copied())
    }

    /// Every document in order: its segment, its number in it, and its number through all segments.
    pub(super) fn docs(&self) -> impl Iterator<Item = (usize, DocId, Doc)> {
        let segments = self.iter().enumerate();
        segments.flat_map(|(segment, (reader, base))| {
            (0..reader.max_doc()).map(move |doc| (segment, doc, base + doc))
        })
    }

    /// A number column; 0 where a document has none.
    pub(super) fn numbers(&self, column: &str) -> tantivy::Result<Vec<u64>> {
        let mut numbers = Vec::with_capacity(self.rows());
        for reader in self.readers {
            match reader.fast_fields().column_opt::<u64>(column)? {
                Some(column) => {
                    numbers.extend((0..reader.max_doc()).map(|doc| column.first(doc).unwrap_or(0)));
                }
                None => numbers.resize(numbers.len() + reader.max_doc() as usize, 0),
            }
        }
        Ok(numbers)
    }

    /// A number column whose values fit in 16 bits; greater ones are cut to the greatest.
    pub(super) fn small_numbers(&self, column: &str) -> tantivy::Result<Vec<u16>> {
        let narrow = |number| u16::try_from(number).unwrap_or(u16::MAX);
        Ok(self.numbers(column)?.into_iter().map(narrow).collect())
    }

    /// The documents whose number in a column is 1.
    pub(super) fn flags(&self, column: &str) -> tantivy::Result<FixedBitSet> {
        let mut flags = FixedBitSet::with_capacity(self.rows());
        for (row, number) in self.numbers(column)?.into_iter().enumerate() {
            flags.set(row, number == 1);
        }
        Ok(flags)
    }

    pub(super) fn strings(&self, column: &str) -> tantivy::Result<StringColumn> {
        StringColumn::read(self.readers, column)
    }
}

/// A column of strings, with its distinct strings over all segments.
pub(super) struct StringColumn {
    /// Distinct strings of all segments, sorted.
    pub(super) strings: Vec<String>,
    /// For each segment, the index in `strings` of each of its own ordinals.
    indices: Vec<Vec<u32>>,
    columns: Vec<Option<StrColumn>>,
}

impl StringColumn {
    fn read(readers: &[SegmentReader], name: &str) -> tantivy::Result<Self> {
        let mut columns = Vec::with_capacity(readers.len());
        let mut of_segments: Vec<Vec<String>> = Vec::with_capacity(readers.len());
        for reader in readers {
            let column = reader.fast_fields().str(name)?;
            let mut strings = Vec::new();
            if let Some(column) = &column {
                let mut stream = column.dictionary().stream()?;
                while stream.advance() {
                    strings.push(String::from_utf8_lossy(stream.key()).into_owned());
                }
            }
            of_segments.push(strings);
            columns.push(column);
        }
        let mut strings: Vec<String> = of_segments.iter().flatten().cloned().collect();
        strings.sort_unstable();
        strings.dedup();
        let index = |string: &String| strings.partition_point(|other| other < string) as u32;
        let indices = of_segments.iter().map(|strings| strings.iter().map(index).collect()).collect();
        Ok(Self { strings, indices, columns })
    }

    /// Indices in [`Self::strings`] of a document's strings, in the order they were added.
    pub(super) fn of(&self, segment: usize, doc: DocId) -> impl Iterator<Item = u32> {
        let indices = &self.indices[segment];
        self.columns[segment]
            .iter()
            .flat_map(move |column| column.term_ords(doc))
            .map(|ordinal| indices[ordinal as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_by_ranges_of_years() {
        let by_year = ByYear::of(&[1990, 0, 1985, 1990, 2001]);
        let get = |gte, lte| by_year.get(&YearRange { gte, lte }).to_vec();
        assert_eq!(get(None, None), [2, 0, 3, 4]);
        assert_eq!(get(Some(1986), Some(1990)), [0, 3]);
        assert_eq!(get(Some(2001), None), [4]);
        assert_eq!(get(None, Some(1985)), [2]);
        for (gte, lte) in [(2002, 9000), (1991, 1990), (i64::MIN, 0), (i64::MAX, i64::MIN), (3000, 4000)] {
            assert!(get(Some(gte), Some(lte)).is_empty(), "{gte} {lte}");
        }
        assert_eq!(get(Some(i64::MIN), Some(i64::MAX)).len(), 4);
        assert!(ByYear::of(&[]).get(&YearRange::default()).is_empty());
    }
}
