//! Reading any object, compressed or plain, terminates: each record becomes a movie or a refusal, and positions
//! increase.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wikimovie_ingest::{
    RecordReader,
    document::{Origin, movie},
};

fuzz_target!(|content: &[u8]| {
    let origin = Origin { provider: "acme".to_owned(), object: "acme/a".to_owned(), generation: 1 };
    // A refusal of the whole object has position 0.
    let mut last = None;
    for record in RecordReader::new(content, "acme/a.csv") {
        let place = match record {
            Ok(record) => {
                let place = record.record;
                if let Ok(movie) = movie(&record, &origin) {
                    assert!(!movie.title.is_empty());
                }
                place
            }
            Err(refusal) => refusal.record,
        };
        assert!(last.is_none_or(|last| place > last), "record {place} after {last:?}");
        last = Some(place);
    }
});
