//! Any message body parses or is refused; a parsed key survives encoding and decoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wikimovie_ingest::notification::{key, parse};

fuzz_target!(|body: &str| {
    if let Ok(told) = parse(body) {
        for hint in told.hints {
            assert!(!hint.key.is_empty() && hint.key.len() <= key::MAX_KEY_BYTES);
            assert_eq!(key::decode(&key::encode(&hint.key)), Ok(hint.key));
        }
    }
});
