//! Reading any object, compressed or plain, terminates: each record becomes a movie or a refusal, positions increase,
//! and the account of it is bounded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wikimovie_ingest::{MovieReader, RecordReader, document::Origin};

fuzz_target!(|content: &[u8]| {
    // A refusal of the whole object has position 0.
    let mut last = None;
    for record in RecordReader::new(content, "acme/a.csv") {
        let place = record.map_or_else(|refusal| refusal.record, |record| record.record);
        assert!(last.is_none_or(|last| place > last), "record {place} after {last:?}");
        last = Some(place);
    }
    let origin = Origin { provider: "acme".to_owned(), object: "acme/a.csv".to_owned(), generation: 1 };
    let mut movies = MovieReader::new(content, origin);
    for movie in movies.by_ref().flatten() {
        assert!(!movie.title.is_empty());
    }
    let reading = movies.reading();
    assert!(reading.unread.len() <= 100 && reading.dropped.len() < 100);
});
