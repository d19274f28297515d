//! Understanding over the words of a real catalogue: any text at all is read without a panic, no word of it is lost, and
//! what was read is read again as the same.

use std::sync::LazyLock;

use proptest::prelude::*;
use wikimovie_plan::vocabulary::Vocabulary;
use wikimovie_testkit_builders::{Oracle, data, understanding::check};

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Oracle::new(data::seeds()).vocabulary());

/// Pieces that people type, from the catalogue and around it.
static PIECES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let movies = data::seeds();
    let names = VOCABULARY.people().iter().chain(VOCABULARY.genres()).map(|entry| entry.name.clone());
    let around = "80s,1990s,nineteen eighties,1990-95,1990 to 1999,between 1970 and 1980,since 2001,before 1960,1917,300,\
        until,the,of,movies with,starring,romcom,sci-fi,war,\u{201c}star wars\u{201d},\"the end\",-horror,-\"the ring\",II,4,vi";
    let titles = movies.iter().map(|movie| movie.title.clone());
    titles.chain(names).chain(around.split(',').map(|piece| piece.trim().to_owned())).collect()
});

/// A text of pieces, of which some hold a typo.
fn typed() -> impl Strategy<Value = String> {
    let piece =
        (any::<prop::sample::Index>(), any::<Option<prop::sample::Index>>()).prop_map(|(piece, typo)| {
            let piece = &PIECES[piece.index(PIECES.len())];
            match typo {
                Some(at) if !piece.is_empty() => {
                    let left_out = at.index(piece.chars().count());
                    piece.chars().enumerate().filter(|&(at, _)| at != left_out).map(|(_, c)| c).collect()
                }
                _ => piece.clone(),
            }
        });
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_people_type_is_read_whole_and_the_same_again(text in typed()) {
        check(&text, &VOCABULARY);
    }

    #[test]
    fn any_text_is_read_whole_and_the_same_again(text in "\\PC{0,60}|[-a-z0-9 \"'.,:&]{0,60}") {
        check(&text, &VOCABULARY);
    }
}
