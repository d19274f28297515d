//! The documents of a term, read a block at a time.

use tantivy::{
    DocId, SegmentReader, Term,
    postings::{BlockSegmentPostings, TermInfo},
    schema::IndexRecordOption,
};

/// Visits each document of a segment that holds a term, in order; deleted documents are among them.
pub(super) fn for_each_doc(
    reader: &SegmentReader,
    term: &Term,
    visit: impl FnMut(DocId),
) -> tantivy::Result<()> {
    let index = reader.inverted_index(term.field())?;
    if let Some(postings) = index.read_block_postings(term, IndexRecordOption::Basic)? {
        visit_blocks(postings, visit);
    }
    Ok(())
}

/// The same for a term met while its field's dictionary is streamed.
pub(super) fn for_each_doc_of_entry(
    index: &tantivy::InvertedIndexReader,
    entry: &TermInfo,
    visit: impl FnMut(DocId),
) -> tantivy::Result<()> {
    visit_blocks(index.read_block_postings_from_terminfo(entry, IndexRecordOption::Basic)?, visit);
    Ok(())
}

fn visit_blocks(mut postings: BlockSegmentPostings, mut visit: impl FnMut(DocId)) {
    while !postings.docs().is_empty() {
        postings.docs().iter().copied().for_each(&mut visit);
        postings.advance();
    }
}
