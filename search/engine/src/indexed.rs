//! What engines index of a movie besides its words: keys, prefixes, and its order key. One place for all engines,
//! since a search must use the terms that were indexed.

use wikimovie_domain::Movie;
use wikimovie_plan::MAX_PREFIX_CHARS;
use wikimovie_text::{
    self as text, Word,
    natural_order::{from_natural_order, natural_order},
};

/// Version of what is indexed of a movie, and of the words that `text` makes. It goes up with every change of
/// either, and every index is built anew then.
pub const FORMAT: u32 = 7;

/// Longest keyword in bytes; engines refuse terms above some 32,000.
const MAX_KEYWORD_BYTES: usize = 2_000;

/// A text as a keyword.
pub fn keyword(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_KEYWORD_BYTES)]
}

/// Sorts as titles do, and is different for every movie: the title's key without its leading article, in natural order of
/// its numbers, a NUL (below every character of a key), the id; behind another NUL the article, where there is one.
pub fn order_key(movie: &Movie) -> String {
    order_key_of(keyword(&text::title_key(&movie.title)), movie)
}

/// The same, by the title's key as a keyword.
pub fn order_key_of(key: &str, movie: &Movie) -> String {
    match text::stop::without_article(key) {
        Some(rest) => {
            let article = key[..key.len() - rest.len()].trim_end();
            [natural_order(rest).as_str(), movie.id.as_str(), article].join("\0")
        }
        None => [natural_order(key).as_str(), movie.id.as_str()].join("\0"),
    }
}

/// The title's key that an order key was made of: without a leading article, and the article.
pub fn title_of(order_key: &str) -> (String, Option<&str>) {
    let mut parts = order_key.splitn(3, '\0');
    let rest = from_natural_order(parts.next().unwrap_or_default());
    (rest, parts.nth(1))
}

/// The keys by whose start a title is found: its key, and that without its leading article.
pub fn title_starts(key: &str) -> impl Iterator<Item = &str> {
    let key = keyword(key);
    [key].into_iter().chain(text::stop::without_article(key))
}

/// The words of a text that an index holds besides [`wikimovie_text::words()`], apart from them: single characters of
/// scripts that have no spaces.
pub fn characters(text: &str) -> Vec<Word> {
    if text.is_ascii() { Vec::new() } else { text::characters(text) }
}

/// The starts of words, up to the length that engines look up by themselves, each once.
pub fn prefixes<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    distinct(words.into_iter().flat_map(|word| {
        let ends = word.char_indices().skip(1).map(|(end, _)| end).chain([word.len()]);
        ends.take(MAX_PREFIX_CHARS).map(move |end| &word[..end])
    }))
}

/// Words, each once, in order. Most differ within eight bytes, which compare as one number.
pub fn distinct<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let start = |word: &str| {
        let mut bytes = [0; 8];
        let length = word.len().min(8);
        bytes[..length].copy_from_slice(&word.as_bytes()[..length]);
        u64::from_be_bytes(bytes)
    };
    let mut words: Vec<(u64, &str)> = words.into_iter().map(|word| (start(word), word)).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(|(_, word)| word).collect()
}
