//! Any text is understood without loss, with the vocabulary of the seeds.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wikimovie_plan::vocabulary::Vocabulary;
use wikimovie_testkit_builders::{Oracle, data, understanding::check};

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Oracle::new(data::seeds()).vocabulary());

fuzz_target!(|text: &str| check(text, &VOCABULARY));
